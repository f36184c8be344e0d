"""What ingest forgets when documents, cases and dossiers are destroyed: items, products, raw scans, and their proof."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, or_, select, text, update
from sqlalchemy.orm import Session

from eakte.documents.erasing import doom, speakers
from eakte.documents.messages import DocumentsErasing
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.records.messages import RecordErasing
from ingest.batches.models import BatchDocument, BatchFile, BatchImage, ScanProduct
from ingest.models import Ingest, IngestItem
from ingest.rules import ItemState
from ingest.sources.uploads.models import Upload

# Every object_id anywhere in a stored JSON value; the column is named by us, never by anybody else.
_WITHIN = "SELECT DISTINCT (jsonb_path_query({column}, '$.**.object_id') #>> '{{}}')::uuid FROM {table} WHERE "
_OF_PRODUCTS = _WITHIN.format(column="products", table="ingest_items") + "id = ANY(:ids) AND products IS NOT NULL"
_OF_RAW_SCANS = _WITHIN.format(column="previews", table="batch_files") + "id = ANY(:ids)"
_OF_PROOFS = _WITHIN.format(column="files", table="scan_products") + "document_id = ANY(:ids)"


@on(DocumentsErasing)
def forget_documents(work: UnitOfWork, event: DocumentsErasing) -> None:
    """Delete what brought some documents in, and what proves how they came to be."""
    ids = list(event.documents)
    session = work.session
    doom(work, session.scalars(text(_OF_PROOFS), {"ids": ids}), event.record_id)
    session.execute(delete(ScanProduct).where(ScanProduct.document_id.in_(ids)))
    items = list(
        session.scalars(select(IngestItem.id).where(or_(IngestItem.document_id.in_(ids), IngestItem.becomes.in_(ids))))
    )
    _forget_scans(work, ids, items, event.record_id)
    _forget_items(work, items, event.record_id)


@on(RecordErasing)
def forget_place(work: UnitOfWork, event: RecordErasing) -> None:
    """Forget that a case or dossier was the goal of files, and the files for it that were discarded."""
    session, place = work.session, event.record_id
    ingests = select(Ingest.id).where(or_(Ingest.target_id == place, Ingest.case_id == place))
    unfiled = select(IngestItem.id).where(
        IngestItem.ingest_id.in_(ingests), IngestItem.document_id.is_(None), IngestItem.state == ItemState.DISCARDED
    )
    ingest_ids = list(session.scalars(ingests))
    _forget_items(work, list(session.scalars(unfiled)), place)
    session.execute(update(Ingest).where(Ingest.id.in_(ingest_ids), Ingest.target_id == place).values(target_id=None))
    session.execute(update(Ingest).where(Ingest.id.in_(ingest_ids), Ingest.case_id == place).values(case_id=None))


def _forget_items(work: UnitOfWork, ids: list[UUID], record_id: UUID) -> None:
    """Delete items, and the ingests in which nothing is left."""
    if not ids:
        return
    session = work.session
    doom(work, session.scalars(text(_OF_PRODUCTS), {"ids": ids}), record_id)
    rows = session.execute(select(IngestItem.object_id, IngestItem.ingest_id).where(IngestItem.id.in_(ids))).all()
    doom(work, (row.object_id for row in rows if row.object_id is not None), record_id)
    session.execute(delete(IngestItem).where(IngestItem.id.in_(ids)))
    left = select(IngestItem.id).where(IngestItem.ingest_id == Ingest.id).exists()
    session.execute(delete(Ingest).where(Ingest.id.in_({row.ingest_id for row in rows}), ~left))


# --- stacks of paper ----------------------------------------------------------------------------------------


def _forget_scans(work: UnitOfWork, ids: list[UUID], items: list[UUID], record_id: UUID) -> None:
    """Delete the pages of some documents in their stacks, and the raw scans on which no other document has a page."""
    session = work.session
    parts = select(BatchDocument.id).where(or_(BatchDocument.id.in_(ids), BatchDocument.item_id.in_(items)))
    part_ids = list(session.scalars(parts))
    if not part_ids:
        return
    scanned = list(session.scalars(select(BatchDocument.file_id).where(BatchDocument.id.in_(part_ids)).distinct()))
    pages = _images(session, BatchImage.document_id.in_(part_ids))
    earlier = _images(session, BatchImage.rescanned_as.in_([page.id for page in pages]))
    files = {image.file_id for image in (*pages, *earlier)} | {one for one in scanned if one is not None}
    _delete_images(session, [image.id for image in (*earlier, *pages)])
    session.execute(delete(BatchDocument).where(BatchDocument.id.in_(part_ids)))
    _forget_files(work, files, record_id)


def _images(session: Session, condition: ColumnElement[bool]) -> Sequence[Row[UUID, UUID]]:
    return session.execute(select(BatchImage.id, BatchImage.file_id).where(condition)).all()


def _delete_images(session: Session, ids: Collection[UUID]) -> None:
    session.execute(update(BatchImage).where(BatchImage.rescanned_as.in_(ids)).values(rescanned_as=None))
    session.execute(delete(BatchImage).where(BatchImage.id.in_(ids)))


def _forget_files(work: UnitOfWork, file_ids: Collection[UUID], record_id: UUID) -> None:
    """Delete raw scans no document needs any more, with the separators and blank pages on them, and their copies."""
    session = work.session
    page = select(BatchImage.id).where(BatchImage.file_id == BatchFile.id, BatchImage.document_id.is_not(None))
    whole = select(BatchDocument.id).where(BatchDocument.file_id == BatchFile.id)
    unneeded = select(BatchFile.id).where(BatchFile.id.in_(file_ids), ~page.exists(), ~whole.exists())
    ids = list(session.scalars(unneeded))
    if not ids:
        return
    copies = list(session.scalars(select(BatchFile.id).where(BatchFile.duplicate_of.in_(ids))))
    going = [*ids, *copies]
    objects = select(BatchFile.object_id).where(BatchFile.id.in_(going), BatchFile.object_id.is_not(None))
    doom(work, (one for one in session.scalars(objects) if one is not None), record_id)
    doom(work, session.scalars(text(_OF_RAW_SCANS), {"ids": going}), record_id)
    images = session.scalars(select(BatchImage.id).where(BatchImage.file_id.in_(going)))
    _delete_images(session, list(images))
    session.execute(delete(Upload).where(Upload.taken_as.in_(going)))
    session.execute(delete(BatchFile).where(BatchFile.id.in_(copies)))
    session.execute(delete(BatchFile).where(BatchFile.id.in_(ids)))


# --- who speaks of which objects ------------------------------------------------------------------------------


def _spoken_of(session: Session, object_ids: Collection[UUID]) -> Iterable[UUID]:
    """The objects that items, proofs or raw scans still need."""
    items = select(IngestItem.object_id).where(IngestItem.object_id.in_(object_ids))
    raw = select(BatchFile.object_id).where(BatchFile.object_id.in_(object_ids))
    return (one for one in session.scalars(items.union_all(raw)) if one is not None)


speakers.append(_spoken_of)
