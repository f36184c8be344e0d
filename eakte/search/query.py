"""The query language (Suchsprache), read into clauses that every engine understands.

Words must all occur, "a phrase" in this order, -not, prefix*, field:value; fields have German names too.
What people may have meant is taken so (a forgotten closing quote, a lonely dash); what can only be a
mistake is an InvalidQuery that says how to put it right.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eakte.search.analysis import beginning, normalise, words_of
from eakte.search.errors import InvalidQuery
from eakte.search.folding import code_key, fold

MOST_LETTERS = 1_000
MOST_CLAUSES = 32
SHORTEST_PREFIX = 2


class Field(StrEnum):
    """What a clause can be limited to: analysed texts, and codes that are compared as a whole."""

    REFERENCE = "reference"
    TITLE = "title"
    PARTY = "party"
    TEXT = "text"
    KIND = "kind"
    ENTRY = "entry"
    UNIT = "unit"


TEXTS = (Field.REFERENCE, Field.TITLE, Field.PARTY, Field.TEXT)
"""Fields that hold words; all of them (and the keywords) are searched when none is named."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, by its stem; also as part of a compound."""

    stem: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Whole words in this order, by their stems."""

    stems: tuple[str, ...]
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """A folded word that begins like this."""

    start: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A folded code or name that is this, or begins like this."""

    field: Field
    value: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """Dates from the first to the last day, both included; None is open."""

    first: date | None
    last: date | None


Clause = Term | Phrase | Prefix | Code | Period


@dataclass(frozen=True, slots=True)
class Query:
    """What a document must have and must not have. Nothing at all: every document."""

    wanted: tuple[Clause, ...] = ()
    unwanted: tuple[Clause, ...] = ()

    @property
    def ranks(self) -> bool:
        """Whether some hits can be better than others; if not, the newest come first."""
        return any(isinstance(clause, Term | Phrase | Prefix) for clause in self.wanted)


_NAMES = {
    "reference": Field.REFERENCE,
    "aktenzeichen": Field.REFERENCE,
    "az": Field.REFERENCE,
    "zeichen": Field.REFERENCE,
    "rechnungsnummer": Field.REFERENCE,
    "title": Field.TITLE,
    "titel": Field.TITLE,
    "betreff": Field.TITLE,
    "party": Field.PARTY,
    "beteiligte": Field.PARTY,
    "beteiligter": Field.PARTY,
    "von": Field.PARTY,
    "an": Field.PARTY,
    "absender": Field.PARTY,
    "lieferant": Field.PARTY,
    "empfanger": Field.PARTY,
    "text": Field.TEXT,
    "inhalt": Field.TEXT,
    "kind": Field.KIND,
    "art": Field.KIND,
    "entry": Field.ENTRY,
    "aktenplan": Field.ENTRY,
    "unit": Field.UNIT,
    "einheit": Field.UNIT,
    "organisationseinheit": Field.UNIT,
}
_PERIODS = frozenset({"date", "datum", "year", "jahr"})
_KINDS = {"eingang": "incoming", "ausgang": "outgoing", "intern": "internal"}

_QUOTES = str.maketrans(dict.fromkeys("„“”‟«»＂", '"'))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_ITEM = re.compile(
    r"""\s*(?P<minus>-)?
        (?:(?P<field>[^\W\d_]+):(?!//))?
        (?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Item:
    """One stretch of the query as it was written."""

    minus: bool
    field: str | None
    phrase: str | None
    word: str | None


def parse(text: str) -> Query:
    """Read a query. Raises InvalidQuery with a German `problem`."""
    if len(text) > MOST_LETTERS:
        raise InvalidQuery(problem=f"Die Anfrage ist zu lang: erlaubt sind höchstens {MOST_LETTERS} Zeichen.")
    if _CONTROL.search(text):
        raise InvalidQuery(problem="Die Anfrage enthält unzulässige Steuerzeichen; bitte den Text neu eintippen.")
    wanted: list[Clause] = []
    unwanted: list[Clause] = []
    everything = not text.strip()
    for item in _items(normalise(text).translate(_QUOTES)):
        everything |= item.word == "*" and item.field is None
        if clause := _clause(item):
            (unwanted if item.minus else wanted).append(clause)
    if len(wanted) + len(unwanted) > MOST_CLAUSES:
        raise InvalidQuery(problem=f"Die Anfrage hat zu viele Wörter: erlaubt sind höchstens {MOST_CLAUSES}.")
    if not (wanted or unwanted or everything):
        raise InvalidQuery(problem="Die Anfrage enthält kein Wort, nach dem gesucht werden kann.")
    return Query(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)))


def _items(text: str) -> list[_Item]:
    """The stretches of the query; a field whose value stands after a blank ("titel: Bau") gets it."""
    items: list[_Item] = []
    for found in _ITEM.finditer(text):
        item = _Item(bool(found["minus"]), found["field"], found["phrase"], found["word"])
        waiting = items[-1] if items and items[-1].phrase is items[-1].word is None else None
        if waiting is None or waiting.field is None:
            items.append(item)
        elif item.field is None and not item.minus:
            items[-1] = _Item(waiting.minus, waiting.field, item.phrase, item.word)
        else:
            items.append(item)
    return items


def _clause(item: _Item) -> Clause | None:
    value = (item.word if item.phrase is None else item.phrase) or ""
    if item.field is None:
        return _text_clause(value, None, quoted=item.phrase is not None)
    name = fold(item.field)
    if not value.strip():
        raise InvalidQuery(problem=f"Hinter „{item.field}:“ fehlt, wonach dort gesucht werden soll.")
    if name in _PERIODS:
        return _period(value)
    field = _NAMES.get(name)
    if field is None:
        raise InvalidQuery(
            problem=f"Das Feld „{item.field}“ gibt es nicht. Möglich sind aktenzeichen, titel, von, text, art,"
            " aktenplan, einheit, jahr und datum."
        )
    if field in TEXTS:
        return _text_clause(value, field, quoted=item.phrase is not None)
    return _code(field, value)


def _text_clause(value: str, field: Field | None, *, quoted: bool) -> Clause | None:
    if not quoted and "*" in value:
        return _prefix(value, field)
    stems = tuple(word.stem for word in words_of(value))
    if not stems:
        return None
    return Phrase(stems, field) if quoted or len(stems) > 1 else Term(stems[0], field)


def _prefix(value: str, field: Field | None) -> Clause | None:
    if value == "*":
        return None
    start = beginning(value[:-1])
    if "*" in value[:-1] or not value.endswith("*"):
        raise InvalidQuery(problem=f"In „{value}“ steht der Stern nicht am Ende; er ersetzt nur das Wortende.")
    if len(start) < SHORTEST_PREFIX:
        raise InvalidQuery(problem=f"Vor dem Stern in „{value}“ müssen mindestens {SHORTEST_PREFIX} Zeichen stehen.")
    return Prefix(start, field)


def _code(field: Field, value: str) -> Clause:
    begins = value.endswith("*")
    folded = code_key(value.rstrip("*"))
    if field is Field.KIND:
        folded = _KINDS.get(folded, folded)
    return Code(field, folded, begins)


def _period(value: str) -> Period:
    first, dots, last = (piece.strip() for piece in value.partition(".."))
    if not dots:
        return Period(*_days(first))
    opens, closes = (_days(first)[0] if first else None), (_days(last)[1] if last else None)
    if opens and closes and opens > closes:
        raise InvalidQuery(problem=f"Der Zeitraum „{value}“ endet, bevor er beginnt.")
    return Period(opens, closes)


_DATES = (
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?"),
    re.compile(r"(?:(?:(?P<day>\d{1,2})\.)?(?P<month>\d{1,2})\.)?(?P<year>\d{4})"),
)


def _days(written: str) -> tuple[date, date]:
    """First and last day of a written year, month or day."""
    for pattern in _DATES:
        if found := pattern.fullmatch(written):
            year, month, day = (int(found[part]) if found[part] else None for part in ("year", "month", "day"))
            try:
                if month is None:
                    return date(year or 0, 1, 1), date(year or 0, 12, 31)
                return date(year or 0, month, day or 1), date(year or 0, month, day or monthrange(year or 0, month)[1])
            except ValueError:
                break
    raise InvalidQuery(problem=f"„{written}“ ist kein Datum; möglich sind 2024, 2024-03, 2024-03-31 und 31.03.2024.")
