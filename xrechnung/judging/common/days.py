"""Dates as the official rules compare them (`xs:date`): with a time zone a day begins earlier or later."""

from datetime import date
from re import ASCII, compile

from xrechnung.judging.tree import Node, Undefined

_DATE = compile(r"(-?\d{4,})-(\d\d)-(\d\d)(?:Z|([+-])(\d\d):(\d\d))?", ASCII)
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097
"""After so many years the calendar repeats itself; Python's own dates end with the year 9999."""
_FIRST_CYCLE = 2000


def start_of(node: Node) -> int:
    """The minute in which the day a node names begins, to be compared; a day without a time zone is one in UTC."""
    written = _DATE.fullmatch(node.text.strip(" \t\r\n"))
    if written is None:
        raise Undefined(node, f"{node.name} is no date")
    year, month, day, sign, hours, minutes = written.groups()
    cycle, year_of_cycle = divmod(int(year), _CYCLE_YEARS)
    try:
        days = date(_FIRST_CYCLE + year_of_cycle, int(month), int(day)).toordinal() + cycle * _CYCLE_DAYS
    except ValueError as error:
        raise Undefined(node, f"{node.name} is no date") from error
    ahead = int(f"{sign}1") * (int(hours) * 60 + int(minutes)) if sign else 0
    return days * 24 * 60 - ahead
