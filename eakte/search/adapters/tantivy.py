"""Full text with tantivy: an embedded engine, files in a directory. The default."""

import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import tantivy
from tantivy import Occur

from eakte.foundation.beside import made_beside
from eakte.search import cursor as cursors
from eakte.search.adapters.directory import DirectoryIndex, Opened
from eakte.search.adapters.tantivy_query import Translation, later_than, matching_in_text, visible
from eakte.search.adapters.tantivy_schema import (
    SCHEMA,
    SUGGESTION_BREAK,
    day_of,
    ids_of,
    stored_of,
    values_of,
)
from eakte.search.columns import prepare
from eakte.search.cursor import Position
from eakte.search.index import FacetValue, Hit, IndexedDocument, SearchPage, Snippet, Visibility
from eakte.search.paging import SLACK, Asked, Ranked, page_of
from eakte.search.snippets import Marker

_WRITER_MEMORY = 128_000_000
_FEW = 1_000
"""Documents that are analysed sooner than processes have started."""
_ANALYSTS = min(os.cpu_count() or 1, 3)
"""The writer, one thread of tantivy's, is as fast as two to three of them."""
_CHUNK = 16
_MOST_FACET_VALUES = 60_000
_COUNTED = "kind"
"""Facet that tells how many documents match: each has one value of it."""
_EQUALS = 60
"""Hits fetched beyond the needed ones, which cost little, so that all of equal rank are there without asking again."""
# Counting holds no interpreter lock, so a core beside ours does it while hits are ranked and marked.
_COUNTERS = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="facets")

_Ranked = Ranked[tantivy.DocAddress]


class _View(NamedTuple):
    """One state of the index, and how many documents BM25 reckons with: those in it, removed ones still among them."""

    searcher: tantivy.Searcher
    documents: int

    def rarity(self, column: str, stem: str) -> float:
        """The factor (idf) that BM25 gives a term for how few documents hold it."""
        # A commit between the count and the searcher may bring more that hold it than were counted.
        holding = min(self.searcher.doc_freq(column, stem), self.documents)
        return math.log(1 + (self.documents - holding + 0.5) / (holding + 0.5))


class TantivyIndex(DirectoryIndex[_View]):
    """The SearchIndex that tantivy keeps in a directory."""

    layout = "tantivy-5"
    # Kept open by a rebuild, which is whole or nothing: another core writes and merges while the next texts are read.
    _filling: tantivy.IndexWriter | None = None

    def _create(self, path: Path) -> None:
        tantivy.Index(SCHEMA, str(path))

    def _write(self, path: Path, documents: Iterable[IndexedDocument]) -> list[UUID]:
        writer = _writer(path)
        try:
            ids = list(_add(writer, map(_values, documents)))
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()
        return ids

    def _fill(self, path: Path, documents: Iterable[IndexedDocument]) -> int:
        self._filling = self._filling or _writer(path)
        return sum(1 for _ in _add(self._filling, _analysed(documents)))

    def _settle(self) -> None:
        if self._filling is not None:
            self._filling.commit()
            self._filling.wait_merging_threads()
            self._filling = None

    def _erase(self, path: Path, document_ids: Sequence[UUID]) -> None:
        self._settle()
        writer = _writer(path)
        for document_id in document_ids:
            writer.delete_documents_by_term("id", document_id.hex)
        writer.commit()
        writer.wait_merging_threads()

    def _open(self, path: Path) -> Opened[_View]:
        return _Opened(path)

    def _documents(self, view: _View, ids: Sequence[UUID]) -> list[IndexedDocument]:
        if not ids:
            return []
        searcher = view.searcher
        query = tantivy.Query.term_set_query(SCHEMA, "id", [document_id.hex for document_id in ids])
        hits = searcher.search(query, len(ids), count=False).hits
        return [stored_of(searcher.doc(address)).document() for _, address in hits]

    def _page(self, view: _View, asked: Asked) -> SearchPage:
        return _Search(view, asked).page()

    def _suggestions(self, view: _View, start: str, visibility: Visibility) -> Iterator[tuple[str, str]]:
        terms = view.searcher.terms_with_prefix("suggestion", start, filter_query=visible(visibility))
        for term, documents in terms:
            if documents:
                key, _, written = term.partition(SUGGESTION_BREAK)
                yield key, written


def _writer(path: Path) -> tantivy.IndexWriter:
    return tantivy.Index.open(str(path)).writer(_WRITER_MEMORY, 1)


def _add(writer: tantivy.IndexWriter, documents: Iterable[dict[str, list[Any]]]) -> Iterator[UUID]:
    """Hand documents to a writer, each in place of its former state."""
    for values in documents:
        (document_id,) = values["id"]
        writer.delete_documents_by_term("id", document_id)
        writer.add_document(tantivy.Document.from_dict(values, SCHEMA))
        yield UUID(document_id)


def _analysed(documents: Iterable[IndexedDocument]) -> Iterator[dict[str, list[Any]]]:
    """What is to be written of documents; where they are many, other processes analyse them."""
    rest = iter(documents)
    yield from map(_values, islice(rest, _FEW))
    yield from made_beside(_values_of_many, rest, processes=_ANALYSTS, chunk=_CHUNK)


def _values_of_many(documents: list[IndexedDocument]) -> list[dict[str, list[Any]]]:
    return [_values(document) for document in documents]


def _values(document: IndexedDocument) -> dict[str, list[Any]]:
    return values_of(prepare(document))


class _Opened(Opened[_View]):
    """An open generation; its commits are noticed by the file that each of them replaces."""

    def __init__(self, path: Path) -> None:
        self._meta = path / "meta.json"
        self._commit = self._last_commit()
        self._index = tantivy.Index.open(str(path))
        self._index.config_reader("manual")
        self._view = self._look()

    def searcher(self) -> _View:
        commit = self._last_commit()
        if commit != self._commit:
            self._view = self._look()
            self._commit = commit
        return self._view

    def _look(self) -> _View:
        segments = json.loads(self._meta.read_bytes())["segments"]
        self._index.reload()
        return _View(self._index.searcher(), sum(segment["max_doc"] for segment in segments))

    def _last_commit(self) -> tuple[int, int]:
        state = self._meta.stat()
        return state.st_ino, state.st_mtime_ns


class _Search:
    """One question to one state of the index."""

    def __init__(self, view: _View, asked: Asked) -> None:
        self._searcher = view.searcher
        self._asked = asked
        self._marker = Marker(asked.query)
        self._translation = Translation(asked.query, asked.visibility, asked.filters, view.rarity)
        self._matching = self._translation.matching

    def page(self) -> SearchPage:
        counting = _COUNTERS.submit(self._counts)
        ranks = self._asked.query.ranks
        ranked, ended = self._best() if ranks else self._newest()
        marked = zip(ranked, self._snippets(ranked), strict=True)
        hits = tuple(Hit(hit.id, hit.score if ranks else 0.0, snippets) for hit, snippets in marked)
        total, counted = counting.result()
        return SearchPage(
            hits=hits,
            total=total,
            facets=counted,
            next_cursor=cursors.encode(ended, self._asked.fingerprint) if ended else None,
        )

    def _best(self) -> tuple[Sequence[_Ranked], Position | None]:
        hits = self._first(self._translation.scored, weight="weight")
        return page_of(self._ranked(hits), self._asked.after, self._asked.limit)

    def _newest(self) -> tuple[Sequence[_Ranked], Position | None]:
        """The newest documents. The day stands for the score, and only its own hits are passed over again."""
        query, after = self._matching, self._asked.after
        if after is not None:
            shown = later_than(int(after.score))
            query = tantivy.Query.boolean_query([(Occur.Must, query), (Occur.MustNot, shown)])
        hits = self._first(query, order="order")
        ranked = self._ranked([(day_of(int(order)), address) for order, address in hits])
        page, ended = page_of(ranked, after, self._asked.limit)
        if ended is not None:
            ended = ended._replace(passed=sum(hit.score == ended.score for hit in ranked[: ended.passed]))
        return page, ended

    def _first(
        self, query: tantivy.Query, *, order: str | None = None, weight: str | None = None
    ) -> list[tuple[float, tantivy.DocAddress]]:
        """The first hits, as many as are needed to fill a page, and all that rank like the last of them."""
        needed = self._asked.passed + self._asked.limit + SLACK
        wanted = needed + _EQUALS
        while True:
            found = self._searcher.search(query, wanted, count=False, order_by_field=order, weight_by_field=weight)
            hits = found.hits
            if len(hits) < needed:
                return hits
            last = hits[needed - 1][0]
            # Documents of equal rank must all be there before they can be ordered by id.
            if len(hits) < wanted or hits[-1][0] < last:
                return [hit for hit in hits if hit[0] >= last]
            wanted *= 4

    def _ranked(self, hits: Sequence[tuple[float, tantivy.DocAddress]]) -> list[_Ranked]:
        ids = ids_of(self._searcher, [address for _, address in hits])
        ranked = [Ranked(float(score), id_, address) for (score, address), id_ in zip(hits, ids, strict=True)]
        ranked.sort(key=lambda hit: (-hit.score, hit.id))
        return ranked

    def _counts(self) -> tuple[int, dict[str, tuple[FacetValue, ...]]]:
        questions: dict[str, object] = {
            name: {"terms": {"field": name, "size": _MOST_FACET_VALUES}} for name in {*self._asked.facets, _COUNTED}
        }
        answer = self._searcher.aggregate(self._matching, questions)
        counted = {}
        for name in self._asked.facets:
            values = [FacetValue(str(bucket["key"]), bucket["doc_count"]) for bucket in answer[name]["buckets"]]
            counted[name] = tuple(sorted(values, key=lambda value: (-value.count, value.value)))
        return sum(bucket["doc_count"] for bucket in answer[_COUNTED]["buckets"]), counted

    def _snippets(self, hits: Sequence[_Ranked]) -> list[tuple[Snippet, ...]]:
        if not self._asked.wants_snippets:
            return [() for _ in hits]
        most = self._asked.snippets
        kept = [stored_of(self._searcher.doc(hit.address)) for hit in hits]
        found = [self._marker.at_a_glance(stored, most) for stored in kept]
        missed = [hit.id for hit, snippets in zip(hits, found, strict=True) if not snippets]
        in_text = self._in_text(missed) if missed else set()
        return [
            snippets or self._marker.thoroughly(stored, most, in_text=hit.id in in_text)
            for hit, stored, snippets in zip(hits, kept, found, strict=True)
        ]

    def _in_text(self, ids: Sequence[UUID]) -> set[UUID]:
        """Those of some hits that match by their text, which is long to read; the others do by their metadata."""
        query = matching_in_text(self._asked.query, ids)
        hits = self._searcher.search(query, len(ids), count=False).hits
        return set(ids_of(self._searcher, [address for _, address in hits]))
