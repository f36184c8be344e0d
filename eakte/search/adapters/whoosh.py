"""Full text with Whoosh: pure Python, for where no compiled engine can be installed. An optional extra."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from eakte.search import cursor as cursors
from eakte.search.adapters.directory import DirectoryIndex, Opened
from eakte.search.columns import prepare
from eakte.search.errors import SearchEngineMissing
from eakte.search.index import FacetValue, Hit, IndexedDocument, SearchPage, Snippet, Visibility
from eakte.search.paging import Asked, Ranked, page_of
from eakte.search.snippets import Marker

try:
    from whoosh import index as files

    from eakte.search.adapters.whoosh_query import WithoutRarity, matching, visible
    from eakte.search.adapters.whoosh_schema import SUGGESTION_BREAK, document_of, schema, stored_of
    from eakte.search.adapters.whoosh_writer import writer_of

    INSTALLED = True
except ModuleNotFoundError:
    INSTALLED = False


class WhooshIndex(DirectoryIndex[Any]):
    """The SearchIndex that Whoosh keeps in a directory. Raises SearchEngineMissing without the package."""

    layout = "whoosh-2"
    # Kept open by a rebuild, which is whole or nothing: with each commit Whoosh would merge what is there once more.
    _filling: Any = None

    def __init__(self, directory: Path, *, lock_timeout_s: float = 30.0, fresh: Path | None = None) -> None:
        if not INSTALLED:
            raise SearchEngineMissing(package="whoosh-reloaded")
        self.troubles = (OSError, ValueError, files.IndexError)
        super().__init__(directory, lock_timeout_s=lock_timeout_s, fresh=fresh)

    def _create(self, path: Path) -> None:
        files.create_in(path, schema())

    def _write(self, path: Path, documents: Iterable[IndexedDocument]) -> list[UUID]:
        latest = {document.id: document for document in documents}
        writer = writer_of(path)
        try:
            for document in latest.values():
                writer.update_document(**document_of(prepare(document)))
        except BaseException:
            writer.cancel()
            raise
        writer.commit()
        return list(latest)

    def _fill(self, path: Path, documents: Iterable[IndexedDocument]) -> int:
        self._filling = self._filling or writer_of(path)
        filled = 0
        for document in documents:
            self._filling.add_document(**document_of(prepare(document)))
            filled += 1
        return filled

    def _settle(self) -> None:
        if self._filling is not None:
            self._filling.commit()
            self._filling = None

    def _erase(self, path: Path, document_ids: Sequence[UUID]) -> None:
        self._settle()
        writer = writer_of(path)
        for document_id in document_ids:
            writer.delete_by_term("id", document_id.hex)
        writer.commit()

    def _open(self, path: Path) -> Opened[Any]:
        return _Opened(path)

    def _documents(self, searcher: Any, ids: Sequence[UUID]) -> list[IndexedDocument]:
        numbers = (searcher.document_number(id=document_id.hex) for document_id in ids)
        return [stored_of(searcher.stored_fields(number)).document() for number in numbers if number is not None]

    def _page(self, searcher: Any, asked: Asked) -> SearchPage:
        return _Search(searcher, asked).page()

    def _suggestions(self, searcher: Any, start: str, visibility: Visibility) -> Iterator[tuple[str, str]]:
        reader = searcher.reader()
        seen = {number for _, number in searcher.search(visible(visibility), limit=None).top_n}
        counts = {
            term.decode(): sum(number in seen for number in reader.postings("suggestion", term).all_ids())
            for term in reader.expand_prefix("suggestion", start)
        }
        for term in sorted(counts, key=lambda term: (-counts[term], term)):
            if counts[term]:
                key, _, written = term.partition(SUGGESTION_BREAK)
                yield key, written


class _Opened(Opened[Any]):
    """An open generation. Searchers are let go, not closed, because others may be asking them."""

    def __init__(self, path: Path) -> None:
        self._index = files.open_dir(path)
        self._searcher = self._index.searcher(weighting=WithoutRarity())

    def searcher(self) -> Any:
        if not self._searcher.up_to_date():
            self._searcher = self._index.searcher(weighting=WithoutRarity())
        return self._searcher


class _Search:
    """One question to one state of the index."""

    def __init__(self, searcher: Any, asked: Asked) -> None:
        self._searcher = searcher
        self._reader = searcher.reader()
        self._asked = asked
        self._marker = Marker(asked.query)

    def page(self) -> SearchPage:
        asked = self._asked
        question, seen = matching(asked.query, asked.filters), visible(asked.visibility)
        found: list[tuple[float, int]] = self._searcher.search(question, filter=seen, limit=None).top_n
        hits, ended = page_of(self._ranked(found), asked.after, asked.limit)
        return SearchPage(
            hits=tuple(Hit(hit.id, hit.score if asked.query.ranks else 0.0, self._snippets(hit)) for hit in hits),
            total=len(found),
            facets={name: self._facet(name, found) for name in asked.facets},
            next_cursor=cursors.encode(ended, asked.fingerprint) if ended else None,
        )

    def _ranked(self, found: Sequence[tuple[float, int]]) -> list[Ranked[int]]:
        """All hits in their order; where nothing ranks them, the day stands for the score."""
        if not found:
            return []
        ids, days = self._reader.column_reader("id"), self._reader.column_reader("day")
        ranked = [
            Ranked(float(score if self._asked.query.ranks else days[number]), UUID(hex=ids[number]), number)
            for score, number in found
        ]
        ranked.sort(key=lambda hit: (-hit.score, hit.id))
        return ranked

    def _facet(self, name: str, found: Sequence[tuple[float, int]]) -> tuple[FacetValue, ...]:
        if not found:
            return ()
        column = self._reader.column_reader(name)
        counts = Counter(str(column[number]) for _, number in found)
        return tuple(FacetValue(value, counts[value]) for value in sorted(counts, key=lambda one: (-counts[one], one)))

    def _snippets(self, hit: Ranked[int]) -> tuple[Snippet, ...]:
        if not self._asked.wants_snippets:
            return ()
        return self._marker.snippets(stored_of(self._searcher.stored_fields(hit.address)), self._asked.snippets)
