"""Pieces of text around the hits (Fundstellen), with the page they stand on."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from eakte.search.analysis import FORM, Token, found_by, normalise, tokens_of, written_in
from eakte.search.columns import KEYWORDS
from eakte.search.index import IndexedDocument, Snippet
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
        found = []
        for number in self._candidates(stored, wanted):
            text = stored.page(number)
            if marks := self._marks(text, wanted):
                kinds = len({mark.clause for mark in marks})
                found.append((-kinds, -len(marks), number, text, marks))
        best = sorted(found, key=lambda page: page[:3])[:most]
        return tuple(_cut(text, marks, number) for _, _, number, text, marks in best)

    def _candidates(self, stored: Stored, wanted: Sequence[int]) -> Sequence[int]:
        clauses = [self._wanted[number] for number in wanted]
        if any(isinstance(clause, Prefix) for clause in clauses):
            return range(1, len(stored.pages) + 1)
        return stored.pages_with(
            term
            for clause in clauses
            for term in (
                clause.stems if isinstance(clause, Phrase) else (clause.stem,) if isinstance(clause, Term) else ()
            )
        )

    def _from_metadata(self, facts: IndexedDocument, most: int) -> tuple[Snippet, ...]:
        snippets = []
        for field, values in _metadata(facts):
            wanted = self._for(field)
            if wanted:
                marked = ((text, self._marks(text, wanted)) for text in map(normalise, values))
                snippets += [_cut(text, marks, None) for text, marks in marked if marks]
        return tuple(dict.fromkeys(snippets))[:most]

    def _for(self, field: str) -> list[int]:
        return [number for number, clause in enumerate(self._wanted) if clause.field in (None, field)]

    def _marks(self, text: str, wanted: Sequence[int]) -> list[_Mark]:
        phrases = [number for number in wanted if isinstance(self._wanted[number], Phrase)]
        marks = list(self._word_marks(text, set(wanted).difference(phrases))) if len(phrases) < len(wanted) else []
        if phrases:
            tokens = list(tokens_of(text))
            marks += [mark for number in phrases for mark in _phrase_marks(tokens, self._wanted[number], number)]
        return sorted(marks)

    def _word_marks(self, text: str, wanted: set[int]) -> Iterator[_Mark]:
        taken: list[tuple[int, int]] = []
        # The longest first: "Bau" is not marked again inside of "Bau-Genehmigung".
        for token in sorted(written_in(text), key=len, reverse=True):
            clauses = self._known.get(token)
            if clauses is None:
                clauses = self._known[token] = self._matching(found_by(token))
            if not clauses:
                continue
            for start, end in _places_of(token, text):
                if not any(start < other_end and other_start < end for other_start, other_end in taken):
                    taken.append((start, end))
                    yield from (_Mark(start, end, clause) for clause in clauses if clause in wanted)

    def _matching(self, found: Collection[str]) -> tuple[int, ...]:
        return tuple(
            number
            for number, clause in enumerate(self._wanted)
            if (isinstance(clause, Term) and clause.stem in found)
            or (isinstance(clause, Prefix) and any(term.startswith(FORM + clause.start) for term in found))
        )


def _places_of(token: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a token stands in a text, and not inside of a word."""
    start = text.find(token)
    while start >= 0:
        end = start + len(token)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            yield start, end
        start = text.find(token, end)


def _phrase_marks(tokens: Sequence[Token], clause: _Wanted, number: int) -> Iterator[_Mark]:
    assert isinstance(clause, Phrase)
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
