"""What is made of a judged invoice (Sichtansicht, Daten, Anlagen): nobody waits for it, and in the end it is kept.

Whoever wants to see it before gets it made for the moment (`reading.made_now`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from eakte.access import Permission
from eakte.access.queries import BERLIN
from eakte.documents import queries as document_queries
from eakte.documents.files import StoredFile, derived_id
from eakte.documents.models import Document, DocumentVersion, RenditionKind, object_key
from eakte.documents.service import attach_rendition
from eakte.foundation.errors import EakteError
from eakte.foundation.storage import Storage, digest_of
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case
from eakte.records.queries import get_case
from xrechnung import queries
from xrechnung.examining.kept import Original
from xrechnung.examining.results import Products
from xrechnung.judging.telling import KEYS
from xrechnung.messages import InvoiceShown
from xrechnung.models import Invoice
from xrechnung.rules import title_of_invoice
from xrechnung.service.attachments import StoredAttachment, file_attachments, store_attachments

log = structlog.get_logger()

_FAILED = "Ansicht, Daten und Anlagen ließen sich nicht ablegen: {problem}"
MEDIA_TYPES: Mapping[RenditionKind, str] = {
    RenditionKind.VIEW: "text/html",
    RenditionKind.DATA: "application/json",
    RenditionKind.VIEW_PDF: "application/pdf",
    RenditionKind.VERDICT: "application/json",
}
_SUFFIXES = {"text/html": "html", "application/json": "json", "application/pdf": "pdf"}


@dataclass(frozen=True, slots=True)
class Showing:
    """An invoice of which something is made, in its n-th attempt; what an outdated attempt made is not taken."""

    invoice_id: UUID
    attempt: int
    original_id: UUID
    original: Original
    verdict: Mapping[str, Any]
    file_names: Mapping[RenditionKind, str]


@dataclass(frozen=True, slots=True)
class StoredProducts:
    """What was made, stored under ids of its attempt."""

    renditions: Mapping[RenditionKind, StoredFile]
    attachments: tuple[StoredAttachment, ...]
    left_out: tuple[str, ...]


def claim_showing(work: UnitOfWork, invoice_id: UUID) -> Showing | None:
    """Begin to make what belongs to a judged invoice; None when it is there, or nothing was judged."""
    invoice = queries.lock_invoice(work.session, invoice_id)
    if invoice is None or not queries.lacks_products(work.session, invoice):
        return None
    invoice.attempts += 1
    return showing_of(work, invoice)


def showing_of(work: UnitOfWork, invoice: Invoice) -> Showing:
    """What is needed to show a judged invoice. Callers load the invoice first."""
    original = document_queries.rendition(work.session, invoice.version_id, RenditionKind.ORIGINAL, None)
    received_on = invoice.received_at.astimezone(BERLIN).date()
    return Showing(
        invoice.id,
        invoice.attempts,
        original.object_id,
        Original(original.key, original.digest, received_on),
        {name: getattr(invoice, name) for name in KEYS},
        _file_names(title_of_invoice(invoice.type_code, invoice.number, None).replace("/", "-")),
    )


def _file_names(stem: str) -> dict[RenditionKind, str]:
    names = {kind: f"{stem}.{_SUFFIXES[media_type]}" for kind, media_type in MEDIA_TYPES.items()}
    return names | {RenditionKind.VERDICT: f"Prüfergebnis {stem}.json"}


def path_of(products: Products, kind: RenditionKind) -> Path | None:
    """Where a kind of file is among what was made."""
    path: Path | None = getattr(products, kind.value) if kind in MEDIA_TYPES else None
    return path


def store_products(storage: Storage, showing: Showing, products: Products) -> StoredProducts:
    """Put what was made into the object storage."""
    renditions = {
        kind: _stored(storage, showing, kind, path)
        for kind in MEDIA_TYPES
        if (path := path_of(products, kind)) is not None
    }
    attachments = store_attachments(storage, showing.original_id, showing.attempt, products.attached)
    return StoredProducts(renditions, attachments, products.left_out)


def store_verdict(storage: Storage, showing: Showing, problem: EakteError | None) -> StoredProducts:
    """Put the verdict alone into the object storage, where nothing else could be made, and say so."""
    object_id, kind = _object_id(showing, RenditionKind.VERDICT), RenditionKind.VERDICT
    content = json.dumps(showing.verdict, ensure_ascii=False).encode()
    digest = storage.put_bytes(object_key(object_id), content, media_type=MEDIA_TYPES[kind])
    file = StoredFile(object_id, showing.file_names[kind], MEDIA_TYPES[kind], digest)
    remark = _FAILED.format(problem=problem or "Es ist ein unerwarteter Fehler aufgetreten.")
    log.warning("invoice_not_showable", invoice=str(showing.invoice_id), problem=type(problem).__name__)
    return StoredProducts({kind: file}, (), (remark,))


def _stored(storage: Storage, showing: Showing, kind: RenditionKind, path: Path) -> StoredFile:
    object_id = _object_id(showing, kind)
    with path.open("rb") as stream:
        digest = digest_of(stream)
        storage.put(object_key(object_id), stream, digest, media_type=MEDIA_TYPES[kind])
    return StoredFile(object_id, showing.file_names[kind], MEDIA_TYPES[kind], digest)


def _object_id(showing: Showing, kind: RenditionKind) -> UUID:
    return derived_id(showing.original_id, f"invoice/{kind.value}/{showing.attempt}")


def note_products(work: UnitOfWork, showing: Showing, stored: StoredProducts) -> None:
    """Keep what was made beside the invoice, and what came inside it as documents of its case, all in one work."""
    invoice = _claimed(work, showing)
    if invoice is None:
        return
    document, _ = record_of(work, invoice)
    version = work.session.get_one(DocumentVersion, invoice.version_id)
    file_attachments(work, invoice, document, version, stored.attachments)
    for kind, file in stored.renditions.items():
        attach_rendition(work, version, kind, file)
    invoice.remarks = [*invoice.remarks, *stored.left_out]
    work.session.flush()
    changes = {"attachments": (None, len(stored.attachments))}
    work.publish(InvoiceShown(record_id=document.id, invoice_id=invoice.id, changes=changes))


def record_of(work: UnitOfWork, invoice: Invoice) -> tuple[Document, Case]:
    """The document and its case, the case first: who files into it afterwards waits for nobody in a circle."""
    case_id = document_queries.case_id_of(work.session, invoice.document_id)
    case = get_case(work, case_id, to=Permission.FILE_DOCUMENT)
    return document_queries.get_document(work, invoice.document_id, to=Permission.EDIT), case


def _claimed(work: UnitOfWork, showing: Showing) -> Invoice | None:
    invoice = queries.lock_invoice(work.session, showing.invoice_id)
    return invoice if invoice is not None and invoice.attempts == showing.attempt else None
