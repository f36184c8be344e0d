"""Elements and attributes that must not be there (UBL-CR, most of CII-SR and CII-DT), from a table of paths.

A path is relative to the root element; `//` before it means anywhere, and then a `*` in its first step stands for any
letters (`//ram:*TradeTax/ram:Type`). An attribute is the last step, after `@`.

Most elements of an invoice are never the end of such a path, and nearly all others stand below another parent. So
paths are looked up by their end, and followed upwards from there, all that end alike at once.
"""

from collections.abc import Iterable, Sequence

from xrechnung.judging.common.shapes import ByShape
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node

ANYWHERE = "//"


class _Upwards:
    """Where paths that have been the same from their end to here go on, upwards."""

    __slots__ = ("anywhere", "ends_here", "further", "of_root", "patterns")

    def __init__(self) -> None:
        self.further: dict[str, _Upwards] = {}
        self.patterns: list[tuple[str, str, str]] = []
        """Beginning and end of names that complete a path of this rule."""
        self.anywhere: list[str] = []
        """Rules whose path is complete here."""
        self.of_root: list[str] = []
        """Rules whose path is complete here if what is above is the root element."""
        self.ends_here = False
        """Whether there are any of these three."""

    def add(self, rule: str, steps: Sequence[str], *, anywhere: bool) -> None:
        """Take up a path by the steps that are left, the nearest first."""
        if not steps or "*" in steps[0]:
            self.ends_here = True
        if not steps:
            (self.anywhere if anywhere else self.of_root).append(rule)
        elif "*" in steps[0]:
            beginning, _, end = steps[0].partition("*")
            self.patterns.append((beginning, end, rule))
        else:
            self.further.setdefault(steps[0], _Upwards()).add(rule, steps[1:], anywhere=anywhere)


class AbsentPaths:
    """The table of one syntax in one release."""

    def __init__(self, rows: Iterable[Sequence[str]]) -> None:
        self._elements: dict[str, _Upwards] = {}
        self._attributes: dict[str, _Upwards] = {}
        for rule, written in rows:
            *steps, last = written.removeprefix(ANYWHERE).split("/")
            ends = self._attributes if last.startswith("@") else self._elements
            paths = ends.setdefault(last.removeprefix("@"), _Upwards())
            paths.add(rule, steps[::-1], anywhere=written.startswith(ANYWHERE))
        self._possible = ByShape(self._possible_in)

    def judge(self, part: Fragment, rules: RuleSet) -> None:
        """Note each element and attribute that should not be in this part of the invoice."""
        for name, paths in self._possible.of(part):
            ends_here, further = paths.ends_here, paths.further
            for node in part.names[name]:
                if ends_here or (node.parent is not None and node.parent.name in further):
                    _follow(paths, node.parent, node, rules)
        attributes = self._attributes
        for node in part.attributed:
            for attribute in node.attributes:
                if attribute in attributes:
                    paths = attributes[attribute]
                    if paths.ends_here or node.name in paths.further:
                        _follow(paths, node, node, rules)

    def _possible_in(self, shape: tuple[str, ...]) -> tuple[tuple[str, _Upwards], ...]:
        """The elements that end a path of which the step above is there too; above the first one is another part."""
        ends = ((name, self._elements[name]) for name in shape if name in self._elements)
        return tuple(
            (name, paths)
            for name, paths in ends
            if name == shape[0] or paths.ends_here or not paths.further.keys().isdisjoint(shape)
        )


def _follow(paths: _Upwards, above: Node | None, node: Node, rules: RuleSet) -> None:
    """Follow the paths from a node up to the root element, as far as they are the same."""
    following: _Upwards | None = paths
    while following is not None:
        for rule in following.anywhere:
            rules.break_(rule, node)
        if above is None:
            return
        if above.parent is None:
            for rule in following.of_root:
                rules.break_(rule, node)
        for beginning, end, rule in following.patterns:
            if above.name.startswith(beginning) and above.name.endswith(end):
                rules.break_(rule, node)
        following = following.further.get(above.name)
        above = above.parent
