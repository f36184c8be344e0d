"""Numbers, dates and sizes as they are written in Germany."""

from datetime import date
from decimal import Decimal

_UNITS = ("Byte", "KB", "MB", "GB")


def number(value: Decimal, places: int = 0) -> str:
    """With a decimal comma and points between thousands; at least `places` decimals, and none is dropped."""
    if not value.is_finite():
        return str(value)
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    given = max(0, -exponent)
    figures = f"{value.copy_abs():f}".partition(".")
    decimals = figures[2].ljust(max(places, given), "0")
    whole = _grouped(figures[0].lstrip("0") or "0")
    minus = "\u2212" if sign and any(digits) else ""
    return f"{minus}{whole},{decimals}" if decimals else f"{minus}{whole}"


def amount(value: Decimal, currency: str | None) -> str:
    """`1.234,56 EUR`."""
    return f"{number(value, 2)}\u00a0{currency}" if currency else number(value, 2)


def percentage(value: Decimal) -> str:
    """`19 %`, without decimals that say nothing."""
    text = number(value)
    return f"{text.rstrip('0').rstrip(',') if ',' in text else text}\u00a0%"


def count(value: int) -> str:
    """`100.000`."""
    return number(Decimal(value))


def day(value: date) -> str:
    """`01.02.2026`."""
    return f"{value.day:02}.{value.month:02}.{value.year:04}"


def iban(value: str) -> str:
    """In groups of four, as on paper."""
    plain = "".join(value.split())
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def size(count: int) -> str:
    """`1,4 MB`; a kilobyte has 1,024 bytes."""
    value, unit = float(count), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    text = f"{value:.1f}".removesuffix(".0").replace(".", ",") if unit else str(count)
    return f"{text}\u00a0{_UNITS[unit]}"


def _grouped(digits: str) -> str:
    first = len(digits) % 3 or 3
    return ".".join([digits[:first], *(digits[at : at + 3] for at in range(first, len(digits), 3))])
