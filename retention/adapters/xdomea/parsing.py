"""Reading elements leniently: by local name, codes with or without their list, booleans and instants in any form."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from lxml import etree

from retention.adapters.xdomea.flaws import Flaw, Flaws
from retention.adapters.xdomea.names import is_uuid

_BERLIN = ZoneInfo("Europe/Berlin")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TRUE, _FALSE = frozenset({"1", "true"}), frozenset({"0", "false"})

Element = etree._Element
T = TypeVar("T")


class Parser:
    """Reads parts of a message and notes what is wrong with them."""

    def __init__(self, flaws: Flaws) -> None:
        self.flaws = flaws

    def uuid(self, text: str, pointer: str = "") -> UUID | None:
        """A UUID in any letter case; the schemas of 3.x would let others pass too."""
        if is_uuid(text):
            return UUID(text)
        self.flaws.add(Flaw.ID_MALFORMED, text, pointer)
        return None

    def truth(self, text: str, pointer: str = "") -> bool | None:
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        self.flaws.add(Flaw.VALUE_MALFORMED, text, pointer)
        return None

    def day(self, text: str, pointer: str = "") -> date | None:
        """A day; a time zone, which XML allows here, says nothing."""
        found = _DATE.match(text)
        try:
            value = date.fromisoformat(found.group()) if found else None
        except ValueError:
            value = None
        return self._noted(value, text, pointer)

    def instant(self, text: str, pointer: str = "") -> datetime | None:
        return self._noted(parse_instant(text), text, pointer)

    def number(self, text: str, pointer: str = "") -> int | None:
        return self._noted(parse_number(text), text, pointer)

    def _noted(self, value: T | None, text: str, pointer: str) -> T | None:
        if value is None and text:
            self.flaws.add(Flaw.VALUE_MALFORMED, text, pointer)
        return value


def parse_number(text: str) -> int | None:
    """A count; nobody has more than nine digits of anything."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def parse_instant(text: str) -> datetime | None:
    """An instant in UTC; without a zone it was local time here."""
    try:
        value = datetime.fromisoformat(text)
        return (value if value.tzinfo else value.replace(tzinfo=_BERLIN)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def local_name(element: Element) -> str:
    return etree.QName(element).localname


def children(element: Element | None, *names: str) -> Iterator[Element]:
    if element is not None:
        for child in element:
            if local_name(child) in names:
                yield child


def child(element: Element | None, *path: str) -> Element | None:
    """The first child of a child … of these names, whatever their namespace."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text(element: Element | None, *path: str) -> str:
    """What an element says, without space around; empty where there is none."""
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""


def texts(element: Element | None, name: str) -> tuple[str, ...]:
    found = ((one.text or "").strip() for one in children(element, name))
    return tuple(one for one in found if one)


def code(element: Element | None, *path: str) -> str:
    return text(element, *path, "code")
