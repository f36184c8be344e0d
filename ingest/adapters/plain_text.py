"""Plain text whose coding nobody states: the byte order mark, UTF-8 if it fits, else a guess. Runs in the sandbox."""

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from eakte.foundation.errors import Finding
from ingest.recognition.content import Content
from ingest.recognition.errors import TooMuchText

LARGEST_TEXT = 16 * 1024 * 1024
_GUESSED_FROM = 256 * 1024
_LIKELY = ["cp1252", "iso8859_15", "cp850", "iso8859_2", "cp1250", "utf_16_le", "utf_16_be", "mac_roman"]
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Line ends and tabs stay, a form feed ends a section, everything else that does not print goes.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def read(source: Path) -> Content:
    """The words of a text file, a section for each of its pages. Raises TooMuchText."""
    if source.stat().st_size > LARGEST_TEXT:
        raise TooMuchText(limit=LARGEST_TEXT >> 20)
    text, sure = decoded(source.read_bytes())
    warnings = () if sure else (_GUESS,)
    sections = tuple(tidied(each) for each in text.split("\f"))
    return Content("Textdatei", sections, warnings=warnings)


def decoded(data: bytes, named: str | None = None) -> tuple[str, bool]:
    """Bytes as text, and whether that is certain. `named` is the coding somebody says it is, which may be a lie."""
    for mark, coding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(coding, "replace"), True
    for coding in filter(None, (named, "utf-8")):
        text = _decoded_as(data, coding)
        if text is not None:
            return text, True
    if _reads_as_western(data):
        return data.decode("cp1252", "replace"), True
    best = from_bytes(data[:_GUESSED_FROM], cp_isolation=_LIKELY).best()
    return data.decode(best.encoding if best is not None else "cp1252", "replace"), False


def tidied(text: str) -> str:
    """Text with plain line ends and nothing that does not print or turns the reading direction."""
    return _UNPRINTABLE.sub(
        "", text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").replace("\x85", "\n")
    )


def _decoded_as(data: bytes, coding: str) -> str | None:
    try:
        known = codecs.lookup(coding).name
        # What is called Latin-1 is Windows' superset of it more often than not.
        text = data.decode("cp1252" if known == "iso8859-1" else known)
    except (UnicodeDecodeError, LookupError, ValueError, UnicodeError):
        return None
    return text if "\x00" not in text else None


def _reads_as_western(data: bytes) -> bool:
    """Tell whether every letter beyond ASCII is one that German writes, as Windows codes them."""
    beyond = {byte for byte in set(data) if byte >= 0x80}
    return beyond <= set("ÄÖÜäöüß§€°éèêáàóçñ–„“”‚‘’…«»·²³µ\u00a0".encode("cp1252"))


_GUESS = Finding(
    "charset-guessed", "Die Zeichenkodierung der Textdatei ist nicht angegeben und wurde aus dem Inhalt geschlossen."
)
