"""Filing what recognition made: verified, given a place, looked at where that is demanded, and filed."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import BERLIN
from eakte.documents import queries as document_queries
from eakte.documents import service as documents
from eakte.documents.files import StoredFile
from eakte.documents.models import Document, DocumentKind, DocumentVersion
from eakte.foundation.errors import Finding, NotFound
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Record
from eakte.records.queries import get_case, get_dossier, references_read_as
from eakte.records.service.filing import Metadata, create_case
from ingest import queries
from ingest.errors import OBSTACLES, PageCountMismatch, TargetMissing, TargetNotFound, TargetProposed
from ingest.messages import FileItem, ItemApproved, ItemFiled, ItemVerified
from ingest.models import IngestItem
from ingest.products import made_of, told
from ingest.rules import FILEABLE, ItemState, Reconciliation, title_of
from ingest.service.receiving import ingest_beside, target_of
from ingest.splitting.references import references_in

_PAGES_THAT_NAME_A_PLACE = 2
_CANDIDATES = 5


def file_item(work: UnitOfWork, item_id: UUID, texts: Sequence[str]) -> None:
    """Verify an item, find its place and file it, all in one work, as the person who brought it.

    One that has to be looked at stays verified until it is approved. Raises PageCountMismatch, PlaceUnclear and
    whatever filing refuses.
    """
    item = queries.get_item(work, item_id, lock=True)
    if item.state not in FILEABLE or item.products is None:
        return
    if item.state is ItemState.RECOGNISED:
        _verify(work, item, texts)
    if item.version_id is None and item.ingest.target_id is None:
        item.ingest = ingest_beside(work, item.ingest, _place(work, item, texts))
    if item.state is ItemState.VERIFIED:
        if item.ingest.review:
            work.session.flush()
            work.publish(ItemVerified(record_id=item.id, changes={"state": (ItemState.RECOGNISED, item.state)}))
            return
        item.advance(ItemState.REVIEWED, work.now)
    _file(work, item, texts)
    work.session.flush()
    changes = {"state": (ItemState.REVIEWED, ItemState.FILED), "document": (None, str(item.document_id))}
    work.publish(ItemFiled(record_id=item.id, changes=changes))


def approve_item(work: UnitOfWork, item: IngestItem) -> None:
    """Let a verified item be filed. Raises ItemNotWaiting."""
    item.approve(work.now)
    work.session.flush()
    work.publish(ItemApproved(record_id=item.id, changes={"state": (ItemState.VERIFIED, item.state)}))
    work.defer(FileItem(item_id=item.id))


def _verify(work: UnitOfWork, item: IngestItem, texts: Sequence[str]) -> None:
    pages = Reconciliation(item.page_count or 0, len(texts))
    if not pages.holds:
        raise PageCountMismatch(expected=pages.expected, found=pages.found)
    if item.products is not None and item.products["archival"] and item.products["pdfa_level"] is None:
        message = "Die Archivfassung erfüllt PDF/A nicht; die Befunde stehen bei der Fassung."
        item.warnings = [*item.warnings, told(Finding("pdfa-not-reached", message))]
    item.advance(ItemState.VERIFIED, work.now)


def _place(work: UnitOfWork, item: IngestItem, texts: Sequence[str]) -> Record:
    """Where a cover sheet sends an item. What only its text says is a proposal, which a person confirms."""
    if item.obstacle is not None:
        raise OBSTACLES[item.obstacle]
    for reference in item.announced:
        try:
            return target_of(work, reference)
        except NotFound:
            continue
    if item.announced:
        raise TargetNotFound(reference=item.announced[-1])
    candidates = references_in("\n".join(texts[:_PAGES_THAT_NAME_A_PLACE]))[:_CANDIDATES]
    for reference in _possible(work, [candidate.text for candidate in candidates]):
        try:
            place = target_of(work, reference)
        except NotFound:
            continue
        raise TargetProposed(reference=place.reference)
    raise TargetMissing(reference=candidates[0].text if candidates else None)


def _possible(work: UnitOfWork, written: Sequence[str]) -> Iterator[str]:
    """What may be meant: what is written, then what it was misread from; what follows a blank may be something else."""
    yield from written
    for text in dict.fromkeys([*written, *(text.rpartition(" ")[0] for text in written if " " in text)]):
        yield from references_read_as(work.session, text)


def _file(work: UnitOfWork, item: IngestItem, texts: Sequence[str]) -> None:
    made = made_of(item.products or {}, texts, item.warnings)
    if item.version_id is not None and item.document_id is not None:
        document = document_queries.get_document(work, item.document_id, to=Permission.FILE_DOCUMENT)
        version = work.session.get_one(DocumentVersion, item.version_id)
    else:
        document = _filed(work, item)
        version = document_queries.version_of(work.session, document.id, None)
        item.document_id, item.version_id = document.id, version.id
    documents.attach_renditions(work, document, version, made)
    item.advance(ItemState.FILED, work.now)


def _filed(work: UnitOfWork, item: IngestItem) -> Document:
    assert item.object_id is not None
    original = StoredFile(item.object_id, item.file_name, item.media_type, item.digest)
    details = documents.DocumentDetails(
        kind=DocumentKind.INCOMING,
        document_type=item.document_type,
        received_on=item.received_at.astimezone(BERLIN).date(),
        source=item.ingest.source,
    )
    case_id = _case_for(work, item)
    return documents.file_document(
        work,
        case_id,
        Metadata(title_of(item.file_name)),
        details,
        original,
        document_id=item.becomes,
        arrival=documents.Arrival(item.received_at, item.ingest.source_key),
    )


def _case_for(work: UnitOfWork, item: IngestItem) -> UUID:
    """The case an item goes to: the one named, or one made for its ingest in the dossier named."""
    ingest = queries.lock_ingest(work.session, item.ingest.id)
    if ingest.case_id is not None:
        return get_case(work, ingest.case_id, to=Permission.FILE_DOCUMENT).id
    assert ingest.target_id is not None
    dossier = get_dossier(work, ingest.target_id, to=Permission.CREATE_CASE)
    day = ingest.created_at.astimezone(BERLIN)
    case = create_case(work, dossier.id, Metadata(f"Eingang vom {day:%d.%m.%Y, %H:%M} Uhr"))
    ingest.case_id = case.id
    return case.id
