"""Which characters a message can bear, and what stands in for those it cannot.

XML forbids most control characters; from 4.0.0 on only the letters of DIN 91379 (data type C) are allowed, which are
Latin ones with German typography left out. Nothing is dropped silently: whatever was replaced is told.
"""

import re
import unicodedata
from collections.abc import Callable

from retention.rules.exchange import XdomeaVersion

Clean = Callable[[str], str]

_UNREADABLE = "\ufffd"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SEPARATORS = frozenset("\x0b\x0c\x1c\x1d\x1e\x1f\u2028\u2029")

# DIN 91379:2022-08, data type C: single characters, then letters that exist only with combining marks.
_SINGLE = (
    "\t\n\r\x20-\x7e\xa0-\xac\xae-\u017e\u0187\u0188\u018f\u0197\u01a0\u01a1\u01af\u01b0\u01b7\u01cd-\u01dc\u01de\u01df"
    "\u01e2-\u01f0\u01f4\u01f5\u01f8-\u01ff\u0212\u0213\u0218-\u021b\u021e\u021f\u0227-\u0233\u0259\u0268\u0292"
    "\u02b9\u02ba\u02be\u02bf\u02c8\u02cc\u1e02\u1e03\u1e06\u1e07\u1e0a-\u1e11\u1e17\u1e1c-\u1e2b\u1e2f-\u1e37"
    "\u1e3a\u1e3b\u1e40-\u1e49\u1e52-\u1e5b\u1e5e-\u1e63\u1e6a-\u1e6f\u1e80-\u1e87\u1e8c-\u1e97\u1e9e\u1ea0-\u1ef9"
    "\u2019\u2021\u20ac"
)
_WITH_MARKS = {
    "A": "030b", "C": "0300 0304 0306 0308 0315 0323 0326 0328+0306", "D": "0302", "F": "0300 0304", "G": "0300",
    "H": "0304 0326 0331", "J": "0301 030c", "K": "0300 0302 0304 0307 0315 031b 0326 035f+0048 035f+0068",
    "L": "0302 0325 0325+0304 0326", "M": "0300 0302 0306 0310", "N": "0302 0304 0306 0326",
    "P": "0300 0304 0315 0323", "R": "0306 0325 0325+0304", "S": "0300 0304 031b+0304 0331",
    "T": "0300 0304 0308 0315 031b", "U": "0307", "Z": "0300 0304 0306 0308 0327", "a": "030b",
    "c": "0300 0304 0306 0308 0315 0323 0326 0328+0306", "d": "0302", "f": "0300 0304", "g": "0300",
    "h": "0304 0326", "j": "0301", "k": "0300 0302 0304 0307 0315 031b 0326 035f+0048 035f+0068",
    "l": "0302 0325 0325+0304 0326", "m": "0300 0302 0306 0310", "n": "0302 0304 0306 0326",
    "p": "0300 0304 0315 0323", "r": "0306 0325 0325+0304", "s": "0300 0304 031b+0304 0331",
    "t": "0300 0304 0315 031b", "u": "0307", "z": "0300 0304 0306 0308 0327", "\xc7": "0306", "\xdb": "0304",
    "\xe7": "0306", "\xfb": "0304", "\xff": "0301", "\u010c": "0315 0323", "\u010d": "0315 0323", "\u0113": "030d",
    "\u012a": "0301", "\u012b": "0301", "\u014d": "030d", "\u017d": "0326 0327", "\u017e": "0326 0327",
    "\u1e32": "0304", "\u1e33": "0304", "\u1e62": "0304", "\u1e63": "0304", "\u1e6c": "0304", "\u1e6d": "0304",
    "\u1ea0": "0308", "\u1ea1": "0308", "\u1ecc": "0308", "\u1ecd": "0308", "\u1ee4": "0304 0308",
    "\u1ee5": "0304 0308",
}  # fmt: skip
_STAND_INS = str.maketrans(
    {
        **dict.fromkeys("„“”‟″", '"'),
        **dict.fromkeys("‚‘‛′", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("‹", "<"),
        **dict.fromkeys("›", ">"),
        **dict.fromkeys("•▪●◦", "*"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f", ""),
    }
)
_NO_LETTER = "?"


def _sequences() -> str:
    found = (
        base + "".join(chr(int(mark, 16)) for mark in marks.split("+"))
        for base, listed in _WITH_MARKS.items()
        for marks in listed.split()
    )
    # The longest first, since one sequence may begin with another.
    return "|".join(sorted(map(re.escape, found), key=len, reverse=True))


_DIN_91379 = re.compile(f"(?:{_sequences()}|[{_SINGLE}])+")


def composed(text: str) -> str:
    """The same text, each letter with its marks as one character where there is one (NFC)."""
    return unicodedata.normalize("NFC", text)


def cleaning(version: XdomeaVersion) -> Clean:
    """What makes a text fit for messages of a version; its result is always NFC and free of what XML forbids."""
    return _for_din_91379 if version is XdomeaVersion.V4_0_0 else _for_xml


def _for_xml(text: str) -> str:
    return _NOT_IN_XML.sub(_readable, composed(text))


def _for_din_91379(text: str) -> str:
    text = _for_xml(text)
    if _DIN_91379.fullmatch(text) or not text:
        return text
    return "".join(_pieces(composed(text.translate(_STAND_INS))))


def _pieces(text: str) -> list[str]:
    pieces, at = [], 0
    while at < len(text):
        if allowed := _DIN_91379.match(text, at):
            pieces.append(allowed.group())
            at = allowed.end()
        else:
            pieces.append(_nearest(text[at]))
            at += 1
    return pieces


def _nearest(character: str) -> str:
    """The letters a character is made of, as far as they are allowed; nothing of a mark alone."""
    if unicodedata.combining(character):
        return ""
    letters = "".join(one for one in unicodedata.normalize("NFKD", character) if not unicodedata.combining(one))
    return letters if letters and _DIN_91379.fullmatch(letters) else _NO_LETTER


def _readable(found: re.Match[str]) -> str:
    return " " if found.group() in _SEPARATORS else _UNREADABLE
