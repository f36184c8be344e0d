"""How a document lies in a Whoosh index."""

from typing import Any

from whoosh import fields

from eakte.search.columns import COLUMNS, Prepared, suggestion_key
from eakte.search.query import Field
from eakte.search.stored import Stored

SUGGESTION_BREAK = "\x1f"
"""Stands in a suggestion's term between what is compared and what is shown."""
_GAP = "|"
"""Stands between two values of one field, so that no phrase runs across."""


def found_in(column: str) -> str:
    """Name of the field that tells which terms a column holds; the column's own field knows their order."""
    return f"{column}_any"


def schema() -> Any:
    """The Whoosh schema; every value comes analysed, as a list of terms."""
    texts = {column: fields.TEXT() for column in COLUMNS}
    found = {found_in(column): fields.KEYWORD() for column in COLUMNS}
    return fields.Schema(
        id=fields.ID(unique=True, sortable=True),
        access=fields.KEYWORD(),
        record=fields.KEYWORD(),
        code=fields.KEYWORD(),
        suggestion=fields.KEYWORD(),
        kind=fields.ID(sortable=True),
        entry=fields.ID(sortable=True),
        unit=fields.ID(sortable=True),
        year=fields.NUMERIC(sortable=True),
        day=fields.NUMERIC(sortable=True),
        stored=fields.STORED(),
        **texts,
        **found,
    )


def document_of(prepared: Prepared) -> dict[str, Any]:
    """The document as Whoosh takes it."""
    source, stored = prepared.document, prepared.stored.compress()
    document: dict[str, Any] = {
        "id": source.id.hex,
        "access": prepared.access,
        "record": prepared.records,
        "code": prepared.codes,
        "suggestion": [f"{suggestion_key(text)}{SUGGESTION_BREAK}{text}" for text in prepared.suggestions],
        Field.KIND: source.kind,
        Field.ENTRY: source.entry,
        Field.UNIT: source.unit,
        "year": source.date.year,
        "day": source.date.toordinal(),
        "stored": (stored.metadata, list(stored.pages), list(stored.signatures)),
    }
    for name, column in prepared.columns.items():
        document[name] = [term for stems in column.runs for term in (*stems.split(), _GAP)]
        document[found_in(name)] = column.found.all()
    return {str(name): value for name, value in document.items()}


def stored_of(values: dict[str, Any]) -> Stored:
    """What the index keeps of a hit."""
    metadata, pages, signatures = values["stored"]
    return Stored(metadata, pages, signatures, compressed=True)
