"""What the code on a separator or cover sheet announces (Trennblatt, Deckblatt), written and read.

Our own payload is `EA1` and then fields, each with a letter, and a check at the end:
`EA1;C;B=2026-0117;R=63.2-BA-2023%2F118;T=Bescheid;K7QD`. It is plain ASCII, so that QR and Code 128 carry the same.
"""

import re
import zlib
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import quote, unquote

_VERSION = "EA1"
_OURS = re.compile(r"EA\d+;")
_FOREIGN = re.compile(r"EAKTE;", re.I)
_PATCH = re.compile(r"PATCH[\s_-]?T", re.I)
_PLAIN = " .-/#:()+_"
_DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class SheetKind(StrEnum):
    """A cover sheet (Deckblatt) speaks for all documents up to the next one, a separator (Trennblatt) for one."""

    COVER = "cover"
    SEPARATOR = "separator"
    PATCH = "patch"


_LETTERS = {SheetKind.COVER: "C", SheetKind.SEPARATOR: "S", SheetKind.PATCH: "P"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Announcement:
    """Where the pages behind a sheet belong, as far as it says so.

    `reference` is a dossier's or a case's Aktenzeichen, `case` a case's own number (Vorgang), `document_class` the
    Dokumentart as printed, `batch` the key of the batch the sheet was printed for. `damaged`: the code is one of
    ours, but its check fails or its version is unknown; then nothing else in it counts.
    """

    kind: SheetKind
    reference: str | None = None
    case: str | None = None
    document_class: str | None = None
    batch: str | None = None
    damaged: bool = False

    @property
    def names_target(self) -> bool:
        return self.reference is not None or self.case is not None


def write_payload(announcement: Announcement) -> str:
    """The text for a sheet's code."""
    fields = [_VERSION, _LETTERS[announcement.kind]]
    named = {
        "B": announcement.batch,
        "R": announcement.reference,
        "V": announcement.case,
        "T": announcement.document_class,
    }
    fields += [f"{letter}={quote(value, safe=_PLAIN)}" for letter, value in named.items() if value]
    body = ";".join(fields)
    return f"{body};{_check(body)}"


def read_payload(text: str) -> Announcement | None:
    """What the text of a code announces, None when it was not made for a sheet.

    Read are our own payload, `EAKTE;AZ=…;VG=…;TYP=…` and `PATCHT`. A code that only holds an Aktenzeichen looks
    like many others: that is decided by the whole sheet, see `sheets_seen`.
    """
    text = text.strip()
    if _OURS.match(text):
        return _read_ours(text)
    if _FOREIGN.match(text):
        return _read_foreign(text)
    return Announcement(SheetKind.PATCH) if _PATCH.fullmatch(text) else None


def is_own(text: str) -> bool:
    """Whether a code is one of ours and undamaged."""
    return bool(_OURS.match(text)) and not _read_ours(text).damaged


def merged(one: Announcement, other: Announcement) -> Announcement | None:
    """What two codes of one sheet say together, None when they contradict each other."""
    pairs = [(getattr(one, name), getattr(other, name)) for name in ("reference", "case", "document_class", "batch")]
    kinds = {one.kind, other.kind} - {SheetKind.PATCH}
    if len(kinds) > 1 or any(a and b and a != b for a, b in pairs):
        return None
    reference, case, document_class, batch = (a or b for a, b in pairs)
    return Announcement(kinds.pop() if kinds else SheetKind.PATCH, reference, case, document_class, batch)


def completed(own: Announcement, cover: Announcement) -> Announcement:
    """A separator's announcement with what it leaves open taken from the cover sheet before it.

    A separator with a target of its own stands alone: the cover's class is that of another matter.
    """
    if own.names_target:
        return own
    document_class = own.document_class or cover.document_class
    return replace(own, reference=cover.reference, case=cover.case, document_class=document_class)


def _read_ours(text: str) -> Announcement:
    body, _, check = text.rpartition(";")
    version, _, rest = body.partition(";")
    letter, *fields = rest.split(";")
    if version != _VERSION or check != _check(body) or letter not in _KINDS:
        return Announcement(SheetKind.SEPARATOR, damaged=True)
    values = {name: unquote(value) for name, _, value in (field.partition("=") for field in fields)}
    return Announcement(_KINDS[letter], values.get("R"), values.get("V"), values.get("T"), values.get("B"))


def _read_foreign(text: str) -> Announcement:
    pairs = (field.partition("=") for field in text.split(";")[1:])
    values = {name.strip().upper(): value.strip() for name, _, value in pairs}
    target = {name: value or None for name, value in values.items()}
    return Announcement(
        SheetKind.SEPARATOR, target.get("AZ"), target.get("VG"), target.get("TYP"), target.get("STAPEL")
    )


def _check(body: str) -> str:
    number = zlib.crc32(body.encode())
    return "".join(_DIGITS[number >> shift & 31] for shift in (0, 5, 10, 15))
