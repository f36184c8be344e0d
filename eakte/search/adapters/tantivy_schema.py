"""How a document lies in a tantivy index."""

from typing import Any
from uuid import UUID

import tantivy

from eakte.search.columns import COLUMNS, Prepared, suggestion_key
from eakte.search.index import IndexedDocument
from eakte.search.stored import Stored

SUGGESTION_BREAK = "\x1f"
"""Stands in a suggestion's term between what is compared and what is shown."""

FORM = "="
"""Opens a term that is a written form, for prefixes, in a field that otherwise holds stems."""

_LOW_BITS = 64


def found_in(column: str) -> str:
    """Name of the field that tells which terms a column holds; the column's own field knows their order."""
    return f"{column}_any"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for column in COLUMNS:
        builder.add_text_field(column, tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(found_in(column), tokenizer_name="whitespace", index_option="basic")
    for name in ("id", "access", "code", "suggestion"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("kind", "entry", "unit", "order"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("year", "day"):
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in ("id_high", "id_low"):
        builder.add_unsigned_field(name, fast=True)
    for name in ("metadata", "page", "signature"):
        builder.add_bytes_field(name, stored=True)
    return builder.build()


SCHEMA = _schema()


def document_of(prepared: Prepared) -> tantivy.Document:
    """The document as tantivy takes it."""
    source = prepared.document
    document = tantivy.Document()
    for name, column in prepared.columns.items():
        for stems in column.runs:
            document.add_text(name, " ".join(stems))
        document.add_text(found_in(name), " ".join([*column.terms, *(FORM + form for form in column.forms)]))
    document.add_text("id", source.id.hex)
    for access in prepared.access:
        document.add_text("access", access)
    for code in prepared.codes:
        document.add_text("code", code)
    for suggestion in prepared.suggestions:
        document.add_text("suggestion", f"{suggestion_key(suggestion)}{SUGGESTION_BREAK}{suggestion}")
    document.add_text("kind", source.kind)
    document.add_text("entry", source.entry)
    document.add_text("unit", source.unit)
    document.add_text("order", newest_first(source))
    document.add_unsigned("year", source.date.year)
    document.add_unsigned("day", source.date.toordinal())
    document.add_unsigned("id_high", source.id.int >> _LOW_BITS)
    document.add_unsigned("id_low", source.id.int & ((1 << _LOW_BITS) - 1))
    document.add_bytes("metadata", prepared.stored.metadata)
    for page in prepared.stored.pages:
        document.add_bytes("page", page)
    for signature in prepared.stored.signatures:
        document.add_bytes("signature", signature)
    return document


def newest_first(document: IndexedDocument) -> str:
    """Sorts documents by date, the newest first, and then by id."""
    return f"{9_999_999 - document.date.toordinal():07}{document.id.hex}"


def newest_first_read(order: str) -> tuple[int, UUID]:
    """Day (as ordinal) and id that `newest_first` was made of."""
    return 9_999_999 - int(order[:7]), UUID(hex=order[7:])


def ids_of(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> list[UUID]:
    """Ids of many hits, without fetching what is stored of them."""
    highs: list[Any] = searcher.fast_field_values("id_high", addresses)
    lows: list[Any] = searcher.fast_field_values("id_low", addresses)
    return [UUID(int=(high << _LOW_BITS) | low) for high, low in zip(highs, lows, strict=True)]


def stored_of(document: tantivy.Document) -> Stored:
    """What the index keeps of a hit."""
    return Stored(
        metadata=bytes(document.get_first("metadata") or b""),
        pages=[bytes(page) for page in document.get_all("page")],
        signatures=[bytes(signature) for signature in document.get_all("signature")],
    )
