"""Sub-lines in CII: lines stand one after the other, and some name the line they belong to."""

from collections.abc import Sequence
from dataclasses import replace

from xrechnung.model import InvoiceLine

DEEPEST_SUB_LINES = 50
"""Levels of sub-lines that are read as such; real invoices have three."""


def nested(lines: Sequence[InvoiceLine], parents: Sequence[str | None]) -> tuple[list[InvoiceLine], list[int]]:
    """Put lines below those they name; a line belongs to an earlier one or to none.

    Also says at which positions lines name one that is not there (or would be too deep): they stay where they are.
    """
    first_with: dict[str, int] = {}
    below: dict[int, list[int]] = {}
    levels: list[int] = []
    tops: list[int] = []
    lost: list[int] = []
    for at, (line, parent) in enumerate(zip(lines, parents, strict=True)):
        above = first_with.get(parent) if parent is not None else None
        if above is None or levels[above] == DEEPEST_SUB_LINES:
            if parent is not None:
                lost.append(at)
            levels.append(0)
            tops.append(at)
        else:
            levels.append(levels[above] + 1)
            below.setdefault(above, []).append(at)
        if line.identifier is not None:
            first_with.setdefault(line.identifier, at)
    whole = list(lines)
    for at in sorted(below, reverse=True):
        whole[at] = replace(whole[at], sub_lines=tuple(whole[kid] for kid in below[at]))
    return [whole[at] for at in tops], lost
