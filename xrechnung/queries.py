"""Every select over invoices. Whoever sees the document an invoice came as sees the invoice."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, text
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import BERLIN
from eakte.documents.models import Document, DocumentVersion, Rendition, RenditionKind
from eakte.documents.queries import documents_where, get_document, reached_from
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.errors import Forbidden, NotFound
from eakte.foundation.ids import earliest_id
from eakte.foundation.jobs import is_queued
from eakte.foundation.work import Actor, UnitOfWork
from eakte.records.errors import ProcessingRestricted
from eakte.records.models import Record
from eakte.records.queries import must_be_readable
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.queries.seeing import involved
from xrechnung.errors import InvoiceNotFound
from xrechnung.judging.hints.duplicates import number_keys
from xrechnung.messages import JudgeInvoice, ShowInvoice
from xrechnung.models import Invoice, InvoiceTwin
from xrechnung.rules import InvoiceState

_LONGEST_NUMBER = 200
"""Letters of an invoice number that count when it is looked for; no number is longer, whatever else may stand there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which invoices somebody looks for; days of issue include both ends."""

    state: InvoiceState | None = None
    accepted: bool | None = None
    seller: str | None = None
    number: str | None = None
    issued_from: date | None = None
    issued_until: date | None = None
    due_before: date | None = None
    with_twins: bool = False


def keys_of_number(number: str | None) -> list[str]:
    """What an invoice number is looked for by, however it is written."""
    return sorted(number_keys(number[:_LONGEST_NUMBER])) if number else []


def visible_invoices(actor: Actor) -> Select[Invoice]:
    return select(Invoice).where(Invoice.document_id.in_(documents_where(actor, Permission.READ)))


def invoices(work: UnitOfWork, wanted: Wanted, *, cursor: str | None, limit: int) -> Page[Invoice]:
    """Visible invoices in the order in which they came."""
    return page_of(work.session, _narrowed(work.actor, wanted), (Invoice.id,), cursor=cursor, limit=limit)


def newest_invoices(work: UnitOfWork, wanted: Wanted, *, before: UUID | None, limit: int) -> Sequence[Invoice]:
    """Visible invoices, the last one to come first; one more than `limit` if there are more."""
    statement = _narrowed(work.actor, wanted).order_by(Invoice.id.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(Invoice.id < before)
    return work.session.scalars(statement).all()


def _narrowed(actor: Actor, wanted: Wanted) -> Select[Invoice]:
    tests: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        tests.append(Invoice.state == wanted.state)
    if wanted.accepted is not None:
        tests.append(Invoice.accepted == wanted.accepted)
    if wanted.seller is not None:
        named = Invoice.seller_name.icontains(wanted.seller, autoescape=True)
        tests.append(or_(named, func.upper(Invoice.seller_vat_id) == wanted.seller.upper()))
    if wanted.number is not None:
        tests.append(Invoice.number_keys.overlap(keys_of_number(wanted.number)))
    if wanted.issued_from is not None:
        tests.append(Invoice.issue_date >= wanted.issued_from)
    if wanted.issued_until is not None:
        tests.append(Invoice.issue_date <= wanted.issued_until)
    if wanted.due_before is not None:
        tests.append(Invoice.due_date < wanted.due_before)
    if wanted.with_twins:
        tests.append(Invoice.twins > 0)
    return visible_invoices(actor).where(*tests)


def get_invoice(work: UnitOfWork, invoice_id: UUID, *, to: Permission, lock: bool = False) -> Invoice:
    """Load an invoice for one purpose, which the right to its document decides.

    Raises InvoiceNotFound, ActionForbidden, ProcessingRestricted.
    """
    statement = select(Invoice).where(Invoice.id == invoice_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    invoice = work.session.scalar(statement)
    if invoice is None:
        raise InvoiceNotFound
    try:
        get_document(work, invoice.document_id, to=to)
    except ProcessingRestricted:
        raise
    except (NotFound, Forbidden) as error:
        # Whoever has to work on an invoice reads it, wherever it is filed.
        if to in _READING and _is_involved(work, invoice_id):
            if to is Permission.READ_CONTENT:
                must_be_readable(work, document_of(work.session, invoice))
            return invoice
        if isinstance(error, NotFound):
            raise InvoiceNotFound from error
        raise
    return invoice


def lock_invoice(session: Session, invoice_id: UUID) -> Invoice | None:
    """An invoice for the house itself, whoever may see it, as it is now and stays until this work ends."""
    statement = select(Invoice).where(Invoice.id == invoice_id).with_for_update()
    return session.scalar(statement.execution_options(populate_existing=True))


def waiting_for_check(session: Session, invoice_id: UUID) -> tuple[Invoice, DocumentVersion, Rendition] | None:
    """An invoice that nobody has judged, locked, with its version and its original; for the house itself."""
    original = and_(Rendition.version_id == DocumentVersion.id, Rendition.kind == RenditionKind.ORIGINAL)
    statement = (
        select(Invoice, DocumentVersion, Rendition)
        .join(DocumentVersion, DocumentVersion.id == Invoice.version_id)
        .join(Rendition, original)
        .where(Invoice.id == invoice_id, Invoice.state == InvoiceState.RECEIVED)
        .with_for_update(of=Invoice)
        .execution_options(populate_existing=True)
    )
    row = session.execute(statement).one_or_none()
    return (row[0], row[1], row[2]) if row is not None else None


def lacks_products(session: Session, invoice: Invoice) -> bool:
    """Whether an invoice is judged, and what is made of it then is not there yet."""
    return session.scalar(select(_lacking()).where(Invoice.id == invoice.id)) is True


def _lacking() -> ColumnElement[bool]:
    """SQL: the verdict is known, and not in the record as a file, with which all that is made of an invoice comes."""
    kept = select(Rendition.id).where(
        Rendition.version_id == Invoice.version_id, Rendition.kind == RenditionKind.VERDICT
    )
    return and_(Invoice.accepted.is_not(None), ~kept.exists())


_READING = (Permission.READ, Permission.READ_CONTENT)


def _is_involved(work: UnitOfWork, invoice_id: UUID) -> bool:
    statement = involved(work.session, work.actor, work.now.astimezone(BERLIN).date())
    return work.session.scalar(statement.where(Approval.invoice_id == invoice_id)) is not None


def document_of(session: Session, invoice: Invoice) -> Document:
    """The document an invoice came as. Callers load the invoice first: whoever may read it may know that."""
    return session.get_one(Document, invoice.document_id)


def invoice_of_version(session: Session, version_id: UUID) -> Invoice | None:
    return session.scalar(select(Invoice).where(Invoice.version_id == version_id))


def unfinished_in(work: UnitOfWork, record: Record) -> list[tuple[Invoice, bool]]:
    """Invoices that go along with a record and whose check is under way, or of which something is still to be made.

    Each with whether the actor sees the document it came as.
    """
    statement = (
        select(Invoice, Document.id.in_(documents_where(work.actor, Permission.READ)))
        .join(Document, Document.id == Invoice.document_id)
        .where(reached_from(record), or_(Invoice.state == InvoiceState.RECEIVED, _lacking()))
    )
    return [(row[0], row[1]) for row in work.session.execute(statement.order_by(Invoice.id))]


# --- twins --------------------------------------------------------------------------------------------------


def hold_numbers(session: Session, keys: Collection[str]) -> None:
    """Keep everybody else from noting an invoice with one of these numbers until this work ends.

    Of two alike that come at once, one thus sees the other. Held in one order, so that nobody waits in a circle;
    before anything else is locked.
    """
    if keys:
        session.execute(_HOLDING, {"keys": [f"invoice {key}" for key in sorted(keys)]})


_HOLDING = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM"
    " (SELECT key FROM unnest(CAST(:keys AS text[])) WITH ORDINALITY AS given (key, place) ORDER BY place) AS ordered"
)


def with_number_like(session: Session, invoice: Invoice) -> list[Invoice]:
    """All other invoices of the house with the same number, visible or not: nothing is paid twice."""
    same = {"keys": invoice.number_keys, "invoice_id": invoice.id, "document_id": invoice.document_id}
    return list(session.scalars(_WITH_NUMBER_LIKE, same))


# Made once, as every invoice asks.
_WITH_NUMBER_LIKE = (
    select(Invoice)
    .where(
        Invoice.number_keys.overlap(bindparam("keys")),
        Invoice.id != bindparam("invoice_id"),
        Invoice.document_id != bindparam("document_id"),
    )
    .order_by(Invoice.id)
)


def twins_of(session: Session, invoice_id: UUID) -> list[tuple[InvoiceTwin, Invoice]]:
    """What an invoice is like, with the other invoice, visible or not."""
    other = or_(
        and_(InvoiceTwin.earlier_id == invoice_id, InvoiceTwin.later_id == Invoice.id),
        and_(InvoiceTwin.later_id == invoice_id, InvoiceTwin.earlier_id == Invoice.id),
    )
    rows = session.execute(select(InvoiceTwin, Invoice).join(Invoice, other).order_by(Invoice.id))
    return [(row[0], row[1]) for row in rows]


def visible_among(work: UnitOfWork, invoice_ids: Collection[UUID]) -> set[UUID]:
    """Those of some invoices that the actor may see."""
    statement = visible_invoices(work.actor).where(Invoice.id.in_(invoice_ids))
    return {invoice.id for invoice in work.session.scalars(statement)}


# --- upkeep -------------------------------------------------------------------------------------------------


def stranded(session: Session) -> list[Invoice]:
    """Invoices whose check is under way and for which no job waits or runs."""
    queued = is_queued([JudgeInvoice], invoice_id=Invoice.id)
    statement = select(Invoice).where(Invoice.state == InvoiceState.RECEIVED, ~queued)
    return list(session.scalars(statement.order_by(Invoice.id)))


def stranded_unshown(session: Session, since: datetime) -> list[Invoice]:
    """Invoices received since then of which something is still to be made, and no job for it waits or runs."""
    queued = is_queued([ShowInvoice], invoice_id=Invoice.id)
    judged = Invoice.state.in_([one for one in InvoiceState if one is not InvoiceState.RECEIVED])
    statement = select(Invoice).where(judged, Invoice.id >= earliest_id(since), _lacking(), ~queued)
    return list(session.scalars(statement.order_by(Invoice.id)))


def received_since(session: Session, since: datetime, *, most: int) -> int:
    """How many invoices came since then; nobody counts further than `most`."""
    return int(session.execute(_CAME, {"first": earliest_id(since), "most": most}).scalar_one())


_CAME = text("SELECT count(*) FROM (SELECT FROM invoices WHERE id >= :first LIMIT :most) AS came")


def counts(session: Session) -> dict[str, int]:
    """How many invoices are in each state."""
    rows = session.execute(select(Invoice.state, func.count()).group_by(Invoice.state))
    return {row[0].value: row[1] for row in rows}
