"""Where each business term has its place in the semantic model: which class, which field, below which groups."""

from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

from xrechnung.model import Invoice, InvoiceLine
from xrechnung.model.terms import groups_of, terms_of

WHOLE = ""
"""Stands for the invoice itself where a group is asked for."""
LINE, SUB_LINE = "BG-25", "BG-DEX-01"


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """A group: its class, and how to reach it from the nearest group around it that comes several times."""

    group: str
    cls: type
    several: bool
    field: str
    """Its name in the group around it."""
    around: str
    opened: str
    """The group that comes several times, or `WHOLE`; for such a group itself, the one around it."""
    inner: tuple[tuple[str, type], ...]
    """Fields and classes of the single groups from there to this one; for a group of several, to the one around."""


@dataclass(frozen=True, slots=True)
class TermPlace:
    """A business term: the group it lies in, its field, and what its value is."""

    term: str
    opened: str
    inner: tuple[tuple[str, type], ...]
    field: str
    kind: type
    """`str`, `Decimal`, `date`, `Identifier` or `Attachment`."""
    several: bool
    free: bool
    raw: bool


@cache
def group_places() -> dict[str, GroupPlace]:
    """All groups of the model by their id."""
    found = {WHOLE: GroupPlace(WHOLE, Invoice, True, "", WHOLE, WHOLE, ())}
    _add_groups(found, WHOLE)
    return found


@cache
def term_places() -> dict[str, TermPlace]:
    """All terms of the model by their id."""
    found: dict[str, TermPlace] = {}
    for place in group_places().values():
        if place.group == SUB_LINE:
            continue
        hints = get_type_hints(place.cls)
        opened = place.group if place.several else place.opened
        inner = () if place.several else place.inner
        for term in terms_of(place.cls, place.group):
            kind = _bare(hints[term.name])
            found[term.term] = TermPlace(term.term, opened, inner, term.name, kind, term.several, term.free, term.raw)
    return found


def _add_groups(found: dict[str, GroupPlace], around: str) -> None:
    outer = found[around]
    hints = get_type_hints(outer.cls)
    opened = around if outer.several else outer.opened
    inner = () if outer.several else outer.inner
    for each in groups_of(outer.cls):
        cls = _bare(hints[each.name])
        way = inner if each.several else (*inner, (each.name, cls))
        found[each.group] = GroupPlace(each.group, cls, each.several, each.name, around, opened, way)
        if cls is not InvoiceLine or each.group == LINE:
            _add_groups(found, each.group)


def _bare(hint: Any) -> type:
    """The class itself of `X | None` and `tuple[X, ...]`."""
    inner = [each for each in get_args(hint) if each not in (NoneType, Ellipsis)]
    return _bare(inner[0]) if inner else hint
