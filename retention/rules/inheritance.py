"""Which rules are in force at a record: its own, its dossier's, the plan's (Vererbung und örtliche Ausnahme)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eakte.records.plan_rules import covers
from retention.rules.periods import Event, Period, Rule, Trigger, Unit


class Inheritance(StrEnum):
    """How a rule stands to those that come from above: in their place, or beside them (the longest wins)."""

    REPLACES = "replaces"
    ADDS = "adds"


@dataclass(frozen=True, slots=True)
class Hung:
    """A rule where it hangs, as long as it is valid."""

    rule: Rule
    inheritance: Inheritance
    valid_from: date | None = None
    valid_until: date | None = None

    def is_valid(self, today: date) -> bool:
        return covers(self.valid_from, self.valid_until, today)


def plan_rule(source: str, years: int | None) -> Rule:
    """What a filing plan entry says itself: years after the closing, or for ever; `source` names plan and code.

    It has no appraisal code: that of the entry nearest to the record counts, and every entry has one.
    """
    period = None if years is None else Period(years, Unit.YEARS)
    return Rule("Frist des Aktenplans", source, Trigger(Event.CLOSING), period)


@dataclass(frozen=True, slots=True)
class Level:
    """What hangs at a record, its dossier or an entry; `own` is what an entry of the plan says itself."""

    place: str
    """The reference of the record or the code of the entry."""
    hung: Sequence[Hung] = ()
    own: Rule | None = None


class Standing(StrEnum):
    """Whether a rule counts for a record, and if not, why."""

    IN_FORCE = "in_force"
    REPLACED = "replaced"
    """Something nearer to the record stands in its place."""
    NOT_VALID = "not_valid"
    """Its law is not in force today."""


@dataclass(frozen=True, slots=True)
class Considered:
    """A rule that was looked at on the way from a record up to the top of the plan."""

    place: str
    rule: Rule
    standing: Standing


def considered(levels: Iterable[Level], today: date) -> Iterator[Considered]:
    """Every rule on the way up, nearest first, and whether it counts.

    A level with a valid rule that replaces is the last one that counts; what only adds leaves those above in force.
    What the plan itself says of an entry replaces, unless a rule that replaces hangs there. A rule counts while its
    law is in force on the day of computing, whenever the record was closed: that is how §§ 147 AO and the like were
    changed for what was already kept. One that is not valid replaces nothing.
    """
    replaced = False
    for level in levels:
        stops = False
        for hung in level.hung:
            valid = hung.is_valid(today)
            standing = Standing.REPLACED if replaced else Standing.IN_FORCE if valid else Standing.NOT_VALID
            yield Considered(level.place, hung.rule, standing)
            stops |= valid and hung.inheritance is Inheritance.REPLACES
        if level.own is not None:
            yield Considered(level.place, level.own, Standing.REPLACED if replaced or stops else Standing.IN_FORCE)
            stops = True
        replaced |= stops


def in_force(levels: Iterable[Level], today: date) -> tuple[Rule, ...]:
    """The rules that count for whatever lies below these levels, nearest first."""
    return tuple(one.rule for one in considered(levels, today) if one.standing is Standing.IN_FORCE)
