"""An invoice as the rules see it: plain nodes with short names, line by line.

lxml makes a Python object for every look at an element; rules look many times. So each part of the document is
taken over once, and the lines (BG-25) one after the other, which keeps an invoice of 100,000 lines small.
"""

from collections.abc import Iterable, Iterator
from decimal import ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import chain
from re import ASCII, compile
from typing import Self

from lxml import etree

PREFIXES = {
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2": "ext",
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2": "ubl",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2": "cn",
    "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100": "rsm",
    "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100": "ram",
    "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100": "udt",
    "urn:un:unece:uncefact:data:standard:QualifiedDataType:100": "qdt",
    "urn:ferd:CrossIndustryDocument:invoice:1p0": "ferd",
    "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12": "ram12",
    "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15": "udt15",
}
LINES = frozenset({"cac:InvoiceLine", "cac:CreditNoteLine", "ram:IncludedSupplyChainTradeLineItem"})
"""Invoice lines, where they stand below the root element or its `_HOLDER`; elsewhere (in extensions) they are head."""
_HOLDER = "rsm:SupplyChainTradeTransaction"

_DECIMAL = compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", ASCII)
_DOUBLE = compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", ASCII)
_WHITE_SPACE = compile(r"[ \t\r\n]+")
_SPECIAL_DOUBLES = {"INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}
_LAST_LINE_OF_ELEMENTS = 65_535
_NAMES: dict[str, str] = {}
MOST_NAMES = 5_000
"""Names remembered; UBL and CII together have fewer, and a hostile document must not fill our memory."""
MOST_DIGITS = 10_000
"""Of a number we still count with; the official processor stops for lack of memory only."""
LONGEST_PLAIN, REMEMBERED = 20, 4096
"""Numbers of so many characters are remembered, so many: rules read the same ones again and again."""
_Kids = dict[str, "list[Node]"]
_NOTHING: "list[Node]" = []
_NO_KIDS: _Kids = {}
_NO_ATTRIBUTES: dict[str, str] = {}
_HALF, _CENT = Decimal("0.5"), Decimal("0.01")
_MOST_DIGITS_AT_ONCE = 20
"""Before the point, of amounts that any precision in use can round in one step."""


class Undefined(Exception):
    """A rule has no defined result for this invoice; the official stylesheets stop here too."""

    def __init__(self, node: "Node", reason: str) -> None:
        super().__init__(reason)
        self.node = node


class Node:
    """An element: its short name (`cbc:ID`), its children by name, its attributes, its own text."""

    __slots__ = ("attributes", "element", "kids", "name", "parent", "pieces", "text")

    def __init__(self, name: str, parent: "Node | None", element: etree._Element) -> None:
        self.name = name
        self.parent = parent
        self.element = element
        self.kids: _Kids = _NO_KIDS
        self.attributes: dict[str, str] = _NO_ATTRIBUTES
        self.text = ""
        """The text of an element without children, white space as it stands."""
        self.pieces = 1
        """In how many pieces comments cut that text; a rule that asks for the one text node fails on two."""

    def all(self, name: str) -> "list[Node]":
        return self.kids.get(name, _NOTHING)

    def first(self, name: str) -> "Node | None":
        found = self.kids.get(name)
        return found[0] if found else None

    def only(self, name: str) -> "Node | None":
        """The child of this name, if any; where there are more, the rule that asks is undefined."""
        found = self.kids.get(name)
        if not found:
            return None
        if len(found) > 1:
            raise Undefined(found[1], f"{name} stands more than once")
        return found[0]

    def at(self, *names: str) -> "list[Node]":
        """All nodes at the end of a path of names below this one; without names this one."""
        kids, found = self.kids, None
        for name in names:
            found = kids.get(name, _NOTHING)
            if len(found) != 1:
                return _below([self], names) if found else found
            kids = found[0].kids
        return [self] if found is None else found

    def has(self, name: str) -> bool:
        return name in self.kids

    @property
    def value(self) -> str:
        """The text with white space collapsed (XPath: `normalize-space`)."""
        return collapse(self.text)

    @property
    def decimal(self) -> Decimal:
        """The text as xs:decimal; undefined where it is none."""
        plain = _plain_decimal(self.text) if len(self.text) <= LONGEST_PLAIN else None
        return to_decimal(self) if plain is None else plain

    def below(self) -> "Iterator[Node]":
        """This node and everything below it, in no particular order of names."""
        yield self
        for kids in self.kids.values():
            for kid in kids:
                yield from kid.below()


def _below(nodes: list[Node], names: tuple[str, ...]) -> list[Node]:
    for name in names:
        nodes = [kid for node in nodes for kid in node.kids.get(name, ())]
    return nodes


class Fragment:
    """A part of an invoice: its head without the lines, or one line with what it contains.

    `named` finds elements anywhere in it by name, in document order.
    """

    __slots__ = ("_holders", "attributed", "empty", "names", "root", "shape")

    def __init__(self, element: etree._Element, parent: Node | None, skipped: list[etree._Element] | None) -> None:
        """The head, whose lines are `skipped` and put there; a line where nothing is skipped."""
        self.names: _Kids = {}
        self.attributed: list[Node] = []
        """Nodes with at least one attribute."""
        self.empty: list[Node] = []
        """Nodes without children and without any text but white space."""
        self._holders: list[Node] = []
        """Nodes with children."""
        alone: _Kids = {}
        if skipped is None:
            self._grow(element.iter(), parent, alone)
        else:
            self._grow_head(element, parent, alone, skipped)
        self.root = alone[short_name(element.tag)][0]
        self.shape = tuple(self.names)
        """The names in it, in the order in which they come first."""

    def named(self, name: str) -> list[Node]:
        return self.names.get(name, _NOTHING)

    def let_go(self) -> None:
        """Cut the ways down, after which no circle of references keeps the nodes alive."""
        for node in self._holders:
            node.kids = _NO_KIDS

    def _grow_head(
        self, element: etree._Element, above: Node | None, beside: _Kids, skipped: list[etree._Element]
    ) -> None:
        """Take over an element that may hold lines, without these."""
        self._grow([element], above, beside)
        node = beside[short_name(element.tag)][-1]
        parts: list[Iterable[etree._Element]] = []
        holders: list[etree._Element] = []
        for child in element:
            name = _NAMES.get(child.tag) or (short_name(child.tag) if isinstance(child.tag, str) else "")
            if name in LINES:
                skipped.append(child)
            elif name == _HOLDER:
                holders.append(child)
            else:
                parts.append(child.iter() if len(child) else (child,))
        self._grow(chain.from_iterable(parts), node, node.kids)
        for holder in holders:
            self._grow_head(holder, node, node.kids, skipped)
        if len(parts) == len(element) > 0 and not node.kids:
            self._join(node)

    def _grow(self, elements: Iterable[etree._Element], above: Node | None, beside: _Kids) -> None:
        """Take over elements in the order of the document, to stand `beside` what else is in the node above, or below.

        All in one go, and each node without a call of its own: judging spends more time here than anywhere else.
        """
        names, attributed, holders, new = self.names, self.attributed, self._holders, Node.__new__
        waiting: list[tuple[Node | None, _Kids, int]] = []
        left = -1
        """Children the node above has still to get; below zero, as many as come."""
        for element in elements:
            if not left:
                above, beside, left = waiting.pop()
            left -= 1
            try:
                name = _NAMES[element.tag]
            except KeyError:
                if not isinstance(element.tag, str):
                    if above is not None and not (left or beside):
                        self._join(above)
                    continue
                name = short_name(element.tag)
            node = new(Node)
            node.name = name
            node.parent = above
            node.element = element
            node.pieces = 1
            if name in names:
                names[name].append(node)
            else:
                names[name] = [node]
            if name in beside:
                beside[name].append(node)
            else:
                beside[name] = [node]
            if items := element.items():
                node.attributes = dict(items)  # type: ignore[arg-type]
                attributed.append(node)
            else:
                node.attributes = _NO_ATTRIBUTES
            if children := len(element):
                if left:  # after a last child nothing is left to come back to
                    waiting.append((above, beside, left))
                holders.append(node)
                above, left = node, children
                node.kids = beside = {}
                node.text = ""
            else:
                node.kids = _NO_KIDS
                node.text = text = element.text or ""
                if text < "!" and not text.strip(" \t\r\n"):
                    self.empty.append(node)

    def _join(self, node: Node) -> None:
        """Put together the text of an element in which only comments or processing instructions stand."""
        pieces = [text for text in (node.element.text, *(each.tail for each in node.element)) if text]
        node.text, node.pieces = "".join(pieces), len(pieces)
        if not node.text.strip(" \t\r\n"):
            self.empty.append(node)


class Tree:
    """A whole invoice: the head at once, the lines one after the other.

    As a context manager it lets go of its nodes at the end; until then each of them knows its parent.
    """

    def __init__(self, root: etree._Element) -> None:
        self._lines: list[etree._Element] = []
        self.head = Fragment(root, None, self._lines)
        self._holder = self._holder_of_lines()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.head.let_go()

    def lines(self) -> Iterator[Fragment]:
        """The invoice lines in document order; each with its true parent, but not among that parent's children.

        A line is let go of when the next one is asked for.
        """
        for element in self._lines:
            line = Fragment(element, self._holder, None)
            yield line
            line.let_go()

    @property
    def line_count(self) -> int:
        return len(self._lines)

    def _holder_of_lines(self) -> Node:
        return self.head.root.first(_HOLDER) or self.head.root


def collapse(text: str) -> str:
    """White space at the ends away, and made one blank inside; only XML's white space, a no-break space stays."""
    if text.isalnum():
        return text
    if text.isascii():
        return " ".join(text.split())
    return " ".join(piece for piece in _WHITE_SPACE.split(text) if piece)


def to_decimal(node: Node, text: str | None = None) -> Decimal:
    """The text of a node (or of its attribute) as xs:decimal; undefined where it is none."""
    stripped = (node.text if text is None else text).strip(" \t\r\n")
    if len(stripped) > MOST_DIGITS or not _DECIMAL.fullmatch(stripped):
        raise Undefined(node, f"{node.name} is no decimal number")
    return Decimal(stripped)


def to_double(node: Node) -> float:
    """The text of a node as xs:double, as comparisons of untyped nodes with numbers do; undefined where it is none."""
    plain = _plain_double(node.text) if len(node.text) <= LONGEST_PLAIN else None
    if plain is not None:
        return plain
    stripped = node.text.strip(" \t\r\n")
    if _DOUBLE.fullmatch(stripped):
        return float(stripped)
    if stripped in _SPECIAL_DOUBLES:
        return _SPECIAL_DOUBLES[stripped]
    raise Undefined(node, f"{node.name} is no number")


@lru_cache(REMEMBERED)
def _plain_decimal(written: str) -> Decimal | None:
    return Decimal(written) if _is_plain(written) else None


@lru_cache(REMEMBERED)
def _plain_double(written: str) -> float | None:
    return float(written) if _is_plain(written) else None


def _is_plain(written: str) -> bool:
    """Digits with a point or without, as nearly all numbers are; others take longer to look at."""
    return written.isascii() and written.replace(".", "", 1).isdigit()


def round2(amount: Decimal) -> Decimal:
    """To cents; a half goes up towards plus infinity, also below zero, as XPath's `round` does."""
    if amount.adjusted() < _MOST_DIGITS_AT_ONCE:
        return amount.quantize(_CENT, ROUND_HALF_DOWN if amount.is_signed() else ROUND_HALF_UP)
    return (amount.scaleb(2) + _HALF).to_integral_value(ROUND_FLOOR).scaleb(-2)


def path_of(node: Node) -> str:
    """XPath of a node in its document, with our prefixes and positions among siblings of the same name."""
    steps: list[str] = []
    above = node.parent
    # Nodes know their siblings at once; only a line, which is not among its parent's children, has to look around.
    while above is not None and node in (alike := above.kids.get(node.name, ())):
        steps.append(node.name if len(alike) == 1 else f"{node.name}[{alike.index(node) + 1}]")
        node, above = above, above.parent
    element: etree._Element | None = node.element
    while element is not None:
        steps.append(_step(element))
        element = element.getparent()
    return "/" + "/".join(reversed(steps))


def _step(element: etree._Element) -> str:
    name = short_name(element.tag)
    if element.getparent() is None:
        return name
    place = 1 + sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    further = place > 1 or next(element.itersiblings(element.tag), None) is not None
    return f"{name}[{place}]" if further else name


def line_of(element: etree._Element) -> int | None:
    """Line of an element in the XML as received, from 1; beyond 65,535 too, except in XML without white space.

    There libxml2 knows lines of texts only, taken where a text ends: the first one in the element, or else the next
    one after it. So the line breaks of that text are taken off again.
    """
    line: int | None = element.sourceline  # type: ignore[assignment]  # wrong in the stubs
    if line is None or line < _LAST_LINE_OF_ELEMENTS:
        return line
    if line == _LAST_LINE_OF_ELEMENTS:
        return None
    if element.text:
        return line - element.text.count("\n")
    if len(element):
        return line_of(element[0])
    if element.tail:
        return line - element.tail.count("\n")
    further = element.getnext()
    return None if further is None else line_of(further)


def short_name(tag: str) -> str:
    """`cbc:ID` for the Clark name of a known namespace, the Clark name itself for a foreign one."""
    known = _NAMES.get(tag)
    if known is not None:
        return known
    uri, _, local = tag[1:].rpartition("}")
    prefix = PREFIXES.get(uri)
    if prefix is None:
        return tag
    name = f"{prefix}:{local}"
    if len(_NAMES) < MOST_NAMES:
        _NAMES[tag] = name
    return name
