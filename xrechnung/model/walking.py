"""Walking through everything an invoice says, term by term."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from xrechnung.model.invoice import Invoice
from xrechnung.model.terms import Group, groups_of, terms_of
from xrechnung.model.values import Attachment, Identifier

Value = str | Decimal | date | Identifier | Attachment
SUB_LINE = "BG-DEX-01"


class Step(NamedTuple):
    """A group on the way to a term."""

    group: str
    number: int | None
    """Which one, from 1, of groups that may come several times."""


class TermValue(NamedTuple):
    """A business term that is filled."""

    term: str
    groups: tuple[Step, ...]
    """Groups it lies in, the outermost first; empty for terms of the invoice itself."""
    value: Value


def terms(invoice: Invoice) -> Iterator[TermValue]:
    """Every business term that is filled, group by group in the order of the model; several values one by one."""
    yield from _terms(invoice, "", (), in_sub_line=False)


def _terms(part: Any, group: str, path: tuple[Step, ...], *, in_sub_line: bool) -> Iterator[TermValue]:
    cls: type = type(part)
    for field in terms_of(cls, group):
        value = getattr(part, field.name)
        for each in value if field.several else (value,):
            if each is not None:
                yield TermValue(field.term, path, each)
    for inner in groups_of(cls):
        held = getattr(part, inner.name)
        if not held:
            continue
        below = in_sub_line or inner.group == SUB_LINE
        for number, each in enumerate(held, 1) if inner.several else ((None, held),):
            step = Step(_id_of(inner, in_sub_line=in_sub_line), number)
            yield from _terms(each, inner.group, (*path, step), in_sub_line=below)


def _id_of(inner: Group, *, in_sub_line: bool) -> str:
    return inner.of_sub_line if in_sub_line and inner.of_sub_line is not None else inner.group
