"""Refusing invoices (Zurückweisung): the supplier is told why, and what was told is in the record."""

from uuid import UUID

from eakte.documents.files import StoredFile, derived_id
from eakte.documents.models import DocumentKind
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.models.flow import Approval, InvoiceAct
from xrechnung.approval.queries.flow import approval_of
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.workflow import Act
from xrechnung.approval.service.paper import Draft, file_beside
from xrechnung.approval.showing.letter import FOOTER, letter_sheet
from xrechnung.complaining import complaint
from xrechnung.queries import document_of

_TYPE = "Zurückweisung"


def letter_to_supplier(approval: Approval, reason: str | None) -> str:
    """What the supplier is told: the reason somebody gave, and every rule that refuses the invoice."""
    invoice = approval.invoice
    return complaint(invoice.number, invoice.issue_date, invoice.findings, reason=reason)


def draft_letter(work: UnitOfWork, act_id: UUID) -> Draft | None:
    """The letter of a refusal as a paper; None for any other act."""
    act = work.session.get(InvoiceAct, act_id)
    approval = approval_of(work.session, act.invoice_id) if act is not None else None
    if act is None or approval is None or act.act is not Act.REJECT:
        return None
    on = legal_day(act.at)
    reference = document_of(work.session, approval.invoice).reference
    sheet = letter_sheet(approval.invoice, act.details["letter"], reference=reference, on=on)
    return Draft(approval.invoice_id, derived_id(act.id, "letter"), sheet, FOOTER, on)


def file_letter(work: UnitOfWork, draft: Draft, file: StoredFile) -> None:
    """File the letter as outgoing, once. Raises TransitionBlocked, RecordStateForbids."""
    approval = approval_of(work.session, draft.invoice_id, lock=True)
    if approval is not None:
        file_beside(work, approval.invoice, draft, file, kind=DocumentKind.OUTGOING, document_type=_TYPE)
