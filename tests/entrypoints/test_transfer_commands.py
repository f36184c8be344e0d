"""`eakte invoice transfer`, as a script of the finance system's uses it."""

import json
from dataclasses import replace

import pytest

from eakte.access import Role
from tests.support.approval import Town
from tests.support.factories import a_token
from tests.support.handing_over import finance_client, order_of, ordered_invoice
from tests.support.installation import Installation
from xrechnung.approval.rules.signing import SigningAct


@pytest.fixture
def town(stack: Installation) -> Town:
    town = Town(stack.house)
    town.unit("Parks")
    town.person("Zita", Role.ACCOUNTING, everywhere=True)
    town.person("Anna", Role.CLERK, unit="Parks")
    town.person("Bernd", Role.HEAD, unit="Parks")
    town.may_sign("Anna", SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC, unit="Parks")
    town.may_sign("Bernd", SigningAct.ORDER, unit="Parks")
    return town


@pytest.fixture
def finance(stack: Installation, town: Town) -> Installation:
    """The same installation, entered by the finance system."""
    finance_client(town)
    token = a_token(stack.house, town.people["HKR"])
    return replace(stack, environment={**stack.environment, "EAKTE_CLIENT__TOKEN": token})


def test_orders_are_fetched_acknowledged_and_booked_from_the_command_line(finance: Installation, town: Town) -> None:
    order_id = str(order_of(town, ordered_invoice(town)))
    done = finance.cli("invoice", "transfer", "claim", "--lease", "60", "--json")
    assert done.returncode == 0, done.stderr
    claimed = json.loads(done.stdout)
    assert order_id in {order["id"] for order in claimed["items"]}
    assert finance.cli("invoice", "transfer", "claim").returncode == 1
    assert "quittiert" in finance.cli("invoice", "transfer", "ack", order_id, "--lease", claimed["lease"]).stdout
    booked = ("book", order_id, "--number", "B-1", "--on", "2026-09-08")
    assert "gebucht" in finance.cli("invoice", "transfer", *booked).stdout
    late = finance.cli("invoice", "transfer", "fail", order_id, "--reason", "doch nicht")
    assert late.returncode == 2
    assert "order-booked-already" in late.stderr
    assert order_id in finance.cli("invoice", "transfer", "list", "--state", "booked").stdout
