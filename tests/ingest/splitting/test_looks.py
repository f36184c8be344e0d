"""What is seen on a sheet: separators, blanks and pages, however they lie in the scanner."""

from pathlib import Path

import pytest
from PIL import Image

from ingest.recognition.errors import BrokenImage, EncryptedPdf, UnsupportedFileType
from ingest.recognition.results import MediaType, RecognitionLimits
from ingest.splitting.confined import look
from ingest.splitting.looks import Code, PageLook, Symbology
from ingest.splitting.payload import Announcement, SheetKind, write_payload
from ingest.splitting.plans import Problem
from ingest.splitting.sheets_seen import SheetSeen, reads_as_reference, sheet_in
from tests.ingest.papers import native_pdf, saved, scan, scanned_pdf
from tests.ingest.splitting.sheets_of_paper import (
    CODE_39,
    CODE_128,
    DATA_MATRIX,
    DPI,
    GIRO,
    QR,
    a_back,
    a_letter,
    a_patch,
    a_separator,
    a_signature_page,
    bitonal,
    large_print,
    with_code,
    worn,
)

LIMITS = RecognitionLimits(timeout_s=120)
REFERENCE = "63.2-BA-2023/118"
FOREIGN = "EAKTE;AZ=50.4/4711/19 Kö;VG=V-2019-004711;TYP=Antrag"
WAYS = [(0, 0.0, 0.0), (180, 0.0, 0.0), (90, -3.0, 0.0), (0, 4.5, 10.0)]


def seen(path: Path, page: Image.Image) -> PageLook:
    page.save(path / "blatt.png", dpi=(DPI, DPI))
    return look(path / "blatt.png", limits=LIMITS).pages[0]


def sheet(path: Path, page: Image.Image) -> SheetSeen:
    found = sheet_in(seen(path, page))
    assert found is not None
    return found


@pytest.mark.parametrize(("turn", "skew", "noise"), WAYS)
@pytest.mark.parametrize(
    ("page", "reference"),
    [
        (a_separator(FOREIGN, QR), "50.4/4711/19 Kö"),
        (a_separator(REFERENCE, CODE_128, "Trennblatt", f"Aktenzeichen: {REFERENCE}", mm=90), REFERENCE),
        (a_separator(REFERENCE, CODE_128, mm=90), REFERENCE),
        (a_separator(REFERENCE, DATA_MATRIX, mm=30), REFERENCE),
        (a_patch(), None),
        (a_patch("2"), None),
    ],
    ids=["qr", "code128-and-print", "code128", "datamatrix", "patch-t", "patch-2"],
)
def test_a_separator_is_seen_however_it_lies(
    tmp_path: Path, page: Image.Image, reference: str | None, turn: int, skew: float, noise: float
) -> None:
    found = sheet(tmp_path, worn(page, turn=turn, skew=skew, noise=noise))
    assert (found.announcement.reference, found.problem) == (reference, None)


def test_a_code_39_is_read_too(tmp_path: Path) -> None:
    assert sheet(tmp_path, a_separator(REFERENCE, CODE_39, mm=120)).announcement.reference == REFERENCE


def test_a_sheet_that_only_calls_itself_a_separator_is_one_upside_down_too(tmp_path: Path) -> None:
    page = worn(large_print(scan((), dpi=DPI), "TRENNBLATT"), turn=180)
    assert sheet(tmp_path, page).announcement.kind is SheetKind.SEPARATOR


def test_when_the_code_is_the_number_of_the_sheet_its_print_names_the_target(tmp_path: Path) -> None:
    page = a_separator("TB-000123", CODE_128, "Trennblatt", f"Aktenzeichen: {REFERENCE}", "Vorgang: V-2023-000418")
    said = sheet(tmp_path, page).announcement
    assert (said.reference, said.case) == (REFERENCE, "V-2023-000418")


def test_two_different_references_on_one_sheet_contradict_each_other(tmp_path: Path) -> None:
    page = with_code(a_separator(FOREIGN, QR), FOREIGN.replace("4711", "4712"), QR, at=(60, 220))
    assert sheet(tmp_path, page).problem is Problem.TWO_CODES


def test_one_damaged_code_does_not_matter_when_another_names_the_target() -> None:
    whole = write_payload(Announcement(SheetKind.SEPARATOR, REFERENCE))
    codes = [Code(Symbology.QR, text, 0.04, (0.5, 0.5)) for text in (whole, whole[:-1] + "x")]
    both, broken = PageLook(1, codes=tuple(codes)), PageLook(1, codes=(codes[1],), patch_t=True)
    assert sheet_in(both) == SheetSeen(Announcement(SheetKind.SEPARATOR, REFERENCE))
    found = sheet_in(broken)
    assert found is not None
    assert found.problem is Problem.DAMAGED_CODE


@pytest.mark.parametrize(
    "page",
    [
        with_code(a_letter(), GIRO, mm=30, at=(30, 240)),
        with_code(a_letter("Rechnung 2022-30917", "Betrag 12.034,55 EUR", "Zahlen mit Code"), GIRO, mm=30),
        with_code(a_letter(), FOREIGN, mm=25, at=(160, 10)),
        with_code(a_letter("Einschreiben", "Frau Annegret Tschöpe", "Ahrenbrück"), "RT123456789DE", CODE_128, mm=70),
        with_code(a_letter("Rücksendenummer"), "5110077424", CODE_128, mm=70),
        with_code(a_letter("Weitere Informationen"), "https://stadt.example/2024/118", mm=40),
        a_letter("Anlage 1"),
        a_signature_page(),
    ],
    ids=[
        "giro",
        "short-invoice",
        "own-code-on-a-letter",
        "posting-label",
        "return-number",
        "link",
        "word",
        "signature",
    ],
)
def test_a_page_of_a_document_is_neither_a_separator_nor_blank(tmp_path: Path, page: Image.Image) -> None:
    for each in (page, worn(page, turn=180), bitonal(page)):
        found = seen(tmp_path, each)
        assert sheet_in(found) is None
        assert not found.blank


@pytest.mark.parametrize("page", [a_back(), a_back(staple=True), scan((), dpi=DPI)], ids=["back", "stapled", "empty"])
def test_an_empty_back_is_blank_with_holes_staple_and_bleed_through(tmp_path: Path, page: Image.Image) -> None:
    for each in (page, worn(page, turn=90, skew=2.0), worn(page, noise=10.0), bitonal(page)):
        assert seen(tmp_path, each).blank


def test_every_page_of_a_file_is_seen_in_its_order(tmp_path: Path) -> None:
    stack = scanned_pdf(tmp_path / "stapel.pdf", a_separator(FOREIGN), a_letter(), a_back())
    done: list[tuple[int, int]] = []
    found = look(stack, limits=LIMITS, progress=lambda *how_far: done.append(how_far))
    assert found.media_type is MediaType.PDF
    assert [(page.frame, page.blank, bool(page.codes)) for page in found.pages] == [
        (1, False, True),
        (2, False, False),
        (3, True, False),
    ]
    assert done == [(1, 3), (2, 3), (3, 3)]
    assert not found.born_digital


def test_a_pdf_from_an_office_program_is_born_digital(tmp_path: Path) -> None:
    assert look(native_pdf(tmp_path / "bescheid.pdf", ("Bescheid",) * 30), limits=LIMITS).born_digital


@pytest.mark.parametrize("kind", ["TIFF", "JPEG", "WEBP", "HEIF"])
def test_pictures_of_all_kinds_are_looked_at(tmp_path: Path, kind: str) -> None:
    path = saved(a_separator(FOREIGN).convert("RGB"), tmp_path / "blatt", format=kind)
    assert sheet_in(look(path, limits=LIMITS).pages[0]) is not None


def test_a_file_that_is_no_scan_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("kein Bild")
    with pytest.raises(UnsupportedFileType):
        look(tmp_path / "a.jpg", limits=LIMITS)


def test_a_truncated_picture_is_refused(tmp_path: Path) -> None:
    path = saved(a_letter(), tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(BrokenImage):
        look(path, limits=LIMITS)


def test_an_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    import pikepdf

    plain = native_pdf(tmp_path / "a.pdf", ("Bescheid",))
    with pikepdf.open(plain) as pdf:
        pdf.save(tmp_path / "b.pdf", encryption=pikepdf.Encryption(user="geheim", owner="geheim"))
    with pytest.raises(EncryptedPdf):
        look(tmp_path / "b.pdf", limits=LIMITS)


@pytest.mark.parametrize("text", [REFERENCE, "50.4/4711/19 Kö", "10.2/024-11#0003", "32 51-04/17", "II/3-512.01/2021"])
def test_references_of_all_forms_may_stand_in_a_code(text: str) -> None:
    assert reads_as_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "5110077424",
        "DE93820559990310004711",
        "RT123456789DE",
        "https://a.example/1",
        GIRO,
        "PATCHT",
        FOREIGN,
        "ABC-DEF",
    ],
)
def test_other_codes_do_not_read_as_a_reference(text: str) -> None:
    assert not reads_as_reference(text)
