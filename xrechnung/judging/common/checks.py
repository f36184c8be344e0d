"""Checks by the element they are about, as the official rules are written: context first, then what holds there."""

from collections.abc import Callable, Mapping

from xrechnung.judging.common.shapes import ByShape
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
        self._asked = ByShape(self._asked_of)

    def apply(self, part: Fragment, rules: RuleSet) -> None:
        """Check each element of this part of the invoice that something is said of."""
        names = part.names
        for name, check in self._asked.of(part):
            for node in names[name]:
                check(rules, node)

    def _asked_of(self, shape: tuple[str, ...]) -> tuple[tuple[str, Check], ...]:
        return tuple((name, check) for name in shape for check in self._of(name))

    def _of(self, name: str) -> tuple[Check, ...]:
        checks = self._known.get(name)
        return self._learn(name) if checks is None else checks

    def _learn(self, name: str) -> tuple[Check, ...]:
        checks = tuple(
            check
            for beginning, open_, end, check in self._entries
            if (name.startswith(beginning) and name.endswith(end) if open_ else name == beginning)
        )
        if len(self._known) < MOST_NAMES:
            self._known[name] = checks
        return checks
