"""What the index still has to learn: rows written with the change, taken when the index has it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from eakte.foundation.jobs import is_queued
from eakte.foundation.table import Table
from eakte.search.messages import RebuildIndex, UpdateIndex


class IndexRequest(Table):
    """A record whose documents changed in a way search must learn; `subtree` means everything in it."""

    __tablename__ = "index_requests"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID]
    subtree: Mapped[bool]


def oldest_requests(session: Session, limit: int) -> list[IndexRequest]:
    return list(session.scalars(select(IndexRequest).order_by(IndexRequest.id).limit(limit)))


def waits_for_nobody(session: Session) -> bool:
    """Whether there are requests and no job to take them."""
    return bool(session.scalar(select(select(IndexRequest).exists() & ~is_queued([UpdateIndex]))))


def is_awaited(session: Session) -> bool:
    """Whether a job is to look after the index anyway."""
    return bool(session.scalar(select(is_queued([UpdateIndex, RebuildIndex]))))


def rebuild_is_awaited(session: Session) -> bool:
    return bool(session.scalar(select(is_queued([RebuildIndex]))))


def forget_requests(session: Session, ids: Collection[UUID]) -> None:
    session.execute(delete(IndexRequest).where(IndexRequest.id.in_(ids)))
