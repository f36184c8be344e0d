"""Where business terms stand in a syntax: the tables `data/bindings`, made ready for one walk through a document.

A row binds a term to a path, or says with `-` that a text there carries no information of its own. A path starts below
the root element, or with the one root it is for; `LINE` is an invoice line or sub-line. Of steps with the same name
the first one counts whose condition holds:

`[a/b='x|y']` one of these texts is there, `[a!='x']` none is, `[@a=BT-5]` the same as that term, `[.='x']` the text
itself, `[!a]` nothing is there; `../` looks beside the element.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from re import compile

from xrechnung.adapters.places import LINE, SUB_LINE, GroupPlace, TermPlace, group_places, term_places
from xrechnung.judging.tree import Node

Currencies = Mapping[str, str]
"""Texts of BT-5 and BT-6, which conditions may ask for."""
Condition = Callable[[Node, Currencies], bool]

CURRENCY_TERMS = ("BT-5", "BT-6")
_ROOTS = ("ubl:Invoice", "cn:CreditNote")
_LINE_STEP = "LINE"
_STEP = compile(r"/?((?:[^/\[]|\[[^\]]*\])+)")
_PARTS = compile(r"([^\[]+)(?:\[([^\]]+)\])?")
_COMPARISON = compile(r"([^!=]+)(!?=)(?:'([^']*)'|(BT-\d+))")


@dataclass(frozen=True, slots=True)
class Bound:
    """A term at a path."""

    place: TermPlace
    scheme_at: tuple[str, ...] = ()
    """Where the scheme of an identifier stands, beside it, if not in its attribute."""


@dataclass(slots=True)
class Step:
    """An element on the way, and what is read there."""

    kids: "dict[str, list[tuple[Condition | None, Step]]]" = field(default_factory=dict)
    by_condition: "dict[tuple[str, str], Step]" = field(default_factory=dict)
    bound: Bound | None = None
    is_covered: bool = False
    """A text here is read, if not as a term, then as part of a condition."""
    attributes: dict[str, Bound | None] = field(default_factory=dict)
    """None for those that are covered."""
    opens: GroupPlace | None = None
    """The group of several that begins with this element."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A syntax, ready to be read."""

    head: Step
    line: Step
    currencies: Mapping[str, tuple[str, ...]]
    """Paths of BT-5 and BT-6."""


@dataclass(frozen=True, slots=True)
class Row:
    term: str
    path: str
    scheme_at: str


@cache
def binding(table: str, root: str) -> Binding:
    """The binding in one of the tables for documents with this root element."""
    return bind(_rows(table, root))


def rows(table: str, root: str) -> list[Row]:
    """The rows of a table that are meant for this root element, their paths written out."""
    return list(_rows(table, root))


def bind(table: "Iterator[Row] | list[Row]") -> Binding:
    """Put rows together to what a walk needs."""
    head, line = Step(), Step()
    currencies: dict[str, tuple[str, ...]] = {}
    for row in table:
        names = tuple(_steps(row.path))
        start = line if names[0] == _LINE_STEP else head
        below = names[1:] if start is line else names
        if row.term in CURRENCY_TERMS:
            currencies[row.term] = below
        _bind(row, start, below, line)
    return Binding(head, line, currencies)


def _bind(row: Row, start: Step, below: tuple[str, ...], line: Step) -> None:
    step = start
    *way, last = below
    for name in way:
        step = _below(step, name)
    if last.startswith("@"):
        step.attributes[last[1:]] = Bound(term_places()[row.term])
        return
    step = _below(step, last)
    if row.term == "-":
        step.is_covered = True
    elif row.term in group_places():
        step.opens = group_places()[row.term]
        if row.term in (LINE, SUB_LINE):
            step.kids, step.by_condition = line.kids, line.by_condition
    else:
        _bind_term(row, step)
        if row.scheme_at:
            _below(_parent(start, way), row.scheme_at.removeprefix("../")).is_covered = True


def _bind_term(row: Row, step: Step) -> None:
    place = term_places()[row.term]
    step.bound = Bound(place, tuple(row.scheme_at.split("/")) if row.scheme_at else ())
    step.is_covered = True
    for name in _ATTRIBUTES.get(place.kind.__name__, ()):
        step.attributes.setdefault(name, None)


_ATTRIBUTES = {
    "Identifier": ("schemeID", "schemeVersionID", "listID", "listVersionID"),
    "date": ("format",),
    "Attachment": ("mimeCode", "filename"),
}
"""Attributes that are read with a value of a kind."""


def _parent(start: Step, way: list[str]) -> Step:
    step = start
    for name in way:
        step = _below(step, name)
    return step


def _below(step: Step, written: str) -> Step:
    """The step for a name with its condition, made if it is new; unconditional ones stay last."""
    parts = _PARTS.fullmatch(written)
    assert parts, written
    name, condition = parts[1], parts[2] or ""
    found = step.by_condition.get((name, condition))
    if found is not None:
        return found
    new = step.by_condition[name, condition] = Step()
    branches = step.kids.setdefault(name, [])
    if not condition:
        branches.append((None, new))
        return new
    conditional = sum(1 for each, _ in branches if each is not None)
    branches.insert(conditional, (_condition(condition), new))
    _cover(new, condition)
    return new


def _cover(step: Step, condition: str) -> None:
    """What a condition asks for with `=` is read by it."""
    comparison = _COMPARISON.fullmatch(condition)
    if comparison is None or comparison[2] != "=" or comparison[1] == ".":
        return
    path = comparison[1]
    if path.startswith("@"):
        step.attributes[path[1:]] = None
        return
    for name in path.split("/"):
        step = _below(step, name)
    step.is_covered = True


def _condition(written: str) -> Condition:
    if written.startswith("!"):
        absent = written[1:]
        return lambda node, _: not any(True for _ in _texts(node, absent))
    comparison = _COMPARISON.fullmatch(written)
    assert comparison, written
    path, sign, texts, term = comparison.groups()
    wanted = frozenset((texts or "").casefold().split("|"))
    if term is not None:
        return lambda node, currencies: any(text == currencies.get(term) for text in _texts(node, path))
    if sign == "!=":
        return lambda node, _: not any(text.casefold() in wanted for text in _texts(node, path))
    return lambda node, _: any(text.casefold() in wanted for text in _texts(node, path))


def _texts(node: Node, path: str) -> Iterator[str]:
    """Texts at a path from a node, as it is written in conditions."""
    if path == ".":
        yield node.text.strip(_SPACE)
    elif path.startswith("@"):
        if path[1:] in node.attributes:
            yield node.attributes[path[1:]].strip(_SPACE)
    else:
        start = node.parent if path.startswith("../") else node
        for found in start.at(*path.removeprefix("../").split("/")) if start is not None else ():
            yield found.text.strip(_SPACE)


_SPACE = " \t\r\n"


def _rows(table: str, root: str) -> Iterator[Row]:
    shorthands: dict[str, str] = {}
    lines = (files("xrechnung.data") / "bindings" / f"{table}.tsv").read_text("utf-8").splitlines()
    for line in lines[1:]:
        if line.startswith("#"):
            continue
        term, path, scheme_at = (*line.split("\t"), "")[:3]
        if term.startswith("$"):
            shorthands[term] = path
            continue
        start, _, rest = path.partition("/")
        if start in _ROOTS and start != root:
            continue
        if start in shorthands:
            path = f"{shorthands[start]}/{rest}"
        yield Row(term, rest if start in _ROOTS else path, scheme_at)


def _steps(path: str) -> Iterator[str]:
    return (found[1] for found in _STEP.finditer(path))
