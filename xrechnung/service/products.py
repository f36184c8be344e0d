"""What is made of a judged invoice (Sichtansicht, Daten, Anlagen): nobody waits for it, and in the end it is kept.

Whoever wants to see it before gets it made for the moment (`reading.made_now`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from eakte.access import Permission
from eakte.access.queries import BERLIN
from eakte.documents import queries as document_queries
from eakte.documents.files import safe_file_name
from eakte.documents.models import Document, DocumentVersion, RenditionKind
from eakte.documents.service import attach_rendition
from eakte.documents.underway import Made, Underway, keep
from eakte.foundation.errors import EakteError
from eakte.foundation.work import BeginWork, UnitOfWork
from eakte.records.models import Case
from eakte.records.queries import get_case
from xrechnung import queries
from xrechnung.examining.kept import Original
from xrechnung.examining.results import Products
from xrechnung.judging.telling import KEYS
from xrechnung.messages import InvoiceShown
from xrechnung.models import Invoice
from xrechnung.rules import title_of_invoice
from xrechnung.service.attachments import file_attachments

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
    original: Original
    verdict: Mapping[str, Any]
    file_names: Mapping[RenditionKind, str]


@dataclass(frozen=True, slots=True)
class KeptProducts:
    """What was made, stored: renditions by their kind, attachments by their number from 1, and those with titles."""

    files: Underway[RenditionKind | int]
    titles: Mapping[int, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


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


def keep_products(begin: BeginWork, showing: Showing, products: Products) -> KeptProducts:
    """Put what was made into the object storage. Raises StorageUnavailable."""
    attached = dict(enumerate(products.attached, 1))
    made: dict[RenditionKind | int, Made] = {
        number: Made(one.path, safe_file_name(one.file_name)) for number, one in attached.items()
    }
    for kind in MEDIA_TYPES:
        if (path := path_of(products, kind)) is not None:
            made[kind] = _made(showing, kind, path)
    titles = {number: one.title for number, one in attached.items()}
    return KeptProducts(keep(begin, made), titles, products.left_out)


def keep_verdict(begin: BeginWork, showing: Showing, problem: EakteError | None) -> KeptProducts:
    """Put the verdict alone into the object storage, where nothing else could be made, and say so."""
    content = json.dumps(showing.verdict, ensure_ascii=False).encode()
    remark = _FAILED.format(problem=problem or "Es ist ein unerwarteter Fehler aufgetreten.")
    log.warning("invoice_not_showable", invoice=str(showing.invoice_id), problem=type(problem).__name__)
    kind = RenditionKind.VERDICT
    return KeptProducts(keep(begin, {kind: _made(showing, kind, content)}), left_out=(remark,))


def _made(showing: Showing, kind: RenditionKind, content: Path | bytes) -> Made:
    return Made(content, showing.file_names[kind], MEDIA_TYPES[kind])


def note_products(work: UnitOfWork, showing: Showing, kept: KeptProducts) -> None:
    """Keep what was made beside the invoice, and what came inside it as documents of its case, all in one work.

    Raises CameTooLate.
    """
    invoice = _claimed(work, showing)
    if invoice is None:
        return
    document, _ = record_of(work, invoice)
    version = work.session.get_one(DocumentVersion, invoice.version_id)
    files = kept.files.arrive(work)
    attached = [(title, files[number]) for number, title in kept.titles.items()]
    file_attachments(work, invoice, document, version, attached)
    for kind in MEDIA_TYPES:
        if kind in files:
            attach_rendition(work, version, kind, files[kind])
    invoice.remarks = [*invoice.remarks, *kept.left_out]
    work.session.flush()
    changes = {"attachments": (None, len(attached))}
    work.publish(InvoiceShown(record_id=document.id, invoice_id=invoice.id, changes=changes))


def record_of(work: UnitOfWork, invoice: Invoice) -> tuple[Document, Case]:
    """The document and its case, the case first: who files into it afterwards waits for nobody in a circle."""
    case_id = document_queries.case_id_of(work.session, invoice.document_id)
    case = get_case(work, case_id, to=Permission.FILE_DOCUMENT)
    return document_queries.get_document(work, invoice.document_id, to=Permission.EDIT), case


def _claimed(work: UnitOfWork, showing: Showing) -> Invoice | None:
    invoice = queries.lock_invoice(work.session, showing.invoice_id)
    return invoice if invoice is not None and invoice.attempts == showing.attempt else None
