"""Invoices on their way from receipt to the record, as the people of a small city live through them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from eakte.access import Role
from eakte.foundation.work import House
from eakte.records.rules import RecordState
from tests.support.approval import PARKS
from tests.support.city import LEITWEG_ID, City, a_city
from tests.support.handing_over import TownLine
from tests.support.invoices import a_ubl_invoice
from xrechnung.approval.errors import ActNotPossible, NotOrderable, SignatureForbidden
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.filing import reminders_of
from xrechnung.approval.queries.flow import acts_of, get_approval
from xrechnung.approval.queries.orders import orders_of
from xrechnung.approval.rules.accounts import Account, Share
from xrechnung.approval.rules.payment import OrderState, PaymentType
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.service.entitlement import entitlement

POOLS, SCHOOLS = Account("42401", "5241"), Account("21101", "5241")


@pytest.fixture
def city(house: House) -> City:
    return a_city(house)


def test_the_plain_invoice(city: City) -> None:
    """It comes by e-mail, finds the parks by its Leitweg-ID, is certified, ordered, paid and filed."""
    invoice_id = city.receive(a_ubl_invoice())
    approval = city.approval(invoice_id)
    assert (approval.step, approval.unit_id) == (Step.ASSIGNED, city.units["Parks"])
    assert LEITWEG_ID in (approval.assigned_because or "")

    city.act("Anna", invoice_id, Act.CLAIM)
    city.certified(invoice_id)
    city.ordered(invoice_id)
    assert city.pays(date(2026, 9, 9)) == [invoice_id]

    assert city.done(invoice_id) == [
        Act.CHECK,
        Act.ASSIGN,
        Act.CLAIM,
        Act.CERTIFY_COMBINED,
        Act.COMPLETE,
        Act.ORDER,
        Act.HAND_OVER,
        Act.ACKNOWLEDGE_BOOKED,
        Act.FILE,
    ]
    state, titles = city.case_of(invoice_id)
    assert state is RecordState.CLOSED
    assert any(title.startswith("Laufzettel") for title in titles)
    assert city.pays(date(2026, 9, 10)) == []


def test_the_refused_invoice(city: City) -> None:
    """It breaks a rule: nobody can send it on, the supplier is written to with the rule, and it is kept."""
    invoice_id = city.receive(a_ubl_invoice(gross="120.00"))
    assert city.approval(invoice_id).step is Step.RECEIVED
    assert Act.ASSIGN not in city.possible("Zita", invoice_id)

    city.act("Zita", invoice_id, Act.REJECT, reason="Bitte neu ausstellen.")
    city.work_off()
    _, titles = city.case_of(invoice_id)
    assert len(titles) == 2
    with city.work() as work:
        assert "BR-CO-15" in str(acts_of(work.session, invoice_id)[-1].details)
    assert city.pays(date(2026, 9, 9)) == []


def test_the_credit_note(city: City) -> None:
    """The supplier gives money back: the order is a claim, nothing is transferred, no bank account is asked for."""
    order = city.ordered(city.certified(city.invoice("GU-1", "50.00", type_code="381", ibans=[])))
    assert (order.payment_type, order.amount, order.iban) == (PaymentType.OFFSET, Decimal("-50.00"), None)
    assert city.pays(date(2026, 9, 9)) == [order.invoice_id]


def test_the_reminder_that_crosses(city: City) -> None:
    """The supplier sends the same invoice again while the first is on its way: it is paid once."""
    first = city.receive(a_ubl_invoice())
    city.ordered(city.certified(first))

    again = city.receive(a_ubl_invoice().replace(b"<?xml", b"<?xml", 1) + b"\n")
    approval = city.approval(again)
    assert (approval.step, approval.unit_id, approval.invoice.twins) == (Step.CHECKED, None, 1)
    city.act("Zita", again, Act.MARK_DUPLICATE, reason="Mahnung zur selben Rechnung", original_id=first)

    assert city.pays(date(2026, 9, 9)) == [first]
    assert city.approval(again).step is Step.DUPLICATE


def test_the_last_skonto_day_with_an_absent_head(city: City) -> None:
    """Bernd is away: Carla hears of it, orders for him under her own name, and the discount is taken."""
    skonto = [{"days": 14, "percent": "2", "until": "2026-09-15", "amount": "2.38", "pay": "116.62"}]
    invoice_id = city.certified(city.invoice(skonto=skonto))
    city.away("Bernd", "Carla", date(2026, 9, 10), date(2026, 9, 18))

    city.now = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
    city.goes_through_the_day()
    with city.work() as work:
        told = {person for row in reminders_of(work.session, invoice_id) for person in row.people}
    assert city.people["Carla"] in told
    assert city.people["Bernd"] not in told

    city.now = datetime(2026, 9, 14, 14, 0, tzinfo=UTC)
    assert city.approval(invoice_id).urgent_on == date(2026, 9, 14)
    ordered = city.act("Carla", invoice_id, Act.ORDER)
    assert (ordered.person_id, ordered.principal_id) == (city.people["Carla"], city.people["Bernd"])
    with city.work() as work:
        (order,) = orders_of(work.session, invoice_id)
    assert (order.skonto, order.amount) == (Decimal("2.38"), Decimal("116.62"))


def test_the_split_over_three_budgets(city: City) -> None:
    """Emil may not order for the schools' budget; the house names who may, and the cents come out even."""
    city.person("Dora", Role.HEAD, unit="Parks")
    city.may_sign("Dora", SigningAct.ORDER, unit="Parks", limit="50000", budgets=["55101", "42401", "21101"])
    city.person("Emil", Role.HEAD, unit="Parks")
    city.may_sign("Emil", SigningAct.ORDER, unit="Parks", limit="10000", budgets=["55101", "42401"])
    third = Decimal("33.33")
    shares = [Share(PARKS, percent=third), Share(POOLS, percent=third), Share(SCHOOLS, percent=Decimal("33.34"))]
    invoice_id = city.certified(city.invoice(gross="100.01"), *shares)

    with pytest.raises(SignatureForbidden):
        city.act("Emil", invoice_id, Act.ORDER)
    with city.work("Emil") as work:
        able = entitlement(work, get_approval(work, invoice_id)).who_could(Act.ORDER)
    assert able == [city.people["Bernd"], city.people["Dora"]]

    booked = [line["amount"] for line in city.ordered(invoice_id, by="Dora").lines]
    assert (len(booked), sum(map(Decimal, booked))) == (3, Decimal("100.01"))


def test_the_fraud_attempt_with_a_new_iban(city: City) -> None:
    """A supplier that was paid before suddenly wants its money elsewhere: it stops, and accounting turns it down."""
    known = city.ordered(city.certified(city.invoice()))
    forged = city.certified(city.invoice("RE-2", ibans=["DE89370400440532013000"]))
    with pytest.raises(NotOrderable):
        city.act("Bernd", forged, Act.ORDER)
    assert not city.possible("Anna", forged)[Act.CONFIRM_ACCOUNT].allowed

    city.act("Zita", forged, Act.REJECT, reason="Der Lieferant kennt diese Bankverbindung nicht.")
    assert city.pays(date(2026, 9, 9)) == [known.invoice_id]
    assert city.approval(forged).step is Step.REJECTED


def test_the_withdrawn_order(city: City) -> None:
    """It was booked to the wrong budget: the order is withdrawn, nothing of it changes, and a new one replaces it."""
    invoice_id = city.certified(city.invoice())
    first = city.ordered(invoice_id)
    city.act("Bernd", invoice_id, Act.WITHDRAW, reason="Falsche Haushaltsstelle")
    city.act("Bernd", invoice_id, Act.RETURN, reason="Bitte auf die Bäder buchen")
    city.certified(invoice_id, Share(POOLS, percent=Decimal(100)))
    second = city.ordered(invoice_id)

    with city.work() as work:
        kept = work.session.get_one(PaymentOrder, first.id)
        assert (kept.state, kept.lines[0]["product"]) == (OrderState.WITHDRAWN, "55101")
    assert (second.replaces_id, second.lines[0]["product"]) == (first.id, "42401")
    assert city.pays(date(2026, 9, 9)) == [invoice_id]


def test_the_order_that_was_recalled_too_late(city: City) -> None:
    """The finance system has it already: it alone says whether it was paid."""
    order = city.ordered(city.certified(city.invoice()))
    line = TownLine(city)
    line.claim()
    with pytest.raises(ActNotPossible):
        city.act("Bernd", order.invoice_id, Act.WITHDRAW, reason="Lieferung reklamiert")
    city.act("Bernd", order.invoice_id, Act.RECALL, reason="Lieferung reklamiert")
    assert city.approval(order.invoice_id).step is Step.RECALLED
    line.book(order.id, "B-1", date(2026, 9, 9))
    assert city.approval(order.invoice_id).step is Step.BOOKED


def test_the_year_end(city: City) -> None:
    """Issued in the old year, received at half past midnight in the new one: it still counts for the old budget."""
    city.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    invoice_id = city.certified(city.invoice(issue_date=date(2026, 12, 29), due_date=date(2027, 1, 6)))
    approval = city.approval(invoice_id)
    assert approval.fiscal_year == 2026
    # Epiphany is a holiday in Bavaria.
    assert approval.due_on == date(2027, 1, 7)
    assert city.ordered(invoice_id).number.startswith("AO-2026-")
    assert city.pays(date(2027, 1, 5)) == [invoice_id]
    assert city.approval(invoice_id).step is Step.FILED
