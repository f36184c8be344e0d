"""How the official rules read values: a path finds none, one or several nodes, and what that means for a function.

A function of one value, as `normalize-space`, is undefined for several. A comparison of several values holds if it
holds for one of them, and never for none.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import copysign

from xrechnung.judging.tree import Node, Undefined, collapse, to_double

MOST_DECIMALS = 2
_LEAST_BELOW_ZERO = -5e-324
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def sole(nodes: Sequence[Node]) -> Node | None:
    """The node a path finds, if any; undefined where it finds several."""
    if not nodes:
        return None
    if len(nodes) > 1:
        raise Undefined(nodes[1], f"{nodes[1].name} stands more than once")
    return nodes[0]


def words(nodes: Sequence[Node]) -> str:
    """What `normalize-space` makes of the text at a path, nothing where there is none."""
    if len(nodes) == 1:
        return collapse(nodes[0].text)
    sole(nodes)
    return ""


def says_something(nodes: Sequence[Node]) -> bool:
    """Whether the text at a path is more than white space (`normalize-space(…) != ''`)."""
    if len(nodes) == 1:
        return nodes[0].text.strip(" \t\r\n") != ""
    sole(nodes)
    return False


def are_filled(nodes: Sequence[Node]) -> bool:
    """Whether one of these says anything but blanks."""
    for node in nodes:  # noqa: SIM110  asked a dozen times of each invoice, and a generator takes twice as long
        if collapse(node.text):
            return True
    return False


def attribute_words(nodes: Sequence[Node], name: str) -> str:
    """What `normalize-space` makes of an attribute of the nodes at a path."""
    node = sole([node for node in nodes if name in node.attributes])
    return "" if node is None else collapse(node.attributes[name])


def own_words(nodes: Sequence[Node]) -> str:
    """The text node at a path (`text()`), not in pieces: a comment in it leaves the rule without a result."""
    node = sole([node for node in nodes if node.text])
    if node is None:
        return ""
    if node.pieces > 1:
        raise Undefined(node, f"the text of {node.name} is in pieces")
    return collapse(node.text)


def texts(nodes: Sequence[Node]) -> set[str]:
    """The texts at a path as they stand, to be compared."""
    if len(nodes) == 1:
        return {nodes[0].text}
    return {node.text for node in nodes}


def attributes(nodes: Sequence[Node], name: str) -> set[str]:
    """An attribute of the nodes at a path as it stands, to be compared."""
    return {node.attributes[name] for node in nodes if name in node.attributes}


def first_decimal(nodes: Sequence[Node]) -> Decimal | None:
    """The first of the nodes at a path as a number."""
    return nodes[0].decimal if nodes else None


def sole_decimal(nodes: Sequence[Node]) -> Decimal | None:
    """The node at a path as a number."""
    if len(nodes) == 1:
        return nodes[0].decimal
    sole(nodes)
    return None


def doubles(nodes: Sequence[Node]) -> list[float]:
    """The nodes at a path as numbers, to be compared with a whole number.

    The official processor takes minus zero for less than zero in such comparisons (not where it reads just `-0`).
    """
    return [_LEAST_BELOW_ZERO if "-" in node.text and _is_minus_zero(node) else to_double(node) for node in nodes]


def is_above_zero(nodes: Sequence[Node]) -> bool:
    """Whether one of the nodes at a path is above 0; not so if there is none."""
    return max(doubles(nodes), default=0) > 0


def is_not_negative(nodes: Sequence[Node]) -> bool:
    """Whether one of the nodes at a path is 0 or more; not so if there is none."""
    return max(doubles(nodes), default=-1) >= 0


def _is_minus_zero(node: Node) -> bool:
    text = node.text.strip(" \t\r\n")
    return text.startswith("-") and "." in text and to_double(node) == 0


def is_zero(nodes: Sequence[Node]) -> bool:
    """Whether one of the nodes at a path is 0; not so if there is none."""
    return 0 in doubles(nodes)


def equals(node: Node, computed: float) -> bool:
    """Whether the text of a node is a computed number; zero and minus zero are different ones here."""
    stated = to_double(node)
    return stated == computed and copysign(1, stated) == copysign(1, computed)


def has_many_decimals(nodes: Sequence[Node]) -> bool:
    """Whether the text at a path goes on for more than two characters after its point, blanks and zeros included."""
    node = sole(nodes)
    return node is not None and len(node.text.partition(".")[2]) > MOST_DECIMALS


def boolean(node: Node) -> bool:
    """The text of a node as xs:boolean; undefined where it is none."""
    value = boolean_or_none(node)
    if value is None:
        raise Undefined(node, f"{node.name} is neither true nor false")
    return value


def boolean_or_none(node: Node) -> bool | None:
    """The same in the context of a rule, where what cannot be computed only means that the rule is not asked."""
    return _BOOLEANS.get(node.text.strip(" \t\r\n"))
