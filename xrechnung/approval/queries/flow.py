"""Loading the flow of an invoice, its acts and who has a hand in it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.foundation.mail import DigestState
from eakte.foundation.table import must_be_at
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import RecordRestricted
from xrechnung import queries as invoices
from xrechnung.approval.errors import ApprovalNotBegun
from xrechnung.approval.models.flow import Approval, Hand, InvoiceAct, SupplierMail
from xrechnung.approval.rules.signing import Side
from xrechnung.approval.rules.workflow import Act


def get_approval(work: UnitOfWork, invoice_id: UUID, *, lock: bool = False, revision: int | None = None) -> Approval:
    """Load the flow of an invoice that the actor sees; locked, to go on with it.

    Raises InvoiceNotFound, ApprovalNotBegun, Stale, and RecordRestricted for going on while that is not allowed.
    """
    invoice = invoices.get_invoice(work, invoice_id, to=Permission.READ)
    if lock:
        document = invoices.document_of(work.session, invoice)
        if document.processing_restricted:
            raise RecordRestricted(reference=document.reference)
    approval = approval_of(work.session, invoice_id, lock=lock)
    if approval is None:
        raise ApprovalNotBegun
    must_be_at(approval.revision, revision)
    return approval


def approval_of(session: Session, invoice_id: UUID, *, lock: bool = False) -> Approval | None:
    """The flow of an invoice for the house itself, visible or not."""
    statement = select(Approval).where(Approval.invoice_id == invoice_id)
    if lock:
        statement = statement.with_for_update(of=Approval).execution_options(populate_existing=True)
    return session.scalar(statement)


def acts_of(session: Session, invoice_id: UUID) -> list[InvoiceAct]:
    """Everything that was done with an invoice, in order. Callers load the invoice first."""
    return list(session.scalars(select(InvoiceAct).where(InvoiceAct.invoice_id == invoice_id).order_by(InvoiceAct.id)))


def mails_of(session: Session, invoice_id: UUID) -> dict[UUID, DigestState]:
    """How far the e-mails to its supplier are, by the act that refused it. Callers load the invoice first."""
    statement = select(SupplierMail.act_id, SupplierMail.state).join(InvoiceAct)
    return {row[0]: row[1] for row in session.execute(statement.where(InvoiceAct.invoice_id == invoice_id))}


def mail_of(session: Session, act_id: UUID) -> SupplierMail | None:
    """The e-mail of a refusal, locked, so that it is handed over once."""
    statement = select(SupplierMail).where(SupplierMail.act_id == act_id)
    return session.scalar(statement.with_for_update().execution_options(populate_existing=True))


def is_taken_up_again(session: Session, refusal: InvoiceAct) -> bool:
    """Whether a refused invoice was taken up again after that."""
    later = (InvoiceAct.invoice_id == refusal.invoice_id, InvoiceAct.id > refusal.id, InvoiceAct.act == Act.REOPEN)
    return bool(session.scalar(select(select(InvoiceAct.id).where(*later).exists())))


def hands_in(session: Session, approval: Approval) -> dict[UUID, Side]:
    """Who signed in the present round, and on which side."""
    statement = select(Hand).where(Hand.invoice_id == approval.invoice_id, Hand.round == approval.round)
    return {hand.person_id: hand.side for hand in session.scalars(statement)}
