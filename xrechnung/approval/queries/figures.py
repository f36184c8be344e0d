"""Figures of the approval (Kennzahlen), by step and unit; no statement here reads who did something.

The one exception counts how many people acted, so that figures of a unit in which one person works alone, which
would be that person's, are not made at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Numeric,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    cast,
    column,
    distinct,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from eakte.access.models import Identity, IdentityKind
from xrechnung.approval.models.flow import Approval, InvoiceAct
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.rules.payment import GONE
from xrechnung.approval.rules.workflow import OPEN, Act, Step
from xrechnung.judging.verdict import Severity
from xrechnung.models import Invoice

FEWEST = 5
"""Fewer invoices than these make no figure."""
ALONE = 1
"""Where one person did all of a group, its figures would be that person's; machines are nobody."""
_REFUSING = (Severity.FATAL.value, Severity.ERROR.value)


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant up to another, itself excluded; None is open."""

    since: datetime | None
    until: datetime | None

    def holds(self, instant: SQLColumnExpression[Any]) -> list[ColumnElement[bool]]:
        tests: list[ColumnElement[bool]] = []
        if self.since is not None:
            tests.append(instant >= self.since)
        if self.until is not None:
            tests.append(instant < self.until)
        return tests


@dataclass(frozen=True, slots=True)
class CycleTime:
    """How long invoices stayed at a step in a unit, in hours."""

    unit_id: UUID | None
    step: Step
    invoices: int
    median: float
    p90: float


@dataclass(frozen=True, slots=True)
class SkontoFigure:
    """What became of discounts that were offered, in one currency; amounts of orders that hold."""

    unit_id: UUID | None
    currency: str
    orders: int
    taken: int
    won: Decimal
    lost: Decimal


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits at a step in a unit, by age in days since receipt."""

    unit_id: UUID | None
    step: Step
    invoices: int
    up_to_7: int
    up_to_14: int
    up_to_30: int
    older: int
    overdue: int
    at_stake: Decimal


@dataclass(frozen=True, slots=True)
class RefusedBy:
    """How many invoices a rule refused."""

    rule: str
    invoices: int


def cycle_times(session: Session, units: frozenset[UUID] | None, period: Period) -> list[CycleTime]:
    """How long invoices stayed at each step that they left within the period, per unit where they lay."""
    moves = _moves()
    hours = func.extract("epoch", moves.c.at - moves.c.since) / 3600
    person = and_(Identity.id == moves.c.mover, Identity.kind == IdentityKind.PERSON)
    statement = (
        select(
            moves.c.unit_id,
            moves.c.from_step,
            func.count(),
            func.percentile_cont(0.5).within_group(hours),
            func.percentile_cont(0.9).within_group(hours),
        )
        .join(Identity, person, isouter=True)
        .where(moves.c.from_step != moves.c.to_step, *period.holds(moves.c.at), _lies_in(moves.c.unit_id, units))
        .group_by(moves.c.unit_id, moves.c.from_step)
        .having(func.count() >= FEWEST, func.count(distinct(Identity.id)) != ALONE)
        .order_by(moves.c.unit_id, moves.c.from_step)
    )
    return [CycleTime(row[0], row[1], row[2], float(row[3]), float(row[4])) for row in session.execute(statement)]


def _moves() -> Subquery:
    """Every act with the instant since which its invoice stood where it did it, and who moved it."""
    before: dict[str, Any] = {"partition_by": InvoiceAct.invoice_id, "order_by": InvoiceAct.id}
    moved = InvoiceAct.from_step != InvoiceAct.to_step
    since = func.max(InvoiceAct.at).filter(moved).over(**before, rows=(None, -1))
    # The house completes what somebody certified.
    mover = case(
        (InvoiceAct.act == Act.COMPLETE, func.lag(InvoiceAct.person_id).over(**before)), else_=InvoiceAct.person_id
    )
    return (
        select(
            InvoiceAct.unit_id,
            InvoiceAct.from_step,
            InvoiceAct.to_step,
            InvoiceAct.at,
            func.coalesce(since, Invoice.received_at).label("since"),
            mover.label("mover"),
        )
        .join(Invoice, Invoice.id == InvoiceAct.invoice_id)
        .subquery()
    )


def skonto(session: Session, units: frozenset[UUID] | None, period: Period) -> list[SkontoFigure]:
    """What became of offered discounts, of orders signed within the period that hold."""
    offers = func.jsonb_array_elements(Invoice.skonto, type_=JSONB).table_valued(column("value", JSONB)).alias("offers")
    best = select(func.max(cast(offers.c.value["amount"].astext, Numeric))).select_from(offers).scalar_subquery()
    rows = (
        select(Approval.unit_id, PaymentOrder.currency, PaymentOrder.skonto, best.label("best"))
        .join(Approval, Approval.invoice_id == PaymentOrder.invoice_id)
        .join(Invoice, Invoice.id == PaymentOrder.invoice_id)
        .where(
            PaymentOrder.state.not_in(GONE),
            *period.holds(PaymentOrder.ordered_at),
            _lies_in(Approval.unit_id, units),
        )
        .subquery()
    )
    lost = func.greatest(rows.c.best - rows.c.skonto, 0)
    statement = (
        select(
            rows.c.unit_id,
            rows.c.currency,
            func.count(),
            func.count().filter(rows.c.skonto > 0),
            func.sum(rows.c.skonto),
            func.sum(lost),
        )
        .where(rows.c.best > 0)
        .group_by(rows.c.unit_id, rows.c.currency)
        .having(func.count() >= FEWEST)
        .order_by(rows.c.unit_id, rows.c.currency)
    )
    return [SkontoFigure(*row) for row in session.execute(statement)]


def backlog(session: Session, units: frozenset[UUID] | None, now: datetime, today: date) -> list[Backlog]:
    """What waits now, by step, unit and age."""
    days = func.extract("epoch", now - Invoice.received_at) / 86400
    age = case((days <= 7, 7), (days <= 14, 14), (days <= 30, 30), else_=31)
    statement = (
        select(
            Approval.unit_id,
            Approval.step,
            func.count(),
            *(func.count().filter(age == limit) for limit in (7, 14, 30, 31)),
            func.count().filter(Approval.urgent_on < today),
            func.sum(Approval.at_stake),
        )
        .join(Invoice, Invoice.id == Approval.invoice_id)
        .where(Approval.step.in_(_open_steps()), _lies_in(Approval.unit_id, units))
        .group_by(Approval.unit_id, Approval.step)
        .order_by(Approval.unit_id, Approval.step)
    )
    return [Backlog(*tuple(row)) for row in session.execute(statement)]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in the whole house: how much of it too late, and the euros of Skonto still to be won."""

    overdue: int
    at_stake: Decimal


def waiting_on(session: Session, day: date) -> Waiting:
    """What waits on a day, read off the index of open ones."""
    overdue = func.count().filter(Approval.urgent_on < day)
    statement = select(overdue, func.coalesce(func.sum(Approval.at_stake), 0))
    row = session.execute(statement.where(Approval.step.in_(_open_steps()))).one()
    return Waiting(row[0], row[1])


def under_way(session: Session) -> dict[Step, int]:
    """How many invoices are at each step that is no end; ends only grow, and nobody watches them."""
    statement = select(Approval.step, func.count()).where(Approval.step.in_(_UNDER_WAY)).group_by(Approval.step)
    return {row[0]: row[1] for row in session.execute(statement)}


_UNDER_WAY = (*sorted(OPEN), Step.ORDERED, Step.HANDED_OVER, Step.RECALLED)


def _open_steps() -> Sequence[ColumnElement[str]]:
    # As literals, since the indexes hold open steps only and parameters would not tell that.
    return [literal_column(f"'{step.value}'") for step in sorted(OPEN)]


def judged(session: Session, units: frozenset[UUID] | None, period: Period) -> tuple[int, int]:
    """How many invoices were checked within the period, and how many of them were found wanting."""
    statement = (
        select(func.count(), func.count().filter(Invoice.accepted.is_(False)))
        .select_from(Invoice)
        .join(Approval, Approval.invoice_id == Invoice.id)
        .where(*period.holds(Invoice.judged_at), _lies_in(Approval.unit_id, units))
    )
    row = session.execute(statement).one()
    return row[0], row[1]


def refusals(session: Session, units: frozenset[UUID] | None, period: Period) -> list[RefusedBy]:
    """Which rules refused how many of the invoices that were checked within the period."""
    findings = func.jsonb_array_elements(Invoice.findings, type_=JSONB).table_valued(column("value", JSONB))
    found = findings.lateral("findings")
    rule, severity = found.c.value["rule"].astext, found.c.value["severity"].astext
    count = func.count(distinct(Invoice.id))
    statement = (
        select(rule, count)
        .select_from(Invoice)
        .join(Approval, Approval.invoice_id == Invoice.id)
        .join(found, true())
        .where(*period.holds(Invoice.judged_at), _lies_in(Approval.unit_id, units), severity.in_(_REFUSING))
        .group_by(rule)
        .order_by(count.desc(), rule)
    )
    return [RefusedBy(*row) for row in session.execute(statement)]


def _lies_in(unit: SQLColumnExpression[Any], units: frozenset[UUID] | None) -> ColumnElement[bool]:
    return true() if units is None else unit.in_(sorted(units))
