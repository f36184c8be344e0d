"""Legal days: when they end, and how people write them in business data."""

import re
from datetime import date, datetime, time, timedelta

from eakte.foundation.clock import GERMANY, legal_day

EARLIEST, LATEST = date(1800, 1, 1), date(2500, 12, 31)
"""A day outside of this range is a slip or stands for "never", and starts no period."""
_DAY = timedelta(days=1)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2}|[A-Za-zä]+)\.?\s?(\d{4})")
_MONTHS = (
    *("januar", "februar", "märz", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "dezember"),
)


def end_of(day: date) -> datetime:
    """The instant at which a legal day is over in Germany, on days when clocks change too."""
    return datetime.combine(day + _DAY, time(), GERMANY)


def read_day(text: str) -> date | None:
    """The day that somebody wrote: 2026-03-01, 1.3.2026, 1. März 2026, or an ISO instant, which is a day in Germany.

    None for what is no day, or none that can be meant.
    """
    text = text.strip()
    day = _iso_day(text) if _ISO.match(text) else _german_day(text)
    return day if day is not None and EARLIEST <= day <= LATEST else None


def _iso_day(text: str) -> date | None:
    try:
        if _ISO.fullmatch(text):
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
        return instant.date() if instant.tzinfo is None else legal_day(instant)
    except (ValueError, OverflowError):
        return None


def _german_day(text: str) -> date | None:
    match = _GERMAN.fullmatch(text)
    if match is None:
        return None
    month = int(match[2]) if match[2].isdigit() else _month(match[2].lower())
    try:
        return date(int(match[3]), month, int(match[1]))
    except ValueError:
        return None


def _month(word: str) -> int:
    """The number of a month by its name or the beginning of it; 0 for no month."""
    named = [number for number, name in enumerate(_MONTHS, 1) if len(word) >= 3 and name.startswith(word)]
    return named[0] if len(named) == 1 else 0
