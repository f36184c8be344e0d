"""Reading invoices: what was found, what they say, how they look, and what they are like."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from eakte.access import Permission
from eakte.documents import queries as document_queries
from eakte.documents.errors import ContentWithheld, RenditionMissing
from eakte.documents.models import DocumentVersion, Rendition, RenditionKind
from eakte.foundation.work import UnitOfWork
from eakte.records.rules import Reading
from eakte.records.service.reading import note_reading
from xrechnung import queries
from xrechnung.errors import InvoiceNotReadable, InvoiceNotReadYet
from xrechnung.examining.kept import shown
from xrechnung.models import Invoice
from xrechnung.rules import InvoiceState
from xrechnung.service import products


class ViewFormat(StrEnum):
    """How an invoice is shown."""

    HTML = "html"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class MadeNow:
    """A file that belongs to an invoice and is not kept yet."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Twin:
    """An invoice of the house that another one is like; of one that the actor may not see only that it exists."""

    invoice: Invoice | None
    came_before: bool
    same_file: bool
    differences: tuple[str, ...]
    noted_at: datetime


def twins(work: UnitOfWork, invoice: Invoice) -> list[Twin]:
    """What an invoice is like, as far as the actor may know."""
    if not invoice.twins:
        return []
    found = queries.twins_of(work.session, invoice.id)
    visible = queries.visible_among(work, [other.id for _, other in found])
    return [
        Twin(
            invoice=other if other.id in visible else None,
            came_before=twin.earlier_id == other.id,
            same_file=twin.same_file,
            differences=tuple(twin.differences) if other.id in visible else (),
            noted_at=twin.noted_at,
        )
        for twin, other in found
    ]


def read_findings(work: UnitOfWork, invoice_id: UUID) -> Invoice:
    """An invoice whose verdict is there.

    Raises InvoiceNotFound, ActionForbidden, ProcessingRestricted, ContentWithheld, InvoiceNotReadYet,
    InvoiceNotReadable.
    """
    invoice = _loaded(work, invoice_id)
    _must_be_judged(work, invoice)
    return invoice


def original_of(work: UnitOfWork, invoice_id: UUID) -> Rendition:
    """An invoice as it came, judged or not, for reading its bytes.

    Raises InvoiceNotFound, ActionForbidden, ProcessingRestricted, ContentWithheld.
    """
    invoice = _loaded(work, invoice_id)
    _must_not_be_withheld(work, invoice)
    return document_queries.rendition(work.session, invoice.version_id, RenditionKind.ORIGINAL, None)


def file_of(work: UnitOfWork, invoice_id: UUID, kind: RenditionKind) -> Rendition | MadeNow:
    """What belongs to a judged invoice, for reading its bytes: as it is kept, or made for the moment.

    Raises as `read_findings`, and RenditionMissing.
    """
    invoice = read_findings(work, invoice_id)
    try:
        return document_queries.rendition(work.session, invoice.version_id, kind, None)
    except RenditionMissing as error:
        made = made_now(work, invoice, kind) if queries.lacks_products(work.session, invoice) else None
        if made is not None:
            return made
        if kind is RenditionKind.DATA:
            raise InvoiceNotReadable from error
        raise


def made_now(work: UnitOfWork, invoice: Invoice, kind: RenditionKind) -> MadeNow | None:
    """What is not kept yet, made for whoever asks; None for what is never made of this invoice. Raises as `shown`."""
    showing = products.showing_of(work, invoice)
    with shown(work.storage, showing.original, showing.verdict, work.settings.xrechnung) as made:
        path = products.path_of(made, kind)
        content = path.read_bytes() if path is not None else None
    if content is None:
        return None
    return MadeNow(showing.file_names[kind], products.MEDIA_TYPES[kind], content)


def files_of(work: UnitOfWork, invoice: Invoice, kinds: Collection[RenditionKind]) -> list[Rendition]:
    """Those of some kinds of file that checking made of an invoice, for lists. Callers load the invoice first."""
    made = document_queries.renditions_of(work.session, invoice.version_id)
    return [one for one in made if one.kind in kinds]


def view_of(work: UnitOfWork, invoice_id: UUID, form: ViewFormat) -> Rendition | MadeNow:
    """An invoice as people read it; as PDF, the supplier's own is not meant. Raises as `file_of`."""
    if form is ViewFormat.HTML:
        return file_of(work, invoice_id, RenditionKind.VIEW)
    try:
        return file_of(work, invoice_id, RenditionKind.VIEW_PDF)
    except RenditionMissing:
        return file_of(work, invoice_id, RenditionKind.ARCHIVAL)


def _loaded(work: UnitOfWork, invoice_id: UUID) -> Invoice:
    invoice = queries.get_invoice(work, invoice_id, to=Permission.READ_CONTENT)
    note_reading(work, queries.document_of(work.session, invoice), Reading.CONTENT)
    return invoice


def _must_be_judged(work: UnitOfWork, invoice: Invoice) -> None:
    _must_not_be_withheld(work, invoice)
    if invoice.state is InvoiceState.RECEIVED:
        raise InvoiceNotReadYet
    if invoice.accepted is None:
        raise InvoiceNotReadable


def _must_not_be_withheld(work: UnitOfWork, invoice: Invoice) -> None:
    if work.session.get_one(DocumentVersion, invoice.version_id).withheld is not None:
        raise ContentWithheld
