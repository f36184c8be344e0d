"""Documents that came inside an invoice (rechnungsbegründende Unterlagen, BG-24): filed beside it, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from eakte.access.queries import BERLIN
from eakte.documents.adapters.magic import media_type_of
from eakte.documents.files import StoredFile, derived_id, safe_file_name
from eakte.documents.models import Document, DocumentKind, DocumentSource, DocumentVersion, object_key
from eakte.documents.queries import visible_among
from eakte.documents.service import Arrival, DocumentDetails, file_document
from eakte.foundation.storage import Storage, digest_of
from eakte.foundation.work import UnitOfWork
from eakte.records.service.details import link_records
from eakte.records.service.filing import Metadata
from xrechnung.examining.results import AttachedFile
from xrechnung.models import Invoice
from xrechnung.rules import type_word

_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    file: StoredFile
    title: str


def store_attachments(
    storage: Storage, original_id: UUID, attempt: int, attached: Sequence[AttachedFile]
) -> tuple[StoredAttachment, ...]:
    """Put what was taken out of an invoice into the object storage, under ids of an attempt."""
    stored = []
    for number, one in enumerate(attached, 1):
        object_id = derived_id(original_id, f"invoice/attachment-{number}/{attempt}")
        with one.path.open("rb") as stream:
            digest, media_type = digest_of(stream), media_type_of(stream)
            storage.put(object_key(object_id), stream, digest, media_type=media_type)
        file = StoredFile(object_id, safe_file_name(one.file_name), media_type, digest)
        stored.append(StoredAttachment(file, one.title))
    return tuple(stored)


def file_attachments(
    work: UnitOfWork,
    invoice: Invoice,
    document: Document,
    version: DocumentVersion,
    attachments: Sequence[StoredAttachment],
) -> None:
    """File attachments as documents of the same case, each linked to the invoice. Doing it twice changes nothing."""
    ids = [derived_id(version.id, f"attachment/{number}") for number in range(1, len(attachments) + 1)]
    known = visible_among(work, ids)
    details = DocumentDetails(
        kind=DocumentKind.INCOMING,
        received_on=version.received_at.astimezone(BERLIN).date(),
        source=DocumentSource.INVOICE,
    )
    note = f"Anlage der {type_word(invoice.type_code)} {invoice.number or ''}".strip()
    for document_id, one in zip(ids, attachments, strict=True):
        if document_id in known:
            continue
        metadata = Metadata(one.title[:_LONGEST_TITLE], confidentiality=document.confidentiality)
        filed = file_document(
            work,
            document.case_id,
            metadata,
            details,
            one.file,
            document_id=document_id,
            arrival=Arrival(version.received_at, version.source_key),
        )
        link_records(work, filed.id, document.id, note=note)
