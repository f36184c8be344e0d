"""Account lines, payment orders, known bank accounts, and people money could go to."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eakte.access.models import Identity, IdentityKind
from xrechnung.approval.models.payment import AccountLine, PaymentOrder, SupplierAccount
from xrechnung.approval.rules.payment import OrderState

_GONE = (OrderState.WITHDRAWN, OrderState.FAILED)


def lines_of(session: Session, invoice_id: UUID) -> list[AccountLine]:
    """How an invoice is booked, in order. Callers load the invoice first."""
    statement = select(AccountLine).where(AccountLine.invoice_id == invoice_id)
    return list(session.scalars(statement.order_by(AccountLine.position)))


def orders_of(session: Session, invoice_id: UUID) -> list[PaymentOrder]:
    """All payment orders of an invoice, the withdrawn ones too, in order. Callers load the invoice first."""
    statement = select(PaymentOrder).where(PaymentOrder.invoice_id == invoice_id)
    return list(session.scalars(statement.order_by(PaymentOrder.id)))


def living_order(session: Session, invoice_id: UUID) -> PaymentOrder | None:
    """The one order of an invoice that is neither withdrawn nor failed."""
    statement = select(PaymentOrder).where(PaymentOrder.invoice_id == invoice_id, PaymentOrder.state.not_in(_GONE))
    return session.scalar(statement.with_for_update())


def known_accounts(session: Session, supplier_key: str) -> dict[str, SupplierAccount]:
    """The bank accounts a supplier is known to be paid to, by IBAN."""
    rows = session.scalars(select(SupplierAccount).where(SupplierAccount.supplier_key == supplier_key))
    return {row.iban: row for row in rows}


def people_called(session: Session, name: str | None) -> frozenset[UUID]:
    """People of the house whose name an invoice's seller has: they do not order payment to themselves."""
    if not name:
        return frozenset()
    plain = " ".join(name.split()).casefold()
    statement = select(Identity.id).where(
        Identity.kind == IdentityKind.PERSON, func.lower(Identity.display_name) == plain
    )
    return frozenset(session.scalars(statement))
