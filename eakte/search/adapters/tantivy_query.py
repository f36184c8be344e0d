"""Our queries, filters and rights as tantivy queries."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

import tantivy
from tantivy import FieldType, Occur

from eakte.search.adapters.tantivy_schema import FORM, SCHEMA, found_in
from eakte.search.columns import COLUMNS, EVERYONE, WEIGHTS, scopes_of
from eakte.search.index import Filters, Scope, Visibility
from eakte.search.query import Clause, Code, Field, Period, Phrase, Prefix, Query, Term

_PART_SCORE = 0.1
"""What it is worth that a word occurs at all, perhaps only inside a compound."""


def matching(query: Query, visibility: Visibility, filters: Filters, *, scored: bool) -> tantivy.Query:
    """Everything the actor may see that matches; `scored` adds what ranks the hits."""
    must = [visible(visibility), *_filters(filters), *(_clause(clause) for clause in query.wanted)]
    clauses = [
        *((Occur.Must, part) for part in must),
        *((Occur.MustNot, _clause(clause)) for clause in query.unwanted),
    ]
    if scored:
        clauses += [(Occur.Should, score) for clause in query.wanted for score in _scores(clause)]
    return tantivy.Query.boolean_query(clauses)


def visible(visibility: Visibility) -> tantivy.Query:
    """The rights filter: any scope, and among the readers where the dossier is protected."""
    scopes = [_scope(scope) for scope in scopes_of(visibility)]
    if not scopes:
        return tantivy.Query.empty_query()
    readers = _any("access", (f"reader={EVERYONE}", f"reader={visibility.reader.hex}"))
    return _unscored(_all([_either(scopes), readers]))


def later_than(day: int) -> tantivy.Query:
    """Documents of later days than this one (an ordinal)."""
    return _days(day + 1, None)


def _scope(scope: Scope) -> tantivy.Query:
    parts = [_any("access", (f"level={level}" for level in scope.levels))]
    if scope.units is not None:
        parts.append(_any("access", (f"unit={unit.hex}" for unit in scope.units)))
    if scope.entry_id is not None:
        parts.append(_term("access", f"entry={scope.entry_id.hex}"))
    return _all(parts)


def _filters(filters: Filters) -> Iterator[tantivy.Query]:
    for name, chosen in (("kind", filters.kind), ("entry", filters.entry), ("unit", filters.unit)):
        if chosen:
            yield _unscored(_any(name, chosen))
    if filters.year:
        yield _unscored(_either([_term("year", year) for year in sorted(filters.year)]))
    for name, record in (("dossier", filters.dossier_id), ("case", filters.case_id)):
        if record is not None:
            yield _unscored(_term("access", f"{name}={record.hex}"))
    if filters.date_from or filters.date_until:
        yield _period(filters.date_from, filters.date_until)


def _clause(clause: Clause) -> tantivy.Query:
    """What the clause needs to match at all."""
    match clause:
        case Term(stem, field):
            found = _either([_term(found_in(column), stem) for column in _columns(field)])
            return tantivy.Query.const_score_query(found, _PART_SCORE)
        case Phrase(stems, field):
            return _either([_phrase(column, stems) for column in _columns(field)])
        case Prefix(start, field):
            found = _either([_beginning(found_in(column), FORM + start) for column in _columns(field)])
            return tantivy.Query.const_score_query(found, _PART_SCORE)
        case Code(field, value, begins):
            code = f"{field}={value}"
            return _unscored(_beginning("code", code) if begins else _term("code", code))
        case Period(first, last):
            return _period(first, last)


def _scores(clause: Clause) -> Iterator[tantivy.Query]:
    """What makes one match better than another: whole words, and where they stand."""
    if isinstance(clause, Term):
        for column in _columns(clause.field):
            yield tantivy.Query.boost_query(_term(column, clause.stem), WEIGHTS[column])
    elif isinstance(clause, Prefix):
        for column in _columns(clause.field):
            if WEIGHTS[column] > 1:
                found = _beginning(found_in(column), FORM + clause.start)
                yield tantivy.Query.const_score_query(found, WEIGHTS[column])


def _columns(field: Field | None) -> tuple[str, ...]:
    return COLUMNS if field is None else (field,)


def _phrase(column: str, stems: tuple[str, ...]) -> tantivy.Query:
    words = _term(column, stems[0]) if len(stems) == 1 else tantivy.Query.phrase_query(SCHEMA, column, list(stems))
    return tantivy.Query.boost_query(words, WEIGHTS[column])


def _beginning(name: str, start: str) -> tantivy.Query:
    escaped = re.sub(r"([^\w\s=])", r"\\\1", start)
    return tantivy.Query.regex_query(SCHEMA, name, f"{escaped}.*")


def _period(first: date | None, last: date | None) -> tantivy.Query:
    return _unscored(_days(first.toordinal() if first else None, last.toordinal() if last else None))


def _days(first: int | None, last: int | None) -> tantivy.Query:
    return tantivy.Query.range_query(SCHEMA, "day", FieldType.Unsigned, first, last)


def _term(name: str, value: str | int) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, name, value, index_option="basic" if name.endswith("_any") else "position")


def _any(name: str, values: Iterable[str]) -> tantivy.Query:
    return tantivy.Query.term_set_query(SCHEMA, name, sorted(values))


def _all(parts: list[tantivy.Query]) -> tantivy.Query:
    return parts[0] if len(parts) == 1 else tantivy.Query.boolean_query([(Occur.Must, part) for part in parts])


def _either(parts: list[tantivy.Query]) -> tantivy.Query:
    return parts[0] if len(parts) == 1 else tantivy.Query.boolean_query([(Occur.Should, part) for part in parts])


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)
