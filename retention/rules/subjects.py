"""From what is written down of a closed record to its period: rules in force, facts, and the row that follows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from eakte.foundation.clock import legal_day
from eakte.foundation.storage import LockMode
from eakte.records.plan_rules import DisposalCode
from retention.rules.days import read_day
from retention.rules.inheritance import Hung, Level, in_force
from retention.rules.periods import Facts, Outcome, Retention, Rule, Trigger, retention_of

FISCAL_YEAR, COUNTS_FROM = "fiscal_year", "retention_trigger"
"""Business data that say to which fiscal year a record belongs, and from which date its periods count."""


class Kept(NamedTuple):
    """What is computed of a closed record, as its row has it."""

    outcome: Outcome
    last_day: date | None
    due_on: date | None
    transfer_from: date | None
    rule_id: UUID | None
    rule_name: str | None
    rule_source: str | None
    event_day: date | None
    missing_key: str | None
    disposal: DisposalCode
    lock_mode: LockMode
    lock_from: datetime | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A closed dossier or case: where it lies, when it was closed, and the period it has, if it has one."""

    id: UUID
    dossier_id: UUID
    entry_id: UUID
    reference: str
    dossier_reference: str
    closed_at: datetime
    dossier_closed_at: datetime | None
    locked_until: date | None = None
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What was written down of some records and of the dossiers they lie in.

    `of_documents` are the fiscal years and triggers that the documents of a case name.
    """

    data: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)
    entered: Mapping[UUID, Mapping[str, date]] = field(default_factory=dict)
    of_documents: Mapping[UUID, Mapping[str, Collection[str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanLevel:
    """An entry of the plan with what hangs there, and the appraisal code it has."""

    level: Level
    disposal: DisposalCode


@dataclass(slots=True)
class Book:
    """The rules of the house as far as some records are concerned, on one legal day.

    `paths` lead from an entry up to the top of its plan; `at_records` are local exceptions; `of_years` are the dates
    entered for fiscal years.
    """

    today: date
    paths: Mapping[UUID, Sequence[PlanLevel]]
    at_records: Mapping[UUID, Sequence[Hung]] = field(default_factory=dict)
    of_years: Mapping[str, Mapping[str, date]] = field(default_factory=dict)
    """Per fiscal year, as business data write it, the day of each key."""
    _inherited: dict[UUID, tuple[Rule, ...]] = field(default_factory=dict)

    @property
    def keys(self) -> set[str]:
        """The names of all dates that any rule here counts from."""
        hung = [one for path in self.paths.values() for step in path for one in step.level.hung]
        hung += [one for some in self.at_records.values() for one in some]
        return {one.rule.trigger.key for one in hung if one.rule.trigger.key is not None}

    def levels_of(self, subject: Subject) -> list[Level]:
        """Where rules may hang for a record, nearest first."""
        own = [Level(subject.reference, self.at_records.get(subject.id, ()))]
        if subject.id != subject.dossier_id:
            own.append(Level(subject.dossier_reference, self.at_records.get(subject.dossier_id, ())))
        return [*own, *(step.level for step in self.paths[subject.entry_id])]

    def rules_of(self, subject: Subject) -> tuple[Rule, ...]:
        """The rules in force at a record."""
        if subject.id in self.at_records or subject.dossier_id in self.at_records:
            return in_force(self.levels_of(subject), self.today)
        rules = self._inherited.get(subject.entry_id)
        if rules is None:
            path = self.paths[subject.entry_id]
            rules = self._inherited[subject.entry_id] = in_force((step.level for step in path), self.today)
        return rules


def kept_by(subject: Subject, known: Known, book: Book) -> Kept:
    """The period of a closed record."""
    retention = retention_of(book.rules_of(subject), facts_of(subject, known, book))
    rule = retention.rule
    lock_from = None
    if rule is not None and retention.outcome is Outcome.ENDS:
        lock_from = subject.closed_at + timedelta(days=rule.correction_days)
    return Kept(
        outcome=retention.outcome,
        last_day=retention.last_day,
        due_on=retention.due_on,
        transfer_from=_transfer_from(subject, retention),
        rule_id=rule.id if rule is not None else None,
        rule_name=rule.name if rule is not None else None,
        rule_source=rule.source if rule is not None else None,
        event_day=retention.event_day,
        missing_key=_missing_key(retention.missing),
        disposal=(rule.disposal if rule is not None else None) or book.paths[subject.entry_id][0].disposal,
        lock_mode=rule.lock_mode if rule is not None else LockMode.GOVERNANCE,
        lock_from=lock_from,
    )


def _transfer_from(subject: Subject, retention: Retention) -> date | None:
    """Nothing moves before the day after its closing."""
    day = retention.transfer_from
    return None if day is None else max(day, legal_day(subject.closed_at) + timedelta(days=1))


def _missing_key(missing: Trigger | None) -> str | None:
    return None if missing is None else missing.key or missing.event.value


# --- facts ------------------------------------------------------------------------------------------------


def facts_of(subject: Subject, known: Known, book: Book) -> Facts:
    """What is known of a closed record: its own dates before its dossier's, those before its fiscal years'.

    A dossier has nothing above it, so the closing of its parent is its own. A record of several fiscal years (a case
    with invoices of two) counts from the latest of their dates, and from none as long as one of them has none.
    """
    closed_on = legal_day(subject.closed_at)
    parent = subject.dossier_closed_at
    parent_closed_on = legal_day(parent) if parent is not None else None
    own, above = known.data.get(subject.id), known.data.get(subject.dossier_id)
    by_documents = known.of_documents.get(subject.id)
    entered, entered_above = known.entered.get(subject.id), known.entered.get(subject.dossier_id)
    if not (own or above or by_documents or entered or entered_above):
        return Facts(closed_on, parent_closed_on)
    data = {**(above or {}), **(own or {})}
    days: dict[str, date] = {}
    unreadable: dict[str, str] = {}
    for name, text in data.items():
        if name in (FISCAL_YEAR, COUNTS_FROM):
            continue
        day = read_day(text)
        if day is None:
            unreadable[name] = text
        else:
            days[name] = day
    years = _said(FISCAL_YEAR, own, by_documents, above)
    dates = {**_dates_of(years, book.of_years), **(entered_above or {}), **(entered or {})}
    known_days = {**days, **dates}
    # Of several the one that is not known yet, else the latest.
    named = sorted(_said(COUNTS_FROM, own, by_documents, above))
    counts_from = max(named, key=lambda name: known_days.get(name, date.max), default=None)
    return Facts(closed_on, parent_closed_on, dates, days, counts_from, unreadable)


def _said(
    name: str,
    own: Mapping[str, str] | None,
    by_documents: Mapping[str, Collection[str]] | None,
    above: Mapping[str, str] | None,
) -> set[str]:
    """What the record says, else its documents, else its dossier."""
    for values in _sources(name, own, by_documents, above):
        found = {value.strip() for value in values} - {""}
        if found:
            return found
    return set()


def _sources(
    name: str,
    own: Mapping[str, str] | None,
    by_documents: Mapping[str, Collection[str]] | None,
    above: Mapping[str, str] | None,
) -> Iterator[Collection[str]]:
    yield [own[name]] if own and name in own else []
    yield by_documents.get(name, []) if by_documents else []
    yield [above[name]] if above and name in above else []


def _dates_of(years: set[str], of_years: Mapping[str, Mapping[str, date]]) -> dict[str, date]:
    if not years:
        return {}
    first, *others = [of_years.get(year, {}) for year in years]
    return {
        key: max(day, *(one[key] for one in others)) if others else day
        for key, day in first.items()
        if all(key in one for one in others)
    }
