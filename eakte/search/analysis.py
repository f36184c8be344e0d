"""The one German analysis: texts become words, words become the terms an engine stores.

All engines index what `words_of` yields and ask for what it yields for the query, so they agree on what
a match is. One written word is one position, also when it is hyphenated or broken at a line's end.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from eakte.search import compounds
from eakte.search.folding import fold
from eakte.search.vocabulary import vocabulary

_HYPHENS = "-\u2010\u2011\u00ad\u00ac"
"""Hyphen-minus, hyphen, non-breaking and soft hyphen, and the ¬ some scanners write at a line's end."""

_TOKEN = re.compile(
    rf"""
    [^\W_]+
    (?:
      (?: [{_HYPHENS}][^\S\n]*\n\s*(?!(?:und|oder|bzw|sowie)\b)  # broken at the end of a line
        | [{_HYPHENS}./_]
        | (?<=\d)[,:](?=\d)
      )
      [^\W_]+
    )*
    """,
    re.VERBOSE,
)
_BROKEN = re.compile(rf"[{_HYPHENS}](?<=[^\W_].)[^\S\n]*\n\s*(?!(?:und|oder|bzw|sowie)\b)(?=[^\W_])")
"""A hyphen at a line's end with its word going on."""
_AROUND = ".,:;!?()[]/\"'„“”‚‘’»«…–"
"""Signs around a word that belong to no token."""
_BREAK = re.compile(rf"[{_HYPHENS}]\s*\n\s*(?=[^\W\d_])")
_HYPHEN = re.compile(rf"[{_HYPHENS}]")
_SEPARATOR = re.compile(r"[-./_,:]")
_DIGIT = re.compile(r"\d")

FORM = "="
"""Stands before a written form where forms and terms are kept together."""

FORM_GOES_ON = "[0-9a-z,:\u0080-\u07ff]*"
"""How a form goes on up to the next separator of a reference: one that holds any is accompanied by its beginning.

European alphabets and their neighbours: for every letter there is, engines take ten times as long to prepare.
"""

_LONGEST = 200
"""Letters of a token that count; longer ones are data, not words."""

_MOST_SEGMENTS = 8
"""A reference of more segments is found by them and from its beginning, not by every run in between."""

_stem_word: Callable[[str], str] = Stemmer.Stemmer("german").stemWord


class Word(NamedTuple):
    """One written word as terms.

    `stem` is the word as a whole, `parts` are stems found inside it (compound parts, hyphenated parts,
    pieces of a reference), `forms` the folded spellings that a prefix search may begin.
    """

    stem: str
    parts: tuple[str, ...]
    forms: tuple[str, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        return (self.stem, *self.parts)


_Found = tuple[str, str, str]
"""Stems of a piece of text, the parts found inside its words, and its forms with FORM before each; blanks between."""


class Found(NamedTuple):
    """What texts are found by: the terms, which are stems and parts, and forms with FORM before each.

    Strings with blanks between the words, and a few of them twice: to make sets of all these words takes longer than
    to find them.
    """

    stems: str
    parts: str
    forms: str

    def all(self) -> list[str]:
        """Each of them once: terms before forms."""
        return list(dict.fromkeys(" ".join(self).split()))


class Reading(NamedTuple):
    """A text as an engine stores it: its stems in order with blanks between, and what its pieces are found by."""

    stems: str
    pieces: dict[str, _Found]


def normalise(text: str) -> str:
    """Text in the composed form (NFC) that positions and snippets refer to."""
    return unicodedata.normalize("NFC", text)


def words_of(text: str) -> Iterator[Word]:
    """The words of a normalised text in their order."""
    for token in _TOKEN.findall(text):
        yield from read(token)


def reading(text: str) -> Reading:
    """All that an engine needs of a normalised text.

    It is cut at its blanks, which is much quicker than to look for tokens; a broken word stays in one piece.
    """
    pieces = _BROKEN.sub("-\0", text.replace("\0", " ")).split()
    found = list(map(_found_in, pieces))
    return Reading(" ".join([stems for stems, _, _ in found if stems]), dict(zip(pieces, found, strict=True)))


def found_together(readings: Iterable[Reading]) -> Found:
    """Everything that several texts together are found by."""
    # The same word with other signs around it is another piece, of which the same is found.
    different = {found for one in readings for found in one.pieces.values()}
    return Found(
        " ".join([stems for stems, _, _ in different]),
        " ".join([parts for _, parts, _ in different if parts]),
        " ".join([forms for _, _, forms in different]),
    )


def token_at(text: str, place: int) -> tuple[int, int]:
    """Start and end of the token at a place of a text where a word stands."""
    start = place
    while True:
        start = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start)) + 1
        before = start - 1
        while before >= 0 and text[before].isspace():
            before -= 1
        if before < 0 or text[before] not in _HYPHENS or "\n" not in text[before:start]:
            break
        start = before
    found = _TOKEN.search(text, start)
    while found and found.end() <= place:
        found = _TOKEN.search(text, found.end())
    return found.span() if found else (place, place)


def spans_of(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Start and end of each token of a normalised text; `start` is where one of them begins."""
    return map(re.Match.span, _TOKEN.finditer(text, start))


def written_words(text: str) -> Iterator[str]:
    """The words of a normalised text as they are written, in one piece each."""
    for token in _TOKEN.findall(text):
        yield _HYPHEN.sub("-", _BREAK.sub(_join, token).replace("\u00ad", ""))


@lru_cache(maxsize=1 << 16)
def _found_in(piece: str) -> _Found:
    """Stems and found terms of a piece with the signs around it: kept, because texts repeat their words."""
    bare = piece.strip(_AROUND)
    if bare.isalpha():
        return _found_in_word(bare)
    if bare.replace(",", "", 1).isdecimal() and len(bare) <= _LONGEST:
        return bare, "", FORM + bare
    return _found_in_mixed(bare)


@lru_cache(maxsize=1 << 17)
def _found_in_word(word: str) -> _Found:
    return _found_in_token(word)


@lru_cache(maxsize=1 << 14)
def _found_in_mixed(piece: str) -> _Found:
    tokens = _TOKEN.findall(piece.replace("\0", "\n"))
    found = [_found_in_word(token) if token.isalpha() else _found_in_token(token) for token in tokens]
    stems, parts, forms = (" ".join(some) for some in zip(*found, strict=True)) if found else ("", "", "")
    return stems, parts, forms


def _found_in_token(token: str) -> _Found:
    words = read(token)
    return (
        " ".join([word.stem for word in words]),
        " ".join([part for word in words for part in word.parts]),
        " ".join([FORM + form for word in words for form in word.forms]),
    )


def found_by(token: str) -> list[str]:
    """What one token of a text is found by: terms, and forms with FORM before them."""
    return " ".join(_found_in(token)).split()


def stems_of(token: str) -> list[str]:
    """The stems of one token of a text, in their order (several in "und/oder")."""
    return _found_in(token)[0].split(" ")


def read(token: str) -> tuple[Word, ...]:
    """The words of one token of a text."""
    token = token[:_LONGEST]
    if token.isalpha():
        return (_word(fold(token)),)
    if token.isalnum() and _DIGIT.search(token):
        written = token.casefold()
        return (Word(written, (), (written,)),)
    if "\n" in token:
        token = _BREAK.sub(_join, token)
    if not token.isascii():
        token = _HYPHEN.sub("-", token.replace("\u00ad", ""))
    if _DIGIT.search(token):
        return (_reference(token.casefold()),)
    return tuple(_hyphenated(piece.split("-")) for piece in re.split(r"[./_]", token))


def stem(folded: str) -> str:
    """The stem of a folded word.

    Nouns in -er keep it (Steuer, Bürger, Bauer): cut off, they would meet "Burg" and "Bau".
    """
    noun = folded.removesuffix("n").removesuffix("s") if folded.endswith(("ern", "ers")) else folded
    if noun.endswith("er") and (noun in vocabulary().first or noun in vocabulary().last):
        return noun
    return _stem_word(folded)


def beginning(text: str) -> str:
    """What a prefix search compares with the `forms` of words; empty when nothing searchable is left."""
    tokens = _TOKEN.findall(text)
    if len(tokens) != 1:
        return ""
    token = _HYPHEN.sub("-", tokens[0][:_LONGEST])
    if _DIGIT.search(token):
        rest = text[text.rindex(tokens[0]) + len(tokens[0]) :].strip()
        return token.casefold() + (rest if _SEPARATOR.fullmatch(rest) else "")
    return fold(token.replace("-", "")) if token.replace("-", "").isalpha() else ""


def _join(broken: re.Match[str]) -> str:
    """A break before a small letter divided a word; before a capital it stands at a real hyphen."""
    return "" if broken.string[broken.end()].islower() else "-"


@lru_cache(maxsize=1 << 16)
def _word(folded: str) -> Word:
    return Word(stem(folded), tuple(dict.fromkeys(map(stem, compounds.parts(folded)))), (folded,))


def _hyphenated(pieces: list[str]) -> Word:
    """A word written with hyphens is the word without them, and each run of its pieces is a part."""
    folded = [fold(piece) for piece in pieces]
    if len(folded) == 1:
        return _word(folded[0])
    whole = "".join(folded)
    runs = ["".join(run) for run in _runs(folded)]
    inner = [part for form in (whole, *runs) for part in compounds.parts(form)]
    parts = dict.fromkeys(stem(part) for part in (*runs, *inner))
    return Word(stem(whole), tuple(parts), tuple(dict.fromkeys((whole, *runs))))


def _reference(written: str) -> Word:
    """A word with digits is a reference, a date or an amount: nothing is stemmed, and its separators count."""
    ends = [*(found.start() for found in _SEPARATOR.finditer(written)), len(written)]
    # An amount (12,50) or a time (10:30) is one thing; nobody looks for the cents.
    if "," in written or ":" in written:
        begun = (written[:end] for end in ends[:-1] if written[end] not in ",:")
        return Word(written, (), (written, *begun))
    starts = [0, *(end + 1 for end in ends[:-1])]
    every = len(ends) <= _MOST_SEGMENTS
    spans = [
        written[start:end]
        for first, start in enumerate(starts)
        for last, end in enumerate(ends[first:], first)
        if every or first == last or first == 0
    ]
    forms = dict.fromkeys((written, *(fold(span) if span.isalpha() else span for span in spans)))
    terms = dict.fromkeys(stem(form) if form.isalpha() else form for form in forms)
    del terms[written]
    return Word(written, tuple(terms), tuple(forms))


def _runs(pieces: list[str]) -> Iterator[list[str]]:
    """Every run of neighbouring pieces but the whole, single ones first."""
    for length in range(1, len(pieces)) if len(pieces) <= _MOST_SEGMENTS else (1,):
        for start in range(len(pieces) - length + 1):
            yield pieces[start : start + length]
