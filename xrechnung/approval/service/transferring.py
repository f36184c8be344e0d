"""Handing payment orders over to the finance system (Übergabe), and what it reports back.

It may die at any moment, and so may we: an order is given out with the same id until it is acknowledged, whoever has
booked an id does not book it again, and what may have arrived there once is only called back, never just withdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.errors import LeaseUnknown, OrderBookedAlready, OrderGone, OrderNotGiven, ReasonMissing
from xrechnung.approval.messages import PaymentOrderGiven, PaymentOrderTaken, PaymentReported
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.transfers import claimable, locked_order, may_take_orders
from xrechnung.approval.rules.payment import GONE, OrderState
from xrechnung.approval.rules.workflow import Act
from xrechnung.approval.service.acting import perform

_SENDING = timedelta(minutes=5)
"""How long an order that is just being sent is not given to somebody else as well."""


@dataclass(frozen=True, slots=True)
class ClaimedOrders:
    """Orders given out together; until the lease ends nobody else gets them."""

    lease: UUID
    until: datetime
    orders: Sequence[PaymentOrder]


def claim_orders(work: UnitOfWork, *, limit: int, lease: timedelta) -> ClaimedOrders:
    """Give orders to the finance system: new ones, unacknowledged ones again, and those it is to give back.

    From now on they may be there, so that they can only be recalled. Raises ActionForbidden.
    """
    may_take_orders(work)
    claimed = ClaimedOrders(new_id(), work.now + lease, orders := [])
    for approval, order in claimable(work.session, work.now, limit=limit):
        _give(work, approval, order, claimed.lease, claimed.until)
        orders.append(order)
    work.session.flush()
    return claimed


def send_order(work: UnitOfWork, order_id: UUID) -> PaymentOrder | None:
    """Give one order, or its recall, to be sent; None where the finance system knows already, or need not.

    Raises PaymentOrderNotFound.
    """
    approval, order = locked_order(work.session, order_id)
    heard = order.state is OrderState.TAKEN and order.recalled_at is None
    if heard or order.state is OrderState.BOOKED or order.state in GONE:
        return None
    _give(work, approval, order, new_id(), work.now + _SENDING)
    work.session.flush()
    return order


def _give(work: UnitOfWork, approval: Approval, order: PaymentOrder, lease: UUID, until: datetime) -> None:
    if order.state is OrderState.OPEN:
        order.state = OrderState.HANDED_OVER
        perform(work, approval, Act.HAND_OVER, details={"order": order.number})
    order.deliveries += 1
    order.leases, order.leased_until = [*order.leases, lease], until
    changes = {"deliveries": (order.deliveries - 1, order.deliveries), "lease": (None, str(lease))}
    work.publish(
        PaymentOrderGiven(
            record_id=approval.invoice.document_id, invoice_id=order.invoice_id, order_id=order.id, changes=changes
        )
    )


def acknowledge_order(work: UnitOfWork, order_id: UUID, lease: UUID) -> PaymentOrder:
    """The finance system has an order (Quittung), which is not given out any more; a repeat changes nothing.

    An old lease is as good as the last one: it has the order. Raises ActionForbidden, PaymentOrderNotFound,
    OrderNotGiven, OrderGone, LeaseUnknown.
    """
    approval, order = _reported_on(work, order_id)
    if order.state in GONE:
        raise OrderGone
    if lease not in order.leases:
        raise LeaseUnknown
    if order.state is OrderState.HANDED_OVER:
        order.state, order.taken_at = OrderState.TAKEN, work.now
        work.session.flush()
        changes = {"state": (OrderState.HANDED_OVER, OrderState.TAKEN)}
        work.publish(
            PaymentOrderTaken(
                record_id=approval.invoice.document_id, invoice_id=order.invoice_id, order_id=order.id, changes=changes
            )
        )
    return order


def note_booked(
    work: UnitOfWork, order_id: UUID, *, ledger_number: str, booked_on: date, paid_on: date | None
) -> PaymentOrder:
    """The finance system booked an order, and perhaps paid it; when it was paid may be told later.

    A repeat changes nothing. Raises ActionForbidden, PaymentOrderNotFound, OrderNotGiven, OrderGone,
    OrderBookedAlready.
    """
    approval, order = _reported_on(work, order_id)
    if order.state in GONE:
        raise OrderGone
    if order.state is OrderState.BOOKED:
        return _note_paid(work, approval, order, (ledger_number, booked_on), paid_on)
    order.state, order.settled_at = OrderState.BOOKED, work.now
    order.taken_at = order.taken_at or work.now
    order.ledger_number, order.booked_on, order.paid_on = ledger_number, booked_on, paid_on
    details = {"order": order.number, "ledger_number": ledger_number, "booked_on": booked_on.isoformat()}
    perform(work, approval, Act.ACKNOWLEDGE_BOOKED, details=details)
    return order


def _note_paid(
    work: UnitOfWork, approval: Approval, order: PaymentOrder, booking: tuple[str, date], paid_on: date | None
) -> PaymentOrder:
    if booking != (order.ledger_number, order.booked_on) or (order.paid_on and paid_on not in (None, order.paid_on)):
        raise OrderBookedAlready(ledger_number=order.ledger_number)
    if paid_on is not None and order.paid_on is None:
        order.paid_on = paid_on
        work.session.flush()
        changes = {"paid_on": (None, paid_on)}
        work.publish(
            PaymentReported(
                record_id=approval.invoice.document_id, invoice_id=order.invoice_id, order_id=order.id, changes=changes
            )
        )
    return order


def note_failed(work: UnitOfWork, order_id: UUID, *, reason: str) -> PaymentOrder:
    """The finance system did not and will not carry out an order, whether it could not or was asked to give it back.

    The invoice can be ordered anew. A repeat changes nothing. Raises ActionForbidden, PaymentOrderNotFound,
    OrderNotGiven, OrderGone, OrderBookedAlready, ReasonMissing.
    """
    approval, order = _reported_on(work, order_id)
    if order.state is OrderState.BOOKED:
        raise OrderBookedAlready(ledger_number=order.ledger_number)
    if order.state is OrderState.WITHDRAWN:
        raise OrderGone
    if order.state is OrderState.FAILED:
        return order
    if not reason.strip():
        raise ReasonMissing
    order.state, order.settled_at, order.failure = OrderState.FAILED, work.now, reason
    perform(work, approval, Act.ACKNOWLEDGE_FAILED, reason=reason, details={"order": order.number})
    return order


def _reported_on(work: UnitOfWork, order_id: UUID) -> tuple[Approval, PaymentOrder]:
    """Raises ActionForbidden, PaymentOrderNotFound, OrderNotGiven."""
    may_take_orders(work)
    approval, order = locked_order(work.session, order_id)
    if order.state is OrderState.OPEN:
        raise OrderNotGiven
    return approval, order
