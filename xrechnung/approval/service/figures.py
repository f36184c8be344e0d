"""Reports (Kennzahlen) for those who see figures: of their units, and of no person."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from eakte.access import Permission
from eakte.access.errors import ActionForbidden
from eakte.access.queries import get_unit, unit_and_below
from eakte.foundation.clock import GERMANY
from eakte.foundation.work import UnitOfWork
from xrechnung.approval.queries import figures
from xrechnung.approval.queries.figures import Backlog, CycleTime, Period, RefusedBy, SkontoFigure
from xrechnung.approval.queries.seeing import units_where
from xrechnung.approval.rules.deadlines import legal_day


@dataclass(frozen=True, slots=True)
class Span:
    """The days and the unit that somebody asks about; both days are included, None is open or all one sees."""

    first: date | None = None
    last: date | None = None
    unit_id: UUID | None = None

    def period(self) -> Period:
        since = _midnight(self.first) if self.first is not None else None
        until = _midnight(self.last + timedelta(days=1)) if self.last is not None and self.last < date.max else None
        return Period(since, until)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), GERMANY)


def cycle_times(work: UnitOfWork, span: Span) -> list[CycleTime]:
    """How long invoices stayed where. Raises ActionForbidden, UnitNotFound."""
    return figures.cycle_times(work.session, _units(work, span), span.period())


def skonto(work: UnitOfWork, span: Span) -> list[SkontoFigure]:
    """What was won and lost of discounts. Raises ActionForbidden, UnitNotFound."""
    return figures.skonto(work.session, _units(work, span), span.period())


def backlog(work: UnitOfWork, unit_id: UUID | None) -> list[Backlog]:
    """What waits where, and for how long already. Raises ActionForbidden, UnitNotFound."""
    return figures.backlog(work.session, _units(work, Span(unit_id=unit_id)), work.now, legal_day(work.now))


@dataclass(frozen=True, slots=True)
class Refusals:
    """How many invoices were checked, how many found wanting, and by which rules."""

    checked: int
    refused: int
    rules: list[RefusedBy]


def refusals(work: UnitOfWork, span: Span) -> Refusals:
    """Which rules refuse how many invoices. Raises ActionForbidden, UnitNotFound."""
    units, period = _units(work, span), span.period()
    return Refusals(*figures.judged(work.session, units, period), figures.refusals(work.session, units, period))


def _units(work: UnitOfWork, span: Span) -> frozenset[UUID] | None:
    """The units whose figures are asked for and may be seen; None for all, central accounting included."""
    seen = units_where(work.actor, Permission.SEE_INVOICE_FIGURES)
    if seen is not None and not seen:
        raise ActionForbidden(permission=Permission.SEE_INVOICE_FIGURES)
    if span.unit_id is None:
        return seen
    get_unit(work.session, span.unit_id)
    wanted = unit_and_below(work.session, span.unit_id)
    if seen is None:
        return wanted
    if span.unit_id not in seen:
        raise ActionForbidden(permission=Permission.SEE_INVOICE_FIGURES)
    return wanted & seen
