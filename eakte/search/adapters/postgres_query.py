"""Our queries, filters and rights as SQL conditions."""

from collections.abc import Iterator

from sqlalchemy import (
    ARRAY,
    REAL,
    ColumnElement,
    and_,
    any_,
    cast,
    exists,
    extract,
    false,
    func,
    literal,
    not_,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from eakte.search.adapters.postgres_schema import LABELS, SUGGESTION, quoted
from eakte.search.analysis import FORM
from eakte.search.index import Filters, Scope, Visibility
from eakte.search.models import SearchDocument
from eakte.search.query import Clause, Code, Field, Period, Phrase, Prefix, Query, Term

_RANK_WEIGHTS = (0.2, 1.0, 0.6, 0.9)
"""What a word is worth to ts_rank by its label: D, C, B, A."""


def condition(query: Query, visibility: Visibility, filters: Filters) -> ColumnElement[bool]:
    """Everything the actor may see that matches."""
    return and_(
        visible(visibility),
        *_words(query),
        *(extra for clause in query.wanted if (extra := _beyond_words(clause)) is not None),
        *(not_(_alone(clause)) for clause in query.unwanted if isinstance(clause, Phrase | Period)),
        *_filters(filters),
    )


def rank(query: Query, *, exact: bool) -> ColumnElement[float]:
    """How well a hit matches; not `exact` looks at title, parties and reference only, which is quick."""
    asked = " | ".join(f"({_lexemes(clause)})" for clause in _ranking(query))
    vector = SearchDocument.words if exact else SearchDocument.names
    return func.ts_rank(cast(list(_RANK_WEIGHTS), ARRAY(REAL)), vector, _tsquery(asked))


def named(query: Query) -> ColumnElement[bool]:
    """Documents whose title, parties or reference hold any of the words; without `exact` only these have a rank."""
    lexemes = (_lexemes(clause, all_of=" | ") for clause in _ranking(query))
    return SearchDocument.names.bool_op("@@")(_tsquery(" | ".join(lexemes)))


def _ranking(query: Query) -> Iterator[Clause]:
    return (clause for clause in query.wanted if isinstance(clause, Term | Phrase | Prefix))


def visible(visibility: Visibility) -> ColumnElement[bool]:
    """The rights filter: any scope, and among the readers where the dossier is protected."""
    scopes = [_scope(scope) for scope in visibility.scopes]
    if not scopes:
        return false()
    is_reader = literal(visibility.reader) == any_(SearchDocument.readers)
    return and_(or_(*scopes), or_(SearchDocument.readers.is_(None), is_reader))


def suggested(key: str) -> ColumnElement[bool]:
    """Documents with a suggestion that begins like this."""
    return SearchDocument.names.bool_op("@@")(_tsquery(f"{quoted(SUGGESTION + key)}:*"))


def _scope(scope: Scope) -> ColumnElement[bool]:
    return and_(
        SearchDocument.level.in_(sorted(scope.levels)),
        true() if scope.units is None else SearchDocument.unit_id.in_(sorted(scope.units)),
        true() if scope.entry_id is None else literal(scope.entry_id) == any_(SearchDocument.entry_path),
    )


def _filters(filters: Filters) -> Iterator[ColumnElement[bool]]:
    for column, chosen in (
        (SearchDocument.kind, filters.kind),
        (SearchDocument.entry, filters.entry),
        (SearchDocument.unit, filters.unit),
    ):
        if chosen:
            yield column.in_(sorted(chosen))
    if filters.year:
        yield extract("year", SearchDocument.date).in_(sorted(filters.year))
    if filters.dossier_id is not None:
        yield SearchDocument.dossier_id == filters.dossier_id
    if filters.case_id is not None:
        yield SearchDocument.case_id == filters.case_id
    yield _period(Period(filters.date_from, filters.date_until))


def _words(query: Query) -> Iterator[ColumnElement[bool]]:
    """All that the index over the words can answer, in one question."""
    lexemes = [f"({_lexemes(clause)})" for clause in query.wanted if not isinstance(clause, Period)]
    lexemes += [f"!({_lexemes(clause)})" for clause in query.unwanted if not isinstance(clause, Phrase | Period)]
    if lexemes:
        yield SearchDocument.words.bool_op("@@")(_tsquery(" & ".join(lexemes)))


def _lexemes(clause: Clause, *, all_of: str = " & ") -> str:
    """The clause as a tsquery; of a phrase only that all its words occur, or with `all_of` "|" any of them."""
    match clause:
        case Term(stem, field):
            return _limited(quoted(stem), field)
        case Phrase(stems, field):
            return all_of.join(_limited(quoted(stem), field) for stem in stems)
        case Prefix(start, field):
            return _limited(quoted(FORM + start), field, begins=True)
        case Code(field, value, begins):
            return quoted(f"{field}={value}") + (":*" if begins else "")
        case Period():
            raise AssertionError(clause)


def _limited(lexeme: str, field: Field | None, *, begins: bool = False) -> str:
    flags = ("*" if begins else "") + (LABELS[field] if field else "")
    return f"{lexeme}:{flags}" if flags else lexeme


def _beyond_words(clause: Clause) -> ColumnElement[bool] | None:
    """What the clause asks for that no index knows: order, and dates."""
    match clause:
        case Phrase():
            return _in_order(clause)
        case Period():
            return _period(clause)
        case _:
            return None


def _alone(clause: Phrase | Period) -> ColumnElement[bool]:
    if isinstance(clause, Period):
        return _period(clause)
    return and_(SearchDocument.words.bool_op("@@")(_tsquery(_lexemes(clause))), _in_order(clause))


def _in_order(clause: Phrase) -> ColumnElement[bool]:
    words = f" {' '.join(clause.stems)} "
    in_text = func.strpos(SearchDocument.text_stems, words) > 0
    if clause.field is Field.TEXT:
        return in_text
    if clause.field is None:
        return or_(in_text, func.strpos(SearchDocument.name_stems, words) > 0)
    line = func.string_to_table(SearchDocument.name_stems, "\n").table_valued("value").render_derived()
    return exists().where(func.starts_with(line.c.value, LABELS[clause.field]), func.strpos(line.c.value, words) > 0)


def _period(period: Period) -> ColumnElement[bool]:
    return and_(
        true() if period.first is None else SearchDocument.date >= period.first,
        true() if period.last is None else SearchDocument.date <= period.last,
    )


def _tsquery(text: str) -> ColumnElement[str]:
    return cast(text, TSQUERY)
