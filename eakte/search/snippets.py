"""Pieces of text around the hits (Fundstellen), with the page they stand on."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from eakte.search.analysis import FORM, Token, found_by, normalise, tokens_of
from eakte.search.columns import KEYWORDS
from eakte.search.index import IndexedDocument, Snippet
from eakte.search.probe import Probe
from eakte.search.query import Field, Phrase, Prefix, Query, Term
from eakte.search.stored import Stored

LETTERS = 200
"""About how long a snippet is."""
_BEFORE = 60
"""Letters of context before the first mark."""
_BLANKS = str.maketrans(dict.fromkeys("\n\r\t\f\v", " "))

_Wanted = Term | Phrase | Prefix


class _Mark(NamedTuple):
    """A stretch of text that one of the wanted clauses (by number) matches."""

    start: int
    end: int
    clause: int


class Marker:
    """Finds what a query asked for in texts; made once per search, because hits repeat their words."""

    def __init__(self, query: Query) -> None:
        self._wanted: tuple[_Wanted, ...] = tuple(
            clause for clause in query.wanted if isinstance(clause, Term | Phrase | Prefix)
        )
        self._probes = tuple(tuple(map(Probe, _words_of(clause))) for clause in self._wanted)
        self._known: dict[str, tuple[int, ...]] = {}

    def snippets(self, stored: Stored, most: int) -> tuple[Snippet, ...]:
        """Up to `most` snippets of a hit: its best pages, or the metadata that matched."""
        if not (self._wanted and most):
            return ()
        return self._from_pages(stored, most) or self._from_metadata(stored.facts, most)

    def _from_pages(self, stored: Stored, most: int) -> tuple[Snippet, ...]:
        wanted = self._for(Field.TEXT)
        if not wanted:
            return ()
        pages = [(number, stored.page(number)) for number in self._candidates(stored, wanted)]
        marked = [(number, text, self._marks(text, wanted)) for number, text in pages]
        if not any(marks for _, _, marks in marked):
            marked = [(number, text, self._marks(text, wanted, thorough=True)) for number, text in pages]
        found = [
            (-len({mark.clause for mark in marks}), -len(marks), number, text, marks)
            for number, text, marks in marked
            if marks
        ]
        best = sorted(found, key=lambda page: page[:3])[:most]
        return tuple(_cut(text, marks, number) for _, _, number, text, marks in best)

    def _candidates(self, stored: Stored, wanted: Sequence[int]) -> Sequence[int]:
        clauses = [self._wanted[number] for number in wanted]
        if any(isinstance(clause, Prefix) for clause in clauses):
            return range(1, len(stored.pages) + 1)
        return stored.pages_with(word for clause in clauses for word in _words_of(clause))

    def _from_metadata(self, facts: IndexedDocument, most: int) -> tuple[Snippet, ...]:
        snippets = []
        for field, values in _metadata(facts):
            wanted = self._for(field)
            if wanted:
                marked = ((text, self._marks(text, wanted, thorough=True)) for text in map(normalise, values))
                snippets += [_cut(text, marks, None) for text, marks in marked if marks]
        return tuple(dict.fromkeys(snippets))[:most]

    def _for(self, field: str) -> list[int]:
        return [number for number, clause in enumerate(self._wanted) if clause.field in (None, field)]

    def _marks(self, text: str, wanted: Sequence[int], *, thorough: bool = False) -> list[_Mark]:
        """What is wanted and where it stands; `thorough` reads every word."""
        lowered = text.lower()
        if thorough or len(lowered) != len(text):
            places = {(token.start, token.end) for token in tokens_of(text)}
        else:
            places = {
                place
                for number in wanted
                if not isinstance(self._wanted[number], Phrase)
                for probe in self._probes[number]
                for place in probe.tokens(text, lowered)
            }
        marks = [
            _Mark(start, end, clause)
            for start, end in places
            for clause in self._clauses_of(text[start:end])
            if clause in wanted
        ]
        for number in wanted:
            clause = self._wanted[number]
            if isinstance(clause, Phrase) and (thorough or all(one.may_be_in(lowered) for one in self._probes[number])):
                marks += _phrase_marks(list(tokens_of(text)), clause, number)
        return sorted(marks)

    def _clauses_of(self, token: str) -> tuple[int, ...]:
        clauses = self._known.get(token)
        if clauses is None:
            clauses = self._known[token] = self._matching(found_by(token))
        return clauses

    def _matching(self, found: Collection[str]) -> tuple[int, ...]:
        return tuple(
            number
            for number, clause in enumerate(self._wanted)
            if (isinstance(clause, Term) and clause.stem in found)
            or (isinstance(clause, Prefix) and any(term.startswith(FORM + clause.start) for term in found))
        )


def _words_of(clause: _Wanted) -> tuple[str, ...]:
    match clause:
        case Term(stem):
            return (stem,)
        case Phrase(stems):
            return stems
        case Prefix(start):
            return (start,)


def _phrase_marks(tokens: Sequence[Token], clause: Phrase, number: int) -> Iterator[_Mark]:
    places = [(word.stem, token) for token in tokens for word in token.words]
    length = len(clause.stems)
    for start in range(len(places) - length + 1):
        if all(places[start + offset][0] == stem for offset, stem in enumerate(clause.stems)):
            yield from (_Mark(token.start, token.end, number) for _, token in places[start : start + length])


def _metadata(facts: IndexedDocument) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield Field.TITLE, (facts.title, facts.case_title, facts.dossier_title)
    yield Field.PARTY, facts.parties
    yield Field.REFERENCE, (facts.reference, *facts.aliases)
    yield KEYWORDS, facts.keywords


def _cut(text: str, marks: Sequence[_Mark], page: int | None) -> Snippet:
    """The stretch of the text with the most different hits, cut at word bounds."""
    best = max(
        marks,
        key=lambda first: (
            len(
                {
                    mark.clause
                    for mark in marks
                    if first.start <= mark.start and mark.end <= first.start + LETTERS - _BEFORE
                }
            ),
            -first.start,
        ),
    )
    start = _word_begin(text, max(0, best.start - _BEFORE), best.start)
    end = _word_end(text, min(len(text), start + LETTERS), best.end)
    within = sorted(
        {(mark.start - start, mark.end - start) for mark in marks if start <= mark.start and mark.end <= end}
    )
    return Snippet(text[start:end].translate(_BLANKS), tuple(within), page)


def _word_begin(text: str, start: int, latest: int) -> int:
    """The first beginning of a word at or after `start`, at the latest where the mark begins."""
    if start == 0 or text[start - 1].isspace():
        return start
    while start < latest and not text[start].isspace():
        start += 1
    while start < latest and text[start].isspace():
        start += 1
    return start


def _word_end(text: str, end: int, earliest: int) -> int:
    """The last end of a word at or before `end`, at the earliest where the mark ends."""
    end = max(end, earliest)
    if end == len(text) or text[end].isspace():
        return end
    while end > earliest and not text[end - 1].isspace():
        end -= 1
    while end > earliest and text[end - 1].isspace():
        end -= 1
    return end
