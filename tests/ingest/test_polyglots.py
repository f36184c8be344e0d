"""A file that is two things at once is refused or noted; what cameras, scanners and signers append is part of it."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from ingest.adapters import polyglot
from ingest.recognition import errors
from ingest.recognition.confined import inspect
from ingest.recognition.results import MediaType, RecognitionLimits
from tests.ingest.papers import LETTER, native_pdf, saved, scan
from tests.ingest.test_office_files import zipped

LIMITS = RecognitionLimits(timeout_s=60, memory_mb=800, max_pages=50, max_megapixels=30)
ARCHIVE = zipped(evil=b"MZ" + b"\0" * 100)
PROGRAM = b"MZ" + b"\0" * 3000
PAGE = b"<html><script>alert(1)</script></html>"
FILM = b"\0\0\0\x18ftypmp42" + b"\0" * 20 + b"PK\x03\x04" + bytes(range(256)) * 40


def a_pdf(tmp_path: Path) -> bytes:
    return native_pdf(tmp_path / "a.pdf", LETTER).read_bytes()


def a_picture(tmp_path: Path, suffix: str = ".jpg") -> bytes:
    return saved(scan(dpi=72), tmp_path / f"a{suffix}").read_bytes()


def with_comment(jpeg: bytes, comment: bytes) -> bytes:
    return jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + jpeg[2:]


def codes(tmp_path: Path, content: bytes) -> set[str]:
    path = tmp_path / "eingang"
    path.write_bytes(content)
    return {warning.code for warning in inspect(path, limits=LIMITS).warnings}


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda folder: a_pdf(folder) + ARCHIVE, "ZIP-Archiv"),
        (lambda folder: a_pdf(folder) + ARCHIVE + b"\n%%EOF\n", "ZIP-Archiv"),
        (lambda folder: a_pdf(folder) + PROGRAM, "Windows-Programm"),
        (lambda folder: a_pdf(folder) + b"\x7fELF" + b"\0" * 90, "Programm"),
        (lambda folder: a_picture(folder) + ARCHIVE, "ZIP-Archiv"),
        (lambda folder: a_picture(folder) + PROGRAM, "Windows-Programm"),
        (lambda folder: a_picture(folder) + FILM + ARCHIVE, "ZIP-Archiv"),
        (lambda folder: a_picture(folder, ".png") + PROGRAM, "Windows-Programm"),
        (lambda folder: a_picture(folder, ".webp") + ARCHIVE, "ZIP-Archiv"),
        (lambda folder: a_picture(folder, ".tif") + ARCHIVE, "ZIP-Archiv"),
        (lambda folder: zipped(Brief_dot_txt=b"Guten Tag") + PROGRAM, "Windows-Programm"),
    ],
)
def test_a_program_or_archive_behind_a_file_is_refused_by_name(
    tmp_path: Path, make: Callable[[Path], bytes], found: str
) -> None:
    with pytest.raises(errors.Polyglot, match=found):
        codes(tmp_path, make(tmp_path))


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: PAGE[:-7] + b"<!--\n" + a_pdf(folder) + b"\n--></html>",
        lambda folder: a_pdf(folder) + PAGE,
        lambda folder: a_picture(folder) + PAGE,
        lambda folder: a_picture(folder) + a_pdf(folder),
        lambda folder: a_picture(folder, ".png") + PAGE,
        lambda folder: with_comment(a_picture(folder), b"%PDF-1.7\n1 0 obj"),
        lambda folder: with_comment(a_picture(folder), PAGE),
    ],
)
def test_a_second_document_or_page_of_the_web_is_noted(tmp_path: Path, make: Callable[[Path], bytes]) -> None:
    assert codes(tmp_path, make(tmp_path)) == {"polyglot"}


def updated(pdf: bytes) -> bytes:
    """A PDF with an incremental update, as signers append one."""
    start = pdf.rindex(b"startxref")
    at = int(pdf[start + 9 :].split()[0])
    return pdf + b"xref\n0 0\ntrailer\n<< /Size 99 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (at, len(pdf))


def carrying_a_zip_as_it_is(folder: Path) -> bytes:
    with pikepdf.open(io.BytesIO(a_pdf(folder))) as pdf:
        pdf.attachments["anlagen.zip"] = zipped(Brief_dot_txt=b"Guten Tag")
        out = io.BytesIO()
        pdf.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"PK\x05\x06" in out.getvalue()
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda folder: updated(a_pdf(folder)), MediaType.PDF),
        (lambda folder: a_pdf(folder) + b"\0" * 5000 + b"\r\n", MediaType.PDF),
        (carrying_a_zip_as_it_is, MediaType.PDF),
        (lambda folder: a_picture(folder) + b"\0" * 512, MediaType.JPEG),
        (lambda folder: a_picture(folder) + FILM, MediaType.JPEG),
        (lambda folder: a_picture(folder) + b"\0\0" + a_picture(folder), MediaType.JPEG),
        (lambda folder: a_picture(folder) + a_picture(folder) + FILM, MediaType.JPEG),
        (lambda folder: with_comment(a_picture(folder), b"Aufnahme vom 14. Maerz"), MediaType.JPEG),
        (lambda folder: zipped(Brief_dot_txt=b"Guten Tag"), MediaType.ZIP),
    ],
    ids=["update", "padding", "attached zip", "zeros", "film", "gain map", "both", "comment", "zip"],
)
def test_what_belongs_to_a_file_is_nothing_foreign(
    tmp_path: Path, make: Callable[[Path], bytes], kind: MediaType
) -> None:
    path = tmp_path / "eingang"
    path.write_bytes(make(tmp_path))
    assert polyglot.examine(path, kind) == ()
