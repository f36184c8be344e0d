"""What the index still has to learn: rows written with the change, taken when the index has it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Text, column, delete, literal_column, select, table
from sqlalchemy.orm import Mapped, Session, mapped_column

from eakte.foundation.jobs import is_queued
from eakte.foundation.table import Table
from eakte.search.messages import RebuildIndex, UpdateIndex

_jobs = table("procrastinate_jobs", column("id", BigInteger), column("status"), column("task_name", Text))
_NOT_BEGUN: ColumnElement[str] = literal_column("'todo'")


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


def waiting_updates(session: Session) -> list[int]:
    """Jobs for an update that have not begun. Ask before the requests: then what they were asked for is among these."""
    waiting = select(_jobs.c.id).where(_jobs.c.task_name == UpdateIndex.name, _jobs.c.status == _NOT_BEGUN)
    return list(session.scalars(waiting))


def forget_updates(session: Session, ids: Collection[int]) -> None:
    session.execute(delete(_jobs).where(_jobs.c.id.in_(ids), _jobs.c.status == _NOT_BEGUN))


def forget_requests(session: Session, ids: Collection[UUID]) -> None:
    session.execute(delete(IndexRequest).where(IndexRequest.id.in_(ids)))
