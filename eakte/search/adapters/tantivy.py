"""Full text with tantivy: an embedded engine, files in a directory. The default."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import TypeVar
from uuid import UUID

import tantivy
from tantivy import Occur, Order

from eakte.search import cursor as cursors
from eakte.search.adapters.tantivy_query import later_than, matching, visible
from eakte.search.adapters.tantivy_schema import (
    SCHEMA,
    SUGGESTION_BREAK,
    document_of,
    ids_of,
    newest_first_read,
    stored_of,
)
from eakte.search.columns import prepare, suggestion_key
from eakte.search.cursor import Position
from eakte.search.errors import IndexUnreadable, RebuildSuperseded
from eakte.search.generations import Generations
from eakte.search.index import FacetValue, Filters, Hit, IndexedDocument, SearchIndex, SearchPage, Snippet, Visibility
from eakte.search.paging import SLACK, Ranked, page_of
from eakte.search.query import Query, parse
from eakte.search.snippets import Marker

LAYOUT = "tantivy-1"
"""Name of the schema; an index of another one must be rebuilt."""

_WRITER_MEMORY = 128_000_000
_MOST_FACET_VALUES = 60_000
_TRIES = 5

AnswerT = TypeVar("AnswerT")


class TantivyIndex:
    """The SearchIndex over a directory. Any number of processes may read; one at a time writes."""

    def __init__(self, directory: Path, *, lock_timeout_s: float = 30.0) -> None:
        self._generations = Generations(directory, LAYOUT, lock_timeout_s=lock_timeout_s)
        self._generations.found(_create)
        self._guard = Lock()
        self._opened: _Opened | None = None

    def index(self, documents: Iterable[IndexedDocument]) -> int:
        with self._generations.writing():
            ids = _write(self._generations.current(), documents)
            self._generations.note(ids)
        return len(ids)

    def remove(self, document_ids: Sequence[UUID]) -> None:
        with self._generations.writing():
            _erase(self._generations.current(), document_ids)
            self._generations.note(document_ids)

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
        return self._read(
            lambda searcher: _Search(searcher, parsed, visibility, filters).page(after, asked, limit, facets, snippets)
        )

    def suggest(self, prefix: str, visibility: Visibility, *, limit: int = 8) -> tuple[str, ...]:
        start = suggestion_key(prefix)
        if not start:
            return ()
        found = self._read(
            lambda searcher: searcher.terms_with_prefix("suggestion", start, filter_query=visible(visibility))
        )
        shown: dict[str, str] = {}
        for term, documents in found:
            key, _, written = term.partition(SUGGESTION_BREAK)
            if documents and key not in shown:
                shown[key] = written
            if len(shown) == limit:
                break
        return tuple(shown.values())

    def start_rebuild(self) -> "FreshTantivyIndex":
        return FreshTantivyIndex(self._generations.begin(_create))

    def finish_rebuild(self, fresh: SearchIndex) -> None:
        if not isinstance(fresh, FreshTantivyIndex):
            raise TypeError(fresh)
        self._generations.finish(fresh.path, lambda ids: self._carry_over(ids, fresh.path))

    def close(self) -> None:
        with self._guard:
            self._opened = None

    def _carry_over(self, ids: list[UUID], path: Path) -> None:
        """What changed during the rebuild is right in the current generation: copy it, or its absence."""
        searcher = _open(self._generations.current()).searcher()
        found = [stored_of(searcher.doc(address)).document() for address in _addresses(searcher, ids)]
        _erase(path, ids)
        _write(path, found)

    def _read(self, answer: Callable[[tantivy.Searcher], AnswerT]) -> AnswerT:
        """Ask the newest state. A generation that is swept away while it is opened is asked for again."""
        for _ in range(_TRIES - 1):
            try:
                return answer(self._searcher())
            except (OSError, ValueError):
                self.close()
        try:
            return answer(self._searcher())
        except (OSError, ValueError) as error:
            raise IndexUnreadable from error

    def _searcher(self) -> tantivy.Searcher:
        with self._guard:
            mark = self._generations.mark()
            if self._opened is None or self._opened.mark != mark:
                self._opened = _Opened(mark, self._generations.current())
            return self._opened.searcher()


class FreshTantivyIndex(TantivyIndex):
    """A generation being filled by a rebuild, which nobody else knows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = Lock()
        self._opened = None

    def index(self, documents: Iterable[IndexedDocument]) -> int:
        self._ensure_wanted()
        return len(_write(self.path, documents))

    def remove(self, document_ids: Sequence[UUID]) -> None:
        self._ensure_wanted()
        _erase(self.path, document_ids)

    def _ensure_wanted(self) -> None:
        if not self.path.exists():
            raise RebuildSuperseded

    def _searcher(self) -> tantivy.Searcher:
        with self._guard:
            if self._opened is None:
                self._opened = _Opened((0, 0), self.path)
            return self._opened.searcher()


class _Opened:
    """An open generation, looked into again after every commit, whichever process made it."""

    def __init__(self, mark: tuple[int, int], path: Path) -> None:
        self.mark = mark
        self._meta = path / "meta.json"
        self._commit = self._last_commit()
        self._index = _open(path)
        self._index.config_reader("manual")
        self._index.reload()
        self._searcher = self._index.searcher()

    def searcher(self) -> tantivy.Searcher:
        commit = self._last_commit()
        if commit != self._commit:
            self._index.reload()
            self._searcher = self._index.searcher()
            self._commit = commit
        return self._searcher

    def _last_commit(self) -> tuple[int, int]:
        state = self._meta.stat()
        return state.st_ino, state.st_mtime_ns


class _Search:
    """One question to one state of the index."""

    def __init__(self, searcher: tantivy.Searcher, query: Query, visibility: Visibility, filters: Filters) -> None:
        self._searcher = searcher
        self._query = query
        self._matching = matching(query, visibility, filters, scored=False)
        self._scored = matching(query, visibility, filters, scored=True)

    def page(
        self, after: Position | None, asked: bytes, limit: int, facets: Sequence[str], snippets: int
    ) -> SearchPage:
        hits, ended = self._best(after, limit) if self._query.ranks else self._newest(after, limit)
        total, counted = self._counts(facets)
        marker = Marker(self._query)
        return SearchPage(
            hits=tuple(
                Hit(hit.id, hit.score if self._query.ranks else 0.0, self._snippets(marker, hit.address, snippets))
                for hit in hits
            ),
            total=total,
            facets=counted,
            next_cursor=cursors.encode(ended, asked) if ended else None,
        )

    def _best(self, after: Position | None, limit: int) -> tuple[Sequence[Ranked[tantivy.DocAddress]], Position | None]:
        needed = (after.passed if after else 0) + limit + SLACK
        wanted = needed
        while True:
            hits = self._searcher.search(self._scored, wanted, count=False).hits
            # Documents of equal score must all be there before they can be ordered by id.
            if len(hits) < wanted or hits[-1][0] < hits[needed - 1][0]:
                break
            wanted *= 4
        ids = ids_of(self._searcher, [address for _, address in hits])
        ranked = [Ranked(score, id_, address) for (score, address), id_ in zip(hits, ids, strict=True)]
        ranked.sort(key=lambda hit: (-hit.score, hit.id))
        return page_of(ranked, after, limit)

    def _newest(
        self, after: Position | None, limit: int
    ) -> tuple[Sequence[Ranked[tantivy.DocAddress]], Position | None]:
        query = self._matching
        if after is not None:
            query = tantivy.Query.boolean_query([(Occur.Must, query), (Occur.MustNot, later_than(int(after.score)))])
        wanted = (after.passed if after else 0) + limit + SLACK
        found = self._searcher.search(query, wanted, count=False, order_by_field="order", order=Order.Asc)
        ranked = []
        for order, address in found.hits:
            day, id_ = newest_first_read(order)
            ranked.append(Ranked(float(day), id_, address))
        hits, ended = page_of(ranked, after, limit)
        if ended is not None:
            same_day = sum(hit.score == ended.score for hit in ranked[: ended.passed])
            ended = ended._replace(passed=same_day)
        return hits, ended

    def _counts(self, facets: Sequence[str]) -> tuple[int, dict[str, tuple[FacetValue, ...]]]:
        asked: dict[str, object] = {name: {"terms": {"field": name, "size": _MOST_FACET_VALUES}} for name in facets}
        answer = self._searcher.aggregate(self._matching, asked | {"total": {"value_count": {"field": "day"}}})
        counted = {}
        for name in facets:
            values = [FacetValue(str(bucket["key"]), bucket["doc_count"]) for bucket in answer[name]["buckets"]]
            counted[name] = tuple(sorted(values, key=lambda value: (-value.count, value.value)))
        return int(answer["total"]["value"]), counted

    def _snippets(self, marker: Marker, address: tantivy.DocAddress, most: int) -> tuple[Snippet, ...]:
        if not (self._query.ranks and most):
            return ()
        return marker.snippets(stored_of(self._searcher.doc(address)), most)


def _create(path: Path) -> None:
    tantivy.Index(SCHEMA, str(path))


def _open(path: Path) -> tantivy.Index:
    return tantivy.Index.open(str(path))


def _write(path: Path, documents: Iterable[IndexedDocument]) -> list[UUID]:
    """Add or replace documents in one commit; nothing of them when one fails."""
    writer = _open(path).writer(_WRITER_MEMORY, 1)
    ids = []
    try:
        for document in documents:
            writer.delete_documents_by_term("id", document.id.hex)
            writer.add_document(document_of(prepare(document)))
            ids.append(document.id)
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()
    return ids


def _erase(path: Path, document_ids: Sequence[UUID]) -> None:
    writer = _open(path).writer(_WRITER_MEMORY, 1)
    for document_id in document_ids:
        writer.delete_documents_by_term("id", document_id.hex)
    writer.commit()
    writer.wait_merging_threads()


def _addresses(searcher: tantivy.Searcher, ids: Sequence[UUID]) -> list[tantivy.DocAddress]:
    if not ids:
        return []
    query = tantivy.Query.term_set_query(SCHEMA, "id", [document_id.hex for document_id in ids])
    return [address for _, address in searcher.search(query, len(ids), count=False).hits]
