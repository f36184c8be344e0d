import pytest

from eakte.access import Role
from eakte.foundation.work import House
from tests.support.approval import Town
from xrechnung.approval.rules.signing import SigningAct

CERTIFY = (SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC)


@pytest.fixture
def town(house: House) -> Town:
    """Central accounting (Zita), the parks department with a certifier (Anna) and a head who orders (Bernd)."""
    town = Town(house)
    town.unit("Parks")
    town.unit("Schools")
    town.person("Zita", Role.ACCOUNTING, everywhere=True)
    town.person("Anna", Role.CLERK, unit="Parks")
    town.person("Bernd", Role.HEAD, unit="Parks")
    town.may_sign("Anna", *CERTIFY, unit="Parks", limit="10000")
    town.may_sign("Bernd", SigningAct.ORDER, unit="Parks", limit="10000")
    return town
