"""What a document may contain, as tables of facts: groups of elements, and values with their attributes.

`data/structure/<library>.tsv` has a line for each element a group may contain, in the prescribed order. `occurs` is `1`
(once), `?` (once or not at all), `+` (at least once), `*` (any number) or `|` (one of the elements marked so);
`holds` names the group or the value inside; `everyday` marks what invoices under EN 16931 use. A line of
`<library>_values.tsv` says how a value reads and which attributes it has: `name`, with `!` where it must be given,
`:` and how it reads unless as text, `=` and the only value it may have.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from typing import NamedTuple

from xrechnung.judging.tree import PREFIXES
from xrechnung.judging.verdict import Syntax

NAMESPACES = {
    **{prefix: uri for uri, prefix in PREFIXES.items()},
    "sig": "urn:oasis:names:specification:ubl:schema:xsd:CommonSignatureComponents-2",
    "sac": "urn:oasis:names:specification:ubl:schema:xsd:SignatureAggregateComponents-2",
    "sbc": "urn:oasis:names:specification:ubl:schema:xsd:SignatureBasicComponents-2",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
_SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
_BUILT_IN = {"indicator": f"{_SCHEMA}boolean", "date": f"{_SCHEMA}date", "date-time": f"{_SCHEMA}dateTime"}
EXTENSION_CONTENT = "ExtensionContent"
"""The group in which one element of any foreign namespace stands."""
FOREIGN = "foreign"
"""The content of an element whose inside is not ours to judge (a signature)."""


class Reading(StrEnum):
    """How a value reads."""

    TEXT = "text"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date-time"
    BOOLEAN = "boolean"
    BINARY = "binary"
    LANGUAGE = "language"
    URI = "uri"
    UNIT = "unit"
    """One to three characters."""


class Member(NamedTuple):
    """One element a group may contain."""

    element: str
    occurs: str
    holds: str
    everyday: bool

    @property
    def must_stand(self) -> bool:
        return self.occurs in "1+"

    @property
    def may_repeat(self) -> bool:
        return self.occurs in "+*"

    @property
    def is_alternative(self) -> bool:
        return self.occurs == "|"


class Group:
    """What stands inside an element, in which order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: list[Member] = []

    @property
    def is_choice(self) -> bool:
        return self.members[0].is_alternative

    @cached_property
    def places(self) -> dict[str, int]:
        """Position of each element, by its name in Clark's notation."""
        return {clark(member.element): place for place, member in enumerate(self.members)}

    def meant_by(self, local: str) -> str | None:
        """The element somebody meant who wrote its name in another namespace or spelling."""
        alike = (each.element for each in self.members if each.element.partition(":")[2].lower() == local.lower())
        return next(alike, None)


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    must_stand: bool
    reads: Reading
    only: str | None
    """The only value it may have."""


@dataclass(frozen=True, slots=True)
class Value:
    """What an element without elements in it reads, and its attributes by name."""

    name: str
    reads: Reading
    attributes: dict[str, Attribute]


@dataclass(frozen=True, slots=True)
class Root:
    """The element a document of one syntax begins with."""

    element: str
    holds: str
    library: str


ROOTS = {
    Syntax.UBL_INVOICE: Root("ubl:Invoice", "Invoice", "ubl"),
    Syntax.UBL_CREDIT_NOTE: Root("cn:CreditNote", "CreditNote", "ubl"),
    Syntax.CII: Root("rsm:CrossIndustryInvoice", "rsm:CrossIndustryInvoice", "cii"),
}


class Library:
    """The groups and values of one library of building blocks: UBL 2.1 or CII D16B."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.groups: dict[str, Group] = {}
        self.values: dict[str, Value] = {}
        for group, element, occurs, holds, everyday in _rows(f"{name}.tsv"):
            if group not in self.groups:
                self.groups[group] = Group(group)
            self.groups[group].members.append(Member(element, occurs, holds, everyday == "x"))
        for value, reads, attributes in _rows(f"{name}_values.tsv"):
            written = (_attribute(each) for each in attributes.split(", ") if each)
            self.values[value] = Value(value, Reading(reads), {each.name: each for each in written})

    @property
    def shares_elements(self) -> bool:
        """UBL: an element means the same wherever it stands. CII: each group declares its own."""
        return self.name == "ubl"

    def official_type(self, element: str, holds: str) -> str:
        """Name of the official type in Clark's notation, as `xsi:type` would have to write it; empty if it has none."""
        if self.shares_elements:
            prefix, _, local = element.partition(":")
            return clark(f"{prefix}:{holds if holds in self.groups else local}Type")
        return clark(f"{holds}Type") if ":" in holds else _BUILT_IN.get(holds, "")


@cache
def library(name: str) -> Library:
    return Library(name)


def clark(name: str) -> str:
    """`{namespace}local` for a name with one of our prefixes."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if prefix else local


def _rows(file: str) -> Iterator[list[str]]:
    lines = (files("xrechnung") / "data" / "structure" / file).read_text("utf-8").splitlines()
    return (line.split("\t") for line in lines[1:])


def _attribute(written: str) -> Attribute:
    written, equals, only = written.partition("=")
    written, _, reads = written.partition(":")
    name = written.removesuffix("!")
    return Attribute(name, name != written, Reading(reads or Reading.TEXT), only if equals else None)
