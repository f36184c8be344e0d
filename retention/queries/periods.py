"""The periods of closed records: storing them, what is due, and what must not be."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table as SqlTable
from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from eakte.records.models import Record
from eakte.records.rules import RecordKind, RecordState
from retention.models.rounds import RetentionRound
from retention.models.rules import RecordRetention
from retention.rules.periods import Outcome
from retention.rules.subjects import Kept

_row, _records = cast(SqlTable, RecordRetention.__table__), cast(SqlTable, Record.__table__)
_KINDS = [RecordKind.DOSSIER.value, RecordKind.CASE.value]


def store(session: Session, periods: Mapping[UUID, Kept], at: datetime) -> None:
    """Write the periods of some records; what the storage was told stays."""
    if not periods:
        return
    statement = insert(_row)
    new = statement.excluded
    changed = {name: new[name] for name in (*Kept._fields, "computed_at")}
    rows = [{"record_id": record_id, **kept._asdict(), "computed_at": at} for record_id, kept in periods.items()]
    session.execute(statement.on_conflict_do_update(index_elements=[_row.c.record_id], set_=changed), rows)


def forget(session: Session, record_id: UUID) -> RecordRetention | None:
    """Take the period of a record away, and say what it was."""
    found = session.get(RecordRetention, record_id, populate_existing=True)
    if found is not None:
        session.delete(found)
        session.flush()
    return found


def period_of(session: Session, record_id: UUID) -> RecordRetention | None:
    """The period of a record, as it is now."""
    return session.get(RecordRetention, record_id, populate_existing=True)


# --- the invariant ----------------------------------------------------------------------------------------


def without_period(session: Session, limit: int) -> list[UUID]:
    """Closed dossiers and cases that have no period: there must be none."""
    statement = (
        select(_records.c.id)
        .where(_records.c.state == RecordState.CLOSED, _records.c.record_kind.in_(_KINDS))
        .where(~select(_row.c.record_id).where(_row.c.record_id == _records.c.id).exists())
    )
    return list(session.scalars(statement.order_by(_records.c.id).limit(limit)))


def with_period_though_open(session: Session, limit: int) -> list[UUID]:
    """What has a period and is not closed: there must be none."""
    statement = select(_row.c.record_id).join(_records, _records.c.id == _row.c.record_id)
    statement = statement.where(_records.c.state != RecordState.CLOSED).order_by(_row.c.record_id)
    return list(session.scalars(statement.limit(limit)))


def without_reason(session: Session, limit: int) -> list[UUID]:
    """Periods that neither end nor say why: a last day without a due day, or waiting for nothing named."""
    waits_for_nothing = (_row.c.outcome == Outcome.WAITING) & _row.c.missing_key.is_(None)
    never_due = (_row.c.outcome == Outcome.ENDS) & _row.c.due_on.is_(None)
    statement = select(_row.c.record_id).where(or_(waits_for_nothing, never_due))
    return list(session.scalars(statement.order_by(_row.c.record_id).limit(limit)))


# --- the nightly run --------------------------------------------------------------------------------------


def begin_round(session: Session, day: date, at: datetime) -> bool:
    """Take the run of a day for this machine; False where one has taken it."""
    statement = insert(RetentionRound).values(day=day, begun_at=at).on_conflict_do_nothing()
    return session.execute(statement.returning(RetentionRound.day)).first() is not None


def newly_due(session: Session, day: date) -> int:
    """How many records become due on a day."""
    return session.scalar(select(func.count()).where(RecordRetention.due_on == day)) or 0


def to_lock(session: Session, after: UUID | None, now: datetime, limit: int) -> list[UUID]:
    """Cases whose storage was not told yet how long they are kept, or for which there is no end any more."""
    ends = (_row.c.outcome == Outcome.ENDS) & (_row.c.lock_from <= now)
    told_too_little = or_(_row.c.locked_until.is_(None), _row.c.locked_until < _row.c.last_day)
    no_end = (_row.c.outcome != Outcome.ENDS) & _row.c.locked_until.is_not(None)
    statement = select(_row.c.record_id).join(_records, _records.c.id == _row.c.record_id)
    statement = statement.where(_records.c.record_kind == RecordKind.CASE, or_(ends & told_too_little, no_end))
    if after is not None:
        statement = statement.where(_row.c.record_id > after)
    return list(session.scalars(statement.order_by(_row.c.record_id).limit(limit)))


def last_round(session: Session) -> RetentionRound | None:
    """The last nightly run that was begun."""
    return session.scalar(select(RetentionRound).order_by(RetentionRound.day.desc()).limit(1))
