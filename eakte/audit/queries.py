"""Every select over the audit trail."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from eakte.audit.models import AuditEntry, AuditLane
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.ids import earliest_id


def entries_of(session: Session, record_id: UUID, *, cursor: str | None, limit: int) -> Page[AuditEntry]:
    """What happened to one record, oldest first. Callers load the record first, for SEE_AUDIT."""
    statement = select(AuditEntry).where(AuditEntry.record_id == record_id)
    return page_of(session, statement, (AuditEntry.id,), cursor=cursor, limit=limit)


def lock_noting(session: Session, what: str) -> None:
    """Let one work at a time note this, so that what is noted once is noted once by many at the same instant."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"noting {what}", 0))))


def was_noted(
    session: Session, record_id: UUID, actor_id: UUID, event: str, details: Mapping[str, str], *, since: datetime
) -> bool:
    """Whether the trail says that since then an actor did just this with a record."""
    statement = select(AuditEntry.id).where(
        AuditEntry.record_id == record_id,
        AuditEntry.id >= earliest_id(since),
        AuditEntry.at > since,
        AuditEntry.actor_id == actor_id,
        AuditEntry.event == event,
        AuditEntry.details.contains(dict(details)),
    )
    return session.scalar(statement.limit(1)) is not None


def lanes(session: Session) -> list[AuditLane]:
    return list(session.scalars(select(AuditLane)))


def entries_of_lane(session: Session, lane: int, length: int) -> Iterator[AuditEntry]:
    """The entries of a lane up to the length it had; what was written since is not looked at."""
    statement = (
        select(AuditEntry)
        .where(AuditEntry.lane == lane, AuditEntry.position.between(1, length))
        .order_by(AuditEntry.position)
    )
    for entry in session.scalars(statement.execution_options(yield_per=1000)):
        yield entry
        session.expunge(entry)


def entries_outside_lanes(session: Session) -> list[AuditEntry]:
    """Entries that no lane counts. One statement, so that an entry and its lane are seen at one instant."""
    statement = select(AuditEntry).outerjoin(AuditLane, AuditLane.lane == AuditEntry.lane)
    outside = or_(AuditLane.lane.is_(None), AuditEntry.position > AuditLane.length, AuditEntry.position < 1)
    return list(session.scalars(statement.where(outside).order_by(AuditEntry.lane, AuditEntry.position)))
