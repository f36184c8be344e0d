"""Elements and attributes that must not be there (UBL-CR, most of CII-SR and CII-DT), from a table of paths.

A path is relative to the root element; `//` before it means anywhere, and then a `*` in its first step stands for any
beginning (`//ram:*TradeTax/ram:Type`). An attribute is the last step, after `@`.

Most elements of an invoice are never the end of such a path, and nearly all others stand below another parent. So
paths are looked up by their end, and read upwards from there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Fragment, Node

ANYWHERE = "//"


@dataclass(frozen=True, slots=True)
class _Path:
    rule: str
    upwards: tuple[str, ...]
    """The steps above the last one, the nearest first."""
    anywhere: bool

    def leads_to(self, node: Node | None) -> bool:
        """Whether this node is what stands above the last step."""
        for step in self.upwards:
            if node is None or not _is_named(node.name, step):
                return False
            node = node.parent
        return self.anywhere or (node is not None and node.parent is None)


class AbsentPaths:
    """The table of one syntax in one release."""

    def __init__(self, rows: Iterable[Sequence[str]]) -> None:
        self._elements: dict[str, dict[str, list[_Path]]] = {}
        self._below_anything: dict[str, list[_Path]] = {}
        self._attributes: dict[str, list[_Path]] = {}
        for rule, written in rows:
            anywhere = written.startswith(ANYWHERE)
            *steps, last = written.removeprefix(ANYWHERE).split("/")
            path = _Path(rule, tuple(reversed(steps)), anywhere)
            if last.startswith("@"):
                self._attributes.setdefault(last[1:], []).append(path)
            elif path.upwards and "*" not in path.upwards[0]:
                self._elements.setdefault(last, {}).setdefault(path.upwards[0], []).append(path)
            else:
                self._below_anything.setdefault(last, []).append(path)

    def judge(self, part: Fragment, rules: RuleSet) -> None:
        """Note each element and attribute that should not be in this part of the invoice."""
        for name, nodes in part.names.items():
            below = self._elements.get(name)
            if below is not None:
                for node in nodes:
                    parent = node.parent
                    if parent is not None and parent.name in below:
                        _note(below[parent.name], parent, node, rules)
            if name in self._below_anything:
                for node in nodes:
                    _note(self._below_anything[name], node.parent, node, rules)
        for node in part.attributed:
            for attribute in node.attributes:
                if attribute in self._attributes:
                    _note(self._attributes[attribute], node, node, rules)


def _note(paths: Iterable[_Path], above: Node | None, node: Node, rules: RuleSet) -> None:
    for path in paths:
        if path.leads_to(above):
            rules.break_(path.rule, node)


def _is_named(name: str, step: str) -> bool:
    if "*" not in step:
        return name == step
    beginning, _, end = step.partition("*")
    return name.startswith(beginning) and name.endswith(end)
