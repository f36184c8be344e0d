"""Rules, where they hang, entered dates; and the book of rules that computing reads."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import require
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.table import must_be_at
from eakte.foundation.work import UnitOfWork
from eakte.records.models import FilingPlan, FilingPlanEntry
from retention.errors import AssignmentNotFound, DateNotFound, RuleNotFound
from retention.models.rules import EnteredDate, RecordRetention, RetentionRule, RuleAssignment
from retention.queries.arrays import any_of
from retention.rules.inheritance import Hung, Level, plan_rule
from retention.rules.periods import Event
from retention.rules.subjects import Book, PlanLevel

# --- the book ---------------------------------------------------------------------------------------------


def book_for(session: Session, today: date, entry_ids: Collection[UUID], record_ids: Collection[UUID]) -> Book:
    """The rules in question for some records, which lie under some entries; `record_ids` has their dossiers too."""
    above = select(func.unnest(FilingPlanEntry.path)).where(FilingPlanEntry.id == any_of(entry_ids))
    columns = (FilingPlanEntry.id, FilingPlanEntry.path, FilingPlanEntry.code, FilingPlan.key.label("plan_key"))
    says = (FilingPlanEntry.retention_years, FilingPlanEntry.retention_unlimited, FilingPlanEntry.disposal)
    statement = select(*columns, *says).join(FilingPlan, FilingPlan.id == FilingPlanEntry.plan_id)
    entries = {row.id: row for row in session.execute(statement.where(FilingPlanEntry.id.in_(above)))}
    at_entries, at_records = _hanging(session, [*entries], record_ids)
    steps = {}
    for entry_id, row in entries.items():
        own = None
        if row.retention_unlimited or row.retention_years is not None:
            own = plan_rule(f"Aktenplan {row.plan_key} {row.code}", row.retention_years)
        steps[entry_id] = PlanLevel(Level(row.code, at_entries.get(entry_id, ()), own), row.disposal)
    paths = {entry_id: [steps[one] for one in reversed(entries[entry_id].path)] for entry_id in entry_ids}
    return Book(today, paths, at_records, _dates_of_years(session))


def _hanging(
    session: Session, entry_ids: Collection[UUID], record_ids: Collection[UUID]
) -> tuple[dict[UUID, list[Hung]], dict[UUID, list[Hung]]]:
    at_entries: dict[UUID, list[Hung]] = defaultdict(list)
    at_records: dict[UUID, list[Hung]] = defaultdict(list)
    at, by = RuleAssignment.entry_id, RuleAssignment.record_id
    statement = select(at, by, RuleAssignment.rule_id, RuleAssignment.inheritance)
    statement = statement.where(or_(at == any_of(entry_ids), by == any_of(record_ids)))
    # Oldest first, so that of equally long rules the same one governs each time.
    hanging = session.execute(statement.order_by(RuleAssignment.id)).all()
    wanted = select(RetentionRule).where(RetentionRule.id == any_of({row.rule_id for row in hanging}))
    # Read anew: another work may have changed them.
    stored = session.scalars(wanted.execution_options(populate_existing=True))
    rules = {rule.id: (rule.rule(), rule.valid_from, rule.valid_until) for rule in stored}
    for entry_id, record_id, rule_id, inheritance in hanging:
        rule, valid_from, valid_until = rules[rule_id]
        hung = Hung(rule, inheritance, valid_from, valid_until)
        if entry_id is not None:
            at_entries[entry_id].append(hung)
        elif record_id is not None:
            at_records[record_id].append(hung)
    return dict(at_entries), dict(at_records)


def _dates_of_years(session: Session) -> dict[str, dict[str, date]]:
    statement = select(EnteredDate.fiscal_year, EnteredDate.key, EnteredDate.day)
    found: dict[str, dict[str, date]] = defaultdict(dict)
    for year, key, day in session.execute(statement.where(EnteredDate.fiscal_year.is_not(None))):
        found[str(year)][key] = day
    return dict(found)


# --- rules ------------------------------------------------------------------------------------------------


def get_rule(work: UnitOfWork, rule_id: UUID) -> RetentionRule:
    """A rule; the catalogue is open to everybody in the house. Raises RuleNotFound."""
    rule = work.session.get(RetentionRule, rule_id)
    if rule is None:
        raise RuleNotFound
    return rule


def rules(work: UnitOfWork, *, catalogue: str | None, cursor: str | None, limit: int) -> Page[RetentionRule]:
    """Every rule, in the order of catalogues and keys."""
    statement = select(RetentionRule)
    if catalogue is not None:
        statement = statement.where(RetentionRule.catalogue == catalogue)
    order = (RetentionRule.catalogue, RetentionRule.key, RetentionRule.id)
    return page_of(work.session, statement, order, cursor=cursor, limit=limit)


def rules_of_catalogue(session: Session, catalogue: str) -> dict[str, RetentionRule]:
    """The rules of a catalogue by key, locked."""
    statement = select(RetentionRule).where(RetentionRule.catalogue == catalogue).with_for_update()
    return {rule.key: rule for rule in session.scalars(statement.order_by(RetentionRule.key))}


def rule_by_key(session: Session, catalogue: str, key: str) -> RetentionRule:
    """Raises RuleNotFound."""
    statement = select(RetentionRule).where(RetentionRule.catalogue == catalogue, RetentionRule.key == key)
    rule = session.scalar(statement)
    if rule is None:
        raise RuleNotFound
    return rule


# --- where they hang --------------------------------------------------------------------------------------


def get_assignment(session: Session, assignment_id: UUID) -> RuleAssignment:
    """Raises AssignmentNotFound. Callers judge the right at its place."""
    assignment = session.get(RuleAssignment, assignment_id)
    if assignment is None:
        raise AssignmentNotFound
    return assignment


def assignment_at(
    session: Session, rule_id: UUID, *, entry_id: UUID | None, record_id: UUID | None
) -> RuleAssignment | None:
    """The assignment of a rule to one place."""
    statement = select(RuleAssignment).where(RuleAssignment.rule_id == rule_id)
    at_entry = RuleAssignment.entry_id.is_not_distinct_from(entry_id)
    return session.scalar(statement.where(at_entry, RuleAssignment.record_id.is_not_distinct_from(record_id)))


def assignments_at_entries(
    work: UnitOfWork, *, entry_id: UUID | None, rule_id: UUID | None, cursor: str | None, limit: int
) -> Page[RuleAssignment]:
    """What hangs on the plan, which is open to everybody; exceptions are shown with their record only."""
    statement = select(RuleAssignment).where(RuleAssignment.entry_id.is_not(None))
    if entry_id is not None:
        statement = statement.where(RuleAssignment.entry_id == entry_id)
    if rule_id is not None:
        statement = statement.where(RuleAssignment.rule_id == rule_id)
    return page_of(work.session, statement, (RuleAssignment.id,), cursor=cursor, limit=limit)


def entries_with(session: Session, rule_ids: Collection[UUID]) -> dict[UUID, list[FilingPlanEntry]]:
    """The entries of the plan that some rules hang on, by rule."""
    found: dict[UUID, list[FilingPlanEntry]] = defaultdict(list)
    statement = select(RuleAssignment.rule_id, FilingPlanEntry).join(
        FilingPlanEntry, FilingPlanEntry.id == RuleAssignment.entry_id
    )
    in_order = statement.where(RuleAssignment.rule_id.in_(rule_ids)).order_by(FilingPlanEntry.code)
    for rule_id, entry in session.execute(in_order):
        found[rule_id].append(entry)
    return dict(found)


def assignments_at_record(session: Session, record_id: UUID) -> list[RuleAssignment]:
    """The exceptions of one record, oldest first."""
    statement = select(RuleAssignment).where(RuleAssignment.record_id == record_id)
    return list(session.scalars(statement.order_by(RuleAssignment.id)))


def places_of(session: Session, rule_id: UUID) -> list[tuple[UUID | None, UUID | None]]:
    """The entries and records a rule hangs on."""
    statement = select(RuleAssignment.entry_id, RuleAssignment.record_id).where(RuleAssignment.rule_id == rule_id)
    return [(row[0], row[1]) for row in session.execute(statement)]


# --- dates ------------------------------------------------------------------------------------------------


def get_date(session: Session, date_id: UUID, *, revision: int | None = None) -> EnteredDate:
    """An entered date, locked. Raises DateNotFound, Stale. Callers judge the right at its place."""
    entered = session.get(EnteredDate, date_id, with_for_update=True, populate_existing=True)
    if entered is None:
        raise DateNotFound
    must_be_at(entered.revision, revision)
    return entered


def date_at(session: Session, key: str, *, fiscal_year: int | None, record_id: UUID | None) -> EnteredDate | None:
    statement = select(EnteredDate).where(EnteredDate.key == key)
    of_year = EnteredDate.fiscal_year.is_not_distinct_from(fiscal_year)
    return session.scalar(statement.where(of_year, EnteredDate.record_id.is_not_distinct_from(record_id)))


def dates_of_years(
    work: UnitOfWork, *, key: str | None, fiscal_year: int | None, cursor: str | None, limit: int
) -> Page[EnteredDate]:
    """What was entered for fiscal years, in the order of its entering. Raises ActionForbidden."""
    require(work, Permission.MANAGE_RETENTION)
    statement = select(EnteredDate).where(EnteredDate.fiscal_year.is_not(None))
    if key is not None:
        statement = statement.where(EnteredDate.key == key)
    if fiscal_year is not None:
        statement = statement.where(EnteredDate.fiscal_year == fiscal_year)
    return page_of(work.session, statement, (EnteredDate.id,), cursor=cursor, limit=limit)


def dates_of_record(session: Session, record_id: UUID) -> list[EnteredDate]:
    return list(
        session.scalars(select(EnteredDate).where(EnteredDate.record_id == record_id).order_by(EnteredDate.key))
    )


def entered_keys(session: Session) -> list[str]:
    """The names of the dates that rules count from and that somebody has to enter."""
    statement = select(RetentionRule.event_key).where(RetentionRule.event == Event.ENTERED)
    return [key for key in session.scalars(statement.distinct().order_by(RetentionRule.event_key)) if key is not None]


def awaited(work: UnitOfWork) -> list[tuple[str, int]]:
    """The dates that records wait for, and how many do. Raises ActionForbidden."""
    require(work, Permission.MANAGE_RETENTION)
    count = func.count()
    statement = select(RecordRetention.missing_key, count).where(RecordRetention.missing_key.is_not(None))
    rows = work.session.execute(statement.group_by(RecordRetention.missing_key).order_by(count.desc()))
    return [(row[0] or "", row[1]) for row in rows]
