"""Checks by the element they are about, as the official rules are written: context first, then what holds there."""

from collections.abc import Callable, Mapping

from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import MOST_NAMES, Fragment, Node

Check = Callable[[RuleSet, Node], None]


class Checks:
    """Every check that starts from one element alone, wherever it stands.

    `named` are checks of elements of exactly that name, `ending` those of all elements whose name ends so
    (`ends-with(name(), 'Amount')`).
    """

    def __init__(self, named: tuple[Mapping[str, Check], ...], ending: Mapping[str, Check]) -> None:
        self._named = named
        self._ending = ending
        self._known: dict[str, tuple[Check, ...]] = {}

    def apply(self, part: Fragment, rules: RuleSet) -> None:
        """Check each element of this part of the invoice that something is said of."""
        known = self._known
        for name, nodes in part.names.items():
            checks = known.get(name)
            if checks is None:
                checks = self._learn(name)
            for check in checks:
                for node in nodes:
                    check(rules, node)

    def _learn(self, name: str) -> tuple[Check, ...]:
        named = [table[name] for table in self._named if name in table]
        checks = (*named, *(check for end, check in self._ending.items() if name.endswith(end)))
        if len(self._known) < MOST_NAMES:
            self._known[name] = checks
        return checks
