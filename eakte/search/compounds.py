"""German compounds taken apart: Bau-genehmigung-s-verfahren."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from eakte.search.vocabulary import OPAQUE, Vocabulary, vocabulary

SHORTEST = 3
LONGEST = 60
"""Letters of a part, and of a word that is looked into at all; longer ones are scanning noise."""

_PREFIXES = ("ober", "zwischen", "neben", "sonder", "gesamt", "nicht")
"""Openings that leave the meaning of a long enough rest alone: Oberbürgermeister, Nichtraucher."""
_REST_AFTER_PREFIX = 6

_PLACES = frozenset(
    {"allee", "bach", "berg", "brucke", "burg", "damm", "dorf", "feld", "gasse", "hausen", "hof", "park"}
    | {"platz", "ring", "strasse", "tal", "ufer"}
)
"""What place and street names end in, whatever stands before: Ahrenbrückenstraße."""
_REST_AFTER_UNKNOWN = 8
_UNKNOWN = 3
"""A known ending of eight letters is believed after anything, as in the misread "Bnugenehmigung"."""

_VOWELS = frozenset("aeiouy")


class Part(NamedTuple):
    """One part of a compound: what stands in the word, and its basic form without linking letters."""

    written: str
    base: str


def parts(word: str) -> tuple[str, ...]:
    """Folded parts of a folded word: each part, each run of neighbouring parts, and parts of parts; not the word.

    >>> parts("baugenehmigungsverfahren")
    ('bau', 'genehmigung', 'verfahren', 'baugenehmigung', 'genehmigungsverfahren')
    """
    if not 2 * SHORTEST <= len(word) <= LONGEST:
        return ()
    return tuple(dict.fromkeys(found for found in _runs(_split(word)) if found != word))


def _runs(sequence: tuple[Part, ...]) -> Iterator[str]:
    count = len(sequence)
    for length in range(1, count):
        for start in range(count - length + 1):
            run = sequence[start : start + length]
            yield "".join(part.written for part in run[:-1]) + run[-1].base


def _split(word: str) -> tuple[Part, ...]:
    """The finest reading of a word: the best one, its parts taken apart again; empty when it is no compound."""
    best = _best_reading(word) or _after_prefix(word) or _after_unknown(word)
    return tuple(finer for part in best for finer in _finer(part))


def _finer(part: Part) -> tuple[Part, ...]:
    if len(part.base) < 2 * SHORTEST or part.base in OPAQUE:
        return (part,)
    inner = _split(part.base)
    if not inner:
        return (part,)
    end = len("".join(piece.written for piece in inner[:-1]))
    return (*inner[:-1], Part(part.written[end:], inner[-1].base))


@lru_cache(maxsize=1 << 14)
def _best_reading(word: str) -> tuple[Part, ...]:
    """The reading with the fewest and longest known parts; empty when there is none but the word itself."""
    if word in OPAQUE:
        return ()
    words = vocabulary()
    # Per position the cheapest way to have come there.
    ways: dict[int, tuple[int, tuple[Part, ...]]] = {0: (0, ())}
    for start in range(len(word) - SHORTEST + 1):
        if start not in ways:
            continue
        spent, taken = ways[start]
        if start and (last := _last(word[start:], words)):
            _keep(ways, len(word), spent + _price(last), (*taken, last))
        for end in range(start + SHORTEST, len(word) - SHORTEST + 1):
            if first := _first(word[start:end], words):
                _keep(ways, end, spent + _price(first), (*taken, first))
    return ways[len(word)][1] if len(word) in ways else ()


def _keep(ways: dict[int, tuple[int, tuple[Part, ...]]], end: int, price: int, taken: tuple[Part, ...]) -> None:
    if end not in ways or price < ways[end][0]:
        ways[end] = (price, taken)


def _price(part: Part) -> int:
    """Few parts beat many, long ones short ones, and linking letters cost a little."""
    short = {3: 5, 4: 2}.get(len(part.base), 0)
    return 10 + short + (part.written != part.base)


def _first(written: str, words: Vocabulary) -> Part | None:
    base = words.openings.get(written)
    return None if base is None else Part(written, base)


def _last(written: str, words: Vocabulary) -> Part | None:
    base = words.closings.get(written)
    return None if base is None else Part(written, base)


def _after_prefix(word: str) -> tuple[Part, ...]:
    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= _REST_AFTER_PREFIX and (last := _last(rest, vocabulary())):
            return (Part(prefix, prefix), last)
    return ()


def _after_unknown(word: str) -> tuple[Part, ...]:
    """A known end after letters nobody knows: names of places, and words the scanner misread."""
    words = vocabulary()
    if word in words.first or word in words.last:
        return ()
    for cut in range(_UNKNOWN, len(word) - SHORTEST + 1):
        last = _last(word[cut:], words)
        if last and (last.base in _PLACES or len(last.base) >= _REST_AFTER_UNKNOWN):
            unknown = word[:cut]
            known = _VOWELS.intersection(unknown) and (len(unknown) > _UNKNOWN or last.base not in _PLACES)
            return (Part(unknown, unknown), last) if known else ()
    return ()
