"""Orders on their way to the finance system: fetched, acknowledged, booked, failed, recalled."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from eakte.access.errors import ActionForbidden
from eakte.foundation.ids import new_id
from tests.support.approval import Town
from tests.support.handing_over import LEASE, TownLine, finance_client, order_of, ordered_invoice
from xrechnung.approval.errors import (
    ActNotPossible,
    LeaseUnknown,
    OrderBookedAlready,
    OrderGone,
    OrderNotGiven,
    PaymentOrderNotFound,
)
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.flow import acts_of
from xrechnung.approval.rules.payment import OrderState
from xrechnung.approval.rules.workflow import Act, Step

TUESDAY = date(2026, 9, 8)


@pytest.fixture
def line(town: Town) -> TownLine:
    finance_client(town)
    return TownLine(town)


def order(town: Town, invoice_id: UUID) -> PaymentOrder:
    with town.work() as work:
        return work.session.get_one(PaymentOrder, order_of(town, invoice_id))


def test_an_order_is_fetched_acknowledged_and_booked(town: Town, line: TownLine) -> None:
    invoice_id = ordered_invoice(town)
    claimed = line.claim()
    assert [(one.invoice_id, one.state) for one in claimed.orders] == [(invoice_id, OrderState.HANDED_OVER)]
    assert town.approval(invoice_id).step is Step.HANDED_OVER
    line.acknowledge(claimed.orders[0].id, claimed.lease)
    line.book(claimed.orders[0].id, "B-1", TUESDAY)
    assert town.approval(invoice_id).step is Step.BOOKED
    booked = order(town, invoice_id)
    assert (booked.state, booked.ledger_number, booked.paid_on) == (OrderState.BOOKED, "B-1", TUESDAY)
    with town.work() as work:
        assert [act.act for act in acts_of(work.session, invoice_id)][-2:] == [Act.HAND_OVER, Act.ACKNOWLEDGE_BOOKED]


def test_what_is_fetched_cannot_be_withdrawn_any_more(town: Town, line: TownLine) -> None:
    invoice_id = ordered_invoice(town)
    line.claim()
    with pytest.raises(ActNotPossible):
        town.act("Bernd", invoice_id, Act.WITHDRAW, reason="Betrag falsch")


def test_what_was_withdrawn_before_is_never_fetched(town: Town, line: TownLine) -> None:
    invoice_id = ordered_invoice(town)
    town.act("Bernd", invoice_id, Act.WITHDRAW, reason="Betrag falsch")
    assert not line.claim().orders
    with pytest.raises(OrderGone):
        line.book(order_of(town, invoice_id), "B-1", TUESDAY)


def test_during_a_lease_nobody_else_gets_an_order_and_afterwards_it_comes_again(town: Town, line: TownLine) -> None:
    invoice_id = ordered_invoice(town)
    first = line.claim()
    assert not line.claim().orders
    town.now += LEASE
    again = line.claim()
    assert [one.id for one in again.orders] == [one.id for one in first.orders]
    assert order(town, invoice_id).deliveries == 2
    with town.work() as work:
        assert [act.act for act in acts_of(work.session, invoice_id)].count(Act.HAND_OVER) == 1


def test_an_acknowledgement_that_comes_late_counts_and_so_does_its_repeat(town: Town, line: TownLine) -> None:
    invoice_id = ordered_invoice(town)
    first = line.claim()
    town.now += LEASE + timedelta(hours=1)
    line.claim()
    for _ in range(2):
        line.acknowledge(order_of(town, invoice_id), first.lease)
    assert order(town, invoice_id).state is OrderState.TAKEN
    town.now += LEASE
    assert not line.claim().orders
    with pytest.raises(LeaseUnknown):
        line.acknowledge(order_of(town, invoice_id), new_id())


def test_what_was_not_fetched_cannot_be_reported(town: Town, line: TownLine) -> None:
    order_id = order_of(town, ordered_invoice(town))
    with pytest.raises(OrderNotGiven):
        line.book(order_id, "B-1", TUESDAY)
    with pytest.raises(PaymentOrderNotFound):
        line.fail(new_id(), "unbekannt")


def test_a_failed_order_leads_back_and_may_be_ordered_anew(town: Town, line: TownLine) -> None:
    invoice_id = ordered_invoice(town)
    line.claim()
    first = order_of(town, invoice_id)
    for _ in range(2):
        line.fail(first, "Sachkonto gesperrt")
    assert town.approval(invoice_id).step is Step.CERTIFIED
    town.act("Bernd", invoice_id, Act.ORDER)
    second = order(town, invoice_id)
    assert second.replaces_id == first
    with pytest.raises(OrderGone):
        line.book(first, "B-1", TUESDAY)
    assert [one.id for one in line.claim().orders] == [second.id]


def test_a_booking_is_reported_once_and_its_payment_may_follow(town: Town, line: TownLine) -> None:
    invoice_id = ordered_invoice(town)
    line.claim()
    line.book(order_of(town, invoice_id), "B-1", TUESDAY)
    line.book(order_of(town, invoice_id), "B-1", TUESDAY)
    with pytest.raises(OrderBookedAlready):
        line.book(order_of(town, invoice_id), "B-2", TUESDAY)
    with pytest.raises(OrderBookedAlready):
        line.fail(order_of(town, invoice_id), "doch nicht")


def test_a_recall_is_told_until_the_finance_system_answers_it(town: Town, line: TownLine) -> None:
    invoice_id = ordered_invoice(town)
    claimed = line.claim()
    line.acknowledge(order_of(town, invoice_id), claimed.lease)
    town.act("Bernd", invoice_id, Act.RECALL, reason="doppelt")
    for _ in range(2):
        (told,) = line.claim().orders
        assert told.recalled_at is not None
        town.now += LEASE
    line.fail(told.id, "auf Rückruf nicht ausgeführt")
    assert town.approval(invoice_id).step is Step.CERTIFIED
    assert not line.claim().orders


def test_a_recall_that_comes_too_late_is_answered_by_the_booking(town: Town, line: TownLine) -> None:
    invoice_id = ordered_invoice(town)
    line.claim()
    town.act("Bernd", invoice_id, Act.RECALL, reason="doppelt")
    line.book(order_of(town, invoice_id), "B-1", TUESDAY)
    assert town.approval(invoice_id).step is Step.BOOKED


def test_people_fetch_no_orders(town: Town) -> None:
    ordered_invoice(town)
    with pytest.raises(ActionForbidden):
        TownLine(town, client="Zita").claim()


def test_the_most_urgent_come_first_and_no_more_than_asked_for(town: Town, line: TownLine) -> None:
    late = town.invoice("RE-2", due_date=date(2026, 12, 1))
    soon = town.invoice("RE-1", due_date=date(2026, 9, 15))
    for invoice_id in (late, soon):
        town.assign(invoice_id, "Parks", by="Zita")
        town.account("Anna", invoice_id)
        town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
        town.act("Bernd", invoice_id, Act.ORDER)
    assert [one.invoice_id for one in line.claim().orders] == [soon, late]
