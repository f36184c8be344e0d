"""What people see of a batch: its account, every image and every document with what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eakte.access import Permission
from eakte.access.queries import require
from eakte.documents.files import StoredFile
from eakte.documents.service import read_content
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.work import UnitOfWork
from ingest.batches import queries
from ingest.batches.errors import BatchFileNotFound, BatchImageNotFound
from ingest.batches.models import Batch, BatchDocument, BatchFile, BatchImage
from ingest.batches.rules import ASSEMBLING, BatchState, Counted, FileState
from ingest.batches.service.previews import made_preview, preview_in
from ingest.batches.service.proving import Meter, Proven, prove_document
from ingest.models import IngestItem
from ingest.rules import SETTLED, ItemState


@dataclass(frozen=True, slots=True)
class ImageView:
    """An image, and what recognition found on it: turned, skew, confidence."""

    image: BatchImage
    file_name: str
    recognised: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document of a batch: `images` are the numbers of its images in the order of its pages."""

    document: BatchDocument
    images: list[int]
    reference: str | None
    state: str
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a batch: every image once, and its documents by state."""

    counted: Counted
    progress: dict[str, int]
    settled: bool


# Until the checks are done nothing is filed, nor what changed after them; what a rejected batch had not put together
# it never will.
_WAITS_IN: Mapping[BatchState, frozenset[str]] = {
    BatchState.SPLIT: frozenset({ItemState.VERIFIED}),
    BatchState.ACCEPTED: frozenset({ItemState.VERIFIED}),
    BatchState.REJECTED: frozenset({ASSEMBLING}),
}


def account_of(work: UnitOfWork, batch: Batch) -> Account:
    """How far a batch is; settled when nothing moves unless a person does something."""
    progress = queries.progress_of(work.session, batch.id)
    waiting = SETTLED | _WAITS_IN.get(batch.state, frozenset())
    split = batch.state not in (BatchState.OPEN, BatchState.SPLITTING)
    settled = split and progress.keys() <= waiting and not queries.unseen_files(work.session, batch.id)
    counts = queries.counted(work.session, batch.id, documents=sum(progress.values()))
    return Account(counts, progress, settled)


def images(work: UnitOfWork, batch: Batch, *, cursor: str | None, limit: int) -> Page[ImageView]:
    """The images of a batch in the order of the stack."""
    statement = select(BatchImage).where(BatchImage.batch_id == batch.id)
    page = page_of(work.session, statement, (BatchImage.n, BatchImage.id), cursor=cursor, limit=limit)
    names = _by_id(work, BatchFile, [image.file_id for image in page.items])
    documents = _by_id(work, BatchDocument, [image.document_id for image in page.items])
    views = [
        ImageView(image, names[image.file_id].file_name, _recognised(documents.get(image.document_id), image.page))
        for image in page.items
    ]
    return Page(views, page.next_cursor)


def documents(work: UnitOfWork, batch: Batch, *, cursor: str | None, limit: int) -> Page[DocumentView]:
    """The documents of a batch in the order of the stack."""
    statement = select(BatchDocument).where(BatchDocument.batch_id == batch.id, ~BatchDocument.dissolved)
    page = page_of(work.session, statement, (BatchDocument.number, BatchDocument.id), cursor=cursor, limit=limit)
    return Page(_seen(work, page.items), page.next_cursor)


def kept_of(work: UnitOfWork, batches: Sequence[Batch]) -> dict[UUID, list[DocumentView]]:
    """The documents of each batch whose paper has to be taken out before the rest is destroyed."""
    kept: dict[UUID, list[DocumentView]] = {batch.id: [] for batch in batches}
    for view in _seen(work, queries.kept_in(work.session, list(kept))):
        kept[view.document.batch_id].append(view)
    return kept


def _seen(work: UnitOfWork, documents: Sequence[BatchDocument]) -> list[DocumentView]:
    rows = work.session.execute(
        select(BatchImage.document_id, BatchImage.n)
        .where(BatchImage.document_id.in_([document.id for document in documents]))
        .order_by(BatchImage.page)
    ).all()
    return [_document(one, [n for document_id, n in rows if document_id == one.id]) for one in documents]


def proofs(work: UnitOfWork, batch: Batch, *, cursor: str | None, limit: int) -> Page[Proven]:
    """Check the filed documents of a batch again from storage, some at a time. Raises StorageUnavailable."""
    statement = select(BatchDocument).where(BatchDocument.batch_id == batch.id, ~BatchDocument.dissolved)
    page = page_of(work.session, statement, (BatchDocument.number, BatchDocument.id), cursor=cursor, limit=limit)
    meter = Meter(work.storage)
    filed = [one for one in page.items if one.item is not None and one.item.state is ItemState.FILED]
    return Page([prove_document(work, one, meter) for one in filed], page.next_cursor)


def preview_of(work: UnitOfWork, batch: Batch, n: int) -> StoredFile:
    """The preview of a recognised page or of an image left out, for whoever scanned it or may read contents.

    Raises BatchImageNotFound, ActionForbidden, ProcessingRestricted.
    """
    if batch.created_by != work.actor.id:
        require(work, Permission.READ_CONTENT)
    image = queries.get_image(work.session, batch.id, n)
    document = queries.get_document(work, image.document_id) if image.document_id is not None else None
    if document is not None and document.item is not None and document.item.document_id is not None:
        read_content(work, document.item.document_id)
    found = _preview(image, document, queries.get_file(work, image.file_id))
    if found is None:
        raise BatchImageNotFound(n=n)
    return found


def shown_among(work: UnitOfWork, images: Sequence[BatchImage]) -> set[int]:
    """The numbers of those images of a batch that have a preview."""
    files = _by_id(work, BatchFile, [image.file_id for image in images])
    documents = _by_id(work, BatchDocument, [image.document_id for image in images])
    found = ((image.n, _preview(image, documents.get(image.document_id), files[image.file_id])) for image in images)
    return {n for n, preview in found if preview is not None}


def raw_scan_of(work: UnitOfWork, batch: Batch, file_id: UUID) -> BatchFile:
    """A raw scan as it arrived, for whoever checks: what was left out is seen in it as well.

    It shows pages of documents that may be filed and restricted by now. Files that are documents as they came are
    read there. Raises BatchFileNotFound, ActionForbidden, ProcessingRestricted.
    """
    require(work, Permission.CHECK_SCANS)
    if batch.created_by != work.actor.id:
        require(work, Permission.READ_CONTENT)
    file = queries.get_file(work, file_id)
    if file.batch_id != batch.id or file.state is not FileState.SEEN:
        raise BatchFileNotFound
    for document_id in queries.filed_from(work.session, file.id):
        read_content(work, document_id)
    return file


def _preview(image: BatchImage, document: BatchDocument | None, file: BatchFile) -> StoredFile | None:
    return made_preview(image, document) or preview_in(file, image)


def _by_id(work: UnitOfWork, kind: Any, ids: Sequence[Any]) -> dict[Any, Any]:
    return {row.id: row for row in work.session.scalars(select(kind).where(kind.id.in_({*ids} - {None})))}


def _state(document: BatchDocument) -> str:
    return document.item.state.value if document.item is not None else ASSEMBLING


def _document(document: BatchDocument, images: list[int]) -> DocumentView:
    item = document.item
    announced = document.references[-1] if document.references else None
    found = item.proposed_reference if item is not None else None
    code, message = (item.failure_code, item.failure_message) if item is not None else (document.obstacle, None)
    return DocumentView(document, images, announced or found, _state(document), code, message)


def _recognised(document: BatchDocument | None, page: int | None) -> dict[str, Any]:
    item: IngestItem | None = document.item if document is not None else None
    pages: list[dict[str, Any]] = item.products["pages"] if item is not None and item.products else []
    return pages[page - 1] if page is not None and page <= len(pages) else {}
