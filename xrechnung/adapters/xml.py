"""XML that came from outside: parsed without DTD, entities, XInclude and network, within limits."""

from dataclasses import dataclass
from io import BytesIO

from lxml import etree

MOST_BYTES = 200 * 1024 * 1024
DEEPEST = 100
"""Levels of elements; invoices have 12, and the tree is walked recursively."""
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class XmlRefused(Exception):
    """This cannot be read as XML."""

    code: str
    """`not-well-formed`, `doctype`, `too-large`, `too-deep`, `empty`"""
    reason: str
    """A German sentence."""
    line: int | None = None
