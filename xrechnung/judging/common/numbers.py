"""Arithmetic as the official processor does it, where Python's would differ."""

from collections.abc import Iterable
from decimal import ROUND_HALF_DOWN, Context, Decimal
from math import copysign, floor, isfinite

_ALL_WHOLE = 2.0**52
"""From here on a double has no fraction."""
_DIVISION_DIGITS = 18


def added(numbers: Iterable[float]) -> float:
    """The sum of doubles, one after the other; Python's own `sum` is more exact, and knows no minus zero."""
    total: float | None = None
    for number in numbers:
        total = number if total is None else total + number
    return 0.0 if total is None else total


def whole_double(number: float) -> float:
    """XPath's `round` of a double: the nearest whole number, a half goes up towards plus infinity, the sign stays."""
    if not isfinite(number) or abs(number) >= _ALL_WHOLE:
        return number
    below = floor(number)
    return copysign(below + 1 if number - below >= 0.5 else below, number)


def cents_double(total: float) -> float:
    """A sum of doubles to cents, multiplied as the official rules do it (`round(x * 10 * 10) div 100`)."""
    return whole_double(total * 10 * 10) / 100


def divided(number: Decimal, by: Decimal) -> Decimal:
    """Quotient of two xs:decimal with as many places as the official processor keeps.

    It keeps 18, more where the dividend has more places than the divisor, and a half goes down.
    """
    if by == 1:
        return number
    places = max(_DIVISION_DIGITS, _places(number) - _places(by) + _DIVISION_DIGITS)
    wide = Context(prec=max(0, number.adjusted() - by.adjusted()) + places + _DIVISION_DIGITS)
    return wide.divide(number, by).quantize(Decimal(1).scaleb(-places), ROUND_HALF_DOWN, wide)


def _places(number: Decimal) -> int:
    """Decimal places without trailing zeros; 300 has none, 300.0 is read as 3E+2 and has minus two."""
    if number.as_tuple().exponent == 0:
        return 0
    exponent = number.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
