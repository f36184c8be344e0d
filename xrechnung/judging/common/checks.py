"""Checks by the element they are about, as the official rules are written: context first, then what holds there."""

from collections.abc import Callable, Mapping

from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import MOST_NAMES, Fragment, Node

Check = Callable[[RuleSet, Node], None]


class Checks:
    """Every check that starts from one element alone, wherever it stands.

    A table's key is the name of the element; a `*` in it stands for any letters (`ram:*Amount`).
    """

    def __init__(self, *tables: Mapping[str, Check]) -> None:
        entries = [(name, check) for table in tables for name, check in table.items()]
        self._entries = [(*name.partition("*"), check) for name, check in entries]
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
        checks = tuple(
            check
            for beginning, open_, end, check in self._entries
            if (name.startswith(beginning) and name.endswith(end) if open_ else name == beginning)
        )
        if len(self._known) < MOST_NAMES:
            self._known[name] = checks
        return checks
