"""ZIP files opened with bounds: count, size, ratio and depth are judged before anything is unpacked. In the sandbox."""

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.recognition.errors import BrokenOfficeFile, DecompressionBomb, NestedArchives

_MOST_ENTRIES, _LARGEST_WHOLE, _LARGEST_ENTRY = 20_000, 1024 * 1024 * 1024, 128 * 1024 * 1024
_SUSPICIOUS_RATIO, _HARMLESS_SIZE = 150, 24 * 1024 * 1024
_ARCHIVE_HEADS = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")
_CHUNK = 1 << 16


@contextlib.contextmanager
def opened(source: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    """A ZIP whose table of contents is plausible. Raises BrokenOfficeFile, DecompressionBomb."""
    try:
        with zipfile.ZipFile(source) as archive:
            _bound(archive)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError):
        raise BrokenOfficeFile(problem="Es lässt sich nicht entpacken.") from None


def content_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry, never more than it announced and never more than is allowed.

    Raises DecompressionBomb.
    """
    out = io.BytesIO()
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            out.write(piece)
            if out.tell() > _LARGEST_ENTRY:
                raise _bomb(out.tell())
    return out.getvalue()


def is_archive(head: bytes) -> bool:
    return head.startswith(_ARCHIVE_HEADS) or head[257:262] == b"ustar"


def refuse_nested(archive: zipfile.ZipFile) -> None:
    """Refuse archives in archives that themselves hold archives: a document has at most office files inside.

    Raises NestedArchives.
    """
    for entry in archive.infolist():
        if entry.is_dir() or entry.file_size < 22 or entry.flag_bits & 1:
            continue
        with archive.open(entry) as stream:
            head = stream.read(512)
        if head.startswith(b"PK\x03\x04") and _holds_archives(archive, entry):
            raise NestedArchives()


def _holds_archives(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content_of(archive, entry))) as inner:
            _bound(inner)
            if any(each.filename == "[Content_Types].xml" or each.filename == "mimetype" for each in inner.infolist()):
                return False
            for each in [each for each in inner.infolist() if not each.flag_bits & 1][:1000]:
                with inner.open(each) as stream:
                    if is_archive(stream.read(512)):
                        return True
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return False
    return False


def _bound(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    whole = sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_ENTRIES:
        raise DecompressionBomb(problem=f"{len(entries)} Einträge")
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > _HARMLESS_SIZE and ratio > _SUSPICIOUS_RATIO:
            raise _bomb(entry.file_size)
    if whole > _LARGEST_WHOLE:
        raise _bomb(whole)


def _bomb(size: int) -> DecompressionBomb:
    return DecompressionBomb(problem=f"mehr als {size >> 20} MB aus einem Archiv")
