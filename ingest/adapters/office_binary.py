"""Office files of the years before 2007 (.doc, .xls, .ppt): their words, for search. Runs inside the sandbox.

Sources: [MS-DOC] 2.4.1 for the piece table, [MS-PPT] 2.3.1 for records; xlrd reads [MS-XLS].
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import olefile
import xlrd

from eakte.foundation.errors import Finding
from ingest.adapters.office_xml import EMBEDDED, MACROS
from ingest.adapters.plain_text import tidied
from ingest.recognition.content import Content
from ingest.recognition.errors import BrokenOfficeFile, EncryptedOfficeFile
from ingest.recognition.results import MediaType

_LARGEST_STREAM = 256 * 1024 * 1024
_TEXT_CHARS, _TEXT_BYTES, _SLIDE, _MASTER = 0x0FA0, 0x0FA8, 0x03EE, 0x03F8
_FIELD = re.compile(r"\x13[^\x13\x14\x15]*\x14([^\x13\x15]*)\x15|\x13[^\x13\x14\x15]*\x15")
_TELLTALES = (
    ("WordDocument", MediaType.DOC),
    ("Workbook", MediaType.XLS),
    ("Book", MediaType.XLS),
    ("PowerPoint Document", MediaType.PPT),
    ("__properties_version1.0", MediaType.MSG),
)


def kind_of(source: Path) -> MediaType | None:
    """Which file an OLE container is, by the streams in it. Raises EncryptedOfficeFile, BrokenOfficeFile."""
    try:
        with olefile.OleFileIO(str(source)) as ole:
            if ole.exists("EncryptedPackage"):
                raise EncryptedOfficeFile()
            return next((kind for stream, kind in _TELLTALES if ole.exists(stream)), None)
    except (OSError, struct.error, IndexError, TypeError, ValueError):
        raise BrokenOfficeFile(problem="Der Behälter (OLE) lässt sich nicht lesen.") from None


def read(source: Path, kind: MediaType) -> Content:
    """The words of a binary office file. Raises BrokenOfficeFile, EncryptedOfficeFile."""
    try:
        with olefile.OleFileIO(str(source)) as ole:
            warnings = tuple(_warnings(ole))
            if kind is MediaType.DOC:
                sections: tuple[str, ...] = (_word_text(ole),)
            elif kind is MediaType.PPT:
                sections = tuple(_slides(ole)) or ("",)
            else:
                sections = tuple(_sheets(source)) or ("",)
    except (OSError, struct.error, IndexError, TypeError, ValueError, KeyError, AssertionError):
        raise BrokenOfficeFile(problem="Sein Inhalt lässt sich nicht lesen.") from None
    return Content(title="", sections=tuple(tidied(each).strip() for each in sections), warnings=warnings)


def _word_text(ole: olefile.OleFileIO) -> str:
    """The text of a Word file, piece by piece, as its piece table says where it lies."""
    document = _stream(ole, "WordDocument")
    flags = struct.unpack_from("<H", document, 0x0A)[0]
    if flags & 0x0100:
        raise EncryptedOfficeFile()
    table = _stream(ole, "1Table" if flags & 0x0200 else "0Table")
    start, length = struct.unpack_from("<II", document, 0x01A2)
    pieces = list(_pieces(table[start : start + length]))
    raw = "".join(_piece_text(document, *piece) for piece in pieces)
    while _FIELD.search(raw):
        raw = _FIELD.sub(lambda match: match[1] or "", raw)
    return raw.replace("\r", "\n").replace("\x07", "\t").replace("\x0b", "\n").replace("\x0c", "\n")


def _pieces(table: bytes) -> Iterator[tuple[int, int]]:
    """Count of letters and coded place of each piece; formatting (type 1) stands before the table (type 2)."""
    at = 0
    while at < len(table) and table[at] == 1:
        at += 3 + struct.unpack_from("<H", table, at + 1)[0]
    if at >= len(table) or table[at] != 2:
        return
    size = struct.unpack_from("<I", table, at + 1)[0]
    content = table[at + 5 : at + 5 + size]
    count = (len(content) - 4) // 12
    bounds = struct.unpack_from(f"<{count + 1}I", content)
    for number in range(count):
        place = struct.unpack_from("<I", content, 4 * (count + 1) + 8 * number + 2)[0]
        yield bounds[number + 1] - bounds[number], place


def _piece_text(document: bytes, letters: int, place: int) -> str:
    if place & 0x40000000:
        start = (place & 0x3FFFFFFF) // 2
        return document[start : start + letters].decode("cp1252", "replace")
    return document[place : place + 2 * letters].decode("utf-16-le", "replace")


def _slides(ole: olefile.OleFileIO) -> Iterator[str]:
    """The text of each slide; what stands in none of them comes first (the outline, notes)."""
    if ole.exists("EncryptedSummary"):
        raise EncryptedOfficeFile()
    data = _stream(ole, "PowerPoint Document")
    slides: list[tuple[int, int]] = []
    texts: list[tuple[int, str]] = []
    waiting = [(0, len(data))]
    while waiting:
        at, end = waiting.pop()
        while at + 8 <= end:
            version, kind, length = struct.unpack_from("<HHI", data, at)
            stop = min(at + 8 + length, end)
            if kind == _SLIDE:
                slides.append((at, stop))
            if version & 0xF == 0xF:
                waiting += [(at + 8, stop)] if kind != _MASTER else []
            elif kind == _TEXT_CHARS:
                texts.append((at, data[at + 8 : stop].decode("utf-16-le", "replace")))
            elif kind == _TEXT_BYTES:
                texts.append((at, data[at + 8 : stop].decode("cp1252", "replace")))
            at = stop
    texts.sort()
    inside = ["\n".join(text for at, text in texts if start <= at < stop) for start, stop in sorted(slides)]
    outside = "\n".join(text for at, text in texts if not any(start <= at < stop for start, stop in slides))
    yield from (each for each in (outside, *inside) if each.strip(" *\n"))


def _sheets(source: Path) -> Iterator[str]:
    try:
        with xlrd.open_workbook(str(source), on_demand=True, logfile=_Silent()) as book:
            for name in book.sheet_names():
                sheet = book.sheet_by_name(name)
                rows = ("\t".join(map(_cell, sheet.row(number))) for number in range(sheet.nrows))
                yield "\n".join([name, *rows])
                book.unload_sheet(name)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise EncryptedOfficeFile() from None
        raise BrokenOfficeFile(problem="Sein Inhalt lässt sich nicht lesen.") from None


def _cell(cell: xlrd.sheet.Cell) -> str:
    value = cell.value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


class _Silent:
    """xlrd wants to say what it thinks of a file; nobody listens."""

    def write(self, text: str) -> None:
        """Say nothing."""

    def flush(self) -> None:
        """Nothing to do."""


def _warnings(ole: olefile.OleFileIO) -> Iterator[Finding]:
    tops = {path[0] for path in ole.listdir(streams=True, storages=True)}
    if tops & {"Macros", "_VBA_PROJECT_CUR"}:
        yield MACROS
    if "ObjectPool" in tops or any(each.startswith("MBD") for each in tops):
        yield EMBEDDED


def _stream(ole: olefile.OleFileIO, name: str) -> bytes:
    with ole.openstream(name) as stream:
        return bytes(stream.read(_LARGEST_STREAM))
