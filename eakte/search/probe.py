"""Where in a text a word may stand, without reading all of the text."""

import re
from collections.abc import Iterator
from itertools import product

from eakte.search.analysis import token_at

_LETTERS = 4
"""So many letters of a word are looked for; the analysis then judges the few places where they stand."""

_WRITTEN = {"a": ("a", "ä", "ae"), "o": ("o", "ö", "oe"), "u": ("u", "ü", "ue"), "ss": ("ss", "ß")}
_LETTER = re.compile(r"ss|.", re.DOTALL)


class Probe:
    """Looks for the first letters of a stem or of a form, in the spellings that fold to them.

    It misses rarer accents and words broken in these letters: where nothing is found, read the whole text.
    """

    def __init__(self, folded: str) -> None:
        letters = _LETTER.findall(folded[:_LETTERS])
        self._spellings = tuple(
            {"".join(written) for written in product(*(_WRITTEN.get(one, (one,)) for one in letters))}
        )

    def may_be_in(self, lowered: str) -> bool:
        return any(spelling in lowered for spelling in self._spellings)

    def tokens(self, text: str, lowered: str) -> Iterator[tuple[int, int]]:
        """Start and end of the tokens that hold the letters; `lowered` is the text in small letters."""
        for spelling in self._spellings:
            place = lowered.find(spelling)
            while place >= 0:
                start, end = token_at(text, place)
                yield start, end
                place = lowered.find(spelling, max(end, place + 1))
