"""Work lists (Arbeitsvorrat): what is to be done next, by what is lost when.

Each list is read off an index in its own order and ends at its page, however many invoices wait; whether somebody may
see an invoice is asked of each row on the way, not of a set that would have to be made first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, literal_column, or_, select, true, tuple_, union_all

from eakte.access import Permission
from eakte.access.queries import unit_and_below
from eakte.foundation.cursors import Page, after_mark, mark_of
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Record
from xrechnung.approval.models.flow import Approval
from xrechnung.approval.queries.seeing import rights_in_force
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.workflow import OPEN, Step
from xrechnung.models import Invoice

MOST_COUNTED = 500
"""Invoices of one step that are counted; beyond that only that there are more."""
_MOST_POOLS = 20
"""Units whose lists are read one by one and merged; who has more sees most of the house, whose list is read then."""
_ORDER = (Approval.urgent_on, Approval.less_at_stake, Approval.invoice_id)
_STEPS = tuple(step for step in Step if step in OPEN)


@dataclass(frozen=True, slots=True)
class WantedWork:
    """Which work somebody looks for: of one unit, what lies with central accounting, one's own, or all one sees."""

    unit_id: UUID | None = None
    central: bool = False
    step: Step | None = None
    mine: bool = False


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where somebody works on invoices, up to which levels of confidentiality; None stands for all."""

    units: frozenset[UUID] | None
    levels: frozenset[str] | None


def work_list(work: UnitOfWork, wanted: WantedWork, *, cursor: str | None, limit: int) -> Page[Approval]:
    """Invoices that wait for somebody, what is lost first before the rest. Raises InvalidCursor."""
    seats = _seats(work)
    pools = _pools(seats, wanted)
    after = None if cursor is None else after_mark(cursor, _ORDER)
    if pools is None:
        statement = _page(select(Approval).where(_of(work, wanted), _seen_from(seats)), after, limit)
    else:
        # Chosen before they are loaded: in one statement the planner would walk the list of the whole house.
        heads = [_page(_head(work, wanted, seats, unit), after, limit) for unit in pools]
        chosen = work.session.scalars(union_all(*heads)).all() if heads else []
        statement = _page(select(Approval).where(Approval.invoice_id.in_(chosen)), None, limit)
    rows = work.session.scalars(statement).all()
    page = rows[:limit]
    return Page(page, mark_of(page[-1], _ORDER) if len(rows) > limit else None)


def work_counts(work: UnitOfWork, wanted: WantedWork) -> dict[Step, int]:
    """How many invoices wait at each step; one more than MOST_COUNTED stands for many more."""
    seats = _seats(work)
    counted = []
    for step in _STEPS:
        at_step = WantedWork(wanted.unit_id, wanted.central, step, wanted.mine)
        waiting: Select[Any] = select(literal_column("1")).select_from(Approval)
        waiting = waiting.where(_of(work, at_step), _seen_from(seats)).limit(MOST_COUNTED + 1)
        counted.append(select(func.count()).select_from(waiting.subquery()).scalar_subquery())
    row = work.session.execute(select(*counted)).one()
    return dict(zip(_STEPS, row, strict=True))


def _page(statement: Select[Any], after: Sequence[Any] | None, limit: int) -> Select[Any]:
    if after is not None:
        statement = statement.where(tuple_(*_ORDER) > tuple_(*after))
    return statement.order_by(*_ORDER).limit(limit + 1)


def _head(work: UnitOfWork, wanted: WantedWork, seats: Sequence[_Seat], unit: UUID) -> Select[UUID]:
    """The list of one of several pools."""
    levels = _at_levels(seat.levels for seat in seats if seat.units is None or unit in seat.units)
    return select(Approval.invoice_id).where(Approval.unit_id == unit, _of(work, wanted), levels)


def _pools(seats: Sequence[_Seat], wanted: WantedWork) -> list[UUID] | None:
    """The units whose lists have to be merged; None where one list holds everything that is wanted."""
    if wanted.unit_id is not None or wanted.central or wanted.mine:
        return None
    if any(seat.units is None for seat in seats):
        return None
    units = frozenset[UUID]().union(*(seat.units for seat in seats if seat.units is not None))
    return sorted(units) if len(units) <= _MOST_POOLS else None


def _of(work: UnitOfWork, wanted: WantedWork) -> ColumnElement[bool]:
    # Steps as literals, since the indexes hold open ones only and parameters would not tell that.
    steps = _STEPS if wanted.step is None else (wanted.step,) if wanted.step in OPEN else ()
    tests: list[ColumnElement[bool]] = [Approval.step.in_([literal_column(f"'{step.value}'") for step in steps])]
    if wanted.unit_id is not None:
        tests.append(Approval.unit_id == wanted.unit_id)
    if wanted.central:
        tests.append(Approval.unit_id.is_(None))
    if wanted.mine:
        tests.append(Approval.claimed_by == work.actor.id)
    return and_(*tests)


# --- who sees what ------------------------------------------------------------------------------------------


def _seats(work: UnitOfWork) -> list[_Seat]:
    """The same as `seeing.involved` says of single invoices: those of one's units, and those one may sign."""
    if work.actor.everything:
        return [_Seat(None, None)]
    seats = [
        _Seat(scope.units, scope.levels)
        for scope in work.actor.scopes
        if scope.entry_id is None and scope.permissions & {Permission.WORK_INVOICES, Permission.HANDLE_INVOICES}
    ]
    rights = rights_in_force(work.session, {work.actor.id}, legal_day(work.now))
    places = dict.fromkeys(right.unit_id for right in rights)
    seats += [_Seat(None if place is None else unit_and_below(work.session, place), None) for place in places]
    return list(dict.fromkeys(seats))


def _seen_from(seats: Sequence[_Seat]) -> ColumnElement[bool]:
    if any(seat.units is None and seat.levels is None for seat in seats):
        return true()
    places = (
        (true() if seat.units is None else Approval.unit_id.in_(sorted(seat.units)), _at_levels([seat.levels]))
        for seat in seats
    )
    return or_(*(and_(*place) for place in places), false())


def _at_levels(levels: Iterable[frozenset[str] | None]) -> ColumnElement[bool]:
    """Asked row by row, so that the order of the index is kept."""
    known = list(levels)
    if None in known:
        return true()
    allowed = frozenset[str]().union(*(one for one in known if one is not None))
    of_document = (
        select(Record.confidentiality)
        .join(Invoice, Invoice.document_id == Record.id)
        .where(Invoice.id == Approval.invoice_id)
        .correlate(Approval)
        .scalar_subquery()
    )
    return of_document.in_(sorted(allowed))
