"""Taking invoices in: the bytes are a document first, and whatever is wrong with them, they are an invoice as well."""

from datetime import timedelta
from uuid import UUID

import structlog

from eakte.access import Permission
from eakte.access.queries import BERLIN
from eakte.documents.files import StoredFile
from eakte.documents.models import Document, DocumentKind, DocumentSource, DocumentVersion
from eakte.documents.service import Arrival, DocumentDetails, file_original
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.records.guards import must_be_free
from eakte.records.queries import get_case, get_dossier, must_allow_to
from eakte.records.rules import Action
from eakte.records.service.filing import Metadata, create_case
from xrechnung import queries
from xrechnung.errors import InvoiceNotWaiting, InvoicePlaceMissing
from xrechnung.messages import InvoiceReceived, InvoiceSentOn, JudgeInvoice, ShowInvoice
from xrechnung.models import Invoice
from xrechnung.rules import INVOICE, InvoiceState
from xrechnung.service.patience import patience_now

log = structlog.get_logger()

_NOT_SAID = [name for name, column in Invoice.__table__.columns.items() if column.nullable and name != "source_key"]
"""Said to be unknown, these need not be read back from the database."""
_LOOKED_AFTER = timedelta(days=30)
"""How long what is made of an invoice is looked after; whatever hinders it has been mended by then."""


def must_take_invoice(work: UnitOfWork, *, case_id: UUID | None, dossier_id: UUID | None) -> None:
    """Refuse a place that takes no invoice of this actor, before anything is stored.

    Nothing is locked, so that nobody waits while somebody else's file is stored; filing asks again. Raises
    InvoicePlaceMissing, CaseNotFound, DossierNotFound, RecordStateForbids, TransitionBlocked, ActionForbidden.
    """
    if case_id is not None and dossier_id is None:
        case = get_case(work, case_id, to=Permission.READ)
        must_allow_to(work, case, Permission.FILE_DOCUMENT)
        must_be_free(work, case, Action.FILE_DOCUMENT)
    elif dossier_id is not None and case_id is None:
        dossier = get_dossier(work, dossier_id, to=Permission.READ)
        must_allow_to(work, dossier, Permission.CREATE_CASE)
        dossier.must_allow(Action.CREATE_CASE)
    else:
        raise InvoicePlaceMissing


def file_invoice(
    work: UnitOfWork,
    original: StoredFile,
    *,
    case_id: UUID | None,
    dossier_id: UUID | None,
    channel: DocumentSource,
) -> Invoice:
    """File what somebody calls an invoice (Rechnung einreichen), in a case or in one opened for it in a dossier.

    It is kept as an invoice whatever it turns out to be. Raises InvoicePlaceMissing, CaseNotFound, DossierNotFound,
    RecordStateForbids, ActionForbidden.
    """
    if (case_id is None) is (dossier_id is None):
        raise InvoicePlaceMissing
    opened_case = dossier_id is not None
    if dossier_id is not None:
        case_id = create_case(work, dossier_id, Metadata(f"{INVOICE} {original.file_name}")).id
    assert case_id is not None
    details = DocumentDetails(
        kind=DocumentKind.INCOMING,
        document_type=INVOICE,
        received_on=work.now.astimezone(BERLIN).date(),
        source=channel,
    )
    arrival = Arrival(work.now, patience=patience_now(work))
    document, version = file_original(work, case_id, Metadata(original.file_name), details, original, arrival=arrival)
    return _note(work, document, version, opened_case=opened_case)


def note_invoice(work: UnitOfWork, document: Document, version: DocumentVersion) -> Invoice:
    """Keep a version of a document as an invoice and have it checked (Rechnungseingang). Once for each version."""
    known = queries.invoice_of_version(work.session, version.id)
    return known or _note(work, document, version, opened_case=False)


def _note(work: UnitOfWork, document: Document, version: DocumentVersion, *, opened_case: bool) -> Invoice:
    invoice = Invoice(
        **dict.fromkeys(_NOT_SAID),
        id=new_id(),
        document_id=document.id,
        version_id=version.id,
        state=InvoiceState.RECEIVED,
        channel=document.source,
        source_key=version.source_key,
        received_at=version.received_at,
        opened_case=opened_case,
        attempts=0,
        findings=[],
        errors=0,
        warnings=0,
        hints=0,
        remarks=[],
        number_keys=[],
        ibans=[],
        skonto=[],
        twins=0,
    )
    work.session.add(invoice)
    work.session.flush()
    changes = {
        "channel": (None, invoice.channel),
        "source_key": (None, invoice.source_key),
        "received_at": (None, invoice.received_at.isoformat()),
    }
    work.publish(InvoiceReceived(record_id=document.id, invoice_id=invoice.id, changes=changes))
    work.defer(JudgeInvoice(invoice_id=invoice.id))
    return invoice


def send_on(work: UnitOfWork, invoice_id: UUID) -> Invoice:
    """Have an invoice checked again whose check came to no end (Prüfung wiederholen).

    Raises InvoiceNotFound, ActionForbidden, InvoiceNotWaiting.
    """
    invoice = queries.get_invoice(work, invoice_id, to=Permission.EDIT, lock=True)
    if invoice.failure is None:
        raise InvoiceNotWaiting
    resume(work, invoice)
    return invoice


def resume(work: UnitOfWork, invoice: Invoice) -> None:
    """Let the check of a locked invoice begin anew."""
    before = invoice.state
    invoice.begin_again()
    work.session.flush()
    changes = {"state": (before, invoice.state)}
    work.publish(InvoiceSentOn(record_id=invoice.document_id, invoice_id=invoice.id, changes=changes))
    work.defer(JudgeInvoice(invoice_id=invoice.id))


def resume_stranded_invoices(work: UnitOfWork) -> None:
    """Give invoices that lost their job a new one."""
    for invoice in queries.stranded(work.session):
        work.defer(JudgeInvoice(invoice_id=invoice.id))
        log.warning("invoice_check_resumed", invoice=str(invoice.id))
    for invoice in queries.stranded_unshown(work.session, work.now - _LOOKED_AFTER):
        work.defer(ShowInvoice(invoice_id=invoice.id))
        log.warning("invoice_showing_resumed", invoice=str(invoice.id))
