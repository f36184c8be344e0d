"""What is lost when: due dates, Skonto days, and the days on which somebody is reminded before them."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

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


@dataclass(frozen=True, slots=True)
class Reminder:
    """On this day these people hear that something will be lost."""

    day: date
    addressee: Addressee


LEAD: tuple[tuple[Addressee, int], ...] = ((Addressee.UNIT, 5), (Addressee.DEPUTY, 3), (Addressee.HEAD, 2))
"""Business days before the last safe day on which each of them is told."""
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
