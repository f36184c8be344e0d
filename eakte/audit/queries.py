"""Every select over the audit trail."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.audit.models import AuditEntry, AuditLane
from eakte.foundation.cursors import Page, page_of


def entries_of(session: Session, record_id: UUID, *, cursor: str | None, limit: int) -> Page[AuditEntry]:
    """What happened to one record, oldest first. Callers load the record first, for SEE_AUDIT."""
    statement = select(AuditEntry).where(AuditEntry.record_id == record_id)
    return page_of(session, statement, (AuditEntry.id,), cursor=cursor, limit=limit)


def lanes(session: Session) -> list[AuditLane]:
    return list(session.scalars(select(AuditLane)))


def entries_of_lane(session: Session, lane: int) -> Iterator[AuditEntry]:
    statement = select(AuditEntry).where(AuditEntry.lane == lane).order_by(AuditEntry.position)
    for entry in session.scalars(statement.execution_options(yield_per=1000)):
        yield entry
        session.expunge(entry)


def entries_without_lane(session: Session) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).where(AuditEntry.lane.not_in(select(AuditLane.lane)))))
