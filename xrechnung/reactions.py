"""What invoices do when others speak: a file that is an invoice becomes one, and closing waits until it is checked."""

from collections.abc import Iterable

from eakte.access import Permission
from eakte.documents.messages import RenditionsMade
from eakte.documents.models import DocumentSource, DocumentVersion
from eakte.documents.presenting import presenters
from eakte.documents.queries import get_document
from eakte.foundation.confined import preloaded
from eakte.foundation.errors import Finding
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.records.guards import guards
from eakte.records.models import Record
from eakte.records.rules import Action
from xrechnung import queries
from xrechnung.notices import E_INVOICE
from xrechnung.service.receiving import note_invoice, resume

presenters.append("xrechnung.presenting")
preloaded.extend(["xrechnung.presenting", "xrechnung.examining.here"])
# What these load when they need it, every child needs.
preloaded.extend(["xrechnung.adapters.hybrid_pdf", "fontTools.ttLib"])


@on(RenditionsMade)
def receive_invoice(work: UnitOfWork, event: RenditionsMade) -> None:
    """Whatever way a file came: if its presenter says that it is an invoice, it is one.

    What came inside an invoice belongs to that one.
    """
    version = work.session.get_one(DocumentVersion, event.version_id)
    if not any(warning["code"] == E_INVOICE for warning in version.warnings):
        return
    document = get_document(work, event.record_id, to=Permission.READ)
    if document.source is DocumentSource.INVOICE:
        return
    invoice = note_invoice(work, document, version)
    if invoice.failure is not None:
        resume(work, invoice)


@guards(Action.CLOSE)
@guards(Action.CANCEL)
def _unfinished_invoices(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    for invoice, seen in queries.unfinished_in(work, record):
        message = "Eine E-Rechnung wird noch gelesen und geprüft."
        yield Finding("invoice-unchecked", message, str(invoice.id) if seen else "")
