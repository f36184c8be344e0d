"""How fields of the model carry their business terms (BT) and groups (BG) of EN 16931."""

from collections.abc import Mapping
from dataclasses import Field, field, fields
from functools import cache
from typing import Any, NamedTuple


def bt(*terms: str, several: bool = False, free: bool = False, raw: bool = False) -> Any:
    """A field that holds a business term, None where the invoice does not give it.

    A class that stands for several groups names one term for each, in the order of its `GROUPS`. `several`: a tuple
    of all values. `free`: prose, of which several pieces are joined by line breaks. `raw`: white space counts.
    """
    metadata = {"terms": terms, "several": several, "free": free, "raw": raw}
    return field(default=() if several else None, metadata=metadata)


def bg(group: str, *, several: bool = False, of_sub_line: str | None = None) -> Any:
    """A field that holds a group, or a tuple of them; `of_sub_line` is its id within a sub-line."""
    metadata = {"group": group, "several": several, "of_sub_line": of_sub_line}
    return field(default=() if several else None, metadata=metadata)


class Term(NamedTuple):
    """A field with a business term."""

    name: str
    term: str
    several: bool
    free: bool
    raw: bool


class Group(NamedTuple):
    """A field with a group."""

    name: str
    group: str
    several: bool
    of_sub_line: str | None


@cache
def terms_of(cls: type, group: str) -> tuple[Term, ...]:
    """The fields with a business term that a class has where it stands for that group."""
    groups: tuple[str, ...] = getattr(cls, "GROUPS", (group,))
    at = groups.index(group)
    return tuple(
        Term(each.name, each.metadata["terms"][at], *_flags(each, "several", "free", "raw"))
        for each in _fields(cls)
        if len(each.metadata.get("terms", ())) > at and each.metadata["terms"][at]
    )


@cache
def groups_of(cls: type) -> tuple[Group, ...]:
    """The fields of a class that hold groups."""
    return tuple(
        Group(each.name, each.metadata["group"], each.metadata["several"], each.metadata["of_sub_line"])
        for each in _fields(cls)
        if "group" in each.metadata
    )


def _fields(cls: type) -> tuple[Field[Any], ...]:
    return fields(cls)


def _flags(each: Field[Any], *names: str) -> tuple[bool, ...]:
    metadata: Mapping[str, Any] = each.metadata
    return tuple(bool(metadata[name]) for name in names)
