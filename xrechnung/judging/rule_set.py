"""What a set of rules is, seen from the one that applies it."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable

from xrechnung.judging.releases import Release
from xrechnung.judging.tree import Fragment, Node

MOST_PLACES = 20
"""An invoice of 100,000 lines may break one rule in each; so many places are remembered, the rest is counted."""


class RuleSet(ABC):
    """One of the official rule sets over one invoice: told the head, then line after line, then the end.

    It collects the rules that are broken, with the places, in `broken`. A rule whose official test cannot be
    computed for this invoice raises `Undefined`; then the whole set has no result, as the official stylesheet has none.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        self.broken: dict[str, list[Node]] = {}
        self.counts: defaultdict[str, int] = defaultdict(int)

    @abstractmethod
    def head(self, head: Fragment) -> None:
        """Everything but the lines; `head.root` is the root element."""

    @abstractmethod
    def line(self, line: Fragment) -> None:
        """One invoice line (BG-25) with its sub lines; `line.root.parent` is a node of the head."""

    @abstractmethod
    def end(self) -> None:
        """What can only be said when all lines are known: sums, counts, conditions over lines."""

    def break_(self, rule: str, node: Node) -> None:
        """Note that this node breaks the rule."""
        self.counts[rule] += 1
        places = self.broken.setdefault(rule, [])
        if len(places) < MOST_PLACES:
            places.append(node)

    def demand(self, fulfilled: bool, rule: str, node: Node) -> None:
        """The node breaks the rule unless what it asks for is fulfilled."""
        if not fulfilled:
            self.break_(rule, node)

    def forbid(self, rule: str, nodes: Iterable[Node]) -> None:
        """Each of these nodes breaks the rule by being there."""
        for node in nodes:
            self.break_(rule, node)
