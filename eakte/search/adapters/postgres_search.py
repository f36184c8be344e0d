"""One question to the PostgreSQL index: its hits in order, their number, and the facets."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    Uuid,
    and_,
    cast,
    extract,
    func,
    null,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import REAL

from eakte.search import cursor as cursors
from eakte.search.adapters.postgres_query import condition, named, rank
from eakte.search.cursor import Position
from eakte.search.index import FacetValue, Filters, Hit, SearchPage, Visibility
from eakte.search.models import SearchDocument
from eakte.search.query import Query
from eakte.search.snippets import Marker
from eakte.search.stored import Stored

_RANKED_EXACTLY = 1_000
"""Up to so many hits are ranked by their whole text; PostgreSQL ranks by reading every one of them."""

_FACETS: dict[str, ColumnElement[Any]] = {
    "kind": SearchDocument.kind.expression,
    "entry": SearchDocument.entry.expression,
    "unit": SearchDocument.unit.expression,
    "year": cast(extract("year", SearchDocument.date), Integer),
}


class Question:
    """A query of one actor, put to one generation."""

    def __init__(
        self, connection: Connection, generation: int, query: Query, visibility: Visibility, filters: Filters
    ) -> None:
        self._connection = connection
        self._generation = generation
        self._query = query
        self._where = and_(SearchDocument.generation == generation, condition(query, visibility, filters))
        if query.wanted:
            # The planner takes `words` for cheap to read, but they lie outside the row: only the GIN index will do.
            connection.execute(text("set local enable_seqscan = off"))
            connection.execute(text("set local enable_indexscan = off"))

    def page(
        self, after: Position | None, asked: bytes, limit: int, facets: Sequence[str], snippets: int
    ) -> SearchPage:
        total, counted, positions = self._overview(after, limit, facets)
        if not self._query.ranks:
            positions = self._newest(after, limit)
        elif total <= _RANKED_EXACTLY if after is None else after.passed:
            positions = self._best(after, limit)
        shown = positions[:limit]
        stored = self._stored([position.id for position in shown]) if snippets and self._query.ranks else {}
        marker = Marker(self._query)
        return SearchPage(
            hits=tuple(
                Hit(
                    position.id,
                    position.score if self._query.ranks else 0.0,
                    marker.snippets(stored[position.id], snippets) if position.id in stored else (),
                )
                for position in shown
            ),
            total=total,
            facets=counted,
            next_cursor=cursors.encode(shown[-1], asked) if len(positions) > limit else None,
        )

    def _overview(
        self, after: Position | None, limit: int, facets: Sequence[str]
    ) -> tuple[int, dict[str, tuple[FacetValue, ...]], list[Position]]:
        """Number and facets of all hits and, out of the same pass, the best as their names rank them."""
        labelled = (_FACETS[name].label(name) for name in facets)
        found = select(*labelled, SearchDocument.id).where(self._where).cte("found")
        columns = [found.c[name] for name in facets]
        sets = func.grouping_sets(*(tuple_(column) for column in columns), tuple_())
        statement: Select[Any] | CompoundSelect[Any] = (
            select(*columns, func.count().label("found"), cast(None, REAL).label("score"), cast(None, Uuid).label("id"))
            .select_from(found)
            .group_by(sets)
        )
        if self._query.ranks:
            best = _first(self._by_names(found), after, limit).subquery()
            statement = union_all(statement, select(*(null() for _ in facets), null(), best.c.score, best.c.id))
        total = 0
        values: dict[str, list[FacetValue]] = {name: [] for name in facets}
        positions = []
        for row in self._connection.execute(statement).mappings():
            # A row is a hit; or counts one value of one facet, all others null; or everything, and all are null.
            name = next((name for name in facets if row[name] is not None), None)
            if row["id"] is not None:
                positions.append(Position(row["score"], row["id"], 0))
            elif name is None:
                total = row["found"]
            else:
                values[name].append(FacetValue(str(row[name]), row["found"]))
        counted = {name: tuple(sorted(counts, key=_commonest_first)) for name, counts in values.items()}
        return total, counted, sorted(positions, key=lambda position: (-position.score, position.id))

    def _by_names(self, found: CTE) -> CTE:
        """The hits with their rank by names. Names are read only where they match: most hits are in the text."""
        own = and_(SearchDocument.generation == self._generation, SearchDocument.id == found.c.id, named(self._query))
        score = func.coalesce(rank(self._query, exact=False), cast(0, REAL)).label("score")
        return select(found.c.id, score).select_from(found.outerjoin(SearchDocument.__table__, own)).cte("ranked")

    def _best(self, after: Position | None, limit: int) -> list[Position]:
        """The best hits as their whole text ranks them. A walk from page to page keeps the ranking it began with."""
        score = rank(self._query, exact=True).label("score")
        found = select(SearchDocument.id, score).where(self._where).cte("found")
        return [Position(score, id_, 1) for score, id_ in self._connection.execute(_first(found, after, limit))]

    def _newest(self, after: Position | None, limit: int) -> list[Position]:
        """The newest documents, one more than asked for; the day stands for the score in their positions."""
        statement: Select[date, UUID] = (
            select(SearchDocument.date, SearchDocument.id)
            .where(self._where)
            .order_by(SearchDocument.date.desc(), SearchDocument.id)
            .limit(limit + 1)
        )
        if after is not None:
            last = date.fromordinal(int(after.score))
            later = and_(SearchDocument.date == last, SearchDocument.id > after.id)
            statement = statement.where(or_(SearchDocument.date < last, later))
        return [Position(float(day.toordinal()), id_, 0) for day, id_ in self._connection.execute(statement)]

    def _stored(self, ids: Sequence[UUID]) -> dict[UUID, Stored]:
        rows = self._connection.execute(
            select(
                SearchDocument.id,
                SearchDocument.stored_metadata,
                SearchDocument.stored_pages,
                SearchDocument.stored_signatures,
            ).where(SearchDocument.generation == self._generation, SearchDocument.id.in_(ids))
        )
        return {id_: Stored(metadata, pages, signatures, compressed=True) for id_, metadata, pages, signatures in rows}


def _first(found: CTE, after: Position | None, limit: int) -> Select[Any]:
    """The best of the hits, one more than asked for."""
    statement = select(found.c.score, found.c.id).order_by(found.c.score.desc(), found.c.id).limit(limit + 1)
    if after is None:
        return statement
    last = cast(after.score, REAL)
    return statement.where(or_(found.c.score < last, and_(found.c.score == last, found.c.id > after.id)))


def _commonest_first(value: FacetValue) -> tuple[int, str]:
    return -value.count, value.value
