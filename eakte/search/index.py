"""The one port every search engine answers: what goes in, what is asked, what comes back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """What the index knows of one document (Dokument): metadata, text per page, and who may see it.

    `aliases` are other references it is known by, former ones and the sender's own. `pages` holds the text of
    page 1, 2, …. `entry_path` are the ids of the filing plan entries from the
    root down to the leaf. `readers` are the identities admitted to a protected dossier; `None` when the
    dossier is not protected.
    """

    id: UUID
    dossier_id: UUID
    case_id: UUID
    reference: str
    aliases: tuple[str, ...]
    title: str
    dossier_title: str
    case_title: str
    parties: tuple[str, ...]
    kind: str
    entry: str
    entry_path: tuple[UUID, ...]
    unit_id: UUID
    unit: str
    confidentiality: str
    readers: tuple[UUID, ...] | None
    date: date
    pages: tuple[str, ...]
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """One grant as a filter: documents of these units, below this plan entry, of these levels.

    `None` stands for "all".
    """

    units: frozenset[UUID] | None
    entry_id: UUID | None
    levels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Visibility:
    """What one actor may see: any of `scopes`, and protected dossiers only as a reader.

    No scopes: nothing is visible. Protected documents need a matching scope *and* `reader` among their readers.
    """

    scopes: tuple[Scope, ...]
    reader: UUID


@dataclass(frozen=True, slots=True)
class Filters:
    """Facet values and dates the caller picked; several values of one facet mean "or"."""

    kind: frozenset[str] = frozenset()
    entry: frozenset[str] = frozenset()
    unit: frozenset[str] = frozenset()
    year: frozenset[int] = frozenset()
    dossier_id: UUID | None = None
    case_id: UUID | None = None
    date_from: date | None = None
    date_until: date | None = None


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text around a hit; `page` is 1-based, None for a hit in the metadata.

    `marks` are (start, end) character offsets of the hit words within `text`.
    """

    text: str
    marks: tuple[tuple[int, int], ...]
    page: int | None


@dataclass(frozen=True, slots=True)
class Hit:
    document_id: UUID
    score: float
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits. `total` and `facets` count what the actor may see, and nothing else."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    next_cursor: str | None = None


class SearchIndex(Protocol):
    """Full text over documents. Implementations live in `adapters/`, one contract test holds them together."""

    def index(self, documents: Iterable[IndexedDocument]) -> int:
        """Add or replace documents, visible to searches when this returns; answers how many."""

    def remove(self, document_ids: Sequence[UUID]) -> None:
        """Forget documents; unknown ids are no error."""

    def search(
        self,
        query: str,
        visibility: Visibility,
        *,
        filters: Filters = Filters(),
        limit: int = 20,
        cursor: str | None = None,
        facets: Sequence[str] = ("kind", "entry", "unit", "year"),
        snippets: int = 2,
    ) -> SearchPage:
        """Find documents; best first.

        Query language: words (all must occur), "phrase", -not, prefix*, field:value with the fields
        reference, title, party, text, kind, entry, unit, year, date (date:2024-01-01..2024-12-31).
        An empty query lists everything visible, newest first.
        Raises InvalidQuery, InvalidCursor.
        """

    def suggest(self, prefix: str, visibility: Visibility, *, limit: int = 8) -> tuple[str, ...]:
        """Complete a word or reference from titles, parties and references the actor may see."""

    def check(self) -> None:
        """Raises IndexUnreadable where only a rebuild helps: files are lost, or of an earlier release."""

    def start_rebuild(self) -> "SearchIndex":
        """A fresh, empty index beside this one, which goes on answering; it is to be given each document once."""

    def finish_rebuild(self, fresh: "SearchIndex") -> None:
        """Let the filled `fresh` index take this one's place, at once for every reader."""

    def close(self) -> None:
        """Release files and connections."""
