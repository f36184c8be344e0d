"""Pieces of text around the hits (Fundstellen), with the page they stand on."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from eakte.search.analysis import FORM, found_by, normalise, spans_of, stems_of
from eakte.search.columns import KEYWORDS
from eakte.search.index import IndexedDocument, Snippet
from eakte.search.probe import Probe, lowered
from eakte.search.query import Field, Phrase, Prefix, Query, Term
from eakte.search.stored import Stored

LETTERS = 200
"""About how long a snippet is."""
_BEFORE = 60
"""Letters of context before the first mark."""
_BREAK = re.compile(r"[\n\r\t\f\v]")
_BLANKS = re.compile(r"\s+")
_UP_TO_BLANKS = re.compile(r".*\S(?=\s)", re.DOTALL)

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
        return self.at_a_glance(stored, most) or self.thoroughly(stored, most)

    def at_a_glance(self, stored: Stored, most: int) -> tuple[Snippet, ...]:
        """Snippets of the best pages, from where the first letters of a word stand; misses what a `Probe` misses."""
        return self._from_pages(stored, most, thorough=False)

    def thoroughly(self, stored: Stored, most: int, *, in_text: bool = True) -> tuple[Snippet, ...]:
        """Snippets of the pages, read word by word unless none matches (`in_text`), or of the metadata."""
        if in_text and (pages := self._from_pages(stored, most, thorough=True)):
            return pages
        facts = stored.facts
        return self._from_metadata(facts, most) or self._from_metadata(facts, most, thorough=True)

    def _from_pages(self, stored: Stored, most: int, *, thorough: bool) -> tuple[Snippet, ...]:
        wanted = self._for(Field.TEXT)
        if not (wanted and most):
            return ()
        pages = ((number, stored.page(number)) for number in self._candidates(stored, wanted))
        marked = ((number, text, self._marks(text, wanted, thorough=thorough)) for number, text in pages)
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

    def _from_metadata(self, facts: IndexedDocument, most: int, *, thorough: bool = False) -> tuple[Snippet, ...]:
        snippets = []
        for field, values in _metadata(facts):
            wanted = self._for(field)
            if wanted:
                marked = ((text, self._marks(text, wanted, thorough=thorough)) for text in map(normalise, values))
                snippets += [_cut(text, marks, None) for text, marks in marked if marks]
        return tuple(dict.fromkeys(snippets))[:most]

    def _for(self, field: str) -> list[int]:
        return [number for number, clause in enumerate(self._wanted) if clause.field in (None, field)]

    def _marks(self, text: str, wanted: Sequence[int], *, thorough: bool = False) -> list[_Mark]:
        """What is wanted and where it stands; `thorough` reads every word."""
        small = "" if thorough else lowered(text)
        whole = frozenset(spans_of(text)) if thorough else None
        marks = []
        for number in wanted:
            clause, probes = self._wanted[number], self._probes[number]
            places = probes[0].tokens(text, small) if whole is None else whole
            if isinstance(clause, Phrase):
                if whole is not None or all(probe.may_be_in(small) for probe in probes):
                    marks += [mark for start, _ in set(places) for mark in _phrase_marks(text, start, clause, number)]
            else:
                marks += [
                    _Mark(start, end, number)
                    for start, end in set(places)
                    if number in self._clauses_of(text[start:end])
                ]
        return sorted(set(marks))

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


def _phrase_marks(text: str, start: int, clause: Phrase, number: int) -> Iterator[_Mark]:
    """The tokens of a phrase that begins in the token at `start`; nothing where it does not."""
    words: list[tuple[str, tuple[int, int]]] = []
    openings: list[int] = []
    for place in spans_of(text, start):
        stems = stems_of(text[slice(*place)])
        if not words:
            openings = [offset for offset, stem in enumerate(stems) if stem == clause.stems[0]]
        words += [(stem, place) for stem in stems]
        if not openings or len(words) >= openings[-1] + len(clause.stems):
            break
    for opening in openings:
        run = words[opening : opening + len(clause.stems)]
        if tuple(stem for stem, _ in run) == clause.stems:
            yield from (_Mark(*place, number) for _, place in run)


def _metadata(facts: IndexedDocument) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield Field.TITLE, (facts.title, facts.case_title, facts.dossier_title)
    yield Field.PARTY, facts.parties
    yield Field.REFERENCE, (facts.reference, *facts.aliases)
    yield KEYWORDS, facts.keywords


def _cut(text: str, marks: Sequence[_Mark], page: int | None) -> Snippet:
    """The stretch of the text with the most different hits, cut at word bounds."""
    best = _densest(marks)
    start = _word_begin(text, max(0, best.start - _BEFORE), best.start)
    end = _word_end(text, min(len(text), start + LETTERS), best.end)
    within = sorted(
        {(mark.start - start, mark.end - start) for mark in marks if start <= mark.start and mark.end <= end}
    )
    return Snippet(_BREAK.sub(" ", text[start:end]), tuple(within), page)


def _densest(marks: Sequence[_Mark]) -> _Mark:
    """The first of the marks whose snippet shows the most different clauses, as far as marks are known to fit."""
    best, most = marks[0], 1
    all_clauses = len({mark.clause for mark in marks})
    for number, first in enumerate(marks):
        if most == all_clauses:
            break
        last = first.start + LETTERS - _BEFORE
        shown = {first.clause}
        for mark in islice(marks, number + 1, None):
            if mark.start > last:
                break
            if mark.end <= last:
                shown.add(mark.clause)
        if len(shown) > most:
            best, most = first, len(shown)
    return best


def _word_begin(text: str, start: int, latest: int) -> int:
    """The first beginning of a word at or after `start`, at the latest where the mark begins."""
    if start == 0 or text[start - 1].isspace():
        return start
    blanks = _BLANKS.search(text, start, latest)
    return blanks.end() if blanks else latest


def _word_end(text: str, end: int, earliest: int) -> int:
    """The last end of a word at or before `end`, at the earliest where the mark ends."""
    end = max(end, earliest)
    if end == len(text) or text[end].isspace():
        return end
    words = _UP_TO_BLANKS.match(text, earliest, end)
    return words.end() if words else earliest
