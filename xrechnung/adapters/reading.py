"""Reading an invoice into the model: one walk through the document along a binding.

Nothing is lost: a text no term covers becomes `Other`, a value that cannot be understood `Unread`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from xrechnung.adapters.bindings import Binding, Bound, Step
from xrechnung.adapters.conversions import CONVERSIONS, to_decimal
from xrechnung.adapters.nesting import DEEPEST_SUB_LINES, nested
from xrechnung.adapters.places import LINE, SUB_LINE, WHOLE, GroupPlace
from xrechnung.judging.tree import Node, Tree, line_of
from xrechnung.model import Identifier, Invoice, InvoiceLine, Other, Unread

MOST_OTHERS = 100_000
"""A document with more texts that no term covers is no invoice; they stay in the document."""
_SPACE = " \t\r\n"
_MOST_SHARED, _LONGEST_SHARED = 10_000, 24
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
"""Attributes of this namespace speak to programs about the schema."""

Finish = Callable[[dict[str, Any]], None]


Trail = tuple[Any, str, int]
"""The way to an element: that of the element around it (None for the root), its short name, and its number among
siblings of that name from 1, or 0 where it is the only one."""


class Part:
    """A group while it is read."""

    __slots__ = ("cls", "values")

    def __init__(self, cls: type) -> None:
        self.cls = cls
        self.values: dict[str, Any] = {}


class Reader:
    """Reads one document."""

    def __init__(
        self,
        binding: Binding,
        finishing: Mapping[type, Finish] | None = None,
        parent_of: Callable[[Node], Node | None] | None = None,
    ) -> None:
        """`finishing` changes the values of a class before it is made, `parent_of` finds what names a line's parent."""
        self._binding = binding
        self._finishing = finishing or {}
        self._parent_of = parent_of
        self._open: dict[str, Part] = {WHOLE: Part(Invoice)}
        self._currencies: dict[str, str] = {}
        self._depth = 0
        self._texts: dict[str, str] = {}
        self._numbers: dict[str, Decimal | None] = {}
        self.unread: list[Unread] = []
        self.other: list[Other] = []

    def read(self, tree: Tree) -> Invoice:
        """The invoice of a tree."""
        root = tree.head.root
        for term, names in self._binding.currencies.items():
            for node in root.at(*names)[:1]:
                self._currencies[term] = node.text.strip(_SPACE)
        trail: Trail = (None, root.name, 0)
        self._attributes(root, _NOTHING, trail)
        self._content(root, self._binding.head, trail)
        lines = self._lines(tree, trail)
        whole = self._open[WHOLE]
        if lines:
            whole.values.setdefault("lines", []).extend(lines)
        invoice: Invoice = self._finished(whole)
        return replace(invoice, unread=tuple(self.unread), other=tuple(self.other))

    def _lines(self, tree: Tree, trail: Trail) -> list[InvoiceLine]:
        found: list[InvoiceLine] = []
        named: dict[int, tuple[str, Trail]] = {}
        holder = trail
        for number, fragment in enumerate(tree.lines(), 1):
            node = fragment.root
            if number == 1 and node.parent is not None and node.parent is not tree.head.root:
                holder = (trail, node.parent.name, 0)
            line = self._open[LINE] = Part(InvoiceLine)
            here: Trail = (holder, node.name, number if tree.line_count > 1 else 0)
            self._attributes(node, _NOTHING, here)
            self._content(node, self._binding.line, here)
            if self._parent_of is not None and (parent := self._parent_of(node)) is not None:
                named[len(found)] = parent.text.strip(_SPACE), here
            found.append(self._finished(line))
        return self._nested(found, named) if named else found

    def _nested(self, lines: list[InvoiceLine], named: Mapping[int, tuple[str, Trail]]) -> list[InvoiceLine]:
        parents = [named[at][0] if at in named else None for at in range(len(lines))]
        tops, lost = nested(lines, parents)
        for at in lost:
            parent, here = named[at]
            self._leave_text(parent, here)
        return tops

    def _content(self, node: Node, step: Step, trail: Trail) -> None:
        """Read what lies in an element."""
        currencies = self._currencies
        is_plain = self._stray_texts(node, trail)
        for name, nodes in node.kids.items():
            branches = step.kids.get(name, ())
            several = len(nodes) > 1
            for number, kid in enumerate(nodes, 1):
                here = (trail, name, number if several else 0)
                for condition, below in branches:
                    if condition is None or condition(kid, currencies):
                        if below.opens is None:
                            self._element(kid, below, here)
                        else:
                            self._group(kid, below, below.opens, here)
                        break
                else:
                    self._leave(kid, here)
                if is_plain and (tail := kid.element.tail) and not tail.isspace():
                    self._leave_text(tail, trail)

    def _element(self, node: Node, step: Step, trail: Trail) -> None:
        if node.attributes:
            self._attributes(node, step, trail)
        if node.kids:
            self._content(node, step, trail)
        elif step.bound is not None:
            self._take(step.bound, node.text, node, trail)
        elif not step.is_covered and node.text.strip(_SPACE):
            self._leave_text(node.text, trail)

    def _group(self, node: Node, step: Step, opens: GroupPlace, trail: Trail) -> None:
        """Read an element with which one of several groups begins."""
        around = self._part(opens.opened, opens.inner)
        key = LINE if opens.group == SUB_LINE else opens.group
        outer = self._open.get(key)
        if opens.group == SUB_LINE:
            if self._depth == DEEPEST_SUB_LINES:
                self._leave(node, trail)
                return
            self._depth += 1
        part = self._open[key] = Part(opens.cls)
        self._element(node, step, trail)
        if part.values:
            around.values.setdefault(opens.field, []).append(self._finished(part))
        if opens.group == SUB_LINE:
            self._depth -= 1
        if outer is None:
            del self._open[key]
        else:
            self._open[key] = outer

    def _part(self, opened: str, inner: Iterable[tuple[str, type]]) -> Part:
        """The group that is being read, reached over single groups, which are made as they are needed."""
        part = self._open[opened]
        for field, cls in inner:
            further = part.values.get(field)
            if further is None:
                further = part.values[field] = Part(cls)
            part = further
        return part

    def _take(self, bound: Bound, text: str, node: Node, trail: Trail) -> None:
        """Keep a value where its term belongs."""
        stripped = text.strip(_SPACE)
        if not stripped:
            return
        place = bound.place
        kind = place.kind
        value: Any
        if kind is str:
            value = text if place.raw else self._texts.get(stripped) or self._shared(stripped)
        elif kind is Decimal:
            value = self._numbers.get(stripped) or self._number(stripped, node)
        else:
            value = self._value(bound, stripped, node)
        if value is None:
            self._not_read(place.term, stripped, node)
            return
        values = self._part(place.opened, place.inner).values if place.inner else self._open[place.opened].values
        before = values.get(place.field)
        if place.several:
            values.setdefault(place.field, []).append(value)
        elif before is None:
            values[place.field] = value
        elif before != value:
            if place.free:
                values[place.field] = f"{before}\n{value}"
            else:
                self._leave_text(text, trail)

    def _value(self, bound: Bound, text: str, node: Node) -> Any:
        value = CONVERSIONS[bound.place.kind](text, node)
        if bound.scheme_at and isinstance(value, Identifier) and node.parent is not None:
            for scheme in node.parent.at(*bound.scheme_at[1:])[:1]:
                value = replace(value, scheme=scheme.text.strip(_SPACE) or value.scheme)
        return value

    def _number(self, text: str, node: Node) -> Decimal | None:
        number = to_decimal(text, node)
        if number is not None and len(self._numbers) < _MOST_SHARED:
            self._numbers[text] = number
        return number

    def _shared(self, text: str) -> str:
        """The same text once only: codes and units come with every line."""
        if len(text) <= _LONGEST_SHARED and len(self._texts) < _MOST_SHARED:
            self._texts[text] = text
        return text

    def _not_read(self, term: str, text: str, node: Node) -> None:
        if len(self.unread) < MOST_OTHERS:
            self.unread.append(Unread(term, text, line_of(node.element)))

    def _attributes(self, node: Node, step: Step, trail: Trail) -> None:
        """Read attributes: as terms of their own, with the value they belong to, or as something else."""
        is_empty = step.bound is not None and not node.text.strip(_SPACE)
        for name, text in node.attributes.items():
            bound = step.attributes.get(name)
            if bound is not None:
                self._take(bound, text, node, (trail, f"@{name}", 0))
            elif name in step.attributes and not is_empty:
                continue
            elif not self._goes_without_saying(name, text, step):
                self._leave_text(text, (trail, f"@{name}", 0))

    def _goes_without_saying(self, name: str, text: str, step: Step) -> bool:
        if name == "currencyID":
            is_other = step.bound is not None and step.bound.place.term == "BT-111"
            return text == self._currencies.get("BT-6" if is_other else "BT-5")
        return name.startswith(_INSTANCE) or not text.strip(_SPACE)

    def _leave(self, node: Node, trail: Trail) -> None:
        """Nothing binds this element: keep its texts and those below it."""
        for name, text in node.attributes.items():
            if not self._goes_without_saying(name, text, _NOTHING):
                self._leave_text(text, (trail, f"@{name}", 0))
        if not node.kids:
            if node.text.strip(_SPACE):
                self._leave_text(node.text, trail)
            return
        is_plain = self._stray_texts(node, trail)
        for name, nodes in node.kids.items():
            for number, kid in enumerate(nodes, 1):
                self._leave(kid, (trail, name, number if len(nodes) > 1 else 0))
                if is_plain and (tail := kid.element.tail) and not tail.isspace():
                    self._leave_text(tail, trail)

    def _leave_text(self, text: str, trail: Trail) -> None:
        if len(self.other) < MOST_OTHERS:
            self.other.append(Other(_path(trail), text.strip(_SPACE)))

    def _stray_texts(self, node: Node, trail: Trail) -> bool:
        """Keep texts that stand between elements, where none should.

        True if those that follow a child are still to be looked at: where the nodes below are all there is, without
        comments and lines, that is cheaper while walking through them.
        """
        element = node.element
        if (text := element.text) and not text.isspace():
            self._leave_text(text, trail)
        if len(element) == sum(map(len, node.kids.values())):
            return True
        for child in element:
            if (text := child.tail) and not text.isspace():
                self._leave_text(text, trail)
        return False

    def _finished(self, part: Part) -> Any:
        values = part.values
        for name, value in values.items():
            if type(value) is Part:
                values[name] = self._finished(value)
            elif type(value) is list:
                values[name] = tuple(value)
        finish = self._finishing.get(part.cls)
        if finish is not None:
            finish(values)
        return part.cls(**values)


def _path(trail: Trail) -> str:
    steps: list[str] = []
    here: Trail | None = trail
    while here is not None:
        around, name, number = here
        steps.append(f"{name}[{number}]" if number else name)
        here = around
    return "/" + "/".join(reversed(steps))


_NOTHING = Step()
"""An element of which nothing is read itself."""


def _unopened(step: Step) -> Step:
    return Step(step.kids, step.by_condition, step.bound, step.is_covered, step.attributes)
