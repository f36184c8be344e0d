"""What a file is, is found by its content; what cannot be read is refused by name, in German."""

import binascii
import gzip
import shutil
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from eakte.foundation.errors import EakteError
from ingest.adapters import image_file
from ingest.recognition import errors
from ingest.recognition.confined import inspect
from ingest.recognition.results import MediaType, RecognitionLimits
from tests.ingest.papers import LETTER, native_pdf, saved, scan, scanned_pdf
from tests.ingest.test_office_files import zipped

LIMITS = RecognitionLimits(timeout_s=60, memory_mb=800, max_pages=50, max_megapixels=30)


def warnings_of(path: Path) -> set[str]:
    return {warning.code for warning in inspect(path, limits=LIMITS).warnings}


def spoiled(path: Path, spoil: Callable[[pikepdf.Pdf], None], **options: object) -> Path:
    with pikepdf.open(native_pdf(path, LETTER), allow_overwriting_input=True) as pdf:
        spoil(pdf)
        pdf.save(path, **options)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("scan.pdf", MediaType.PDF),
        ("scan.tif", MediaType.TIFF),
        ("scan.jpg", MediaType.JPEG),
        ("scan.png", MediaType.PNG),
        ("scan.webp", MediaType.WEBP),
        ("scan.heic", MediaType.HEIC),
    ],
)
def test_accepted_files_are_known_by_content_whatever_their_name(tmp_path: Path, name: str, kind: MediaType) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    page = scan(dpi=100)
    path = tmp_path / name
    if kind is MediaType.PDF:
        scanned_pdf(path, page)
    else:
        saved(page, path)
    renamed = shutil.copy(path, tmp_path / "irgendwas.docx")
    found = inspect(Path(renamed), limits=LIMITS)
    assert (found.media_type, found.pages, found.warnings) == (kind, 1, ())


@pytest.mark.parametrize(
    ("content", "german"),
    [
        (b"MZ\x90\x00" + b"\0" * 60 + b"PE\0\0" + b"\0" * 200, "Programm"),
        (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "Webseite"),
        (b"<?xml version='1.0'?><Invoice/>", "XML"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\0" * 40, "7-Zip-Archiv"),
        (b"\x00\x01\x02\x03" * 30, "unbekannter Art"),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + b"\0" * 20, "GIF"),
    ],
)
def test_other_files_are_refused_with_their_german_name(tmp_path: Path, content: bytes, german: str) -> None:
    path = tmp_path / "rechnung.pdf"
    path.write_bytes(content)
    with pytest.raises(errors.UnsupportedFileType, match=german):
        inspect(path, limits=LIMITS)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("Grüße aus dem Rathaus, wie besprochen.".encode("cp1252"), MediaType.TEXT),
        (b"a;b\n1;2\n", MediaType.TEXT),
        (b"\n", MediaType.TEXT),
        (b"7", MediaType.TEXT),
        (b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Akte\r\n\r\nText", MediaType.EMAIL),
        (b"X-Spam: no\nReceived: by mx\nDate: Mon, 3 Jun 2024 08:00:00 +0200\nFrom: a@b.de\n\nText", MediaType.EMAIL),
        (rb"{\rtf1\ansi Vermerk}", MediaType.RTF),
    ],
)
def test_files_of_words_are_known_by_content(tmp_path: Path, content: bytes, kind: MediaType) -> None:
    path = tmp_path / "irgendwas.pdf"
    path.write_bytes(content)
    found = inspect(path, limits=LIMITS)
    assert (found.media_type, found.pages, found.warnings) == (kind, 0, ())


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "leer.pdf"
    path.touch()
    with pytest.raises(errors.EmptyFile):
        inspect(path, limits=LIMITS)


def test_junk_before_the_header_is_passed_over(tmp_path: Path) -> None:
    path = native_pdf(tmp_path / "a.pdf", LETTER)
    path.write_bytes(bytes(range(128, 228)) * 9 + path.read_bytes())
    assert warnings_of(path) == {"junk-before-header"}


def test_a_password_is_named(tmp_path: Path) -> None:
    locked = spoiled(tmp_path / "a.pdf", lambda pdf: None, encryption=pikepdf.Encryption(user="geheim", owner="x"))
    with pytest.raises(errors.EncryptedPdf, match="Passwort"):
        inspect(locked, limits=LIMITS)


def test_an_owner_password_alone_is_only_a_warning(tmp_path: Path) -> None:
    restricted = spoiled(tmp_path / "a.pdf", lambda pdf: None, encryption=pikepdf.Encryption(user="", owner="x"))
    assert warnings_of(restricted) == {"restrictions-removed"}


def test_a_pdf_without_cross_references_is_repaired(tmp_path: Path) -> None:
    path = native_pdf(tmp_path / "a.pdf", LETTER, LETTER, LETTER)
    path.write_bytes(path.read_bytes().replace(b"startxref", b"startxxxx"))
    found = inspect(path, limits=LIMITS)
    assert found.pages == 3
    assert {warning.code for warning in found.warnings} == {"repaired"}


def test_a_pdf_cut_off_is_not_accepted_with_fewer_pages(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "a.pdf", *[scan(dpi=72)] * 4)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.6)])
    with pytest.raises(errors.BrokenPdf):
        inspect(path, limits=LIMITS)


def test_a_pdf_without_pages_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    pikepdf.new().save(path)
    with pytest.raises(errors.PdfWithoutPages):
        inspect(path, limits=LIMITS)


def test_a_page_tree_that_contains_itself_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R 2 0 R]/Count 2>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\ntrailer\n<</Size 4/Root 1 0 R>>\n%%EOF\n"
    )
    with pytest.raises(errors.PageTreeLoop):
        inspect(path, limits=LIMITS)


def test_drawing_instructions_that_unpack_to_gigabytes_are_refused(tmp_path: Path) -> None:
    flood = zlib.compressobj(9)
    packed = b"".join(flood.compress(b"\0" * (1 << 24)) for _ in range(16)) + flood.flush()

    def spoil(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Contents = pdf.make_stream(zlib.compress(packed), Filter=Array([Name.FlateDecode] * 2))

    with pytest.raises(errors.DecompressionBomb):
        inspect(spoiled(tmp_path / "a.pdf", spoil, compress_streams=False), limits=LIMITS)


def a_structure_bomb(kind: bytes, packing: bytes, packed: bytes) -> bytes:
    """A PDF whose catalogue lies in an object stream of these bytes, with a cross-reference stream."""
    parts = {
        3: b"<< /Type /%b /N 2 /First 9 /Filter %b /Length %d >>\nstream\n%b\nendstream"
        % (kind, packing, len(packed), packed),
        4: b"/FlateDecode",
    }
    data, starts = b"%PDF-1.5\n", {}
    for number, part in parts.items():
        starts[number] = len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    rows = [(0, 0, 255), (2, 3, 0), (2, 3, 1), (1, starts[3], 0), (1, starts[4], 0), (1, len(data), 0)]
    table = b"".join(struct.pack(">BIB", *row) for row in rows)
    head = b"<< /Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R /Length %d >>" % len(table)
    return data + b"5 0 obj\n%b\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        head,
        table,
        len(data),
    )


@pytest.mark.parametrize(
    ("kind", "packing", "pack"),
    [
        (b"ObjStm", b"/FlateDecode", bytes),
        (b"Obj#53tm", b"/Flate#44ecode", bytes),
        (b"ObjStm", b"[/ASCIIHexDecode /FlateDecode]", binascii.hexlify),
        (b"ObjStm", b"[/FlateDecode /FlateDecode]", zlib.compress),
        (b"ObjStm /Padding (%b)" % (b"x" * 3000), b"/FlateDecode", bytes),
        (b"ObjStm", b"4 0 R", bytes),
    ],
    ids=["plain", "spelled otherwise", "behind digits", "twice", "far from its head", "by reference"],
)
def test_a_structure_that_unpacks_to_gigabytes_is_refused_however_it_is_packed(
    tmp_path: Path, kind: bytes, packing: bytes, pack: Callable[[bytes], bytes]
) -> None:
    flood = zlib.compressobj(9)
    objects = b"1 0 2 40 " + b"<< /Type /Catalog /Pages 2 0 R >>".ljust(40) + b"<< /Type /Pages /Kids [] /Count 0 >>"
    packed = flood.compress(objects) + b"".join(flood.compress(b" " * (1 << 24)) for _ in range(16)) + flood.flush()
    path = tmp_path / "a.pdf"
    path.write_bytes(a_structure_bomb(kind, packing, pack(packed)))
    with pytest.raises(errors.DecompressionBomb, match="128 MB Dokumentstruktur"):
        inspect(path, limits=LIMITS)


def test_drawing_instructions_behind_digits_are_unpacked_no_further_than_allowed(tmp_path: Path) -> None:
    flood = zlib.compressobj(9)
    packed = b"".join(flood.compress(b"\0" * (1 << 24)) for _ in range(16)) + flood.flush()

    def spoil(pdf: pikepdf.Pdf) -> None:
        chain = Array([Name.ASCIIHexDecode, Name.FlateDecode])
        pdf.pages[0].obj.Contents = pdf.make_stream(binascii.hexlify(packed), Filter=chain)

    path = spoiled(tmp_path / "a.pdf", spoil, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    with pytest.raises(errors.DecompressionBomb):
        inspect(path, limits=LIMITS)


def test_an_xfa_form_is_named(tmp_path: Path) -> None:
    def spoil(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))

    with pytest.raises(errors.XfaForm, match="Adobe"):
        inspect(spoiled(tmp_path / "a.pdf", spoil), limits=LIMITS)


def test_a_program_as_attachment_is_named(tmp_path: Path) -> None:
    def spoil(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["update.exe"] = b"MZ\x90\x00"

    with pytest.raises(errors.ExecutableAttachment, match=r"update\.exe"):
        inspect(spoiled(tmp_path / "a.pdf", spoil), limits=LIMITS)


def on_the_page(pdf: pikepdf.Pdf, **annotation: object) -> None:
    square = Dictionary(Type=Name.Annot, Rect=Array([10, 10, 30, 30]), **annotation)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(square)])


def filed(pdf: pikepdf.Pdf, name: str, data: bytes) -> Dictionary:
    """A file specification with its file, as an annotation carries it."""
    return Dictionary(Type=Name.Filespec, F=pikepdf.String(name), EF=Dictionary(F=pdf.make_stream(data)))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("rechnung.exe", b"MZ" + b"\0" * 200),
        ("readme", b"\x7fELF" + b"\0" * 100),
        ("lies mich", b"#!/bin/sh\nrm -rf /\n"),
        ("anlage.zip", zipped(evil=b"MZ" + b"\0" * 100)),
        ("anlage.zip", zipped(evil_dot_exe=b"")),
        ("anlage.gz", gzip.compress(b"\x7fELF" + b"\0" * 100)),
        ("anlage.zip", zipped(inner_dot_zip=zipped(b=b"MZ" + b"\0" * 100))),
    ],
    # Named by hand: gzip and ZIP write the time into their bytes, and every worker must collect the same names.
    ids=["dos", "elf", "script", "zip", "zip by name", "gzip", "zip in zip"],
)
@pytest.mark.parametrize("place", ["listed", "on the page"])
def test_a_program_is_found_wherever_it_hangs_whatever_its_name(
    tmp_path: Path, place: str, name: str, data: bytes
) -> None:
    def spoil(pdf: pikepdf.Pdf) -> None:
        if place == "listed":
            pdf.attachments[name] = data
        else:
            on_the_page(pdf, Subtype=Name.FileAttachment, FS=filed(pdf, name, data))

    with pytest.raises(errors.ExecutableAttachment, match=name):
        inspect(spoiled(tmp_path / "a.pdf", spoil), limits=LIMITS)


def test_files_that_run_nowhere_are_only_noted(tmp_path: Path) -> None:
    def spoil(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["messwerte.csv"] = b"MZ-Nr;Wert\n1;2\n"
        pdf.attachments["anlagen.zip"] = zipped(Brief_dot_txt=b"Sehr geehrte Damen und Herren")
        on_the_page(pdf, Subtype=Name.FileAttachment, FS=filed(pdf, "plan.txt", b"Lageplan"))

    found = inspect(spoiled(tmp_path / "a.pdf", spoil), limits=LIMITS)
    assert [each.message for each in found.warnings] == ["Die PDF-Datei enthält 3 eingebettete Dateien."]


def test_an_archive_nobody_can_look_into_is_named(tmp_path: Path) -> None:
    def spoil(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["anlagen.7z"] = b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\0" * 40

    assert warnings_of(spoiled(tmp_path / "a.pdf", spoil)) == {"attachments", "sealed-attachments"}


@pytest.mark.parametrize("kind", ["3D", "RichMedia", "Screen", "Movie", "Sound"])
def test_what_a_page_would_play_is_flagged(tmp_path: Path, kind: str) -> None:
    path = spoiled(tmp_path / "a.pdf", lambda pdf: on_the_page(pdf, Subtype=Name(f"/{kind}")))
    assert warnings_of(path) == {"media"}


def test_a_portfolio_is_named_with_the_files_it_is_made_of(tmp_path: Path) -> None:
    def spoil(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["bescheid.pdf"] = b"%PDF-1.4"
        pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D)

    with pytest.raises(errors.PdfPortfolio, match=r"bescheid\.pdf"):
        inspect(spoiled(tmp_path / "a.pdf", spoil), limits=LIMITS)


def test_a_pdf_locked_for_the_holders_of_certificates_is_named_so(tmp_path: Path) -> None:
    path = spoiled(tmp_path / "a.pdf", lambda pdf: None, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    lock = b"/Encrypt << /Filter /Adobe.PubSec /SubFilter /adbe.pkcs7.s5 /V 4 /Recipients [<30>] >>"
    path.write_bytes(path.read_bytes().replace(b"trailer <<", b"trailer << " + lock))
    with pytest.raises(errors.PdfLockedForOthers, match="Zertifikat"):
        inspect(path, limits=LIMITS)


@pytest.mark.parametrize(
    "action",
    [
        Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)")),
        Dictionary(S=Name.Launch, F=pikepdf.String("calc.exe")),
        Dictionary(S=Name.URI, URI=pikepdf.String("file://server/share/x")),
        Dictionary(S=Name.URI, URI=pikepdf.String("\\\\server\\share")),
    ],
)
def test_active_content_is_flagged(tmp_path: Path, action: Dictionary) -> None:
    def spoil(pdf: pikepdf.Pdf) -> None:
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
        pdf.pages[0].obj.Annots = Array([link])

    assert warnings_of(spoiled(tmp_path / "a.pdf", spoil)) == {"active-content"}


def test_an_ordinary_web_link_is_no_active_content(tmp_path: Path) -> None:
    def spoil(pdf: pikepdf.Pdf) -> None:
        action = Dictionary(S=Name.URI, URI=pikepdf.String("https://www.example.org"))
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
        pdf.pages[0].obj.Annots = Array([link])

    assert warnings_of(spoiled(tmp_path / "a.pdf", spoil)) == set()


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.TooManyPages, match="51 Seiten"):
        inspect(native_pdf(tmp_path / "a.pdf", *[("Seite",)] * 51), limits=LIMITS)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_picture_bomb_is_refused_by_its_header(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"bombe{suffix}"
    Image.new("1", (8000, 8000)).save(path, **({"compression": "group4"} if suffix == ".tif" else {}))
    with pytest.raises(errors.ImageTooLarge, match="8000 × 8000"):
        inspect(path, limits=LIMITS)


def next_directory(tiff: bytes) -> slice:
    """Where the first directory of a TIFF says where the next one lies."""
    first = struct.unpack("<L", tiff[4:8])[0]
    entries = struct.unpack("<H", tiff[first : first + 2])[0]
    return slice(first + 2 + 12 * entries, first + 6 + 12 * entries)


def test_a_tiff_whose_pages_run_in_a_circle_is_read_once(tmp_path: Path) -> None:
    path = saved(scan(dpi=72), tmp_path / "a.tif")
    data = bytearray(path.read_bytes())
    data[next_directory(data)] = data[4:8]
    path.write_bytes(data)
    found = inspect(path, limits=LIMITS)
    assert (found.pages, {warning.code for warning in found.warnings}) == (1, {"page-loop"})


def test_a_tiff_of_countless_pages_is_refused_before_they_are_counted(tmp_path: Path) -> None:
    path = saved(scan(dpi=72), tmp_path / "a.tif")
    data = bytearray(path.read_bytes())
    at = len(data)
    data[next_directory(data)] = struct.pack("<L", at)
    links = (struct.pack("<HL", 0, at + 6 * number) for number in range(1, 500_000))
    path.write_bytes(data + b"".join(links))
    begun = time.process_time()
    with pytest.raises(errors.TooManyPages, match="mehr als 50 Seiten"):
        image_file.examine(path, MediaType.TIFF, LIMITS)
    assert time.process_time() - begun < 1


def test_a_picture_without_a_readable_head_is_broken(tmp_path: Path) -> None:
    path = saved(scan(dpi=72), tmp_path / "a.png")
    path.write_bytes(path.read_bytes()[:20] + b"\0" * 40)
    with pytest.raises(errors.BrokenImage):
        inspect(path, limits=LIMITS)


def test_every_error_has_a_german_title_and_tells_what_to_do() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, EakteError)]
    for kind in kinds:
        assert kind.__doc__ and kind.__doc__.endswith("."), kind
        if kind.__module__ == errors.__name__:
            assert kind.advice, kind
