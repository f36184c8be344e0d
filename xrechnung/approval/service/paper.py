"""What the approval puts on paper: drawn up in one work, set in none, filed once in another."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from uuid import UUID

from eakte.documents.files import StoredFile, derived_id, safe_file_name
from eakte.documents.models import Document, DocumentKind, DocumentSource, object_key
from eakte.documents.queries import visible_among
from eakte.documents.service import DocumentDetails, file_document
from eakte.foundation.storage import Storage, digest_of
from eakte.foundation.work import UnitOfWork
from eakte.records.service.details import link_records
from eakte.records.service.filing import Metadata
from xrechnung.models import Invoice
from xrechnung.queries import document_of
from xrechnung.showing.sheet import Sheet

_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper that is to be set and filed; the same `document_id` each time it is drawn up."""

    invoice_id: UUID
    document_id: UUID
    sheet: Sheet
    footer: str
    on: date


def store(storage: Storage, draft: Draft, pdf: bytes) -> StoredFile:
    """Put a paper into the object storage, under an id of its own that a repeat overwrites."""
    stream = BytesIO(pdf)
    digest = digest_of(stream)
    object_id = derived_id(draft.document_id, f"original/{digest.sha256}")
    stream.seek(0)
    storage.put(object_key(object_id), stream, digest, media_type="application/pdf")
    name = safe_file_name(f"{draft.sheet.title[:_LONGEST_TITLE]}.pdf".replace("/", "-"))
    return StoredFile(object_id, name, "application/pdf", digest)


def file_beside(
    work: UnitOfWork, invoice: Invoice, draft: Draft, file: StoredFile, *, kind: DocumentKind, document_type: str
) -> None:
    """File a paper in the case of its invoice, linked to it. Doing it twice changes nothing.

    Raises TransitionBlocked, RecordStateForbids.
    """
    if visible_among(work, [draft.document_id]):
        return
    document: Document = document_of(work.session, invoice)
    outgoing = kind is DocumentKind.OUTGOING
    filed = file_document(
        work,
        document.case_id,
        Metadata(draft.sheet.title[:_LONGEST_TITLE], confidentiality=document.confidentiality),
        DocumentDetails(
            kind=kind,
            document_type=document_type,
            letter_date=draft.on,
            sent_on=draft.on if outgoing else None,
            source=DocumentSource.INVOICE,
        ),
        file,
        document_id=draft.document_id,
    )
    link_records(work, filed.id, document.id, note=document_type)
