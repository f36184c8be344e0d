"""Every select over the audit trail."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from eakte.audit.models import AuditEntry, AuditLane
from eakte.foundation.cursors import Page, page_of


def entries_of(session: Session, record_id: UUID, *, cursor: str | None, limit: int) -> Page[AuditEntry]:
    """What happened to one record, oldest first. Callers load the record first, for SEE_AUDIT."""
    statement = select(AuditEntry).where(AuditEntry.record_id == record_id)
    return page_of(session, statement, (AuditEntry.id,), cursor=cursor, limit=limit)


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
