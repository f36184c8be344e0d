"""Our queries, filters and rights as Whoosh queries."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from whoosh import query as whoosh
from whoosh.scoring import BM25F

from eakte.search.adapters.whoosh_schema import found_in
from eakte.search.analysis import FORM
from eakte.search.columns import COLUMNS, WEIGHTS, access_of
from eakte.search.index import Filters, Visibility
from eakte.search.query import Clause, Code, Field, Period, Phrase, Prefix, Query, Term

_PART_BOOST = 0.1
"""What it is worth that a word occurs at all, perhaps only inside a compound."""


class WithoutRarity(BM25F):  # type: ignore[misc]
    """BM25 without how few documents hold a word: somebody's hits must not be ranked by documents they may not see."""

    def idf(self, searcher: Any, fieldname: str, text: str) -> float:
        return 1.0


def matching(query: Query, filters: Filters) -> Any:
    """Everything that matches, scored."""
    wanted = [*(_clause(clause) for clause in query.wanted), *_filters(filters)]
    unwanted = [whoosh.Not(_clause(clause)) for clause in query.unwanted]
    return whoosh.And([*(wanted or [whoosh.Every()]), *unwanted])


def visible(visibility: Visibility) -> Any:
    """The rights filter."""
    return _any("access", access_of(visibility))


def _filters(filters: Filters) -> Iterator[Any]:
    for name, chosen in (("kind", filters.kind), ("entry", filters.entry), ("unit", filters.unit)):
        if chosen:
            yield _unscored(_any(name, chosen))
    if filters.year:
        yield _unscored(whoosh.Or([whoosh.NumericRange("year", year, year) for year in filters.year]))
    for name, record in (("dossier", filters.dossier_id), ("case", filters.case_id)):
        if record is not None:
            yield _unscored(whoosh.Term("record", f"{name}={record.hex}"))
    if filters.date_from or filters.date_until:
        yield _period(filters.date_from, filters.date_until)


def _clause(clause: Clause) -> Any:
    match clause:
        case Term(stem, field):
            found = [whoosh.Term(found_in(column), stem, boost=_PART_BOOST) for column in _columns(field)]
            whole = [whoosh.Term(column, stem, boost=WEIGHTS[column]) for column in _columns(field)]
            return whoosh.Or([*found, *whole])
        case Phrase((stem,), field):
            return whoosh.Or([whoosh.Term(column, stem, boost=WEIGHTS[column]) for column in _columns(field)])
        case Phrase(stems, field):
            return whoosh.Or([whoosh.Phrase(column, list(stems), boost=WEIGHTS[column]) for column in _columns(field)])
        case Prefix(start, field):
            return whoosh.Or([whoosh.Prefix(found_in(column), FORM + start) for column in _columns(field)])
        case Code(field, value, begins):
            code = f"{field}={value}"
            return _unscored(whoosh.Prefix("code", code) if begins else whoosh.Term("code", code))
        case Period(first, last):
            return _period(first, last)


def _columns(field: Field | None) -> tuple[str, ...]:
    return COLUMNS if field is None else (field.value,)


def _period(first: date | None, last: date | None) -> Any:
    days = (day.toordinal() if day else None for day in (first, last))
    return _unscored(whoosh.NumericRange("day", *days))


def _any(name: str, values: Iterable[str]) -> Any:
    terms = [whoosh.Term(name, value) for value in sorted(values)]
    # An empty Or would be no condition at all.
    return whoosh.Or(terms) if terms else whoosh.NullQuery


def _unscored(query: Any) -> Any:
    return whoosh.ConstantScoreQuery(query, 0.0)
