"""Rules that are only known when the whole document has been seen."""

from abc import ABC, abstractmethod

from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node


class OverDocument(ABC):
    """Takes up what it needs of head and lines, and asks at the end; it keeps sums and sets, no nodes of lines."""

    def head(self, head: Fragment) -> None:
        self.add(head)

    @abstractmethod
    def add(self, part: Fragment) -> None:
        """Take up a line, or the head where nothing else is said."""

    @abstractmethod
    def end(self, rules: RuleSet, root: Node) -> None:
        """Ask what can be asked now."""
