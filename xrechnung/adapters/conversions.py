"""From texts in XML to values of the model; what is no such value is None."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from re import ASCII, compile

from xrechnung.judging.tree import Node
from xrechnung.model import Attachment, Identifier

LONGEST_NUMBER = 100
"""Digits; more would say nothing and cost time."""
_DECIMAL = compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", ASCII)
_ISO_DAY = compile(r"(\d{4})-(\d\d)-(\d\d)(?:T[\d:.]*)?(?:Z|[+-]\d\d:\d\d)?", ASCII)
_COMPACT_DAY = compile(r"(\d{4})(\d\d)(\d\d)(?:\d{4}(?:\d\d)?)?(?:[+-]\d{4})?", ASCII)
_COMPACT_FORMATS = frozenset({None, "102", "203", "204", "205"})
"""UNTDID 2379: a day, also with hours, minutes and seconds."""

Convert = Callable[[str, Node], object | None]


def to_decimal(text: str, _: Node) -> Decimal | None:
    if len(text) > LONGEST_NUMBER or not _DECIMAL.fullmatch(text):
        return None
    return Decimal(text)


def to_day(text: str, node: Node) -> date | None:
    """A day as UBL writes it (2026-09-01, a time zone does not count) or as CII does (20260901)."""
    found = _ISO_DAY.fullmatch(text)
    if found is None and node.attributes.get("format") in _COMPACT_FORMATS:
        found = _COMPACT_DAY.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def to_identifier(text: str, node: Node) -> Identifier:
    attributes = node.attributes
    scheme = attributes.get("schemeID") or attributes.get("listID")
    version = attributes.get("schemeVersionID") or attributes.get("listVersionID")
    return Identifier(text, scheme or None, version or None)


def to_attachment(_: str, node: Node) -> Attachment:
    return Attachment(node.attributes.get("filename"), node.attributes.get("mimeCode"), node.text)


CONVERSIONS: dict[type, Convert] = {
    Decimal: to_decimal,
    date: to_day,
    Identifier: to_identifier,
    Attachment: to_attachment,
}
