"""Files that are two things at once (Polyglotte): another file before, behind or in the comments of one we read.

A viewer shows the one, another program opens the other. Incremental updates of PDFs, the film behind a photo and the
further pictures of a camera belong to their file. Runs inside the sandbox.
"""

import mmap
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from eakte.foundation.errors import Finding
from ingest.recognition.errors import Polyglot
from ingest.recognition.results import MediaType

_PADDING = b"\0\r\n\t \x1a"
_MARKUP = re.compile(rb"(?i)<(?:!doctype\s+html|html|script|iframe|body|svg)[\s>]")
_PDF_HEAD_WITHIN = 1024
_ZIP_END_WITHIN = 22 + 0xFFFF
_LOOKED_AT = 1 << 16
_ARCHIVES = {
    b"PK\x03\x04": "ein ZIP-Archiv",
    b"7z\xbc\xaf\x27\x1c": "ein 7-Zip-Archiv",
    b"Rar!\x1a\x07": "ein RAR-Archiv",
}
_PROGRAMS = {b"MZ": "ein Windows-Programm", b"\x7fELF": "ein Programm", b"#!": "ein Skript"}
_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_JPEG_COMMENT, _JPEG_SCAN = 0xFE, 0xDA
_JPEG_BARE = {0x01, *range(0xD0, 0xD8)}
_BETWEEN_JPEGS = re.compile(rb"[\0\r\n]*")
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")

Bytes = bytes | mmap.mmap


def examine(source: Path, kind: MediaType) -> tuple[Finding, ...]:
    """What else a file of this kind is: noted, or refused where it is a program or an archive. Raises Polyglot."""
    with source.open("rb") as file:
        if source.stat().st_size == 0:
            return ()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            foreign = list(dict.fromkeys(_foreign(data, kind)))
    dangerous = [name for name in foreign if name in (*_ARCHIVES.values(), *_PROGRAMS.values())]
    if dangerous:
        raise Polyglot(found=" und ".join(dangerous))
    return tuple(
        Finding("polyglot", f"Die Datei ist zugleich {name}; abgelegt ist nur, was ihr Dateityp zeigt.")
        for name in foreign
    )


def _foreign(data: Bytes, kind: MediaType) -> Iterator[str]:
    """What lies outside the bytes of the file's own format, in German."""
    if data[:4] == b"PK\x03\x04":
        end = data.rfind(b"PK\x05\x06")
        yield from _heads(data[end + 22 : end + 22 + _LOOKED_AT] if end >= 0 else b"")
        return
    if not kind.has_pages:
        return
    if _ends_as_zip(data):
        yield _ARCHIVES[b"PK\x03\x04"]
    if kind is MediaType.PDF:
        yield from _heads(data[: max(0, data.find(b"%PDF-", 0, _PDF_HEAD_WITHIN + 5))])
        end = data.rfind(b"%%EOF")
        yield from _heads(data[end + 5 : end + 5 + _LOOKED_AT] if end >= 0 else b"")
        return
    if data.find(b"%PDF-", 0, _PDF_HEAD_WITHIN + 5) >= 0:
        yield "eine PDF-Datei"
    if kind is MediaType.JPEG:
        yield from _around_jpeg(data)
    elif kind is MediaType.PNG:
        yield from _heads(_behind(data, _png_end(data)))
    elif kind is MediaType.WEBP:
        yield from _heads(_behind(data, 8 + struct.unpack("<L", data[4:8])[0]))


def _heads(part: bytes) -> Iterator[str]:
    """Name what begins here; pages of the web may have some text in front."""
    part = part.lstrip(_PADDING)
    yield from (name for head, name in (_ARCHIVES | _PROGRAMS).items() if part.startswith(head))
    if _MARKUP.search(part):
        yield "eine Webseite (HTML)"
    if part.startswith(b"%PDF-"):
        yield "eine PDF-Datei"


def _behind(data: Bytes, end: int) -> bytes:
    return data[end : end + _LOOKED_AT]


def _ends_as_zip(data: Bytes) -> bool:
    """Whether a program for archives would open the file: they look for a ZIP's table of contents from the end.

    An archive that a PDF carries as it is lies inside a stream, and belongs to the PDF.
    """
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - _ZIP_END_WITHIN - len(_PADDING)))
    if end < 0 or end + 22 > len(data):
        return False
    size, _, comment = struct.unpack("<LLH", data[end + 12 : end + 22])
    behind = data[end + 22 + comment : end + 54 + comment].lstrip(_PADDING)
    listed = size >= 46 and data[max(0, end - size) : max(0, end - size) + 4] == b"PK\x01\x02"
    return listed and not behind.startswith(b"endstream")


def _around_jpeg(data: Bytes) -> Iterator[str]:
    """Comments, and what follows the picture; a camera puts more pictures there, or a film."""
    at = 0
    while data[at : at + 2] == _JPEG_START:
        comments, at = _jpeg(data, at)
        for comment in comments:
            yield from _heads(comment)
        padding = _BETWEEN_JPEGS.match(data, at)
        at = padding.end() if padding else at
    tail = _behind(data, at)
    if tail[4:8] != b"ftyp":
        yield from _heads(tail)


def _jpeg(data: Bytes, start: int) -> tuple[list[bytes], int]:
    """The comments of a JPEG that begins at `start`, and where it ends: the whole file where its end is missing."""
    comments: list[bytes] = []
    at = start + 2
    while at + 4 <= len(data) and data[at : at + 1] == b"\xff":
        marker = data[at + 1]
        if marker == _JPEG_END[1]:
            return comments, at + 2
        if marker == 0xFF or marker in _JPEG_BARE:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker == _JPEG_COMMENT:
            comments.append(data[at + 4 : at + 2 + length])
        at += 2 + length
        if marker == _JPEG_SCAN:
            following = _MARKER_IN_SCAN.search(data, at)
            at = following.start() if following else len(data)
    return comments, at + 2 if data[at : at + 2] == _JPEG_END else len(data)


def _png_end(data: Bytes) -> int:
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at
    return len(data)
