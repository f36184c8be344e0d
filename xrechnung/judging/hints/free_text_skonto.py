"""Skonto as suppliers write it in words: a proposal for a person, never a basis for paying.

Read sentence by sentence and clause by clause: a rate and a time limit that stand together make a proposal, in either
order and also across a comma. Clauses about paying in full, late payment, other rebates or taxes are passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from re import ASCII, IGNORECASE, Match, compile

from xrechnung.judging.hints.hint import remembered

MOST_USUAL_PERCENT = Decimal(10)
MOST_USUAL_DAYS = 90

_MONTHS = (
    "januar", "februar", "märz", "april", "mai", "juni",
    "juli", "august", "september", "oktober", "november", "dezember",
)  # fmt: skip
_NUMBERS = {
    "einer": 1, "einem": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9,
    "zehn": 10, "zwölf": 12, "vierzehn": 14, "fünfzehn": 15, "zwanzig": 20, "einundzwanzig": 21, "dreißig": 30,
}  # fmt: skip
_COUNT = rf"(?:\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"

_PERCENT = compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:%|prozent\b|v\.?\s?h\.?(?!\w))", IGNORECASE)
_PERIOD = compile(
    rf"\b({_COUNT})\s*-?\s*(werk|bank|arbeits|bankarbeits|kalender)?\s?-?(tag(?:en|e)?|tg\b\.?|(?-i:T)\b\.?|wochen?)(?!\w)",
    IGNORECASE,
)
_NUMERIC_DATE = compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?![\d])", ASCII)
_ISO_DATE = compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])", ASCII)
_WRITTEN_DATE = compile(rf"(?<![\d.])(\d{{1,2}})\.\s?({'|'.join(_MONTHS)})\s+(\d{{4}})", IGNORECASE)

_SENTENCE_END = compile(
    r"\n\s*\n|(?<=[a-zäöüß)%€])(?<!\bTg)(?<!\bca)(?<!\bNr)(?<!zgl)(?<!nkl)(?<!\bmax)(?<!\bbzw)\.(?=\s|$)|(?<=\d{4})\.(?=\s|$)"
)
_CLAUSE_END = compile(r"\n|;|\||,(?!\d)|\s/\s|\b(?:oder|bzw\.?|sonst|ansonsten|danach|andernfalls)\b")
_SKONTO = compile(r"skont", IGNORECASE)
_REFUSED = compile(
    r"\b(?:kein\w{0,2}|ohne|nicht)\s+(?:[a-zäöüß]+\s+){0,2}skont|skont\w{0,20}\s+(?:[a-zäöüß]+\s+){0,3}nicht\b|skontofrei",
    IGNORECASE,
)
_IN_FULL = compile(
    r"\bnetto\b|ohne\s+(?:jeden\s+)?abzug|\bo\.\s?a\.|in\s+voller\s+höhe|zahlungsziel|zahlungsfrist|fällig", IGNORECASE
)
_OTHER_RATE = compile(
    r"verzug|zins|mahn|mwst|ust\b|umsatzsteuer|mehrwertsteuer|rabatt|nachlass|einbehalt|anzahlung|abschlag|bauabzug",
    IGNORECASE,
)
_FROM_RECEIPT = compile(r"(?:erhalt|zugang|eingang|empfang)", IGNORECASE)
_PAYMENT_RECEIVED = compile(r"(?:zahlungs|geld)eingang", IGNORECASE)


@dataclass(frozen=True, slots=True)
class SkontoProposal:
    """A Skonto read from free text, to be confirmed by a person."""

    percent: Decimal
    days: int | None
    """Time limit in days."""
    until: date | None
    """Time limit as a date; where the words give both, it is what their author made of the days."""
    text: str
    """The words it was read from."""
    from_receipt: bool
    """Whether days count from receipt of the invoice, by its words."""
    confident: bool
    """Whether the words allow one plain reading. Even then it is no more than a proposal."""


@dataclass(frozen=True, slots=True)
class _Clause:
    """What one clause says about rates and time limits."""

    text: str
    percents: tuple[Decimal, ...]
    days: tuple[int, ...]
    dates: tuple[date, ...]
    plain: bool
    """Whether rate and limit stand in one clause and working days are not meant."""

    @property
    def limits(self) -> int:
        return len(self.days) + len(self.dates)

    def joined(self, other: "_Clause") -> "_Clause":
        return _Clause(
            f"{self.text}, {other.text}",
            self.percents + other.percents,
            self.days + other.days,
            self.dates + other.dates,
            plain=False,
        )


@remembered
def free_text_skonto(text: str) -> tuple[SkontoProposal, ...]:
    """What free payment terms seem to offer for early payment, in the order of the text."""
    if not _PERCENT.search(text):
        return ()
    sentences = _SENTENCE_END.split(text)
    offering = [sentence for sentence in sentences if not _REFUSED.search(sentence)]
    named = any(_SKONTO.search(sentence) for sentence in offering)
    proposals = (_proposal(clause, named) for sentence in offering for clause in _complete_clauses(sentence))
    from_receipt = _speaks_of_receipt(text)
    unrefused = len(offering) == len(sentences)
    return tuple(
        replace(found, from_receipt=from_receipt, confident=found.confident and unrefused)
        for found in proposals
        if found is not None
    )


def _complete_clauses(sentence: str) -> Iterator[_Clause]:
    """Clauses with rate and time limit; a lone rate and a lone limit next to each other belong together."""
    waiting: _Clause | None = None
    for part in _CLAUSE_END.split(sentence):
        clause = _read_clause(part)
        if _says_something_else(part, clause):
            waiting = None
        elif clause.percents and clause.limits:
            waiting = None
            yield clause
        elif clause.percents or clause.limits:
            if waiting is not None and bool(waiting.percents) != bool(clause.percents):
                yield waiting.joined(clause)
                waiting = None
            else:
                waiting = clause


def _says_something_else(part: str, clause: _Clause) -> bool:
    """Whether a clause is about another rate, or about paying in full."""
    if _SKONTO.search(part):
        return False
    return _OTHER_RATE.search(part) is not None or (not clause.percents and _IN_FULL.search(part) is not None)


def _read_clause(text: str) -> _Clause:
    periods = list(_PERIOD.finditer(text))
    return _Clause(
        " ".join(text.split()),
        _percents_in(text),
        tuple(_days_of(found) for found in periods),
        tuple(_dates_in(text)),
        plain=all((found[2] or "kalender").lower() == "kalender" for found in periods),
    )


def _proposal(clause: _Clause, named: bool) -> SkontoProposal | None:
    percent = clause.percents[0]
    days = clause.days[0] if clause.days else None
    if not 0 < percent < 100 or days == 0:
        return None
    if not named and percent > MOST_USUAL_PERCENT:
        return None
    plain = len(clause.percents) == 1 and len(clause.days) <= 1 and len(clause.dates) <= 1 and clause.plain
    usual = percent <= MOST_USUAL_PERCENT and (days is None or days <= MOST_USUAL_DAYS)
    return SkontoProposal(
        percent,
        days,
        clause.dates[0] if clause.dates else None,
        clause.text,
        from_receipt=False,
        confident=named and plain and usual,
    )


def _percents_in(text: str) -> tuple[Decimal, ...]:
    """Rates in a clause, the one nearest to the word Skonto first."""
    found = list(_PERCENT.finditer(text))
    word = _SKONTO.search(text)
    if word is not None:
        start = word.start()
        found.sort(key=lambda percent: min(abs(percent.start() - start), abs(percent.end() - start)))
    return tuple(Decimal(percent[1].replace(",", ".")) for percent in found)


def _days_of(found: Match[str]) -> int:
    count = found[1].lower()
    number = int(count) if count.isdecimal() else _NUMBERS[count]
    return number * 7 if found[3].lower().startswith("woche") else number


def _dates_in(text: str) -> Iterator[date]:
    for found in _NUMERIC_DATE.finditer(text):
        yield from _valid_date(_full_year(found[3]), int(found[2]), int(found[1]))
    for found in _ISO_DATE.finditer(text):
        yield from _valid_date(int(found[1]), int(found[2]), int(found[3]))
    for found in _WRITTEN_DATE.finditer(text):
        yield from _valid_date(int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))


def _full_year(written: str) -> int:
    return int(written) if len(written) == 4 else 2000 + int(written)


def _valid_date(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _speaks_of_receipt(text: str) -> bool:
    return _FROM_RECEIPT.search(_PAYMENT_RECEIVED.sub("", text)) is not None
