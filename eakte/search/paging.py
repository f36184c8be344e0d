"""What one search is asked, and where its next page begins when an engine can only give the best so many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from eakte.search.cursor import Position
from eakte.search.index import Filters, Visibility
from eakte.search.query import Query

SLACK = 20
"""Hits fetched beyond a page, for what was indexed before it since the last page was read."""

AddressT = TypeVar("AddressT")


@dataclass(frozen=True, slots=True)
class Asked:
    """A search, read and checked; `fingerprint` is what its continuation marks are made out for."""

    query: Query
    visibility: Visibility
    filters: Filters
    after: Position | None
    fingerprint: bytes
    limit: int
    facets: tuple[str, ...]
    snippets: int

    @property
    def passed(self) -> int:
        return self.after.passed if self.after else 0

    @property
    def wants_snippets(self) -> bool:
        return self.snippets > 0 and self.query.ranks


class Ranked(NamedTuple, Generic[AddressT]):
    """One hit in its order: best `score` first, then by id. `address` is the engine's own."""

    score: float
    id: UUID
    address: AddressT


def page_of(
    ranked: Sequence[Ranked[AddressT]], after: Position | None, limit: int
) -> tuple[Sequence[Ranked[AddressT]], Position | None]:
    """The hits after `after` out of all best hits, and the position to go on from if there are more."""
    start = 0 if after is None else _start(ranked, after)
    page = ranked[start : start + limit]
    if not page or start + limit >= len(ranked):
        return page, None
    return page, Position(page[-1].score, page[-1].id, start + len(page))


def _start(ranked: Sequence[Ranked[AddressT]], after: Position) -> int:
    """Behind the last hit that was shown; where that one is gone, behind its place in the order."""
    for number, hit in enumerate(ranked):
        if hit.id == after.id:
            return number + 1
    return sum((-hit.score, hit.id) <= (-after.score, after.id) for hit in ranked)
