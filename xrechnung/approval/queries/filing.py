"""Invoices whose way has ended and that are not filed yet, and those that keep a case open."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from eakte.access import Permission
from eakte.documents.models import Document
from eakte.documents.queries import documents_where, reached_from
from eakte.foundation.jobs import is_queued
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Record
from eakte.records.rules import RecordState
from xrechnung.approval.messages import CloseInvoiceCase, FileInvoice
from xrechnung.approval.models.assignment import InvoiceReminder
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.rules.workflow import Step
from xrechnung.models import Invoice

UNPAID_ENDS = (Step.REJECTED, Step.DUPLICATE, Step.CANCELLED)
_AT_ONCE = 200


def to_file(session: Session, *, booked_before: datetime, ended_before: datetime) -> Sequence[UUID]:
    """Invoices that were booked or have ended so long ago that they are filed, with no job that does it.

    What lies in a case that takes nothing any more waits until somebody opens that.
    """
    due = or_(
        and_(Approval.step == Step.BOOKED, Approval.step_since <= booked_before),
        and_(Approval.step.in_(UNPAID_ENDS), Approval.step_since <= ended_before),
    )
    statement = _in_open_cases().where(due, ~is_queued([FileInvoice], invoice_id=Approval.invoice_id))
    return session.scalars(statement.order_by(Approval.step_since).limit(_AT_ONCE)).all()


def to_close(session: Session, *, filed_before: datetime) -> Sequence[UUID]:
    """Filed invoices whose own case is still open, with no job that closes it."""
    statement = _in_open_cases().where(
        Approval.step == Step.FILED,
        Approval.step_since <= filed_before,
        Invoice.opened_case,
        ~is_queued([CloseInvoiceCase], invoice_id=Approval.invoice_id),
    )
    return session.scalars(statement.order_by(Approval.step_since).limit(_AT_ONCE)).all()


def _in_open_cases() -> Select[UUID]:
    case = aliased(Case, flat=True)
    return (
        select(Approval.invoice_id)
        .join(Invoice, Invoice.id == Approval.invoice_id)
        .join(Document, Document.id == Invoice.document_id)
        .join(case, case.id == Document.case_id)
        .where(case.state == RecordState.OPEN)
    )


def unfinished_in(work: UnitOfWork, record: Record) -> list[tuple[Approval, bool]]:
    """Approvals that are not filed yet, of the invoices that go along with a record.

    Each with whether the actor sees the document the invoice came as.
    """
    statement = (
        select(Approval, Document.id.in_(documents_where(work.actor, Permission.READ)))
        .join(Invoice, Invoice.id == Approval.invoice_id)
        .join(Document, Document.id == Invoice.document_id)
        .where(reached_from(record), Approval.step != Step.FILED)
    )
    return [(row[0], row[1]) for row in work.session.execute(statement.order_by(Approval.invoice_id))]


def reminders_of(session: Session, invoice_id: UUID) -> list[InvoiceReminder]:
    """Who was reminded of an invoice, in order."""
    statement = select(InvoiceReminder).where(InvoiceReminder.invoice_id == invoice_id)
    return list(session.scalars(statement.order_by(InvoiceReminder.noted_at, InvoiceReminder.addressee)))
