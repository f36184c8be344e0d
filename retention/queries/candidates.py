"""Every select over what could go on a disposal list, and how what is on one stands today."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, false, func, literal, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Session, aliased

from eakte.access import Permission
from eakte.access.queries import unit_and_below
from eakte.foundation.aliases import settled
from eakte.foundation.clock import legal_day
from eakte.foundation.cursors import InvalidCursor
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier, FilingPlanEntry, Record
from eakte.records.plan_rules import DisposalCode
from eakte.records.queries import may_at
from eakte.records.rules import RecordState
from retention.models.disposal import DisposalItem, DisposalList
from retention.models.rules import RecordRetention
from retention.queries.arrays import among
from retention.queries.holds import obstacles_among
from retention.rules.disposal import FINAL, ItemState, Procedure
from retention.rules.readiness import Judged, Obstacle, Standing, judge

_AT_A_TIME = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which due records a list is drawn up of: below an entry, of a unit and those below it, of a code, or by ids.

    A dossier named by its id brings its due cases along.
    """

    entry_id: UUID | None = None
    unit_id: UUID | None = None
    code: DisposalCode | None = None
    record_ids: frozenset[UUID] | None = None


def candidates(
    work: UnitOfWork, wanted: Wanted, procedure: Procedure, *, list_id: UUID | None, after: str | None = None
) -> Iterator[Judged]:
    """Everything due that is asked for, with what stands in its way, in the order of references, cases first.

    Streams; what the actor may not dispose of is left out. `after` is the id of the last record one has seen. Raises
    InvalidCursor.
    """
    today = legal_day(work.now)
    due = and_(RecordRetention.due_on.is_not(None), RecordRetention.due_on <= today)
    due_ids = select(RecordRetention.record_id.label("id")).where(due)
    asked = _asked(work, wanted, due)
    if after is None:
        return _judged(work, _with_cases(due_ids), asked, procedure, list_id=list_id)
    seen_id, dossier_id, sort = _seen(work.session, after)
    later = tuple_(_DOSSIER.reference_sort, _DOSSIER.id) >= tuple_(literal(sort), literal(dossier_id))
    judged = _judged(work, _with_cases(due_ids), asked, procedure, list_id=list_id, within=later)
    return _after(judged, seen_id, dossier_id)


def _seen(session: Session, mark: str) -> tuple[UUID, UUID, str]:
    """The record a mark stands for, its dossier, and where that stands in the order."""
    try:
        record_id = UUID(mark)
    except ValueError as error:
        raise InvalidCursor from error
    statement = (
        select(_DOSSIER.id, _DOSSIER.reference_sort)
        .select_from(_RECORD)
        .outerjoin(_CASE, _CASE.c.id == _RECORD.c.id)
        .join(_DOSSIER, _DOSSIER.id == func.coalesce(_CASE.c.dossier_id, _RECORD.c.id))
        .where(_RECORD.c.id == record_id)
    )
    row = session.execute(statement).first()
    if row is None:
        raise InvalidCursor
    return record_id, row[0], row[1]


def _after(judged: Iterator[Judged], seen_id: UUID, dossier_id: UUID) -> Iterator[Judged]:
    """What follows a record; its dossier as a whole if it is no longer asked for itself."""
    same: list[Judged] = []
    for one in judged:
        if one.standing.dossier_id != dossier_id:
            yield from _rest(same, seen_id)
            yield one
            break
        same.append(one)
    else:
        yield from _rest(same, seen_id)
    yield from judged


def _rest(same: list[Judged], seen_id: UUID) -> list[Judged]:
    places = [place for place, one in enumerate(same) if one.standing.record_id == seen_id]
    return same[places[0] + 1 :] if places else same


def standing_of(work: UnitOfWork, record_ids: Collection[UUID]) -> Iterator[Judged]:
    """Some dossiers with their cases, or cases, as they stand today, and what hinders any procedure; asks no rights."""
    ids = select(func.unnest(literal(list(record_ids), ARRAY(PgUuid(as_uuid=True)))).label("id"))
    wanted = or_(among(_RECORD.c.id, record_ids), among(_CASE.c.dossier_id, record_ids))
    return _judged(work, _with_cases(ids), [wanted], Procedure.FOUR_STEP, list_id=None, anybody=True)


def _asked(work: UnitOfWork, wanted: Wanted, due: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """The conditions, over the aliases of `_standings`, under which a record was asked for."""
    conditions = [due]
    if wanted.entry_id is not None:
        below = select(FilingPlanEntry.id).where(FilingPlanEntry.path.contains([wanted.entry_id]))
        conditions.append(_DOSSIER.entry_id.in_(below))
    if wanted.unit_id is not None:
        conditions.append(_DOSSIER.unit_id.in_(sorted(unit_and_below(work.session, wanted.unit_id))))
    if wanted.code is not None:
        conditions.append(RecordRetention.disposal == wanted.code)
    if wanted.record_ids is not None:
        ids = wanted.record_ids
        conditions.append(or_(among(_RECORD.c.id, ids), among(_CASE.c.dossier_id, ids)))
    return conditions


def _with_cases(ids: Select[Any]) -> Subquery:
    """The ids, and those of every case in a dossier among them, since a dossier waits for all its cases."""
    some = ids.cte("some")
    inside = select(Case.__table__.c.id).join(some, Case.__table__.c.dossier_id == some.c.id)
    return select(some.c.id).union(inside).subquery("concerned")


def recheck(work: UnitOfWork, list_: DisposalList, record_id: UUID | None = None) -> Iterator[Judged]:
    """The listed items of a list, or one of them, as they stand now; asks for no rights."""
    on_it = select(DisposalItem.record_id.label("id")).where(
        DisposalItem.list_id == list_.id, DisposalItem.state.not_in(FINAL)
    )
    wanted = _OWN.state == ItemState.LISTED
    if record_id is not None:
        on_it, wanted = on_it.where(DisposalItem.record_id == record_id), _OWN.state.not_in(FINAL)
    return _judged(work, _with_cases(on_it), [wanted], list_.procedure, list_id=list_.id, anybody=True)


_RECORD = settled(aliased(Record.__table__, name="listed"))
_CASE = settled(aliased(Case.__table__, name="listed_case"))
_DOSSIER = settled(aliased(Dossier, flat=True))
_OWN = settled(aliased(DisposalItem, name="own"))


def _judged(
    work: UnitOfWork,
    concerned: Subquery,
    wanted: list[ColumnElement[bool]],
    procedure: Procedure,
    *,
    list_id: UUID | None,
    anybody: bool = False,
    within: ColumnElement[bool] | None = None,
) -> Iterator[Judged]:
    """Stream the dossiers concerned, case by case, judge each, and look up holds many at a time."""
    levels = [_RECORD.c.confidentiality, _DOSSIER.confidentiality]
    reach = true() if anybody else may_at(work.actor, Permission.DISPOSE, _DOSSIER, levels)
    statement = _standings(concerned, func.coalesce(and_(*wanted), false()), reach, list_id)
    if within is not None:
        statement = statement.where(within)
    rows = work.session.execute(statement, execution_options={"yield_per": _AT_A_TIME})
    groups = groupby((Standing(*row) for row in rows), key=lambda one: one.dossier_id)
    today = legal_day(work.now)
    for some in _gathered([*group] for _, group in groups):
        kept = obstacles_among(work.session, [one.record_id for group in some for one in group])
        for group in some:
            yield from judge([_with_what_keeps_it(one, kept) for one in group], procedure, today)


def _with_what_keeps_it(standing: Standing, kept: Mapping[UUID, Collection[Obstacle]]) -> Standing:
    found = kept.get(standing.record_id, ())
    return replace(standing, held=Obstacle.HELD in found, restricted=Obstacle.RESTRICTED in found)


def _standings(
    concerned: Subquery, wanted: ColumnElement[bool], reach: ColumnElement[bool], list_id: UUID | None
) -> Select[Any]:
    other = aliased(DisposalItem)
    active = select(other.record_id, DisposalList.reference).join(DisposalList, DisposalList.id == other.list_id)
    active = active.where(other.state.not_in(FINAL))
    if list_id is not None:
        active = active.where(other.list_id != list_id)
    # Looked up once: items are put on a list while this is read.
    elsewhere = active.cte("elsewhere").prefix_with("MATERIALIZED", dialect="postgresql")
    own = and_(_OWN.record_id == _RECORD.c.id, _OWN.list_id == list_id if list_id is not None else false())
    return (
        select(
            _RECORD.c.id,
            _RECORD.c.record_kind,
            _RECORD.c.reference,
            _RECORD.c.title,
            FilingPlanEntry.code,
            _DOSSIER.id,
            _RECORD.c.state,
            RecordRetention.last_day,
            RecordRetention.due_on,
            RecordRetention.disposal,
            RecordRetention.lock_mode,
            RecordRetention.locked_until,
            elsewhere.c.reference,
            _OWN.state,
            wanted,
            reach,
        )
        .join(concerned, concerned.c.id == _RECORD.c.id)
        .outerjoin(_CASE, _CASE.c.id == _RECORD.c.id)
        .join(_DOSSIER, _DOSSIER.id == func.coalesce(_CASE.c.dossier_id, _RECORD.c.id))
        .join(FilingPlanEntry, FilingPlanEntry.id == _DOSSIER.entry_id)
        .outerjoin(RecordRetention, RecordRetention.record_id == _RECORD.c.id)
        .outerjoin(_OWN, own)
        .outerjoin(elsewhere, elsewhere.c.record_id == _RECORD.c.id)
        .where(_RECORD.c.state != RecordState.CANCELLED)
        .order_by(_DOSSIER.reference_sort, _DOSSIER.id, _CASE.c.id.is_(None), _RECORD.c.reference_sort)
    )


def _gathered(groups: Iterable[list[Standing]]) -> Iterator[list[list[Standing]]]:
    """Groups, many at a time."""
    some: list[list[Standing]] = []
    count = 0
    for group in groups:
        some.append(group)
        count += len(group)
        if count >= _AT_A_TIME:
            yield some
            some, count = [], 0
    if some:
        yield some
