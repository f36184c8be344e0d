"""Payment orders as the finance system sees them: those to fetch, those it has, those it asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.errors import PaymentOrderNotFound
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.flow import approval_of
from xrechnung.approval.rules.payment import OrderState

_UNACKNOWLEDGED = (OrderState.OPEN, OrderState.HANDED_OVER)


@dataclass(frozen=True, slots=True)
class WantedOrders:
    """Which orders somebody asks for; `lease` is the one they were last given out with."""

    state: OrderState | None = None
    recalled: bool | None = None
    lease: UUID | None = None
    ids: Sequence[UUID] | None = None


def may_take_orders(work: UnitOfWork) -> None:
    """Raises ActionForbidden."""
    require_unlimited(work, Permission.TAKE_ORDERS)


def claimable(session: Session, now: datetime, *, limit: int) -> list[tuple[Approval, PaymentOrder]]:
    """Orders to give out now, the most urgent first, locked as every act locks them: the invoice before the order.

    Those that somebody else is just working on are left for the next time.
    """
    fetched = (
        select(Approval.invoice_id)
        .join(PaymentOrder, PaymentOrder.invoice_id == Approval.invoice_id)
        .where(_to_give_out(now))
        .order_by(PaymentOrder.pay_on, PaymentOrder.id)
        .limit(limit)
        .with_for_update(of=Approval, skip_locked=True)
    )
    held = list(session.scalars(fetched))
    # Asked again under the lock: meanwhile one may have been withdrawn, or given to somebody else.
    statement = (
        select(Approval, PaymentOrder)
        .join(PaymentOrder, PaymentOrder.invoice_id == Approval.invoice_id)
        .where(PaymentOrder.invoice_id.in_(held), _to_give_out(now))
        .order_by(PaymentOrder.pay_on, PaymentOrder.id)
        .with_for_update(of=PaymentOrder)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def _to_give_out(now: datetime) -> ColumnElement[bool]:
    """What the finance system has not acknowledged, and what it is asked to give back, unless a lease runs."""
    unheard = or_(
        PaymentOrder.state.in_(_UNACKNOWLEDGED),
        and_(PaymentOrder.state == OrderState.TAKEN, PaymentOrder.recalled_at.is_not(None)),
    )
    return and_(unheard, or_(PaymentOrder.leased_until.is_(None), PaymentOrder.leased_until <= now))


def locked_order(session: Session, order_id: UUID) -> tuple[Approval, PaymentOrder]:
    """An order and its invoice's flow, held until this work ends. Raises PaymentOrderNotFound."""
    invoice_id = session.scalar(select(PaymentOrder.invoice_id).where(PaymentOrder.id == order_id))
    approval = None if invoice_id is None else approval_of(session, invoice_id, lock=True)
    if approval is None:
        raise PaymentOrderNotFound
    statement = select(PaymentOrder).where(PaymentOrder.id == order_id)
    return approval, session.scalars(statement.with_for_update().execution_options(populate_existing=True)).one()


def get_order(work: UnitOfWork, order_id: UUID) -> PaymentOrder:
    """An order for the finance system. Raises ActionForbidden, PaymentOrderNotFound."""
    may_take_orders(work)
    order = work.session.get(PaymentOrder, order_id)
    if order is None:
        raise PaymentOrderNotFound
    return order


def orders(work: UnitOfWork, wanted: WantedOrders, *, cursor: str | None, limit: int) -> Page[PaymentOrder]:
    """Orders in the order in which they were signed. Raises ActionForbidden."""
    may_take_orders(work)
    statement = select(PaymentOrder).where(*_narrowed(wanted))
    return page_of(work.session, statement, (PaymentOrder.id,), cursor=cursor, limit=limit)


def all_orders(work: UnitOfWork, wanted: WantedOrders, *, limit: int) -> Sequence[PaymentOrder]:
    """The first of some orders, at once. Raises ActionForbidden."""
    may_take_orders(work)
    statement = select(PaymentOrder).where(*_narrowed(wanted)).order_by(PaymentOrder.id).limit(limit)
    return work.session.scalars(statement).all()


def _narrowed(wanted: WantedOrders) -> list[ColumnElement[bool]]:
    tests: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        tests.append(PaymentOrder.state == wanted.state)
    if wanted.recalled is not None:
        tests.append(PaymentOrder.recalled_at.is_not(None) == wanted.recalled)
    if wanted.lease is not None:
        tests.append(PaymentOrder.leases[func.cardinality(PaymentOrder.leases)] == wanted.lease)
    if wanted.ids is not None:
        tests.append(PaymentOrder.id.in_(wanted.ids))
    return tests
