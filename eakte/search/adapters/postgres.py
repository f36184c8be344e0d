"""Full text with PostgreSQL: the same index for every machine that uses the same database.

Finding, counting and the rights are exact. Ranking weighs the whole text while there are few hits; among many
it looks at title, parties and reference only, because PostgreSQL ranks by reading every hit.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, Engine, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import OperationalError

from eakte.foundation.beside import in_chunks
from eakte.search import cursor as cursors
from eakte.search.adapters.postgres_query import suggested, visible
from eakte.search.adapters.postgres_schema import SUGGESTION_BREAK, row_of
from eakte.search.adapters.postgres_search import Question
from eakte.search.columns import prepare, suggestion_key
from eakte.search.errors import IndexBusy, IndexUnreachable, RebuildSuperseded
from eakte.search.index import Filters, IndexedDocument, SearchIndex, SearchPage, Visibility
from eakte.search.models import SearchChange, SearchDocument, SearchState
from eakte.search.query import parse

_BATCH = 200
_STATE = 1
_WRITER_LOCK = 0x45416B74
"""Number of the advisory lock that makes one writer at a time."""


class PostgresIndex:
    """The SearchIndex over the tables of `eakte.search.models`."""

    def __init__(self, engine: Engine, *, lock_timeout_s: float = 30.0) -> None:
        self._engine = engine
        self._lock_timeout_s = lock_timeout_s

    def index(self, documents: Iterable[IndexedDocument]) -> int:
        with self._writing() as connection:
            ids = _write(connection, _current(connection), documents)
            _note(connection, ids)
        return len(ids)

    def remove(self, document_ids: Sequence[UUID]) -> None:
        with self._writing() as connection:
            _erase(connection, _current(connection), document_ids)
            _note(connection, document_ids)

    def search(
        self,
        query: str,
        visibility: Visibility,
        *,
        filters: Filters = Filters(),  # noqa: B008  frozen
        limit: int = 20,
        cursor: str | None = None,
        facets: Sequence[str] = ("kind", "entry", "unit", "year"),
        snippets: int = 2,
    ) -> SearchPage:
        parsed = parse(query)
        asked = cursors.fingerprint(query, filters)
        after = None if cursor is None else cursors.decode(cursor, asked)
        with self._reading() as connection:
            question = Question(connection, self._generation(connection), parsed, visibility, filters)
            return question.page(after, asked, limit, facets, snippets)

    def suggest(self, prefix: str, visibility: Visibility, *, limit: int = 8) -> tuple[str, ...]:
        start = suggestion_key(prefix)
        if not start:
            return ()
        shown: dict[str, str] = {}
        with self._reading() as connection:
            offered = (
                select(func.unnest(SearchDocument.suggestions).label("term"))
                .where(SearchDocument.generation == self._generation(connection))
                .where(visible(visibility), suggested(start))
                .subquery()
            )
            terms = connection.scalars(
                select(offered.c.term)
                .where(func.starts_with(offered.c.term, start))
                .group_by(offered.c.term)
                .order_by(func.count().desc(), offered.c.term)
            )
            for term in terms:
                key, _, written = term.partition(SUGGESTION_BREAK)
                shown.setdefault(key, written)
                if len(shown) == limit:
                    break
        return tuple(shown.values())

    def check(self) -> None:
        """Its tables change with the migrations; there is no earlier layout to be met."""

    def start_rebuild(self) -> "FreshPostgresIndex":
        with self._writing() as connection:
            state = connection.execute(select(SearchState.current, SearchState.fresh)).one_or_none()
            current, earlier = state or (0, None)
            number = max(current, earlier or 0) + 1
            connection.execute(delete(SearchDocument).where(SearchDocument.generation != current))
            connection.execute(delete(SearchChange))
            connection.execute(
                upsert(SearchState)
                .values(id=_STATE, current=current, fresh=number)
                .on_conflict_do_update(index_elements=["id"], set_={"fresh": number})
            )
        return FreshPostgresIndex(self._engine, number, lock_timeout_s=self._lock_timeout_s)

    def finish_rebuild(self, fresh: SearchIndex) -> None:
        if not isinstance(fresh, FreshPostgresIndex):
            raise TypeError(fresh)
        with self._writing() as connection:
            fresh.ensure_wanted(connection)
            _carry_over(connection, _current(connection), fresh.number)
            connection.execute(update(SearchState).values(current=fresh.number, fresh=None))
            connection.execute(delete(SearchDocument).where(SearchDocument.generation != fresh.number))
            connection.execute(delete(SearchChange))

    def close(self) -> None:
        """Whoever made the engine disposes of it."""

    def _generation(self, connection: Connection) -> int:
        return _current(connection)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """One state of the index for all that one search asks."""
        repeatable = self._engine.execution_options(isolation_level="REPEATABLE READ")
        with _reachable(), repeatable.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Be the only writer. Raises IndexBusy when another one keeps it too long."""
        with _reachable(), self._engine.begin() as connection:
            connection.execute(text(f"set local lock_timeout = {int(self._lock_timeout_s * 1_000)}"))
            try:
                connection.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))
            except OperationalError as error:
                raise IndexBusy from error
            yield connection


class FreshPostgresIndex(PostgresIndex):
    """A generation being filled by a rebuild, which nobody else knows."""

    def __init__(self, engine: Engine, number: int, *, lock_timeout_s: float) -> None:
        super().__init__(engine, lock_timeout_s=lock_timeout_s)
        self.number = number

    def ensure_wanted(self, connection: Connection) -> None:
        """Raises RebuildSuperseded when a later rebuild began."""
        if connection.scalar(select(SearchState.fresh)) != self.number:
            raise RebuildSuperseded

    def index(self, documents: Iterable[IndexedDocument]) -> int:
        written = 0
        for some in in_chunks(documents, _BATCH):
            with _reachable(), self._engine.begin() as connection:
                self.ensure_wanted(connection)
                written += len(_write(connection, self.number, some))
        return written

    def remove(self, document_ids: Sequence[UUID]) -> None:
        with _reachable(), self._engine.begin() as connection:
            self.ensure_wanted(connection)
            _erase(connection, self.number, document_ids)

    def _generation(self, connection: Connection) -> int:
        return self.number


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise IndexUnreachable from error


def _current(connection: Connection) -> int:
    """The generation that answers; before the first rebuild there is no row, and it is 0."""
    return connection.scalar(select(SearchState.current)) or 0


def _write(connection: Connection, generation: int, documents: Iterable[IndexedDocument]) -> list[UUID]:
    ids: list[UUID] = []
    for some in in_chunks(documents, _BATCH):
        batch = {document.id: document for document in some}
        _erase(connection, generation, list(batch))
        rows = [row_of(prepare(document), generation) for document in batch.values()]
        connection.execute(insert(SearchDocument), rows)
        ids += batch
    return ids


def _erase(connection: Connection, generation: int, document_ids: Sequence[UUID]) -> None:
    of_generation = delete(SearchDocument).where(SearchDocument.generation == generation)
    connection.execute(of_generation.where(SearchDocument.id.in_(document_ids)))


def _note(connection: Connection, document_ids: Sequence[UUID]) -> None:
    """Remember changes for a rebuild in progress."""
    if document_ids and connection.scalar(select(SearchState.fresh)) is not None:
        connection.execute(
            upsert(SearchChange).on_conflict_do_nothing(), [{"id": document_id} for document_id in document_ids]
        )


def _carry_over(connection: Connection, current: int, fresh: int) -> None:
    """What changed during the rebuild is right in the current generation: copy it, or its absence."""
    changed = select(SearchChange.id)
    connection.execute(delete(SearchDocument).where(SearchDocument.generation == fresh, SearchDocument.id.in_(changed)))
    others = [column for column in SearchDocument.__table__.columns if column.name != "generation"]
    copies = select(literal(fresh), *others).where(SearchDocument.generation == current, SearchDocument.id.in_(changed))
    names = ["generation", *(column.name for column in others)]
    connection.execute(insert(SearchDocument).from_select(names, copies))
