"""Where in a text a word may stand, without reading all of the text."""

import re
from collections.abc import Iterator
from itertools import dropwhile

from eakte.search.analysis import token_at

_LETTERS = 6
"""So many letters of a word are looked for; the analysis then judges the few places where they stand."""

_WRITTEN = {"a": "(?:[aäÄ]|ae)", "o": "(?:[oöÖ]|oe)", "u": "(?:[uüÜ]|ue)", "ss": "(?:ss|[ßẞ])"}
_LETTER = re.compile(r"ss|.", re.DOTALL)


def lowered(text: str) -> str:
    """The text with A to Z in small letters: a third of the time that all capitals take, and no letter moves."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


class Probe:
    """Looks for the first letters of a stem or of a form, in the spellings that fold to them.

    It misses rarer accents and words broken in these letters: where nothing is found, read the whole text.
    Texts are searched as `lowered` gives them.
    """

    def __init__(self, folded: str) -> None:
        letters = _LETTER.findall(folded[:_LETTERS])
        # From the first that is written in one way only: a pattern that begins with a choice takes five times as long.
        certain = list(dropwhile(_WRITTEN.__contains__, letters)) or letters
        # Some signs count as letters and fold to nothing: nothing is found nowhere.
        self._letters = re.compile("".join(_WRITTEN.get(letter) or re.escape(letter) for letter in certain) or "(?!)")

    def may_be_in(self, small: str) -> bool:
        return self._letters.search(small) is not None

    def tokens(self, text: str, small: str) -> Iterator[tuple[int, int]]:
        """Start and end of each token that holds the letters; `small` is the same text `lowered`."""
        found = self._letters.search(small)
        while found:
            start, end = token_at(text, found.start())
            yield start, end
            found = self._letters.search(small, max(end, found.end()))
