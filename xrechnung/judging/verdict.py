"""The verdict on an invoice (Prüfergebnis): what was found, and whether the official validator would accept it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Syntax(StrEnum):
    """The syntax an invoice is written in."""

    UBL_INVOICE = "ubl-invoice"
    UBL_CREDIT_NOTE = "ubl-creditnote"
    CII = "cii"

    @property
    def is_ubl(self) -> bool:
        return self is not Syntax.CII


class Severity(StrEnum):
    """How heavily a finding weighs: as its rule set publishes it, or as the scenario sets it instead."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"
    """Ours, never part of the decision."""

    @property
    def refuses(self) -> bool:
        return self in (Severity.FATAL, Severity.ERROR)


class Refusal(StrEnum):
    """At which step of the official decision an invoice fails."""

    XML = "xml"
    """Not well-formed, or with a DOCTYPE."""
    NO_XML = "no-xml"
    """A PDF without an invoice in it."""
    SCENARIO = "no-scenario"
    """Root element and specification identifier (BT-24) belong to no scenario."""
    STRUCTURE = "xsd"
    """The schema refuses it; rules are not applied then."""
    UNDEFINED = "engine"
    """A rule has no defined result for it, the official stylesheets stop there."""
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in an invoice (Befund)."""

    rule: str
    """Id of the official rule, `XML`, `PDF`, `SCENARIO`, `XSD` or `UNDEFINED`, or a hint's own code."""
    severity: Severity
    message: str
    """What is wrong, one German sentence or two."""
    remedy: str = ""
    """What the supplier should change."""
    terms: tuple[str, ...] = ()
    """Business terms of EN 16931 it is about, as `BT-106`."""
    location: str = ""
    """XPath with prefixes; empty when it is about the whole file."""
    line: int | None = None
    """Line in the XML as received, from 1."""
    official: bool = True
    """False for hints of our own."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one release of the official configuration says about one file."""

    release: str
    syntax: Syntax | None = None
    specification: str | None = None
    """Specification identifier (BT-24) as written."""
    scenario: str | None = None
    refusal: Refusal | None = None
    findings: tuple[Finding, ...] = field(default=())
    embedded: str | None = None
    """Name of the file inside a PDF that was judged."""

    @property
    def accepted(self) -> bool:
        """As the official validator decides: warnings and hints never refuse."""
        return self.refusal is None

    @property
    def is_readable(self) -> bool:
        return self.refusal not in (Refusal.XML, Refusal.NO_XML)
