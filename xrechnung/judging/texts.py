"""What each rule means, and what the supplier should change: our own German words, read to them on the phone.

The tables under `data/rules` hold one sentence per rule that says something about the trade. Rules that only want an
element or attribute absent (most of UBL-CR, CII-SR and CII-DT) get theirs from its path.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from xrechnung.judging.releases import releases
from xrechnung.judging.verdict import Syntax

RULE_TABLES = ("en16931", "vat", "national", "ubl", "cii")
ABSENT_TABLES = ("absent_ubl.tsv", "absent_cii.tsv")


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule in the words of accounting (Regeltext)."""

    rule: str
    terms: tuple[str, ...]
    """Business terms it is about, the most telling first."""
    meaning: str
    """What is wrong with an invoice that breaks it."""
    remedy: str
    """What the supplier should change."""


def rule_text(rule: str, syntax: Syntax | None) -> RuleText:
    """The text of a rule; a general one for ids we do not know."""
    family = "" if syntax is None else "ubl" if syntax.is_ubl else "cii"
    return _rule_text(rule, family)


def term_name(term: str) -> str:
    """Our German name of a business term or group: `BT-1` is the „Rechnungsnummer“. The id itself if unknown."""
    return term_names().get(term, term)


@cache
def term_names() -> Mapping[str, str]:
    """German names of all business terms and groups, by their id, groups first."""
    return _names("terms")


def element_name(step: str) -> str | None:
    """Our German name of an element or attribute, as `cbc:Telefax` or `@schemeID`; empty for mere wrappers."""
    return _element_names().get(step)


def path_in_words(path: str) -> str:
    """A path in the document as a trail of German names: „Verkäufer › Ansprechpartner › Faxnummer“."""
    names = (element_name(step) for step in path.removeprefix("//").split("/"))
    return " › ".join(name for name in names if name)


def rules_with_text() -> frozenset[str]:
    """Ids of all rules that have a text of their own."""
    return frozenset(rule for rule, _ in _written()) | frozenset(_absent_paths())


@cache
def _rule_text(rule: str, family: str) -> RuleText:
    written = _written()
    found = written.get((rule, family)) or written.get((rule, "")) or written.get((rule, "ubl"))
    if found:
        return found
    if paths := _absent_paths().get(rule):
        return _absent_text(rule, paths)
    return RuleText(
        rule,
        (),
        f"Die Rechnung verletzt die Regel {rule}.",
        f"Bedeutung der Regel {rule} in der Spezifikation nachsehen und die Rechnung berichtigen.",
    )


def _absent_text(rule: str, paths: tuple[str, ...]) -> RuleText:
    """Our sentence for a rule that wants what stands at these paths to be absent."""
    last = paths[0].rsplit("/", 1)[-1]
    terms = tuple(dict.fromkeys(term for path in paths for term in _terms_at(path)))
    if last.startswith("@"):
        return _absent_attribute(rule, terms, last[1:], paths)
    places = " oder ".join(dict.fromkeys(f"„{path_in_words(path)}“" for path in paths))
    name = last.replace("*", "…")
    note = "der Bemerkung zur Position (BT-127)" if _in_line(paths[0]) else "der Bemerkung zur Rechnung (BT-22)"
    return RuleText(
        rule,
        terms,
        f"Die Angabe {places} ({name}) gehört nicht zum Umfang der EN 16931; Empfänger werten sie nicht aus.",
        f"Element {name} entfernen; braucht der Empfänger die Angabe, sie in {note} mitteilen.",
    )


def _absent_attribute(rule: str, terms: tuple[str, ...], attribute: str, paths: tuple[str, ...]) -> RuleText:
    holders = (_holder_name(path.rpartition("/")[0]) for path in paths)
    places = " oder ".join(dict.fromkeys(f"„{holder}“" for holder in holders if holder))
    where = f"an {places}" if places else "hier"
    return RuleText(
        rule,
        terms,
        f"Das Attribut {attribute} ({element_name('@' + attribute)}) ist {where} nicht vorgesehen.",
        f"Attribut {attribute} entfernen; der Inhalt des Elements bleibt.",
    )


def _holder_name(path: str) -> str:
    """Name of the element at a path: that of its business term, where it is one."""
    terms = _groups().get(path, ())
    return term_name(terms[0]) if len(terms) == 1 and terms[0].startswith("BT-") else path_in_words(path)


def _in_line(path: str) -> bool:
    """Whether a path lies within an invoice line (BG-25)."""
    return any(step in path for step in ("cac:InvoiceLine/", "cac:CreditNoteLine/", "SupplyChainTradeLineItem/"))


def _terms_at(path: str) -> tuple[str, ...]:
    """The terms of the innermost group a path lies in."""
    groups = _groups()
    while path:
        if path in groups:
            return groups[path]
        path = path.rpartition("/")[0].removesuffix("/")
    return ()


@cache
def _written() -> Mapping[tuple[str, str], RuleText]:
    """Texts by rule and syntax family; an empty family where both say the same."""
    return {
        (rule, family): RuleText(rule, tuple(terms.split()), meaning, remedy)
        for table in RULE_TABLES
        for rule, family, terms, meaning, remedy in _rows(f"rules/{table}")
    }


@cache
def _absent_paths() -> Mapping[str, tuple[str, ...]]:
    """Paths that rules want absent, by rule; a later release overrides an earlier one."""
    paths: dict[str, tuple[str, ...]] = {}
    for release in releases():
        of_release: dict[str, tuple[str, ...]] = {}
        for table in ABSENT_TABLES:
            for rule, path in release.table(table):
                of_release[rule] = (*of_release.get(rule, ()), path)
        paths |= of_release
    return paths


@cache
def _element_names() -> Mapping[str, str]:
    return _names("elements")


@cache
def _groups() -> Mapping[str, tuple[str, ...]]:
    return {path: tuple(terms.split()) for path, terms in _rows("groups")}


def _names(table: str) -> Mapping[str, str]:
    return {key: name for key, name in _rows(table)}  # noqa: C416  the rows are lists, whose length dict() cannot know


def _rows(table: str) -> Iterator[list[str]]:
    """The rows of one of our own tables, without the heading."""
    lines = (files("xrechnung") / "data" / f"{table}.tsv").read_text("utf-8").splitlines()
    return (line.split("\t") for line in lines[1:])
