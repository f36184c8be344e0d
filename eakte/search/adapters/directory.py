"""What engines have in common that keep their index in files: generations, one writer, and readers that follow."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import ClassVar, Generic, Self, TypeVar
from uuid import UUID

from eakte.foundation.beside import in_chunks
from eakte.search import cursor as cursors
from eakte.search.columns import suggestion_key
from eakte.search.cursor import Position
from eakte.search.errors import IndexUnreadable
from eakte.search.generations import Generations
from eakte.search.index import Filters, IndexedDocument, SearchIndex, SearchPage, Visibility
from eakte.search.paging import Asked
from eakte.search.query import parse

_TRIES = 5
_BETWEEN_LOOKS = 100

AnswerT = TypeVar("AnswerT")
SearcherT = TypeVar("SearcherT")


class Opened(ABC, Generic[SearcherT]):
    """An open generation."""

    @abstractmethod
    def searcher(self) -> SearcherT:
        """A view of the last commit, whichever process made it."""


class DirectoryIndex(ABC, Generic[SearcherT]):
    """The SearchIndex over a directory. Any number of processes may read; one at a time writes.

    With `fresh` it is one generation being filled by a rebuild, which nobody else knows.
    """

    layout: ClassVar[str]
    """Names engine and schema; an index of another layout must be rebuilt."""
    troubles: tuple[type[Exception], ...] = (OSError, ValueError)
    """What the engine raises when its files are gone or damaged."""

    def __init__(self, directory: Path, *, lock_timeout_s: float = 30.0, fresh: Path | None = None) -> None:
        self._directory = directory
        self._lock_timeout_s = lock_timeout_s
        self._fresh = fresh
        self._generations = Generations(directory, self.layout, lock_timeout_s=lock_timeout_s)
        self._guard = Lock()
        self._opened: tuple[object, Opened[SearcherT]] | None = None
        if fresh is None:
            self._generations.found(self._create)

    def index(self, documents: Iterable[IndexedDocument]) -> int:
        if self._fresh:
            with self._generations.filling(self._fresh):
                return self._fill(self._fresh, self._while_wanted(self._fresh, documents))
        with self._generations.writing():
            ids = self._write(self._generations.current(), documents)
            self._generations.note(ids)
            return len(ids)

    def remove(self, document_ids: Sequence[UUID]) -> None:
        if self._fresh:
            with self._generations.filling(self._fresh):
                self._erase(self._fresh, document_ids)
            return
        with self._generations.writing():
            self._erase(self._generations.current(), document_ids)
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
        fingerprint = cursors.fingerprint(query, filters)
        after: Position | None = None if cursor is None else cursors.decode(cursor, fingerprint)
        asked = Asked(parsed, visibility, filters, after, fingerprint, limit, tuple(facets), snippets)
        return self._read(lambda searcher: self._page(searcher, asked))

    def suggest(self, prefix: str, visibility: Visibility, *, limit: int = 8) -> tuple[str, ...]:
        start = suggestion_key(prefix)
        if not start:
            return ()
        shown: dict[str, str] = {}
        for key, written in self._read(lambda searcher: self._suggestions(searcher, start, visibility)):
            shown.setdefault(key, written)
            if len(shown) == limit:
                break
        return tuple(shown.values())

    def check(self) -> None:
        self._read(lambda searcher: None)

    def start_rebuild(self) -> Self:
        path = self._generations.begin(self._create)
        return type(self)(self._directory, lock_timeout_s=self._lock_timeout_s, fresh=path)

    def finish_rebuild(self, fresh: SearchIndex) -> None:
        if not isinstance(fresh, DirectoryIndex) or fresh._fresh is None:
            raise TypeError(fresh)
        path = fresh._fresh
        with self._generations.filling(path):
            fresh._settle()
        self._generations.finish(path, lambda ids: self._carry_over(ids, path))

    def close(self) -> None:
        with self._guard:
            self._opened = None

    def _settle(self) -> None:
        """Commit what was filled in, before somebody reads it or its generation takes over."""

    @abstractmethod
    def _create(self, path: Path) -> None:
        """Make an empty index."""

    @abstractmethod
    def _write(self, path: Path, documents: Iterable[IndexedDocument]) -> list[UUID]:
        """Add or replace documents in one commit; when one of them fails, none."""

    @abstractmethod
    def _fill(self, path: Path, documents: Iterable[IndexedDocument]) -> int:
        """Add documents, each for the first time, to what `_settle` commits as a whole; answers how many."""

    @abstractmethod
    def _erase(self, path: Path, document_ids: Sequence[UUID]) -> None:
        """Remove documents in one commit."""

    @abstractmethod
    def _open(self, path: Path) -> Opened[SearcherT]:
        """Open a generation for reading."""

    @abstractmethod
    def _documents(self, searcher: SearcherT, ids: Sequence[UUID]) -> list[IndexedDocument]:
        """Those of the documents that are there, as they were handed in."""

    @abstractmethod
    def _page(self, searcher: SearcherT, asked: Asked) -> SearchPage:
        """Answer a search."""

    @abstractmethod
    def _suggestions(self, searcher: SearcherT, start: str, visibility: Visibility) -> Iterable[tuple[str, str]]:
        """Folded and written form of what begins so, the commonest first."""

    def _carry_over(self, ids: list[UUID], path: Path) -> None:
        """What changed during the rebuild is right in the current generation: copy it, or its absence."""
        found = self._documents(self._open(self._generations.current()).searcher(), ids)
        self._erase(path, ids)
        self._write(path, found)

    def _while_wanted(self, path: Path, documents: Iterable[IndexedDocument]) -> Iterator[IndexedDocument]:
        """Documents for a rebuild. Raises RebuildSuperseded soon after a later one began."""
        for some in in_chunks(documents, _BETWEEN_LOOKS):
            yield from some
            self._generations.require_fresh(path)

    def _read(self, answer: Callable[[SearcherT], AnswerT]) -> AnswerT:
        """Ask the last commit. A generation that is swept away while it is opened is asked for again."""
        for tries_left in reversed(range(_TRIES)):
            try:
                return answer(self._searcher())
            except self.troubles as error:
                self.close()
                if not tries_left:
                    raise IndexUnreadable from error
        raise AssertionError

    def _searcher(self) -> SearcherT:
        self._settle()
        with self._guard:
            mark = None if self._fresh else self._generations.mark()
            if self._opened is None or self._opened[0] != mark:
                self._opened = (mark, self._open(self._fresh or self._generations.current()))
            return self._opened[1].searcher()
