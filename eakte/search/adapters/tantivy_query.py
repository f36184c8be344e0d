"""Our queries, filters and rights as tantivy queries."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import tantivy
from tantivy import FieldType, Occur

from eakte.search.adapters.tantivy_schema import ANYWHERE, SCHEMA, found_in
from eakte.search.analysis import FORM, FORM_GOES_ON
from eakte.search.columns import COLUMNS, WEIGHTS, access_of
from eakte.search.index import Filters, Visibility
from eakte.search.query import Clause, Code, Field, Period, Phrase, Prefix, Query, Term

_LETTERS_OF_A_WORD = 5
"""The parts of references that are letters are shorter."""

_PART_SCORE = 0.1
"""What it is worth that a word occurs at all, perhaps only inside a compound."""


def visible(visibility: Visibility) -> tantivy.Query:
    """The rights filter."""
    return _unscored(_any("access", access_of(visibility)))


def later_than(day: int) -> tantivy.Query:
    """Documents of later days than this one (an ordinal)."""
    return _days(day + 1, None)


def matching_in_text(query: Query, ids: Sequence[UUID]) -> tantivy.Query:
    """Those of some documents whose text holds a word, a phrase or a beginning that may stand there."""
    texts = [clause for clause in query.wanted if isinstance(clause, Term | Phrase | Prefix)]
    wanted = [_clause(replace(clause, field=Field.TEXT)) for clause in texts if clause.field in (None, Field.TEXT)]
    these = _any("id", [document_id.hex for document_id in ids])
    return tantivy.Query.boolean_query([(Occur.Must, these), (Occur.Must, _either(wanted))])


class Translation:
    """A query: `matching` is everything the actor may see that matches; `scored` adds what ranks it.

    `rarity` is the factor for a column's term that BM25 counts out of all documents. It is taken out again: what
    somebody sees must not be ranked by documents they may not see.
    """

    def __init__(
        self, query: Query, visibility: Visibility, filters: Filters, rarity: Callable[[str, str], float]
    ) -> None:
        clauses = [
            *((Occur.Must, part) for part in (visible(visibility), *_filters(filters))),
            *((Occur.Must, _clause(clause)) for clause in query.wanted),
            *((Occur.MustNot, _clause(clause)) for clause in query.unwanted),
        ]
        scores = [(Occur.Should, score) for clause in query.wanted for score in _scores(clause, rarity)]
        self.matching = tantivy.Query.boolean_query(clauses)
        self.scored = tantivy.Query.boolean_query([*clauses, *scores])


def _clause(clause: Clause) -> tantivy.Query:
    """What the clause needs to match at all."""
    match clause:
        case Term(stem, field):
            names = (ANYWHERE,) if field is None else (field, found_in(field))
            return tantivy.Query.const_score_query(_either([_term(name, stem) for name in names]), _PART_SCORE)
        case Phrase(stems, field):
            return _either([_phrase(column, stems) for column in _columns(field)])
        case Prefix(start, field):
            return _either([_beginning(column, start) for column in _columns(field)])
        case Code(field, value, begins):
            code = f"{field}={value}"
            return _unscored(_matching("code", code, ".*") if begins else _term("code", code))
        case Period(first, last):
            return _period(first, last)


def _beginning(column: str, start: str) -> tantivy.Query:
    """Words that begin so; of a reference only up to its next separator: whatever goes on is found by that, too."""
    if start.isalpha() and len(start) >= _LETTERS_OF_A_WORD:
        # The same without a pattern, which takes longer to make than to use; hardly a reference begins so.
        words = tantivy.Query.fuzzy_term_query(SCHEMA, found_in(column), FORM + start, distance=0, prefix=True)
    else:
        words = _matching(found_in(column), FORM + start, FORM_GOES_ON)
    return tantivy.Query.const_score_query(words, WEIGHTS[column])


def _matching(name: str, start: str, rest: str) -> tantivy.Query:
    """Terms that begin with `start` and go on as the pattern `rest` says."""
    return tantivy.Query.regex_query(SCHEMA, name, re.sub(r"([^\w=])", r"\\\1", start) + rest)


def _scores(clause: Clause, rarity: Callable[[str, str], float]) -> Iterator[tantivy.Query]:
    """What makes one word's match better than another: that it is the whole word, where it stands, and how often."""
    if isinstance(clause, Term):
        for column in _columns(clause.field):
            worth = WEIGHTS[column] / rarity(column, clause.stem)
            yield tantivy.Query.boost_query(_term(column, clause.stem), worth)


def _filters(filters: Filters) -> Iterator[tantivy.Query]:
    for name, chosen in (("kind", filters.kind), ("entry", filters.entry), ("unit", filters.unit)):
        if chosen:
            yield _unscored(_any(name, chosen))
    if filters.year:
        yield _unscored(_either([_term("year", year) for year in sorted(filters.year)]))
    for name, record in (("dossier", filters.dossier_id), ("case", filters.case_id)):
        if record is not None:
            yield _unscored(_term("record", f"{name}={record.hex}"))
    if filters.date_from or filters.date_until:
        yield _period(filters.date_from, filters.date_until)


def _columns(field: Field | None) -> tuple[str, ...]:
    return COLUMNS if field is None else (field,)


def _phrase(column: str, stems: tuple[str, ...]) -> tantivy.Query:
    words = _term(column, stems[0]) if len(stems) == 1 else tantivy.Query.phrase_query(SCHEMA, column, list(stems))
    return tantivy.Query.const_score_query(words, WEIGHTS[column])


def _period(first: date | None, last: date | None) -> tantivy.Query:
    return _unscored(_days(first.toordinal() if first else None, last.toordinal() if last else None))


def _days(first: int | None, last: int | None) -> tantivy.Query:
    return tantivy.Query.range_query(SCHEMA, "day", FieldType.Unsigned, first, last)


def _term(name: str, value: str | int) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, name, value, index_option="position" if name in COLUMNS else "basic")


def _any(name: str, values: Iterable[str]) -> tantivy.Query:
    terms = sorted(values)
    return tantivy.Query.term_set_query(SCHEMA, name, terms) if terms else tantivy.Query.empty_query()


def _either(parts: list[tantivy.Query]) -> tantivy.Query:
    if len(parts) == 1:
        return parts[0]
    return tantivy.Query.boolean_query([(Occur.Should, part) for part in parts])


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)
