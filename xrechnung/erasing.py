"""What becomes of an invoice when its document is destroyed: everything of it goes, also what was signed and ordered.

Acts and payment orders are vouchers like the invoice itself. Nothing else may delete them: a trigger refuses it unless
the transaction says that it erases.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from eakte.documents.messages import DocumentsErasing
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.models.payment import PaymentOrder, SupplierAccount
from xrechnung.models import Invoice, InvoiceTwin


@on(DocumentsErasing)
def forget_invoices(work: UnitOfWork, event: DocumentsErasing) -> None:
    """Delete the invoices of some documents with their whole way through the house."""
    session = work.session
    ids = list(session.scalars(select(Invoice.id).where(Invoice.document_id.in_(event.documents))))
    if not ids:
        return
    session.execute(select(func.set_config("eakte.erasing", "on", True)))
    suppliers = session.scalars(select(Approval.supplier_key).where(Approval.invoice_id.in_(ids)).distinct())
    keys = [key for key in suppliers if key is not None]
    _forget_orders(session, ids)
    # Acts, hands, account lines and reminders go with it.
    session.execute(delete(Approval).where(Approval.invoice_id.in_(ids)))
    _forget_accounts(session, keys)
    _forget_twins(session, ids)
    session.execute(delete(Invoice).where(Invoice.id.in_(ids)))
    session.execute(select(func.set_config("eakte.erasing", "off", True)))


def _forget_orders(session: Session, ids: Sequence[UUID]) -> None:
    orders = select(PaymentOrder.id).where(PaymentOrder.invoice_id.in_(ids))
    order_ids = list(session.scalars(orders))
    # One statement deletes an order and what it replaced, which is of the same invoice.
    session.execute(delete(PaymentOrder).where(PaymentOrder.id.in_(order_ids)))


def _forget_accounts(session: Session, keys: Sequence[str]) -> None:
    """Forget the bank accounts of suppliers of whom no invoice is left."""
    known = select(Approval.invoice_id).where(Approval.supplier_key == SupplierAccount.supplier_key).exists()
    session.execute(delete(SupplierAccount).where(SupplierAccount.supplier_key.in_(keys), ~known))


def _forget_twins(session: Session, ids: Sequence[UUID]) -> None:
    touching = or_(InvoiceTwin.earlier_id.in_(ids), InvoiceTwin.later_id.in_(ids))
    pairs = session.execute(select(InvoiceTwin.earlier_id, InvoiceTwin.later_id).where(touching)).all()
    others = {one for pair in pairs for one in pair}.difference(ids)
    session.execute(delete(InvoiceTwin).where(touching))
    left = (
        select(func.count())
        .select_from(InvoiceTwin)
        .where(or_(InvoiceTwin.earlier_id == Invoice.id, InvoiceTwin.later_id == Invoice.id))
        .scalar_subquery()
    )
    session.execute(
        update(Invoice).where(Invoice.id.in_(others)).values(twins=left, revision=Invoice.revision + 1),
        execution_options={"synchronize_session": False},
    )
