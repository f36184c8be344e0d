"""What a view shows before it has a form: sections of facts and tables, and the findings that stand at them."""

from collections.abc import Sequence
from dataclasses import dataclass

from xrechnung.judging.verdict import Severity
from xrechnung.showing.words import WEIGHTS


@dataclass(frozen=True, slots=True)
class Entry:
    """A value with its name, for example "Rechnungsnummer: 4711"."""

    label: str
    text: str
    """For people; line breaks are meant."""
    terms: tuple[str, ...] = ()
    findings: tuple[int, ...] = ()
    """Numbers of the findings that stand at this place."""
    place: str = ""
    """Name of this place for links, where a finding stands at it."""
    link: str = ""
    missing: bool = False
    """Nothing is given here, but a finding says that something should be."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Values one below the other, with a heading of their own where there are several such lists."""

    entries: tuple[Entry, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `details` stand below its cells, `depth` tells how deep a sub-line lies."""

    cells: tuple[Entry, ...]
    details: tuple[Facts, ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the invoice; `sides` are shown beside each other where there is room."""

    name: str
    heading: str
    blocks: tuple[Facts | Table, ...] = ()
    sides: tuple[Facts, ...] = ()
    remark: str = ""
    """A sentence about what is shown here."""
    findings: tuple[int, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: in the file, and in the view."""

    whereabouts: str
    name: str
    """For links; empty where the view has no such place."""


@dataclass(frozen=True, slots=True)
class Note:
    """A finding as it is listed, with all places where it was found."""

    number: int
    severity: Severity
    rule: str
    official: bool
    message: str
    remedy: str
    terms: tuple[str, ...]
    """With their names."""
    places: tuple[Place, ...] = ()
    further: int = 0
    """Places that are not listed."""

    @property
    def weight(self) -> str:
        """The severity in a word."""
        return WEIGHTS[self.severity]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the verdict says, in words."""

    accepted: bool
    headline: str
    sentence: str
    facts: tuple[Entry, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole view."""

    title: str
    summary: tuple[Entry, ...]
    judgement: Judgement | None
    sections: tuple[Section, ...]
