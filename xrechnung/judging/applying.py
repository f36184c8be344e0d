"""Applying rule sets to an invoice: every set sees the head, each line once, and the end."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Context, localcontext
from typing import NamedTuple

from xrechnung.judging.cii import CiiCore, CiiNational
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node, Tree, Undefined
from xrechnung.judging.ubl import UblCore, UblNational
from xrechnung.judging.verdict import Syntax

EXACT = Context(prec=100)
"""xs:decimal has no limit that amounts would reach; neither have we."""


class Outcome(NamedTuple):
    """What one rule set found: rules with the places where they are broken, or why it has no result."""

    broken: dict[str, list[Node]]
    counts: Mapping[str, int]
    undefined: Undefined | None = None


def rule_sets_for(release: Release, syntax: Syntax, parts: frozenset[str]) -> tuple[RuleSet, ...]:
    """The official rule sets of a scenario: that of EN 16931, and that of XRechnung unless it is left out."""
    core, national = (CiiCore, CiiNational) if syntax is Syntax.CII else (UblCore, UblNational)
    if "xrechnung" not in parts:
        return (core(release),)
    return core(release), national(release, parts)


def apply(sets: Sequence[RuleSet], tree: Tree) -> list[Outcome]:
    """Ask each set about the invoice; one that is undefined for it does not stop the others."""
    stopped: dict[RuleSet, Undefined] = {}
    with localcontext(EXACT):
        asked = [each for each in sets if _has_result(each, each.head, tree.head, stopped)]
        for line in tree.lines():
            asked = [each for each in asked if _has_result(each, each.line, line, stopped)]
        for each in asked:
            try:
                each.end()
            except Undefined as undefined:
                stopped[each] = undefined.with_traceback(None)
    return [Outcome({}, {}, stopped[each]) if each in stopped else Outcome(each.broken, each.counts) for each in sets]


def _has_result(
    rules: RuleSet, ask: Callable[[Fragment], None], part: Fragment, stopped: dict[RuleSet, Undefined]
) -> bool:
    try:
        ask(part)
    except Undefined as undefined:
        # The way it came leads back to here, and would keep the whole invoice in memory.
        stopped[rules] = undefined.with_traceback(None)
    return rules not in stopped
