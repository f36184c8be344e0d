"""What is lost when: due dates, Skonto days, and the days on which somebody is reminded before them."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from xrechnung.judging.hints.skonto import last_day

GERMANY = ZoneInfo("Europe/Berlin")
_DAY = timedelta(days=1)
_SATURDAY = 5
STATUTORY_DAYS = 30
"""Without terms, default begins 30 days after the invoice was due and received (§ 286 (3) BGB)."""


def legal_day(instant: datetime) -> date:
    """The day on which something arrived, in Germany; `instant` has a time zone."""
    return instant.astimezone(GERMANY).date()


def is_business_day(day: date, holidays: Container[date]) -> bool:
    """Neither Saturday, Sunday nor public holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def next_business_day(day: date, holidays: Container[date]) -> date:
    """The day itself, or the first business day after it."""
    while not is_business_day(day, holidays):
        day += _DAY
    return day


def business_days_before(day: date, count: int, holidays: Container[date]) -> date:
    """The business day `count` business days before a day; for 0 the last business day up to it."""
    while not is_business_day(day, holidays):
        day -= _DAY
    for _ in range(count):
        day -= _DAY
        while not is_business_day(day, holidays):
            day -= _DAY
    return day


def skonto_until(days: int, issued: date, received: date, *, from_receipt: bool) -> date:
    """The last day of a Skonto of so many days.

    The terms of payment (BT-20) name days and nothing they count from; by custom that is the date of the invoice.
    Where the parties agreed that they count from its receipt, an invoice that came late leaves its full time; one
    dated ahead of its receipt is never worse off for that.
    """
    return last_day(max(issued, received) if from_receipt else issued, days)


def payment_due(stated: date | None, received: date, holidays: Container[date]) -> date:
    """The last day to pay in time: as stated in the invoice (BT-9), else after the statutory 30 days from receipt.

    A day stated before the invoice was even received binds nobody, so the statutory days count then too. A last day
    that is a Saturday, Sunday or holiday moves to the next business day (§ 193 BGB).
    """
    last = stated if stated is not None and stated >= received else received + STATUTORY_DAYS * _DAY
    return next_business_day(last, holidays)


class Addressee(StrEnum):
    """Who is reminded, from the nearest to the highest."""

    UNIT = "unit"
    DEPUTY = "deputy"
    HEAD = "head"


class Errand(StrEnum):
    """What the house does once a day with its invoices."""

    DEADLINES = "deadlines"
    """Note what can no longer be had, and whom to remind."""
    DIGESTS = "digests"
    """Send what people are reminded of."""


BEGINS_AT: Mapping[Errand, time] = MappingProxyType({Errand.DEADLINES: time(4), Errand.DIGESTS: time(6)})
"""When an errand begins in Germany; hours that every day has once, those on which clocks change too."""


def is_time_for(errand: Errand, now: datetime) -> bool:
    """Whether an errand of this day may begin; whoever comes late still begins it that day."""
    return now.astimezone(GERMANY).time() >= BEGINS_AT[errand]


@dataclass(frozen=True, slots=True)
class Reminder:
    """On this day these people hear that something will be lost."""

    day: date
    addressee: Addressee


LEAD: tuple[tuple[Addressee, int], ...] = ((Addressee.UNIT, 5), (Addressee.DEPUTY, 3), (Addressee.HEAD, 2))
"""Business days before the last safe day on which each of them is told."""
HORIZON = timedelta(days=30)
"""No reminder is due longer before the last safe day, whatever holidays lie between."""
EXECUTION_DAYS = 1
"""Business days between order and credit at the supplier's bank (§ 675s BGB)."""


def last_safe_day(deadline: date, holidays: Container[date]) -> date:
    """The last day on which payment can be ordered so that the money arrives by the deadline."""
    return business_days_before(deadline, EXECUTION_DAYS, holidays)


def reminders(deadline: date, assigned: date, holidays: Container[date]) -> Iterator[Reminder]:
    """Whom to remind when before a deadline; nobody before the invoice reached its unit.

    Where the time is too short for a stage, it falls on the day of assignment, so that no stage is left out.
    """
    last = last_safe_day(deadline, holidays)
    for addressee, count in LEAD:
        yield Reminder(max(business_days_before(last, count, holidays), assigned), addressee)
