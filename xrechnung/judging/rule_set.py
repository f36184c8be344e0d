"""What a set of rules is, seen from the one that applies it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import NamedTuple

from xrechnung.judging.releases import Release
from xrechnung.judging.tree import Fragment, Node


class Hit(NamedTuple):
    """A rule that an invoice breaks, and where."""

    rule: str
    node: Node


class RuleSet(ABC):
    """One of the official rule sets over one invoice: told the head, then line after line, then the end.

    It collects what is broken in `hits`. A rule whose official test cannot be computed for this invoice raises
    `Undefined`; then the whole set has no result, as the official stylesheet has none.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        self.hits: list[Hit] = []

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
        self.hits.append(Hit(rule, node))

    def demand(self, fulfilled: bool, rule: str, node: Node) -> None:  # noqa: FBT001  reads as the rule does
        """The node breaks the rule unless what it asks for is fulfilled."""
        if not fulfilled:
            self.hits.append(Hit(rule, node))

    def forbid(self, rule: str, nodes: Iterable[Node]) -> None:
        """Each of these nodes breaks the rule by being there."""
        for node in nodes:
            self.hits.append(Hit(rule, node))
