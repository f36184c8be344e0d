"""Spellings of one word made equal: Müller, Mueller and Muller; Straße and Strasse; Café and Cafe."""

import re
import unicodedata

_UMLAUT = re.compile(r"ä|ae|æ|ö|oe|œ|ø|ü|(?<![aeäq])ue|ł|đ|ı")
"""After a, e, ä and q the letters "ue" are never an ü: Steuer, bauen, neue, Quelle."""

_PLAIN = {"ä": "a", "æ": "a", "ö": "o", "œ": "o", "ø": "o", "ü": "u", "ł": "l", "đ": "d", "ı": "i"}


_LONGEST_CODE = 200


def code_key(code: str) -> str:
    """What a code or name is compared by as a whole."""
    return fold(code.strip())[:_LONGEST_CODE]


def fold(word: str) -> str:
    """The word without case, umlauts, ß and accents. Not idempotent: fold the written word, once."""
    folded = _UMLAUT.sub(lambda found: _PLAIN.get(found[0]) or found[0][0], word.casefold())
    if folded.isascii():
        return folded
    parts = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
