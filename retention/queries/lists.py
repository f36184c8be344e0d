"""Every select over disposal lists: what could go on one, what is on it, what stays of what is gone."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Session, aliased

from eakte.access import Permission
from eakte.access.errors import ActionForbidden
from eakte.access.models import Identity
from eakte.access.queries import require_unlimited, unit_and_below
from eakte.foundation.clock import legal_day
from eakte.foundation.cursors import InvalidCursor, Page, page_of
from eakte.foundation.table import must_be_at
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier, FilingPlanEntry, Record
from eakte.records.plan_rules import DisposalCode
from eakte.records.queries import may_at
from eakte.records.rules import RecordKind, RecordState
from retention.errors import DisposalItemNotFound, DisposalListNotFound
from retention.models.disposal import DisposalItem, DisposalList
from retention.models.rules import RecordRetention
from retention.queries.holds import held_among
from retention.rules.disposal import BEGUN, FINAL, ItemState, ListFacts, ListState, Procedure
from retention.rules.readiness import Judged, Standing, judge

DISPOSAL = (Permission.DISPOSE, Permission.REVIEW_DISPOSAL, Permission.RELEASE_DISPOSAL)
_AT_A_TIME = 2000


def among(column: SQLColumnExpression[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    """Whether a column is one of some ids, however many they are."""
    return column.in_(select(func.unnest(literal(list(ids), ARRAY(PgUuid(as_uuid=True))))))


# --- what could go on a list ----------------------------------------------------------------------------------


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


_RECORD = aliased(Record.__table__, name="listed")
_CASE = aliased(Case.__table__, name="listed_case")
_DOSSIER = aliased(Dossier, flat=True)
_OWN = aliased(DisposalItem, name="own")


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
        held = held_among(work.session, [one.record_id for group in some for one in group])
        for group in some:
            yield from judge([replace(one, held=one.record_id in held) for one in group], procedure, today)


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


# --- lists ------------------------------------------------------------------------------------------------------


def must_see_lists(work: UnitOfWork) -> None:
    """Lists go across the whole house, so they need a right of disposal for the whole house. Raises ActionForbidden."""
    if not any(holds_everywhere(work, permission) for permission in DISPOSAL):
        raise ActionForbidden(permission=Permission.REVIEW_DISPOSAL)


def holds_everywhere(work: UnitOfWork, permission: Permission) -> bool:
    try:
        require_unlimited(work, permission)
    except ActionForbidden:
        return False
    return True


def get_list(
    work: UnitOfWork, list_id: UUID, *, to: Permission | None = None, revision: int | None = None
) -> DisposalList:
    """Load a list to read it, or locked to do something with it.

    Raises DisposalListNotFound, ActionForbidden, Stale.
    """
    must_see_lists(work)
    statement = select(DisposalList).where(DisposalList.id == list_id)
    if to is not None:
        require_unlimited(work, to)
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = work.session.scalar(statement)
    if found is None:
        raise DisposalListNotFound
    must_be_at(found.revision, revision)
    return found


def locked_list(session: Session, list_id: UUID) -> DisposalList | None:
    """The list, kept as it is by others until this work ends."""
    statement = select(DisposalList).where(DisposalList.id == list_id)
    return session.scalar(statement.with_for_update().execution_options(populate_existing=True))


def lists(work: UnitOfWork, *, state: ListState | None, cursor: str | None, limit: int) -> Page[DisposalList]:
    """Lists in the order they were drawn up. Raises ActionForbidden."""
    must_see_lists(work)
    statement = select(DisposalList)
    if state is not None:
        statement = statement.where(DisposalList.state == state)
    return page_of(work.session, statement, (DisposalList.id,), cursor=cursor, limit=limit)


def facts_of(session: Session, list_: DisposalList, today: date) -> ListFacts:
    """What the acts on a list depend on."""
    counts = counts_of(session, list_.id)
    begun = sum(count for (state, _), count in counts.items() if state in BEGUN)
    undecided = counts.get((ItemState.LISTED, None), 0)
    may_begin = list_.destroy_from is not None and list_.destroy_from <= today
    return ListFacts(list_.state, list_.procedure, list_.released_by is not None, may_begin, begun, undecided)


def counts_of(session: Session, list_id: UUID) -> dict[tuple[ItemState, DisposalCode | None], int]:
    """How many items of a list are in which state, with which decision."""
    statement = select(DisposalItem.state, DisposalItem.decision, func.count()).where(DisposalItem.list_id == list_id)
    rows = session.execute(statement.group_by(DisposalItem.state, DisposalItem.decision))
    return {(row[0], row[1]): row[2] for row in rows}


def items(
    work: UnitOfWork, list_: DisposalList, *, state: ItemState | None, cursor: str | None, limit: int
) -> Page[DisposalItem]:
    """What is on a list, in the order it is worked off."""
    statement = select(DisposalItem).where(DisposalItem.list_id == list_.id)
    if state is not None:
        statement = statement.where(DisposalItem.state == state)
    return page_of(work.session, statement, (DisposalItem.position, DisposalItem.id), cursor=cursor, limit=limit)


def all_items(session: Session, list_id: UUID) -> Iterator[DisposalItem]:
    """Every item of a list, streamed."""
    statement = select(DisposalItem).where(DisposalItem.list_id == list_id).order_by(DisposalItem.position)
    for item in session.scalars(statement.execution_options(yield_per=_AT_A_TIME)):
        yield item
        session.expunge(item)


def get_item(work: UnitOfWork, list_: DisposalList, item_id: UUID) -> DisposalItem:
    """An item, locked. Raises DisposalItemNotFound."""
    statement = select(DisposalItem).where(DisposalItem.id == item_id, DisposalItem.list_id == list_.id)
    item = work.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if item is None:
        raise DisposalItemNotFound
    return item


def last_position(session: Session, list_id: UUID) -> int:
    return session.scalar(select(func.max(DisposalItem.position)).where(DisposalItem.list_id == list_id)) or 0


def dossier_items(session: Session, list_id: UUID, dossier_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The items of some dossiers that are on a list, by dossier."""
    statement = select(DisposalItem.record_id, DisposalItem.id).where(
        DisposalItem.list_id == list_id, DisposalItem.record_id.in_(dossier_ids)
    )
    return dict(session.execute(statement).all())


def active_item_around(session: Session, record: Record) -> tuple[DisposalItem, DisposalList] | None:
    """The item by which a dossier or case is about to be disposed of, itself or with the dossier it lies in."""
    ids = [record.id] if record.container is None else [record.id, record.container.id]
    statement = (
        select(DisposalItem, DisposalList)
        .join(DisposalList, DisposalList.id == DisposalItem.list_id)
        .where(DisposalItem.record_id.in_(ids), DisposalItem.state.not_in(FINAL))
    )
    row = session.execute(statement.limit(1)).first()
    return None if row is None else (row[0], row[1])


def titles_shown(work: UnitOfWork, record_ids: Collection[UUID]) -> set[UUID]:
    """Those of some records whose titles the actor may see, by a right of disposal at the record's own place."""
    statement = (
        select(_RECORD.c.id)
        .outerjoin(_CASE, _CASE.c.id == _RECORD.c.id)
        .join(_DOSSIER, _DOSSIER.id == func.coalesce(_CASE.c.dossier_id, _RECORD.c.id))
        .where(_RECORD.c.id.in_(record_ids))
    )
    levels = [_RECORD.c.confidentiality, _DOSSIER.confidentiality]
    reach = or_(*(may_at(work.actor, permission, _DOSSIER, levels) for permission in DISPOSAL))
    return set(work.session.scalars(statement.where(reach)))


def names_of(session: Session, identity_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Display names by identity; the house itself has none."""
    ids = {one for one in identity_ids if one is not None}
    rows = session.execute(select(Identity.id, Identity.display_name).where(Identity.id.in_(ids)))
    return dict(rows.all())


def report_place(session: Session, reference: str) -> tuple[UUID, RecordKind] | None:
    """The open dossier or case of this reference, in which a report can be filed."""
    statement = select(Record.id, Record.record_kind).where(
        Record.reference == reference, Record.state == RecordState.OPEN, Record.record_kind != RecordKind.DOCUMENT
    )
    row = session.execute(statement).first()
    return None if row is None else (row[0], row[1])
