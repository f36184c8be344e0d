"""Outlook messages (.msg): the properties that say who wrote what to whom. Runs inside the sandbox.

Source: [MS-OXMSG] for the streams, [MS-OXPROPS] for the property numbers.
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import olefile

from ingest.adapters.enclosures import HTML_MADE_HARMLESS, enclosed, enclosure_warnings
from ingest.adapters.html_text import text_of_html
from ingest.adapters.plain_text import decoded, tidied
from ingest.adapters.rtf_text import text_of_rtf, unpacked_rtf
from ingest.recognition.content import Content, Enclosure
from ingest.recognition.errors import BrokenOfficeFile, EncryptedMessage, MessageTooComplex

_GERMANY = ZoneInfo("Europe/Berlin")
_MOST_ENTRIES, _DEEPEST, _LARGEST_STREAM = 5000, 10, 64 * 1024 * 1024
_CLASS, _SUBJECT, _BODY, _RTF, _HTML = 0x001A, 0x0037, 0x1000, 0x1009, 0x1013
_SENT_AT, _RECEIVED_AT, _MESSAGE_ID, _CODE_PAGE = 0x0039, 0x0E06, 0x1035, 0x3FDE
_SENDER = (0x0C1A, 0x5D01, 0x0C1F)
_ON_BEHALF_OF = (0x0042, 0x5D02, 0x0065)
_RECIPIENT = (0x3001, 0x39FE, 0x3003)
_RECIPIENT_KIND = 0x0C15
_KINDS = {1: "An", 2: "Kopie", 3: "Blindkopie"}
_FILE_NAMES = (0x3707, 0x3704, 0x3001)
_DATA = 0x3701
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_CHARSETS = {65001: "utf-8", 20127: "ascii", 28591: "iso8859-1", 28605: "iso8859-15", 50220: "iso2022-jp"}

Storage = tuple[str, ...]


def read(source: Path) -> Content:
    """An Outlook message as its readers see it. Raises BrokenOfficeFile, EncryptedMessage, MessageTooComplex."""
    try:
        with olefile.OleFileIO(str(source)) as ole:
            if len(ole.listdir(streams=True, storages=True)) > _MOST_ENTRIES:
                raise MessageTooComplex(parts=_MOST_ENTRIES, depth=_DEEPEST)
            return _Message(ole, ()).content()
    except (OSError, struct.error, IndexError, TypeError, UnicodeError):
        raise BrokenOfficeFile(problem="Die Outlook-Nachricht lässt sich nicht lesen.") from None


class _Message:
    """One message: the one the file is, or one enclosed in it."""

    def __init__(self, ole: olefile.OleFileIO, at: Storage) -> None:
        self._ole = ole
        self._at = at
        self._numbers = dict(self._fixed(at))
        page = int(self._numbers.get(_CODE_PAGE, 1252))
        self._charset = _CHARSETS.get(page, f"cp{page}")

    def content(self) -> Content:
        kind = self._text(_CLASS).upper()
        if kind.startswith("IPM.NOTE.SMIME") and "MULTIPARTSIGNED" not in kind:
            raise EncryptedMessage()
        subject = self._text(_SUBJECT)
        enclosures: list[Enclosure] = []
        inner: list[str] = []
        for storage in self._children("__attach"):
            if self._ole.exists([*storage, f"__substg1.0_{_DATA:04X}000D"]):
                inner += self._enclosed_message(storage)
            else:
                enclosures.append(enclosed(self._name_of(storage), self._stream(storage, _DATA, "0102")))
        body, made_harmless = self._body()
        warnings = [HTML_MADE_HARMLESS] if made_harmless else []
        return Content(
            title=subject or "E-Mail ohne Betreff",
            sections=(body, *inner),
            facts=tuple((label, value) for label, value in self._facts(subject) if value),
            enclosures=tuple(enclosures),
            warnings=(*warnings, *enclosure_warnings(enclosures)),
        )

    def _facts(self, subject: str) -> Iterator[tuple[str, str]]:
        sender, behalf = self._address(self._at, _SENDER), self._address(self._at, _ON_BEHALF_OF)
        yield "Von", behalf or sender
        if sender and behalf and sender != behalf:
            yield "Im Auftrag gesendet von", sender
        recipients: dict[str, list[str]] = {}
        for storage in self._children("__recip"):
            kind = _KINDS.get(int(dict(self._fixed(storage)).get(_RECIPIENT_KIND, 1)), "An")
            recipients.setdefault(kind, []).append(self._address(storage, _RECIPIENT))
        for kind in _KINDS.values():
            if kind in recipients:
                yield kind, "; ".join(each for each in recipients[kind] if each)
        moment = self._numbers.get(_SENT_AT) or self._numbers.get(_RECEIVED_AT)
        if moment:
            at = (_EPOCH + timedelta(microseconds=moment // 10)).astimezone(_GERMANY)
            yield "Datum", f"{at:%d.%m.%Y, %H:%M:%S %z}"
        yield "Betreff", subject
        if self._text(_MESSAGE_ID):
            yield "Nachrichten-ID", self._text(_MESSAGE_ID)

    def _body(self) -> tuple[str, bool]:
        """The words of the message, from the best form there is, and whether its HTML wanted to reach out."""
        pages = self._stream(self._at, _HTML, "0102")
        as_html = text_of_html(decoded(pages, self._charset)[0]) if pages else None
        plain = self._text(_BODY)
        if plain.strip():
            return plain, as_html is not None and as_html.reaches_out
        if as_html is not None:
            return as_html.text, as_html.reaches_out
        packed = self._stream(self._at, _RTF, "0102")
        return (text_of_rtf(unpacked_rtf(packed)), False) if packed else ("", False)

    def _enclosed_message(self, storage: Storage) -> tuple[str, ...]:
        at = (*storage, f"__substg1.0_{_DATA:04X}000D")
        if len(at) > _DEEPEST:
            raise MessageTooComplex(parts=_MOST_ENTRIES, depth=_DEEPEST)
        found = _Message(self._ole, at).content()
        head = "\n".join(f"{label}: {value}" for label, value in found.facts)
        listed = "\n".join(f"Anlage: {each.name} (SHA-256 {each.sha256})" for each in found.enclosures)
        return (f"Enthaltene Nachricht\n{head}\n{listed}".rstrip(), *found.sections)

    def _name_of(self, storage: Storage) -> str:
        names = (self._value(storage, number) for number in _FILE_NAMES)
        return next((name for name in names if name), "ohne Namen").replace("\\", "/").rpartition("/")[2]

    def _address(self, storage: Storage, numbers: tuple[int, int, int]) -> str:
        """A name with an SMTP address; Exchange's own addresses say nothing to people."""
        name, smtp, other = (self._value(storage, number) for number in numbers)
        address = smtp or (other if "@" in other else "")
        return f"{name} <{address}>" if name and address and name != address else name or address

    def _children(self, prefix: str) -> list[Storage]:
        """Storages directly inside this message whose name begins with `prefix`, in their order."""
        depth = len(self._at)
        found = {
            tuple(path[: depth + 1])
            for path in self._ole.listdir()
            if len(path) > depth + 1 and tuple(path[:depth]) == self._at and path[depth].startswith(prefix)
        }
        return sorted(found)

    def _text(self, number: int) -> str:
        return self._value(self._at, number)

    def _value(self, storage: Storage, number: int) -> str:
        wide = self._stream(storage, number, "001F")
        if wide:
            return tidied(wide.decode("utf-16-le", "replace")).strip("\x00\n ")
        narrow = self._stream(storage, number, "001E")
        return tidied(decoded(narrow, self._charset)[0]).strip("\x00\n ") if narrow else ""

    def _stream(self, storage: Storage, number: int, kind: str) -> bytes:
        path = [*storage, f"__substg1.0_{number:04X}{kind}"]
        if not self._ole.exists(path):
            return b""
        with self._ole.openstream(path) as stream:
            return bytes(stream.read(_LARGEST_STREAM))

    def _fixed(self, storage: Storage) -> Iterator[tuple[int, int]]:
        """Numbers and instants, which stand in one stream: 16 bytes each, after a header whose length differs."""
        path = [*storage, "__properties_version1.0"]
        if not self._ole.exists(path):
            return
        with self._ole.openstream(path) as stream:
            data = stream.read(1 << 20)
        inner = bool(storage) and storage[-1].startswith("__substg1.0_")
        start = 24 if inner else 32 if not storage else 8
        for offset in range(start, len(data) - 15, 16):
            kind, number, _, value = struct.unpack_from("<HHIQ", data, offset)
            yield number, value & 0xFFFFFFFF if kind in (0x0003, 0x000B) else value
