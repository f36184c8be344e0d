"""How a document lies in a row of PostgreSQL."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from eakte.search.columns import KEYWORDS, Prepared, suggestion_key
from eakte.search.query import Field

SUGGESTION = "~"
"""Opens a lexeme that a suggestion is found by."""
SUGGESTION_BREAK = "\x1f"
"""Stands in a suggestion between what is compared and what is shown."""

LABELS: Mapping[str, str] = {Field.TITLE: "A", Field.PARTY: "B", Field.REFERENCE: "C", Field.TEXT: "D"}
"""The weight that tells a word's field; keywords have none and are found only when no field is asked for."""

_NAMES = (Field.TITLE, Field.PARTY, Field.REFERENCE, KEYWORDS)
_POSITIONS: Mapping[str, int] = {Field.TITLE: 1, Field.PARTY: 2, Field.REFERENCE: 3, Field.TEXT: 4}
_MOST_COUNTED = 8
"""Occurrences in the text that still raise the rank."""

_MOST_BYTES = 900_000
"""A tsvector takes 1 MB, some 40,000 different words. What a longer text has beyond them is not found."""
_MOST_BYTES_OF_A_LETTER = 4
_MOST_BYTES_BESIDES = 32
"""What a lexeme takes for its length and its places."""


def row_of(prepared: Prepared, generation: int) -> dict[str, Any]:
    """The document as a row."""
    source, stored, columns = prepared.document, prepared.stored.compress(), prepared.columns
    names = [(term, _places(name)) for name in _NAMES for term in columns[name].found.all()]
    suggestions = [(suggestion_key(text), text) for text in prepared.suggestions]
    return {
        "generation": generation,
        "id": source.id,
        "dossier_id": source.dossier_id,
        "case_id": source.case_id,
        "date": source.date,
        "kind": source.kind,
        "entry": source.entry,
        "unit": source.unit,
        "unit_id": source.unit_id,
        "level": source.confidentiality,
        "entry_path": list(source.entry_path),
        "readers": None if source.readers is None else list(source.readers),
        "names": _vector([*names, *((SUGGESTION + key, ()) for key, _ in suggestions)]),
        "words": _vector([*names, *_codes(prepared), *_text(prepared)]),
        "suggestions": [f"{key}{SUGGESTION_BREAK}{text}" for key, text in suggestions],
        "name_stems": "".join(f"{LABELS.get(name, '')} {stems} \n" for name in _NAMES for stems in columns[name].runs),
        "text_stems": "".join(f" {stems} \n" for stems in columns[Field.TEXT].runs),
        "stored_metadata": stored.metadata,
        "stored_pages": list(stored.pages),
        "stored_signatures": list(stored.signatures),
    }


def quoted(lexeme: str) -> str:
    """A lexeme as tsvector and tsquery read it, whatever signs are in it."""
    if "'" in lexeme or "\\" in lexeme:
        lexeme = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{lexeme}'"


_Placed = tuple[str, tuple[str, ...]]


def _places(name: str) -> tuple[str, ...]:
    return (f"{_POSITIONS[name]}{LABELS[name]}",) if name in LABELS else ()


def _codes(prepared: Prepared) -> Iterable[_Placed]:
    return ((code, ()) for code in prepared.codes)


def _text(prepared: Prepared) -> Iterable[_Placed]:
    """What is found on the pages, with one place for being there and one more for each time as a whole word."""
    text = prepared.columns[Field.TEXT]
    first, label = _POSITIONS[Field.TEXT], LABELS[Field.TEXT]
    counts = Counter(stem for stems in text.runs for stem in stems.split())
    places = [tuple(f"{first + place}{label}" for place in range(times + 1)) for times in range(_MOST_COUNTED)]
    # Terms before forms: where not all fit, words are still found, only not by their beginnings.
    for term in text.found.all():
        yield term, places[min(counts[term], _MOST_COUNTED - 1)]


def _vector(placed: Iterable[_Placed]) -> str:
    """The text form of a tsvector; a lexeme may come several times, its places are joined."""
    lexemes: dict[str, tuple[str, ...]] = {}
    for lexeme, places in placed:
        known = lexemes.get(lexeme)
        lexemes[lexeme] = places if known is None else known + places
    if sum(map(len, lexemes)) * _MOST_BYTES_OF_A_LETTER + len(lexemes) * _MOST_BYTES_BESIDES > _MOST_BYTES:
        lexemes = dict(_fitting(lexemes.items()))
    return " ".join([quoted(lexeme) + _written(places) for lexeme, places in lexemes.items()])


def _fitting(placed: Iterable[_Placed]) -> Iterator[_Placed]:
    """The first lexemes, as many as a tsvector takes."""
    size = 0
    for lexeme, places in placed:
        size += 2 * len(places) + len(lexeme.encode()) + 8
        if size > _MOST_BYTES:
            break
        yield lexeme, places


@lru_cache(maxsize=1 << 10)
def _written(places: tuple[str, ...]) -> str:
    return f":{','.join(places)}" if places else ""
