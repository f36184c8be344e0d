"""Every select over batches; one sees one's own, and those of one's units where one manages or checks what comes in."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.jobs import is_queued
from eakte.foundation.work import Actor, UnitOfWork
from ingest.batches.errors import (
    BatchDocumentNotFound,
    BatchFileNotFound,
    BatchImageNotFound,
    BatchNotFound,
    ScanProfileNotFound,
)
from ingest.batches.messages import AssembleDocuments, LookAtFile, SealProduct, SplitBatch
from ingest.batches.models import BackupRun, Batch, BatchDocument, BatchFile, BatchImage, ScanProduct, ScanProfile
from ingest.batches.rules import ASSEMBLING, BatchState, Counted, FileState, Purpose
from ingest.models import IngestItem
from ingest.queries import visible_origins
from ingest.rules import ItemState
from ingest.splitting.rules import BLANK_SHEET, PageKind

_SEEN_BY = frozenset({Permission.MANAGE_INGEST, Permission.CHECK_SCANS, Permission.RELEASE_SCANS})


def visible_batches(actor: Actor) -> ColumnElement[bool]:
    """A right in one corner of the filing plan shows no batch, since a stack may hold anything of its unit."""
    if actor.everything:
        return true()
    places = [
        and_(
            true() if scope.units is None else Batch.unit_id.in_(scope.units),
            ScanProfile.confidentiality.in_(scope.levels),
        )
        for scope in actor.scopes
        if scope.entry_id is None and not _SEEN_BY.isdisjoint(scope.permissions)
    ]
    return or_(Batch.created_by == actor.id, *places)


def _visible_ids(actor: Actor) -> Select[UUID]:
    return select(Batch.id).join(Batch.profile).where(visible_batches(actor))


visible_origins.append(_visible_ids)


def get_batch(work: UnitOfWork, batch_id: UUID, *, lock: bool = False) -> Batch:
    """Raises BatchNotFound."""
    statement = select(Batch).join(Batch.profile).where(Batch.id == batch_id, visible_batches(work.actor))
    if lock:
        statement = statement.with_for_update(of=Batch).execution_options(populate_existing=True)
    batch = work.session.scalar(statement)
    if batch is None:
        raise BatchNotFound
    return batch


def batches(
    work: UnitOfWork, *, state: BatchState | None, number: str | None, cursor: str | None, limit: int
) -> Page[Batch]:
    statement = select(Batch).join(Batch.profile).where(visible_batches(work.actor))
    if state is not None:
        statement = statement.where(Batch.state == state)
    if number is not None:
        statement = statement.where(Batch.number == number)
    return page_of(work.session, statement, (Batch.id,), cursor=cursor, limit=limit)


def batch_of_number(work: UnitOfWork, number: str) -> Batch:
    """Raises BatchNotFound."""
    statement = select(Batch).join(Batch.profile).where(Batch.number == number, visible_batches(work.actor))
    batch = work.session.scalar(statement)
    if batch is None:
        raise BatchNotFound
    return batch


def get_file(work: UnitOfWork, file_id: UUID, *, lock: bool = False) -> BatchFile:
    """Raises BatchFileNotFound."""
    visible = _visible_ids(work.actor)
    statement = select(BatchFile).where(BatchFile.id == file_id, BatchFile.batch_id.in_(visible))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    file = work.session.scalar(statement)
    if file is None:
        raise BatchFileNotFound
    return file


def files_of(session: Session, batch_id: UUID) -> list[BatchFile]:
    """The files of a batch in the order of their arrival."""
    return list(session.scalars(select(BatchFile).where(BatchFile.batch_id == batch_id).order_by(BatchFile.id)))


def files(work: UnitOfWork, batch: Batch, *, cursor: str | None, limit: int) -> Page[BatchFile]:
    """The files of a batch, page by page."""
    statement = select(BatchFile).where(BatchFile.batch_id == batch.id)
    return page_of(work.session, statement, (BatchFile.id,), cursor=cursor, limit=limit)


def twin_in(session: Session, batch_id: UUID, sha256: str) -> BatchFile | None:
    """The file of a batch that came first with the same bytes."""
    statement = select(BatchFile).where(
        BatchFile.batch_id == batch_id, BatchFile.sha256 == sha256, BatchFile.duplicate_of.is_(None)
    )
    return session.scalars(statement.order_by(BatchFile.id).limit(1)).first()


def unseen_files(session: Session, batch_id: UUID) -> list[BatchFile]:
    """The files of a batch nobody has looked at yet, in the order of their arrival."""
    statement = select(BatchFile).where(BatchFile.batch_id == batch_id, BatchFile.state == FileState.RECEIVED)
    return list(session.scalars(statement.order_by(BatchFile.id)))


def scanned_by(session: Session, batch: Batch) -> set[UUID]:
    """Who had a hand in scanning a batch: whoever opened it, gave a file in, or scanned a page again."""
    people = session.scalars(select(BatchFile.received_by).where(BatchFile.batch_id == batch.id).distinct())
    return {batch.created_by, *(person for person in people if person is not None)}


def get_document(work: UnitOfWork, document_id: UUID, *, lock: bool = False) -> BatchDocument:
    """Raises BatchDocumentNotFound."""
    visible = _visible_ids(work.actor)
    statement = select(BatchDocument).where(BatchDocument.id == document_id, BatchDocument.batch_id.in_(visible))
    if lock:
        statement = statement.with_for_update(of=BatchDocument).execution_options(populate_existing=True)
    document = work.session.scalar(statement)
    if document is None:
        raise BatchDocumentNotFound
    return document


def document_of_item(session: Session, item_id: UUID) -> BatchDocument | None:
    """The document of a stack that an item stands for."""
    return session.scalar(select(BatchDocument).where(BatchDocument.item_id == item_id))


def documents_of(session: Session, batch_id: UUID) -> list[BatchDocument]:
    """The documents of a batch in the order of the stack, without those that were dissolved."""
    statement = select(BatchDocument).where(BatchDocument.batch_id == batch_id, ~BatchDocument.dissolved)
    return list(session.scalars(statement.order_by(BatchDocument.number)))


def kept_in(session: Session, batch_ids: Collection[UUID]) -> list[BatchDocument]:
    """The documents of some batches whose paper is kept, in the order of each stack."""
    statement = select(BatchDocument).where(
        BatchDocument.batch_id.in_(batch_ids), ~BatchDocument.dissolved, BatchDocument.paper_kept.is_not(None)
    )
    return list(session.scalars(statement.order_by(BatchDocument.batch_id, BatchDocument.number)))


def progress_of(session: Session, batch_id: UUID) -> dict[str, int]:
    """How many documents of a batch are in each state; asked often, so nothing else is loaded."""
    rows = session.execute(
        select(IngestItem.state, func.count())
        .select_from(BatchDocument)
        .outerjoin(IngestItem, BatchDocument.item_id == IngestItem.id)
        .where(BatchDocument.batch_id == batch_id, ~BatchDocument.dissolved)
        .group_by(IngestItem.state)
    )
    return {state.value if state is not None else ASSEMBLING: count for state, count in rows}


def next_number(session: Session, batch_id: UUID) -> int:
    """The next free document number of a batch."""
    highest = session.scalar(select(func.max(BatchDocument.number)).where(BatchDocument.batch_id == batch_id))
    return (highest or 0) + 1


def counted(session: Session, batch_id: UUID, *, documents: int) -> Counted:
    """The account of a batch's images, in which it has so many documents."""
    rows = session.execute(
        select(BatchImage.kind, func.count(), func.count(BatchImage.rescanned_as))
        .where(BatchImage.batch_id == batch_id)
        .group_by(BatchImage.kind)
    ).all()
    of = {kind: count for kind, count, _ in rows}
    return Counted(
        images=sum(of.values()),
        rescans=sum(rescans for _, _, rescans in rows),
        documents=documents,
        pages=of.get(PageKind.PAGE, 0),
        separators=of.get(PageKind.SEPARATOR, 0),
        blanks=of.get(PageKind.BLANK, 0),
        rejected=of.get(PageKind.REJECTED, 0),
    )


def has_sheets(session: Session, batch_id: UUID) -> bool:
    """Whether sheets with codes were among the paper of a batch."""
    sheet = exists().where(
        BatchImage.batch_id == batch_id, BatchImage.kind == PageKind.SEPARATOR, BatchImage.reason != BLANK_SHEET
    )
    return bool(session.scalar(select(sheet)))


def insertions_of(session: Session, document_id: UUID) -> list[BatchFile]:
    """The files given in with sheets that a document was missing, in the order of their arrival."""
    statement = select(BatchFile).where(BatchFile.insert_into == document_id)
    return list(session.scalars(statement.order_by(BatchFile.id)))


def last_image(session: Session, batch_id: UUID) -> int:
    """The highest number of an image of a batch; those of destroyed documents are not given again while others stay."""
    return session.scalar(select(func.max(BatchImage.n)).where(BatchImage.batch_id == batch_id)) or 0


def pages_of(session: Session, document_id: UUID) -> list[BatchImage]:
    """The images of a document in the order of its pages."""
    statement = select(BatchImage).where(BatchImage.document_id == document_id).order_by(BatchImage.page)
    return list(session.scalars(statement))


def replaced_by(session: Session, image_ids: Collection[UUID]) -> list[tuple[BatchImage, BatchFile]]:
    """The images that some rescans took the place of, with their raw scans."""
    statement = (
        select(BatchImage, BatchFile)
        .join(BatchFile, BatchImage.file_id == BatchFile.id)
        .where(BatchImage.rescanned_as.in_(image_ids))
        .order_by(BatchImage.n)
    )
    return [(image, file) for image, file in session.execute(statement)]


def purpose_of(session: Session, batch_id: UUID) -> Purpose:
    """Why a batch was scanned."""
    statement = select(ScanProfile.purpose).join(Batch, Batch.profile_id == ScanProfile.id).where(Batch.id == batch_id)
    return session.scalars(statement).one()


def unsealed(session: Session, batch_id: UUID) -> list[BatchDocument]:
    """The documents of a batch that have no proof."""
    sealed = set(session.scalars(select(ScanProduct.document_id).where(ScanProduct.batch_id == batch_id)))
    return [document for document in documents_of(session, batch_id) if document.id not in sealed]


def unsealed_products(session: Session) -> list[UUID]:
    """Filed documents of batches that replace paper, without a proof and without a job that makes it."""
    statement = (
        select(BatchDocument.id)
        .join(Batch, BatchDocument.batch_id == Batch.id)
        .join(ScanProfile, Batch.profile_id == ScanProfile.id)
        .join(IngestItem, BatchDocument.item_id == IngestItem.id)
        .where(ScanProfile.purpose == Purpose.REPLACEMENT, IngestItem.state == ItemState.FILED)
        .where(Batch.decided_by.is_not(None))
        .where(~exists().where(ScanProduct.document_id == BatchDocument.id))
        .where(~is_queued({SealProduct}, document_id=BatchDocument.id))
    )
    return list(session.scalars(statement))


def filed_from(session: Session, file_id: UUID) -> list[UUID]:
    """The filed documents that have a page on a raw scan, or are it."""
    with_page = select(BatchImage.document_id).where(BatchImage.file_id == file_id, BatchImage.document_id.is_not(None))
    statement = (
        select(IngestItem.document_id)
        .join(BatchDocument, BatchDocument.item_id == IngestItem.id)
        .where(or_(BatchDocument.id.in_(with_page), BatchDocument.file_id == file_id))
        .where(IngestItem.document_id.is_not(None))
    )
    return [one for one in session.scalars(statement) if one is not None]


def get_image(session: Session, batch_id: UUID, n: int) -> BatchImage:
    """Raises BatchImageNotFound."""
    image = session.scalar(select(BatchImage).where(BatchImage.batch_id == batch_id, BatchImage.n == n))
    if image is None:
        raise BatchImageNotFound(n=n)
    return image


def files_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, BatchFile]:
    return {file.id: file for file in session.scalars(select(BatchFile).where(BatchFile.id.in_(ids)))}


def profiles(session: Session) -> Sequence[ScanProfile]:
    """Every scan profile; they are no secret."""
    return session.scalars(select(ScanProfile).order_by(ScanProfile.key)).all()


def profile_by_key(session: Session, key: str) -> ScanProfile:
    """Raises ScanProfileNotFound."""
    profile = session.scalar(select(ScanProfile).where(ScanProfile.key == key))
    if profile is None:
        raise ScanProfileNotFound(key=key)
    return profile


def backed_up_since(session: Session, since: datetime) -> bool:
    """Whether a backup run ended well after an instant."""
    return session.scalar(select(BackupRun.id).where(BackupRun.ended_at > since).limit(1)) is not None


def destroyable(work: UnitOfWork, day: date) -> list[Batch]:
    """Released batches with paper that need not be kept any longer (Vernichtungsliste)."""
    document = and_(BatchDocument.batch_id == Batch.id, ~BatchDocument.dissolved)
    kept, goes = BatchDocument.paper_kept.is_not(None), BatchDocument.paper_kept.is_(None)
    statement = (
        select(Batch)
        .join(Batch.profile)
        .where(Batch.state == BatchState.RELEASED, Batch.destroyable_on <= day, visible_batches(work.actor))
        .where(or_(exists().where(document, goes), ~exists().where(document, kept)))
    )
    return list(work.session.scalars(statement.order_by(Batch.destroyable_on, Batch.id)))


def stranded_files(session: Session) -> list[BatchFile]:
    """Files nobody has looked at and for which no job waits."""
    statement = select(BatchFile).where(
        BatchFile.state == FileState.RECEIVED, ~is_queued({LookAtFile}, file_id=BatchFile.id)
    )
    return list(session.scalars(statement.order_by(BatchFile.id)))


def stranded_batches(session: Session) -> list[Batch]:
    """Batches that wait to be split and for which no job waits."""
    statement = (
        select(Batch)
        .join(Batch.profile)
        .where(Batch.state == BatchState.SPLITTING, ~is_queued({SplitBatch}, batch_id=Batch.id))
    )
    return list(session.scalars(statement.order_by(Batch.id)))


_TO_ASSEMBLE = (BatchDocument.item_id.is_(None), ~BatchDocument.dissolved, Batch.state != BatchState.REJECTED)


def unassembled(session: Session, batch_id: UUID) -> list[UUID]:
    """The documents of a batch that are still to be put together, in their order; none once it is rejected."""
    statement = (
        select(BatchDocument.id)
        .join(Batch, BatchDocument.batch_id == Batch.id)
        .where(BatchDocument.batch_id == batch_id, *_TO_ASSEMBLE)
    )
    return list(session.scalars(statement.order_by(BatchDocument.number)))


def stranded_documents(session: Session) -> list[UUID]:
    """Batches with documents that are still to be put together and for which no job waits."""
    statement = (
        select(BatchDocument.batch_id)
        .join(Batch, BatchDocument.batch_id == Batch.id)
        .where(*_TO_ASSEMBLE, ~is_queued({AssembleDocuments}, batch_id=BatchDocument.batch_id))
    )
    return list(session.scalars(statement.distinct()))
