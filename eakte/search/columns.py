"""A document laid out for an engine: analysed texts by field, codes, and words worth suggesting."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from eakte.search.analysis import Found, Reading, found_together, normalise, reading, written_words
from eakte.search.folding import code_key, fold
from eakte.search.index import IndexedDocument, Visibility
from eakte.search.query import Field
from eakte.search.stored import Stored, store

KEYWORDS = "keyword"
COLUMNS = (Field.TEXT, Field.TITLE, Field.PARTY, Field.REFERENCE, KEYWORDS)
"""Every analysed field; the keywords are only searched together with all others."""

WEIGHTS = {Field.TEXT: 1.0, Field.TITLE: 3.0, Field.PARTY: 2.0, Field.REFERENCE: 4.0, KEYWORDS: 2.0}
"""How much a whole word is worth by where it stands."""

ANY = EVERYONE = "*"
"""Any unit, any entry; the reader of a document that is not protected."""

_SHORTEST_SUGGESTION, _LONGEST_SUGGESTION = 3, 80


@dataclass(slots=True)
class Column:
    """One field, analysed: the stems of each of its values in order, and all terms and forms found in it."""

    runs: list[str]
    found: Found


@dataclass(slots=True)
class Prepared:
    """What an engine writes for one document."""

    document: IndexedDocument
    stored: Stored
    columns: dict[str, Column]

    @property
    def codes(self) -> list[str]:
        """The document's codes as the query language compares them: "kind=incoming"."""
        return [f"{name}={code_key(value)}" for name, value in _coded(self.document)]

    @property
    def access(self) -> list[str]:
        """Every way in which a scope can name this document, for each of its readers."""
        document = self.document
        readers = [EVERYONE] if document.readers is None else [reader.hex for reader in document.readers]
        return [
            _access(unit, entry, document.confidentiality, reader)
            for unit in (ANY, document.unit_id.hex)
            for entry in (ANY, *(entry.hex for entry in document.entry_path))
            for reader in readers
        ]

    @property
    def records(self) -> list[str]:
        """The dossier and the case the document belongs to."""
        return [f"dossier={self.document.dossier_id.hex}", f"case={self.document.case_id.hex}"]

    @property
    def suggestions(self) -> list[str]:
        """Words of titles and parties, and whole references, as they are written."""
        document = self.document
        texts = (document.title, document.case_title, document.dossier_title, *document.parties)
        words = chain.from_iterable(map(_words, texts))
        return list(
            dict.fromkeys(
                text
                for text in (document.reference, *document.aliases, *words)
                if _SHORTEST_SUGGESTION <= len(text) <= _LONGEST_SUGGESTION and text.isprintable()
            )
        )


def prepare(document: IndexedDocument) -> Prepared:
    """Analyse a document once, for any engine."""
    pages = [normalise(page) for page in document.pages]
    values = {
        Field.TITLE: (document.title, document.case_title, document.dossier_title),
        Field.PARTY: document.parties,
        Field.REFERENCE: (document.reference, *document.aliases),
        KEYWORDS: document.keywords,
    }
    columns: dict[str, Column] = {
        name: _column([reading(normalise(text)) for text in texts]) for name, texts in values.items()
    }
    read = [reading(page) for page in pages]
    columns[Field.TEXT] = _column(read)
    return Prepared(document, store(document, pages, read), columns)


@lru_cache(maxsize=1 << 14)
def suggestion_key(text: str) -> str:
    """What the beginning of a suggestion is compared by; empty when nothing can begin so."""
    key = fold(normalise(text).strip())
    return key if key.isprintable() and len(key) <= _LONGEST_SUGGESTION else ""


@lru_cache(maxsize=1 << 12)
def _words(text: str) -> tuple[str, ...]:
    """The words of a title or a party: kept, because those of a dossier and its cases come with each document."""
    return tuple(written_words(normalise(text)))


def access_of(visibility: Visibility) -> list[str]:
    """What `Prepared.access` must hold one of for the actor to see the document; empty: nothing is visible."""
    return sorted(
        {
            _access(unit, entry, level, reader)
            for scope in visibility.scopes
            for unit in ([ANY] if scope.units is None else [unit.hex for unit in scope.units])
            for entry in [ANY if scope.entry_id is None else scope.entry_id.hex]
            for level in scope.levels
            for reader in (EVERYONE, visibility.reader.hex)
        }
    )


def _access(unit: str, entry: str, level: str, reader: str) -> str:
    return f"{unit}|{entry}|{level}|{reader}"


def _column(read: list[Reading]) -> Column:
    return Column([one.stems for one in read], found_together(read))


def _coded(document: IndexedDocument) -> tuple[tuple[Field, str], ...]:
    return ((Field.KIND, document.kind), (Field.ENTRY, document.entry), (Field.UNIT, document.unit))
