"""The one clock of the house, and the day it is in Germany."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

GERMANY = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """This instant. Only edges ask; everything behind them is told."""
    return datetime.now(UTC)  # noqa: TID251  the one clock


def legal_day(instant: datetime) -> date:
    """The day that an instant belongs to in German law."""
    return instant.astimezone(GERMANY).date()
