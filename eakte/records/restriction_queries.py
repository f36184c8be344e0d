"""Every select over restrictions of processing."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Record, Restriction
from eakte.records.queries import path_of
from eakte.records.rules import RestrictionGround


def restriction_of(session: Session, record: Record) -> Restriction | None:
    """The restriction in force on a record, or on the nearest of what it lies in."""
    restricted = [step.id for step in path_of(record) if step.restricted]
    if not restricted:
        return None
    statement = select(Restriction).where(Restriction.record_id.in_(restricted), Restriction.lifted_at.is_(None))
    return min(session.scalars(statement), key=lambda one: restricted.index(one.record_id), default=None)


def own_restriction(session: Session, record_id: UUID) -> Restriction | None:
    """The restriction in force on this very record."""
    statement = select(Restriction).where(Restriction.record_id == record_id, Restriction.lifted_at.is_(None))
    return session.scalar(statement)


def restrictions_of(session: Session, record_id: UUID) -> list[Restriction]:
    """Every restriction a record itself ever had, the latest first. Callers load the record, to restrict it."""
    statement = select(Restriction).where(Restriction.record_id == record_id)
    return list(session.scalars(statement.order_by(Restriction.id.desc())))


def restrictions(
    work: UnitOfWork,
    *,
    active: bool | None,
    ground: RestrictionGround | None,
    until: date | None,
    cursor: str | None,
    limit: int,
) -> Page[Restriction]:
    """Restrictions of the whole house in the order they were set; `until`: to be looked at again by that day.

    Raises ActionForbidden for whoever may restrict in a corner of the house only.
    """
    require_unlimited(work, Permission.RESTRICT_PROCESSING)
    statement = select(Restriction)
    if active is not None:
        statement = statement.where(Restriction.lifted_at.is_(None) == active)
    if ground is not None:
        statement = statement.where(Restriction.ground == ground)
    if until is not None:
        statement = statement.where(Restriction.until <= until)
    return page_of(work.session, statement, (Restriction.id,), cursor=cursor, limit=limit)


def references_of(session: Session, record_ids: Collection[UUID]) -> dict[UUID, str]:
    """The references of some records, for lists."""
    rows = session.execute(select(Record.id, Record.reference).where(Record.id.in_(record_ids)))
    return {row.id: row.reference for row in rows}
