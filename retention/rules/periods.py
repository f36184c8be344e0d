"""How long a record is kept (Aufbewahrungsfrist): rules, the events that start them, and which one governs."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from eakte.foundation.storage import LockMode
from eakte.records.plan_rules import DisposalCode

_DAY = timedelta(days=1)
_MONTHS = 12


class Unit(StrEnum):
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class Rounding(StrEnum):
    """Which last day follows from a period."""

    EXACT = "exact"
    """To the day."""
    END_OF_YEAR = "end_of_year"
    """The end is moved to the end of its calendar year."""
    FROM_NEXT_YEAR = "from_next_year"
    """The period begins with the calendar year after the event."""
    END_OF_FISCAL_YEAR = "end_of_fiscal_year"
    """The end is moved to the end of its fiscal year (Haushaltsjahr)."""


class Event(StrEnum):
    """What starts a period (fristauslösendes Ereignis)."""

    CLOSING = "closing"
    """The record's own closing (zdA)."""
    PARENT_CLOSING = "parent_closing"
    """The closing of the dossier a case lies in."""
    ENTERED = "entered"
    """A date somebody enters later, as the adoption of the annual statement (Feststellung des Jahresabschlusses)."""
    BUSINESS_DATA = "business_data"
    """A date in the record's business data, as the end of a permit or contract, a birth, a person's exit."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """The event of a rule; `key` names the date that is entered, or the field of the business data."""

    event: Event
    key: str | None = None

    def __post_init__(self) -> None:
        if (self.key is not None) != (self.event in (Event.ENTERED, Event.BUSINESS_DATA)):
            raise ValueError(f"{self.event} and key {self.key!r} do not go together")


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time by the calendar."""

    length: int
    unit: Unit

    def after(self, day: date) -> date:
        """The last day of the period that begins after `day` (§§ 187 (1), 188 BGB).

        It is the day with the same number; where the month has none, its last day.
        """
        match self.unit:
            case Unit.DAYS:
                return day + self.length * _DAY
            case Unit.MONTHS:
                return _months_later(day, self.length)
            case Unit.YEARS:
                return _months_later(day, self.length * _MONTHS)


def _months_later(day: date, count: int) -> date:
    years, month = divmod(day.month - 1 + count, _MONTHS)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class Rule:
    """One retention rule (Aufbewahrungsregel). `period` None keeps for ever."""

    name: str
    source: str
    """The paragraph it comes from."""
    trigger: Trigger
    period: Period | None
    rounding: Rounding = Rounding.EXACT
    fiscal_year_ends: tuple[int, int] = (12, 31)
    """Month and day; the end of February is written (2, 29) and means the last of the month."""
    disposal: DisposalCode | None = None
    transfer_months: int | None = None
    """Transferfrist: so long after its beginning a record may move to the interim archive."""
    buffer_days: int = 0
    correction_days: int = 0
    """So long after the closing the storage is not locked yet."""
    lock_mode: LockMode = LockMode.GOVERNANCE
    id: UUID | None = None
    """None for what the filing plan itself says."""

    def last_day(self, event_day: date) -> date | None:
        """The last day the record must be kept; None for ever."""
        if self.period is None:
            return None
        end = self.period.after(self._runs_after(event_day))
        match self.rounding:
            case Rounding.END_OF_YEAR:
                return date(end.year, 12, 31)
            case Rounding.END_OF_FISCAL_YEAR:
                return _fiscal_year_end(end, self.fiscal_year_ends)
            case _:
                return end

    def transfer_from(self, event_day: date) -> date | None:
        """The first day on which the record may move to the interim archive; None where the rule does not say."""
        if self.transfer_months is None:
            return None
        return Period(self.transfer_months, Unit.MONTHS).after(self._runs_after(event_day)) + _DAY

    def _runs_after(self, event_day: date) -> date:
        """The day after which period and Transferfrist run."""
        return date(event_day.year, 12, 31) if self.rounding is Rounding.FROM_NEXT_YEAR else event_day


def _fiscal_year_end(day: date, ends: tuple[int, int]) -> date:
    def end_in(year: int) -> date:
        return date(year, ends[0], min(ends[1], monthrange(year, ends[0])[1]))

    return end_in(day.year) if day <= end_in(day.year) else end_in(day.year + 1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a record as far as its retention is concerned; all days are legal days in Germany.

    `counts_from` names the date from which its periods count instead of from its closing, where whoever filed it said
    so (Fachdatum retention_trigger). `unreadable` are business data that should be dates and are none.
    """

    closed_on: date | None
    parent_closed_on: date | None = None
    entered: Mapping[str, date] = field(default_factory=dict)
    business_data: Mapping[str, date] = field(default_factory=dict)
    counts_from: str | None = None
    unreadable: Mapping[str, str] = field(default_factory=dict)

    def trigger_of(self, rule: Rule) -> Trigger:
        """The event that starts a rule's period for this very record."""
        if rule.trigger.event is Event.CLOSING and self.counts_from is not None:
            return Trigger(Event.ENTERED, self.counts_from)
        return rule.trigger

    def day_of(self, trigger: Trigger) -> date | None:
        """When an event happened. What was entered goes before the business datum of the same name."""
        match trigger.event:
            case Event.CLOSING:
                return self.closed_on
            case Event.PARENT_CLOSING:
                return self.parent_closed_on
            case Event.ENTERED | Event.BUSINESS_DATA:
                key = trigger.key or ""
                return self.entered.get(key) or self.business_data.get(key)


class Outcome(StrEnum):
    """What is known of the end of retention."""

    OPEN = "open"
    """The record is not closed; nothing runs yet."""
    ENDS = "ends"
    FOR_EVER = "for_ever"
    WAITING = "waiting"
    """A date is missing that only somebody or something else can bring."""
    UNRULED = "unruled"
    """No rule covers the record."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one rule says of one record. `due_on` is the first day after its last day and its buffer."""

    rule: Rule
    trigger: Trigger
    outcome: Outcome
    event_day: date | None = None
    last_day: date | None = None
    due_on: date | None = None


def judged(rule: Rule, facts: Facts) -> Judged:
    """Until when one rule keeps a closed record; never a day less than until its closing."""
    assert facts.closed_on is not None
    trigger = facts.trigger_of(rule)
    event_day = facts.day_of(trigger)
    if rule.period is None:
        return Judged(rule, trigger, Outcome.FOR_EVER, event_day)
    if event_day is None:
        return Judged(rule, trigger, Outcome.WAITING)
    last_day = rule.last_day(event_day)
    assert last_day is not None
    last_day = max(last_day, facts.closed_on)
    return Judged(rule, trigger, Outcome.ENDS, event_day, last_day, last_day + (rule.buffer_days + 1) * _DAY)


@dataclass(frozen=True, slots=True)
class Retention:
    """Until when a record is kept, and why: the governing rule, and the day its event happened.

    `due_on` is the first day on which it may be offered or destroyed, `missing` the event that is waited for.
    """

    outcome: Outcome
    last_day: date | None = None
    rule: Rule | None = None
    event_day: date | None = None
    due_on: date | None = None
    missing: Trigger | None = None

    @property
    def transfer_from(self) -> date | None:
        """The first day on which the record may move to the interim archive."""
        return self.rule.transfer_from(self.event_day) if self.rule is not None and self.event_day is not None else None


def retention_of(rules: Iterable[Rule], facts: Facts) -> Retention:
    """Until when a record is kept under several rules: the longest wins, and no buffer is cut short.

    For ever is longer than any date, and so is what is not known yet: as long as one rule waits for its event,
    nobody can say that the record is due. No record that is open is ever due, whatever its dates say; and none is
    due before its own closing.
    """
    if facts.closed_on is None:
        return Retention(Outcome.OPEN)
    found = [judged(rule, facts) for rule in rules]
    for wanted in (Outcome.FOR_EVER, Outcome.WAITING):
        for one in found:
            if one.outcome is wanted:
                missing = one.trigger if wanted is Outcome.WAITING else None
                return Retention(wanted, rule=one.rule, event_day=one.event_day, missing=missing)
    longest: Judged | None = None
    due_on = date.min
    for one in found:
        assert one.last_day is not None and one.due_on is not None
        due_on = max(due_on, one.due_on)
        if longest is None or longest.last_day is None or one.last_day > longest.last_day:
            longest = one
    if longest is None:
        return Retention(Outcome.UNRULED)
    return Retention(Outcome.ENDS, longest.last_day, longest.rule, longest.event_day, due_on)


def is_due(retention: Retention, today: date) -> bool:
    """Whether a record can be offered or destroyed: its last day, and the buffer after it, are over."""
    return retention.due_on is not None and today >= retention.due_on
