"""What rules have to look at in a part of an invoice, worked out once for all parts in which the same elements stand.

The lines of an invoice are alike, and so are the invoices that one program writes.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from xrechnung.judging.tree import Fragment

MOST_SHAPES, LONGEST_SHAPE = 400, 8_000
"""So many shapes are known, up to so many characters; a hostile document must not fill our memory."""

_Plan = TypeVar("_Plan")


class ByShape(Generic[_Plan]):
    """Plans by shape: the names of the elements in a part, in the order in which they come first."""

    def __init__(self, make: Callable[[tuple[str, ...]], _Plan]) -> None:
        self._make = make
        self._known: dict[tuple[str, ...], _Plan] = {}

    def of(self, part: Fragment) -> _Plan:
        """The plan for a part of an invoice."""
        plan = self._known.get(part.shape)
        return self._learn(part.shape) if plan is None else plan

    def _learn(self, shape: tuple[str, ...]) -> _Plan:
        plan = self._make(shape)
        if sum(map(len, shape)) <= LONGEST_SHAPE:
            if len(self._known) >= MOST_SHAPES:
                self._known.clear()
            self._known[shape] = plan
        return plan
