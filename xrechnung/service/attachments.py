"""Documents that came inside an invoice (rechnungsbegründende Unterlagen, BG-24): filed beside it, once."""

from collections.abc import Sequence

from eakte.access.queries import BERLIN
from eakte.documents.files import StoredFile, derived_id
from eakte.documents.models import Document, DocumentKind, DocumentSource, DocumentVersion
from eakte.documents.queries import visible_among
from eakte.documents.service import Arrival, DocumentDetails, file_document
from eakte.foundation.work import UnitOfWork
from eakte.records.service.details import link_records
from eakte.records.service.filing import Metadata
from xrechnung.models import Invoice
from xrechnung.rules import type_word

_LONGEST_TITLE = 300


def file_attachments(
    work: UnitOfWork,
    invoice: Invoice,
    document: Document,
    version: DocumentVersion,
    attachments: Sequence[tuple[str, StoredFile]],
) -> None:
    """File attachments, each with its title, as documents of the same case linked to the invoice.

    Doing it twice changes nothing.
    """
    ids = [derived_id(version.id, f"attachment/{number}") for number in range(1, len(attachments) + 1)]
    known = visible_among(work, ids)
    details = DocumentDetails(
        kind=DocumentKind.INCOMING,
        received_on=version.received_at.astimezone(BERLIN).date(),
        source=DocumentSource.INVOICE,
    )
    note = f"Anlage der {type_word(invoice.type_code)} {invoice.number or ''}".strip()
    for document_id, (title, file) in zip(ids, attachments, strict=True):
        if document_id in known:
            continue
        metadata = Metadata(title[:_LONGEST_TITLE], confidentiality=document.confidentiality)
        filed = file_document(
            work,
            document.case_id,
            metadata,
            details,
            file,
            document_id=document_id,
            arrival=Arrival(version.received_at, version.source_key),
        )
        link_records(work, filed.id, document.id, note=note)
