"""Account lines, payment orders, known bank accounts, and people money could go to."""

from uuid import UUID

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from eakte.access.models import Identity, IdentityKind
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.payment import AccountLine, PaymentOrder, SupplierAccount
from xrechnung.approval.rules.payment import GONE


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
    statement = select(PaymentOrder).where(PaymentOrder.invoice_id == invoice_id, PaymentOrder.state.not_in(GONE))
    return session.scalar(statement.with_for_update())


def known_accounts(session: Session, supplier_key: str | None, name_key: str | None) -> set[str]:
    """The bank accounts to which a supplier of this key, or of this name, is known to be paid."""
    named = SupplierAccount.name_key == name_key if name_key else false()
    statement = select(SupplierAccount.iban).where(or_(SupplierAccount.supplier_key == supplier_key, named))
    return set(session.scalars(statement))


def hold_supplier(session: Session, *keys: str | None) -> None:
    """Keep everybody else from noting accounts of a supplier until this work ends: only one is the first."""
    for key in sorted({key for key in keys if key}):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"supplier {key}", 0))))


def orders_of_supplier(session: Session, supplier_key: str, *, limit: int) -> list[tuple[PaymentOrder, Approval]]:
    """The last orders to a supplier that still count, with what they were for, the newest first."""
    statement = (
        select(PaymentOrder, Approval)
        .join(Approval, Approval.invoice_id == PaymentOrder.invoice_id)
        .where(Approval.supplier_key == supplier_key, PaymentOrder.state.not_in(GONE))
        .order_by(PaymentOrder.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def people_called(session: Session, *names: str | None) -> frozenset[UUID]:
    """People of the house who are called as those who get the money: they do not order payment to themselves."""
    plain = {" ".join(name.split()).casefold() for name in names if name}
    statement = select(Identity.id).where(
        Identity.kind == IdentityKind.PERSON, func.lower(Identity.display_name).in_(plain)
    )
    return frozenset(session.scalars(statement)) if plain else frozenset()
