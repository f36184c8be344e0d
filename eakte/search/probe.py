"""Where in a text a word may stand, without reading all of the text."""

import re
from collections.abc import Iterator
from itertools import dropwhile

from eakte.search.analysis import token_at

_LETTERS = 6
"""So many letters of a word are looked for; the analysis then judges the few places where they stand."""

_WRITTEN = {"a": "(?:a|ä|ae)", "o": "(?:o|ö|oe)", "u": "(?:u|ü|ue)", "ss": "(?:ss|ß)"}
_LETTER = re.compile(r"ss|.", re.DOTALL)


class Probe:
    """Looks for the first letters of a stem or of a form, in the spellings that fold to them.

    It misses rarer accents and words broken in these letters: where nothing is found, read the whole text.
    """

    def __init__(self, folded: str) -> None:
        letters = _LETTER.findall(folded[:_LETTERS])
        # From the first that is written in one way only: a pattern that begins with a choice takes five times as long.
        certain = list(dropwhile(_WRITTEN.__contains__, letters)) or letters
        # Some signs count as letters and fold to nothing: nothing is found nowhere.
        self._letters = re.compile("".join(_WRITTEN.get(letter) or re.escape(letter) for letter in certain) or "(?!)")

    def may_be_in(self, lowered: str) -> bool:
        return self._letters.search(lowered) is not None

    def tokens(self, text: str, lowered: str) -> Iterator[tuple[int, int]]:
        """Start and end of each token that holds the letters; `lowered` is the text in small letters."""
        found = self._letters.search(lowered)
        while found:
            start, end = token_at(text, found.start())
            yield start, end
            found = self._letters.search(lowered, max(end, found.end()))
