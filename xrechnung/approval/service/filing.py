"""Filing (Ablage): an invoice whose way has ended gets its workflow sheet (Laufzettel), and its case is closed."""

from datetime import timedelta
from uuid import UUID

import structlog

from eakte.documents.files import StoredFile, derived_id
from eakte.documents.models import DocumentKind
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import TransitionBlocked
from eakte.records.guards import must_be_free
from eakte.records.rules import Action, RecordState
from eakte.records.service.details import set_business_data
from eakte.records.service.lifecycle import change_case_state
from xrechnung.approval.errors import CaseNotFree
from xrechnung.approval.messages import CloseInvoiceCase, FileInvoice
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.queries import filing as queries
from xrechnung.approval.queries.flow import acts_of, approval_of
from xrechnung.approval.queries.names import names_of, unit_names_of
from xrechnung.approval.queries.orders import lines_of, orders_of
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.workflow import Act, Step
from xrechnung.approval.service.acting import perform
from xrechnung.approval.service.paper import Draft, file_beside
from xrechnung.approval.showing.workflow_sheet import FOOTER, Course, DoneAct, sheet_of
from xrechnung.queries import document_of

log = structlog.get_logger()

_TYPE = "Laufzettel"
_HOUSE = "E-Akte"
_JOBS_GRACE = timedelta(hours=1)
"""How long a job for it may take before an invoice is looked after."""
RETENTION = {"retention_trigger": "annual_statement_adopted"}
"""Vouchers are kept from the year in which the annual statement was adopted (§ 33 KommHV-Doppik and the like)."""


def draft_sheet(work: UnitOfWork, invoice_id: UUID) -> Draft | None:
    """The workflow sheet of an invoice whose way has ended; None where it is not so, or no more."""
    approval = approval_of(work.session, invoice_id)
    if approval is None or not _may_be_filed(work, approval):
        return None
    sheet = sheet_of(_course(work, approval))
    return Draft(invoice_id, derived_id(invoice_id, "workflow-sheet"), sheet, FOOTER, legal_day(work.now))


def _may_be_filed(work: UnitOfWork, approval: Approval) -> bool:
    """Booked, or ended without payment so long ago that nobody takes it up again; its case takes documents."""
    document = document_of(work.session, approval.invoice)
    case = document.case
    if case.state is not RecordState.OPEN or case.dossier.state is not RecordState.OPEN:
        return False
    if document.processing_restricted:
        return False
    if approval.step is Step.BOOKED:
        return True
    patience = timedelta(days=work.settings.xrechnung.file_after_days)
    return approval.step in queries.UNPAID_ENDS and approval.step_since + patience <= work.now


def _course(work: UnitOfWork, approval: Approval) -> Course:
    session, invoice = work.session, approval.invoice
    acts = acts_of(session, invoice.id)
    names = names_of(session, {one for act in acts for one in (act.person_id, act.principal_id) if one is not None})
    units = unit_names_of(session, [approval.unit_id])
    return Course(
        invoice=invoice,
        reference=document_of(session, invoice).reference,
        approval=approval,
        unit=units.get(approval.unit_id),
        acts=[
            DoneAct(act, names.get(act.person_id, _HOUSE), names.get(act.principal_id) if act.principal_id else None)
            for act in acts
        ],
        lines=lines_of(session, invoice.id),
        orders=orders_of(session, invoice.id),
        reminders=queries.reminders_of(session, invoice.id),
    )


def file_sheet(work: UnitOfWork, draft: Draft, file: StoredFile) -> None:
    """File the workflow sheet, note what retention counts from, and end the way of the invoice. Once each."""
    approval = approval_of(work.session, draft.invoice_id, lock=True)
    if approval is None or not _may_be_filed(work, approval):
        return
    invoice = approval.invoice
    file_beside(work, invoice, draft, file, kind=DocumentKind.INTERNAL, document_type=_TYPE)
    document = document_of(work.session, invoice)
    values = {"fiscal_year": str(approval.fiscal_year), **RETENTION}
    set_business_data(work, document.case_id if invoice.opened_case else document.id, values, revision=None)
    perform(work, approval, Act.FILE, by_house=True)
    if invoice.opened_case:
        work.defer(CloseInvoiceCase(invoice_id=invoice.id))


def close_case(work: UnitOfWork, invoice_id: UUID) -> None:
    """Close the case that was opened for an invoice (zdA); a case of somebody else's stays as it is.

    Raises CaseNotFree as long as something in it is under way, like the text of the workflow sheet.
    """
    approval = approval_of(work.session, invoice_id)
    if approval is None or approval.step is not Step.FILED or not approval.invoice.opened_case:
        return
    case = document_of(work.session, approval.invoice).case
    if case.state is not RecordState.OPEN or case.processing_restricted:
        return
    try:
        change_case_state(work, case.id, Action.CLOSE, revision=None)
    except TransitionBlocked as blocked:
        codes = [finding.code for finding in blocked.findings]
        log.info("invoice_case_stays_open", invoice=str(invoice_id), because=codes)
        raise CaseNotFree from blocked


def stays_open_because(work: UnitOfWork, approval: Approval) -> list[str]:
    """Why the case that was opened for a filed invoice is not closed yet, in German."""
    if approval.step is not Step.FILED or not approval.invoice.opened_case:
        return []
    case = document_of(work.session, approval.invoice).case
    if case.state is not RecordState.OPEN:
        return []
    try:
        must_be_free(work, case, Action.CLOSE)
    except TransitionBlocked as blocked:
        return [finding.message for finding in blocked.findings]
    return []


def file_what_ended(work: UnitOfWork) -> None:
    """Have invoices filed that ended without payment long enough ago, and those that lost their job."""
    patience = timedelta(days=work.settings.xrechnung.file_after_days)
    ended, booked = work.now - patience, work.now - _JOBS_GRACE
    for invoice_id in queries.to_file(work.session, booked_before=booked, ended_before=ended):
        work.defer(FileInvoice(invoice_id=invoice_id))
    for invoice_id in queries.to_close(work.session, filed_before=booked):
        work.defer(CloseInvoiceCase(invoice_id=invoice_id))
