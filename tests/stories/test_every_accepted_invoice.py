"""Whatever the official validator accepts goes its whole way through the city, to the record."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from eakte.foundation.errors import EakteError
from eakte.foundation.work import House
from eakte.records.rules import RecordState
from tests.support.approval import PARKS
from tests.support.city import CERTIFY, City, a_city
from tests.support.invoices import Instance, instances, needs_corpus
from xrechnung.approval.rules.accounts import Share
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.service.accounting import PaymentTerms, WantedLine, set_lines

pytestmark = needs_corpus
FEW = 6
"""So many in the short form, spread over all."""


def accepted() -> list[Instance]:
    return [one for one in instances() if one.expected["accept"]]


@pytest.fixture
def city(house: House) -> City:
    """A city in which the parks may sign anything."""
    city = a_city(house)
    city.may_sign("Anna", *CERTIFY, SigningAct.CERTIFY_TECHNICAL, unit="Parks")
    city.may_sign("Bernd", SigningAct.ORDER, unit="Parks")
    return city


def must_be_filed(city: City, instance: Instance) -> None:
    invoice_id = city.receive(instance.content, instance.name.rpartition("/")[2])
    carry_through(city, invoice_id)
    approval = city.approval(invoice_id)
    assert approval.step is Step.FILED, instance.name
    done = city.done(invoice_id)
    assert [done.count(act) for act in (Act.ORDER, Act.HAND_OVER, Act.ACKNOWLEDGE_BOOKED, Act.FILE)] == [1, 1, 1, 1]
    state, titles = city.case_of(invoice_id)
    # A broken attachment waits for a person, and its case with it.
    assert state is RecordState.CLOSED or city.waits_for_somebody(invoice_id), instance.name
    assert sum(title.startswith("Laufzettel") for title in titles) == 1


def carry_through(city: City, invoice_id: UUID) -> None:
    """Do at each step what its people do there."""
    if city.approval(invoice_id).step is Step.CHECKED:
        city.assign(invoice_id, "Parks", by="Zita")
    assert city.approval(invoice_id).step is Step.ASSIGNED
    ibans = city.approval(invoice_id).invoice.ibans
    with city.work("Anna") as work:
        wanted = WantedLine(Share(PARKS, percent=Decimal(100)))
        set_lines(work, invoice_id, [wanted], terms=PaymentTerms(pay_to=ibans[0] if len(ibans) > 1 else None))
    offered = city.possible("Anna", invoice_id)
    if Act.CERTIFY_TECHNICAL in offered:
        city.act("Anna", invoice_id, Act.CERTIFY_TECHNICAL)
    city.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    if city.possible("Zita", invoice_id)[Act.CONFIRM_ACCOUNT].allowed:
        city.act("Zita", invoice_id, Act.CONFIRM_ACCOUNT, reason="Beim Lieferanten nachgefragt")
    city.act("Bernd", invoice_id, Act.ORDER, reason="wie geliefert")
    city.pays(date(2026, 9, 9))


def test_some_of_them_are_filed(city: City) -> None:
    all_of_them = accepted()
    for instance in all_of_them[:: max(1, len(all_of_them) // FEW)][:FEW]:
        must_be_filed(city, instance)


@pytest.mark.soak
def test_each_of_them_is_filed(city: City) -> None:
    failed = []
    for instance in accepted():
        try:
            must_be_filed(city, instance)
        except (AssertionError, EakteError) as error:
            failed.append((instance.name, str(error)[:200]))
    assert failed == []
