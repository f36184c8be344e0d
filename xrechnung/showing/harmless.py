"""Foreign text made harmless: what would be invisible, or turn the reading direction, is named instead."""

import unicodedata
from collections.abc import Iterator
from re import compile

_PLAIN = compile(r"[\n\x20-\x7e\xa0-\xac\xae-\u02ff]*")
_BREAKS = compile(r"\r\n?|[\u2028\u2029\x85]")
NAMED = compile(r"\[U\+[0-9A-F]{4,6}\]")
"""Such a code, as `readable` writes it."""
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
# Soft hyphens and joiners belong to ordinary words and change nothing but their looks.
_USUAL = frozenset("\n\xad\u200c\u200d")
_MOST_MARKS = 4
"""Combining marks on one letter; Vietnamese needs two, letters of no language more than four."""


def readable(text: str) -> str:
    """The text with every control, format, private or unassigned character as its code: `[U+202E]`.

    Line ends become line feeds, tabs blanks.
    """
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_visible(_BREAKS.sub("\n", text).replace("\t", " ")))


def named(character: str) -> str:
    """A character by its code, for readers of Unicode tables."""
    return f"[U+{ord(character):04X}]"


def _visible(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        hidden = unicodedata.category(character) in _HIDDEN and character not in _USUAL
        yield named(character) if hidden or marks > _MOST_MARKS else character
