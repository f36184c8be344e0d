"""The few selects only the pages of batches need; which batches one sees is decided in `ingest.batches.queries`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from eakte.foundation.cursors import Page, page_of
from eakte.foundation.work import UnitOfWork
from ingest.batches.errors import BatchDocumentNotFound
from ingest.batches.models import Batch, BatchDocument, BatchFile, BatchImage, ScanProduct, ScanProfile
from ingest.batches.queries import insertions_of, visible_batches
from ingest.batches.rules import BatchState, Drawn, FileState, Verdict
from ingest.models import Ingest, IngestItem
from ingest.rules import DONE
from ingest.splitting.rules import PageKind


def newest_batches(work: UnitOfWork, *, state: BatchState | None, before: UUID | None, limit: int) -> list[Batch]:
    """Visible batches, newest first, one more than `limit` when there are more."""
    statement = select(Batch).join(Batch.profile).where(visible_batches(work.actor))
    if state is not None:
        statement = statement.where(Batch.state == state)
    if before is not None:
        statement = statement.where(Batch.id < before)
    return list(work.session.scalars(statement.order_by(Batch.id.desc()).limit(limit + 1)))


def last_own_batch(work: UnitOfWork) -> Batch | None:
    """The batch the actor began last."""
    statement = select(Batch).where(Batch.created_by == work.actor.id).order_by(Batch.id.desc()).limit(1)
    return work.session.scalar(statement)


def file_counts(session: Session, batch_id: UUID) -> dict[FileState, int]:
    """How many files of a batch are in each state."""
    statement = select(BatchFile.state, func.count()).where(BatchFile.batch_id == batch_id).group_by(BatchFile.state)
    return {row[0]: row[1] for row in session.execute(statement)}


@dataclass(frozen=True, slots=True)
class Mark:
    """A document of a batch, and what was said of it; `waits` when it can still be looked at before it is filed."""

    id: UUID
    number: int
    drawn: Drawn | None
    verdict: Verdict | None
    kept: bool
    waits: bool

    @property
    def unchecked(self) -> bool:
        """Whether it was drawn and nobody has looked at it."""
        return self.waits and self.drawn is not None and self.verdict is None


def marks_of(session: Session, batch: Batch) -> list[Mark]:
    """The documents of a batch in their order."""
    columns = (BatchDocument.id, BatchDocument.number, BatchDocument.drawn, BatchDocument.verdict)
    kept = BatchDocument.paper_kept.is_not(None)
    under_way = and_(IngestItem.id.is_(None), true() if batch.looks_again else false())
    changed = or_(under_way, and_(Ingest.review, IngestItem.state.not_in(DONE)))
    waits = true() if batch.state is BatchState.SPLIT else func.coalesce(changed, false())
    statement = (
        select(*columns, kept, waits)
        .outerjoin(IngestItem, BatchDocument.item_id == IngestItem.id)
        .outerjoin(Ingest, IngestItem.ingest_id == Ingest.id)
        .where(BatchDocument.batch_id == batch.id, ~BatchDocument.dissolved)
    )
    return [Mark(*row) for row in session.execute(statement.order_by(BatchDocument.number))]


def document_of_number(session: Session, batch_id: UUID, number: int) -> UUID:
    """Raises BatchDocumentNotFound."""
    statement = select(BatchDocument.id).where(
        BatchDocument.batch_id == batch_id, BatchDocument.number == number, ~BatchDocument.dissolved
    )
    found = session.scalar(statement)
    if found is None:
        raise BatchDocumentNotFound
    return found


def document_numbers(session: Session, document_ids: Collection[UUID]) -> dict[UUID, int]:
    statement = select(BatchDocument.id, BatchDocument.number).where(BatchDocument.id.in_(document_ids))
    return {row[0]: row[1] for row in session.execute(statement)}


def images(
    session: Session, batch_id: UUID, kinds: Collection[PageKind], *, cursor: str | None, limit: int
) -> Page[BatchImage]:
    """The images of some kinds in the order of the stack."""
    statement = select(BatchImage).where(BatchImage.batch_id == batch_id, BatchImage.kind.in_(kinds))
    return page_of(session, statement, (BatchImage.n, BatchImage.id), cursor=cursor, limit=limit)


def sealed_among(session: Session, document_ids: Collection[UUID]) -> set[UUID]:
    """Those of some documents that have a transfer note."""
    return set(session.scalars(select(ScanProduct.document_id).where(ScanProduct.document_id.in_(document_ids))))


def unproven_count(session: Session, batch_id: UUID) -> int:
    """How many filed documents of a batch have no transfer note yet."""
    statement = (
        select(func.count())
        .select_from(BatchDocument)
        .join(IngestItem, BatchDocument.item_id == IngestItem.id)
        .outerjoin(ScanProduct, ScanProduct.document_id == BatchDocument.id)
        .where(BatchDocument.batch_id == batch_id, ~BatchDocument.dissolved)
        .where(IngestItem.document_id.is_not(None), ScanProduct.document_id.is_(None))
    )
    return session.scalar(statement) or 0


def rescans_without_effect(session: Session, image_ids: Collection[UUID]) -> Sequence[BatchFile]:
    """Rescans of some images that did not take their place, or not yet."""
    statement = select(BatchFile).where(BatchFile.rescan_of.in_(image_ids), BatchFile.state != FileState.SEEN)
    return session.scalars(statement.order_by(BatchFile.id)).all()


def insertions_without_effect(session: Session, document_id: UUID) -> list[BatchFile]:
    """Sheets that were given in for a document and did not get their place, or not yet."""
    return [file for file in insertions_of(session, document_id) if file.state is not FileState.SEEN]


def profile_of_key(session: Session, key: str) -> ScanProfile | None:
    return session.scalar(select(ScanProfile).where(ScanProfile.key == key))
