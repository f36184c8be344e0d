"""From paper to an archival file with text: the scan stays what it was, the words are found on their page."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from lxml import etree
from pikepdf import Array, Dictionary, Name
from PIL import Image

from ingest.recognition import errors
from ingest.recognition.confined import recognize
from ingest.recognition.results import PageSource, Recognition, RecognitionLimits
from tests.ingest.papers import (
    LETTER,
    blank_sheet,
    native_pdf,
    picture_of,
    saved,
    scan,
    scanned_pdf,
    text_of,
    with_hidden_text,
)
from tests.support.scans import a_scan

LIMITS = RecognitionLimits(timeout_s=120, memory_mb=1200, max_pages=100, max_megapixels=40)
INVOICE = ("Rechnung Nr. 2024-30917", "Wartung der Heizung im Rathaus", "Betrag 1.250,00 EUR")
MINUTES = (
    "Niederschrift über die Sitzung des Bauausschusses",
    "Beginn 18:30 Uhr im Ratssaal",
    "Anwesend: elf Mitglieder",
)


def recognized(source: Path, *, cores: int = 1, limits: RecognitionLimits = LIMITS) -> Recognition:
    workdir = source.parent / f"{source.name}-work"
    workdir.mkdir()
    return recognize(source, workdir, limits=limits, cores=cores)


def warnings_of(recognition: Recognition) -> set[str]:
    return {warning.code for warning in recognition.warnings}


def sources_of(recognition: Recognition) -> list[str]:
    return [page.source.value for page in recognition.pages]


# --- scans ----------------------------------------------------------------------------------------------


def test_a_scanned_letter_becomes_a_searchable_archival_file(tmp_path: Path) -> None:
    found = recognized(scanned_pdf(tmp_path / "brief.pdf", scan(noise=8)))
    assert found.pdfa_level == "2b", found.findings
    assert not found.original_kept
    (page,) = found.pages
    assert page.source is PageSource.RECOGNIZED
    assert page.confidence is not None and page.confidence > 80
    for word in ("Grünflächen", "67.1-2024/118", "Ersatzpflanzung", "Lindenstraße"):
        assert word in page.text
        assert word in text_of(found.archival)[0]
    with Image.open(page.preview) as preview:
        assert max(preview.size) == 1000


def test_every_page_keeps_its_own_text(tmp_path: Path) -> None:
    source = scanned_pdf(tmp_path / "drei.pdf", scan(INVOICE), blank_sheet(), scan(MINUTES))
    found = recognized(source)
    assert sources_of(found) == ["recognized", "blank", "recognized"]
    assert "Heizung" in found.pages[0].text
    assert found.pages[1].text == ""
    assert "Bauausschusses" in found.pages[2].text
    in_file = text_of(found.archival)
    assert "Heizung" in in_file[0] and "Bauausschusses" in in_file[2]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_turned_upright(tmp_path: Path, turn: int) -> None:
    page = scan(noise=5)
    lying = page.rotate(turn, expand=True)  # counter-clockwise, so the clockwise turn back is the same
    lying.info["dpi"] = page.info["dpi"]
    found = recognized(scanned_pdf(tmp_path / "gedreht.pdf", lying))
    assert found.pages[0].turned == turn
    assert "Ersatzpflanzung" in found.pages[0].text
    assert "Ersatzpflanzung" in text_of(found.archival)[0]
    shown, straight = picture_of(found.archival)[:840, :594], np.asarray(page.resize((595, 842)))[:840, :594]
    assert shown.shape == straight.shape
    assert np.corrcoef(shown.ravel(), straight.ravel())[0, 1] > 0.8


def test_a_page_that_the_file_turns_wrongly_ends_upright(tmp_path: Path) -> None:
    source = scanned_pdf(tmp_path / "a.pdf", scan())
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Rotate = 270
        pdf.save()
    found = recognized(source)
    assert found.pages[0].turned == 90
    with pikepdf.open(found.archival) as pdf:
        assert int(pdf.pages[0].get(Name.Rotate, 0)) % 360 == 0


@pytest.mark.parametrize("tilt", [3.2, -2.4])
def test_a_crooked_page_is_straightened_without_coding_the_scan_anew(tmp_path: Path, tilt: float) -> None:
    source = scanned_pdf(tmp_path / "schief.pdf", scan(tilt=tilt, noise=4))
    found = recognized(source)
    assert found.pages[0].skew == pytest.approx(tilt, abs=0.15)
    assert "Ersatzpflanzung" in found.pages[0].text
    with pikepdf.open(source) as before, pikepdf.open(found.archival) as after:
        (scan_before,) = before.pages[0].get_images().values()
        (scan_after,) = after.pages[0].get_images().values()
        assert scan_before.read_bytes() == scan_after.read_bytes()
    rows = (picture_of(found.archival, dpi=150)[200:1200, 200:1000] < 128).sum(axis=1)
    crooked = (picture_of(source, dpi=150)[200:1200, 200:1000] < 128).sum(axis=1)
    assert np.diff(rows).std() > 2 * np.diff(crooked).std()


def test_words_lie_where_they_are_seen(tmp_path: Path) -> None:
    import pypdfium2

    found = recognized(scanned_pdf(tmp_path / "a.pdf", scan(("Kastanienallee",), tilt=2.0)))
    with pypdfium2.PdfDocument(found.archival) as document:
        text = document[0].get_textpage()
        match = text.search("Kastanienallee").get_next()
        boxes = [text.get_charbox(match[0] + i) for i in range(match[1])]
    left, right = min(b[0] for b in boxes), max(b[2] for b in boxes)
    bottom, top = min(b[1] for b in boxes), max(b[3] for b in boxes)
    dark = np.argwhere(picture_of(found.archival, dpi=72) < 128)
    (seen_top, seen_left), (seen_bottom, seen_right) = dark.min(axis=0), dark.max(axis=0)
    assert left == pytest.approx(seen_left, abs=6) and right == pytest.approx(seen_right, abs=6)
    assert 842 - top == pytest.approx(seen_top, abs=8) and 842 - bottom == pytest.approx(seen_bottom, abs=8)


def test_pages_are_worked_on_at_once_when_told(tmp_path: Path) -> None:
    source = scanned_pdf(tmp_path / "a.pdf", *[scan((*LETTER, f"Seite Nummer {n}")) for n in range(1, 5)])
    found = recognized(source, cores=2)
    assert [f"Nummer {n}" in page.text for n, page in enumerate(found.pages, 1)] == [True] * 4


def test_rather_fewer_pages_at_once_than_pages_made_smaller(tmp_path: Path) -> None:
    limits = RecognitionLimits(timeout_s=120, memory_mb=700, max_pages=100, max_megapixels=40)
    letter = (*LETTER, "Seite Nummer 1")
    source = scanned_pdf(tmp_path / "a.pdf", scan(letter, dpi=300), scan(letter, dpi=300))
    found = recognized(source, cores=8, limits=limits)
    assert "pages-made-smaller" not in warnings_of(found)
    assert all("Nummer 1" in page.text for page in found.pages)


def test_progress_counts_pages(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    source = scanned_pdf(tmp_path / "a.pdf", scan(INVOICE), scan(MINUTES))
    (tmp_path / "work").mkdir()
    recognize(source, tmp_path / "work", limits=LIMITS, progress=lambda *step: heard.append(step))
    assert heard == [(1, 2), (2, 2)]


def test_nothing_is_left_in_the_work_directory_but_products(tmp_path: Path) -> None:
    found = recognized(scanned_pdf(tmp_path / "a.pdf", scan(INVOICE)))
    assert found.archival is not None
    left = sorted(each.name for each in found.archival.parent.iterdir())
    assert left == ["archival.pdf", "layout.xml.gz", "previews"]


# --- pictures -------------------------------------------------------------------------------------------


def test_a_tiff_of_several_pages_is_read_page_by_page(tmp_path: Path) -> None:
    pages = [scan(INVOICE).convert("1"), scan(MINUTES), scan(LETTER).convert("RGB")]
    path = tmp_path / "stapel.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(150, 150), compression="tiff_lzw")
    found = recognized(path)
    assert found.pdfa_level == "2b", found.findings
    assert [word in page.text for word, page in zip(("Wartung", "Ratssaal", "Eiche"), found.pages, strict=True)] == [
        True
    ] * 3


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".heic"])
def test_photographs_and_screenshots_become_pages_of_a_plausible_size(tmp_path: Path, suffix: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    page = scan(dpi=150)
    page.info.clear()
    path = tmp_path / f"foto{suffix}"
    page.save(path)
    found = recognized(path)
    assert "Ersatzpflanzung" in found.pages[0].text
    assert found.pdfa_level == "2b", found.findings
    with pikepdf.open(found.archival) as pdf:
        width, height = (float(side) for side in pdf.pages[0].mediabox[2:])
    assert (width, height) == pytest.approx((595, 842), abs=8)


def test_a_claim_of_one_dot_per_inch_is_not_believed(tmp_path: Path) -> None:
    page = scan(dpi=150)
    page.info["dpi"] = (1, 1)
    found = recognized(saved(page, tmp_path / "a.jpg"))
    with pikepdf.open(found.archival) as pdf:
        assert float(pdf.pages[0].mediabox[2]) == pytest.approx(595, abs=8)


def test_a_photograph_is_turned_as_the_camera_says_once(tmp_path: Path) -> None:
    page = scan()
    lying = page.rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Geheimkamera"
    lying.save(tmp_path / "a.jpg", exif=exif, dpi=(150, 150))
    found = recognized(tmp_path / "a.jpg")
    assert found.pages[0].turned == 0
    assert "Ersatzpflanzung" in found.pages[0].text
    assert b"Geheimkamera" not in found.archival.read_bytes()


def test_a_jpeg_goes_into_the_file_as_it_is_but_without_the_place_it_was_taken(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Geheimkamera"
    scan().save(tmp_path / "a.jpg", exif=exif, dpi=(150, 150), quality=80)
    found = recognized(tmp_path / "a.jpg")
    with pikepdf.open(found.archival) as pdf:
        (picture,) = pdf.pages[0].get_images().values()
        coded = picture.read_raw_bytes()
    assert b"Geheimkamera" not in coded
    assert coded[-2000:] == (tmp_path / "a.jpg").read_bytes()[-2000:]


def test_sixteen_bits_cmyk_and_transparency_keep_black_on_white(tmp_path: Path) -> None:
    grey = np.asarray(scan(), dtype=np.uint16)
    deep = tmp_path / "tief.tif"
    Image.fromarray(grey * 257).save(deep, dpi=(150, 150))
    inks = tmp_path / "druck.jpg"
    scan().convert("CMYK").save(inks, dpi=(150, 150))
    glass = tmp_path / "glas.png"
    layer = Image.new("RGBA", scan().size, (0, 0, 0, 0))
    layer.putalpha(Image.eval(scan(), lambda value: 255 - value))
    layer.save(glass, dpi=(150, 150))
    for path in (deep, inks, glass):
        found = recognized(path)
        assert "Ersatzpflanzung" in found.pages[0].text, path.name
        assert found.pdfa_level == "2b", (path.name, found.findings)
        assert picture_of(found.archival).mean() > 200, path.name


def test_a_truncated_picture_is_not_accepted_half_grey(tmp_path: Path) -> None:
    path = saved(scan(), tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(errors.BrokenImage):
        recognized(path)


# --- PDFs that bring text -------------------------------------------------------------------------------


def test_a_native_first_page_does_not_hide_a_scanned_second(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "a.pdf", LETTER)
    with (
        pikepdf.open(source, allow_overwriting_input=True) as pdf,
        pikepdf.open(scanned_pdf(tmp_path / "b.pdf", scan(MINUTES))) as other,
    ):
        pdf.pages.extend(other.pages)
        pdf.save()
    found = recognized(source)
    assert sources_of(found) == ["kept", "recognized"]
    assert "Lindenstraße 12" in found.pages[0].text
    assert "Ratssaal" in found.pages[1].text
    assert found.pdfa_level == "2b", found.findings


def test_a_stamp_in_real_text_does_not_hide_the_scan_beneath(tmp_path: Path) -> None:
    source = scanned_pdf(tmp_path / "a.pdf", scan(LETTER))
    with (
        pikepdf.open(source, allow_overwriting_input=True) as pdf,
        pikepdf.open(native_pdf(tmp_path / "b.pdf", ("Eingegangen am Montag",))) as stamp,
    ):
        pdf.pages[0].add_overlay(stamp.pages[0], pikepdf.Rectangle(0, 0, 595, 842))
        pdf.save()
    found = recognized(source)
    assert "Ersatzpflanzung" in found.pages[0].text
    assert found.pages[0].text.count("Eingegangen") == 1
    assert "Ersatzpflanzung" in text_of(found.archival)[0]


def test_a_good_text_layer_is_used_and_not_doubled(tmp_path: Path) -> None:
    source = with_hidden_text(scanned_pdf(tmp_path / "a.pdf", scan()), "\n".join(LETTER))
    found = recognized(source)
    assert sources_of(found) == ["kept"]
    assert found.pages[0].text.count("Ersatzpflanzung") == 1
    assert text_of(found.archival)[0].count("Ersatzpflanzung") == 1
    assert found.pdfa_level == "2b", found.findings


def test_a_garbage_text_layer_is_replaced(tmp_path: Path) -> None:
    source = with_hidden_text(scanned_pdf(tmp_path / "a.pdf", scan()), "lll1l| ~~ xqzv #### wwrn iiii\nqqx vvvt |||")
    found = recognized(source)
    assert sources_of(found) == ["recognized"]
    assert "Ersatzpflanzung" in found.pages[0].text
    assert "xqzv" not in found.pages[0].text + text_of(found.archival)[0]
    assert found.pdfa_level == "2b", found.findings


def test_an_archival_file_with_text_is_kept_byte_for_byte(tmp_path: Path) -> None:
    first = recognized(scanned_pdf(tmp_path / "a.pdf", scan()))
    again = tmp_path / "again.pdf"
    again.write_bytes(first.archival.read_bytes())
    found = recognized(again)
    assert found.original_kept and found.pdfa_level == "2b"
    assert found.archival.read_bytes() == again.read_bytes()
    assert "Ersatzpflanzung" in found.pages[0].text


def test_a_false_claim_of_pdfa_is_not_believed(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "a.pdf", LETTER)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        with pdf.open_metadata() as xmp:
            xmp["pdfaid:part"], xmp["pdfaid:conformance"] = "2", "B"
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.save()
    found = recognized(source)
    assert not found.original_kept
    assert found.pdfa_level == "2b", found.findings
    assert b"app.alert" not in found.archival.read_bytes()


def test_a_page_whose_fonts_are_missing_is_archived_as_a_picture_with_its_text(tmp_path: Path) -> None:
    found = recognized(native_pdf(tmp_path / "a.pdf", LETTER, core_font=True))
    assert found.pdfa_level == "2b", found.findings
    assert sources_of(found) == ["kept"]
    assert "Ersatzpflanzung" in found.pages[0].text
    assert "Ersatzpflanzung" in text_of(found.archival)[0]
    assert warnings_of(found) == {"pages-as-pictures"}


# --- PDFs that need care --------------------------------------------------------------------------------


def test_a_signed_file_stays_and_its_archival_copy_says_so(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "a.pdf", LETTER)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        signature = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=pikepdf.String(b"\0" * 64))
        field = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=pikepdf.String("Unterschrift"),
            Rect=Array([0, 0, 0, 0]),
            V=pdf.make_indirect(signature),
        )
        field = pdf.make_indirect(field)
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
        pdf.pages[0].obj.Annots = Array([field])
        pdf.save()
    before = hashlib.sha256(source.read_bytes()).digest()
    found = recognized(source)
    assert hashlib.sha256(source.read_bytes()).digest() == before
    assert warnings_of(found) == {"signed"}
    assert found.pdfa_level == "2b", found.findings
    assert b"Adobe.PPKLite" not in found.archival.read_bytes()


def test_form_values_stay_visible_and_searchable(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "a.pdf", ("Antrag auf Wohngeld",))
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=pikepdf.String("Nachname"),
                V=pikepdf.String("Grünschnabel"),
                DA=pikepdf.String("/Helv 12 Tf 0 g"),
                F=4,
                Rect=Array([70, 600, 400, 620]),
            )
        )
        resources = Dictionary(Font=Dictionary(Helv=font))
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]), NeedAppearances=True, DR=resources)
        pdf.pages[0].obj.Annots = Array([field])
        pdf.save()
    found = recognized(source)
    assert "Grünschnabel" in found.pages[0].text
    assert (picture_of(found.archival)[842 - 620 : 842 - 600, 70:200] < 128).any()
    assert found.pdfa_level == "2b", found.findings
    assert "form-flattened" in warnings_of(found)


def test_a_hybrid_invoice_is_never_rewritten(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "a.pdf", INVOICE)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.attachments["factur-x.xml"] = b"<rsm:CrossIndustryInvoice/>"
        pdf.save()
    found = recognized(source)
    assert found.original_kept
    assert found.archival.read_bytes() == source.read_bytes()
    assert found.pdfa_level is None and found.findings
    assert "Heizung" in found.pages[0].text


def test_attachments_stay_and_make_it_level_3(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "a.pdf", MINUTES)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.attachments["anlage.csv"] = b"Nr;Name\n1;Eiche\n"
        pdf.save()
    found = recognized(source)
    assert warnings_of(found) == {"attachments"}
    with pikepdf.open(found.archival) as pdf:
        assert pdf.attachments["anlage.csv"].get_file().read_bytes() == b"Nr;Name\n1;Eiche\n"
    assert found.pdfa_level in ("3b", None)
    assert bool(found.findings) == (found.pdfa_level is None)


def test_of_media_and_files_on_a_page_only_their_look_is_archived(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "a.pdf", MINUTES)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        look = pdf.make_stream(b"1 0 0 rg 0 0 20 20 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 20, 20])
        model = pdf.make_stream(b"U3D\0", Type=Name("/3D"), OnInstantiate=pdf.make_stream(b"app.alert(1)"))
        file = Dictionary(Type=Name.Filespec, F=pikepdf.String("x.txt"), EF=Dictionary(F=pdf.make_stream(b"Geheim")))
        square = {"/Type": Name.Annot, "/Rect": Array([100, 100, 120, 120])}
        shown = {"/Subtype": Name("/3D"), "/3DD": model, "/AP": Dictionary(N=look)}
        hung = Dictionary(square | {"/Subtype": Name.FileAttachment, "/FS": file})
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(Dictionary(square | shown)), hung])
        pdf.save()
    found = recognized(source)
    assert warnings_of(found) == {"attachments", "media"}
    with pikepdf.open(found.archival) as pdf:
        assert [each.Subtype for each in pdf.pages[0].obj.Annots] == [Name.Stamp]
        streams = [each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream)]
    assert not any(data in (b"U3D\0", b"app.alert(1)", b"Geheim") for data in streams)
    assert found.pdfa_level, found.findings


def test_an_archive_nobody_can_look_into_stays_in_the_original_only(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "a.pdf", MINUTES)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.attachments["anlagen.7z"] = b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\0" * 40
        pdf.attachments["anlage.csv"] = b"Nr;Name\n1;Eiche\n"
        pdf.save()
    found = recognized(source)
    with pikepdf.open(found.archival) as pdf:
        assert list(pdf.attachments) == ["anlage.csv"]
        assert not any(b"7z\xbc\xaf" in each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream))


def test_a_huge_page_is_read_at_a_bounded_size(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "a.pdf", LETTER)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        page.mediabox = Array([0, 0, 14400, 14400])
        page.obj.Contents = pdf.make_stream(b"10 w 100 100 9000 9000 re S")
        pdf.save()
    found = recognized(source)
    assert warnings_of(found) == {"pages-made-smaller"}
    assert len(found.pages) == 1


def test_empty_pages_cost_next_to_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.new() as pdf:
        for _ in range(100):
            pdf.add_blank_page()
        pdf.save(path)
    found = recognized(path, limits=RecognitionLimits(timeout_s=20, memory_mb=800, max_pages=100))
    assert set(sources_of(found)) == {"blank"}


@pytest.mark.parametrize(("limits", "error"), [({"timeout_s": 0.3}, errors.RecognitionTimedOut)])
def test_a_file_that_costs_too_much_is_given_up(tmp_path: Path, limits: dict[str, float], error: type) -> None:
    source = scanned_pdf(tmp_path / "a.pdf", *[scan(noise=20)] * 3)
    with pytest.raises(error):
        recognized(source, limits=RecognitionLimits(**({"memory_mb": 800} | limits)))  # type: ignore[arg-type]


def test_where_each_word_stands_is_kept_for_highlighting(tmp_path: Path) -> None:
    source = tmp_path / "brief.png"
    source.write_bytes(a_scan("Bescheid", "Musterhausen"))
    found = recognized(source)
    alto = etree.fromstring(gzip.decompress(found.layout.read_bytes()))
    page = alto.find(".//{*}Page")
    words = {word.get("CONTENT"): word for word in alto.iterfind(".//{*}String")}
    assert {"Bescheid", "Musterhausen"} <= words.keys()
    first, second = words["Bescheid"], words["Musterhausen"]
    assert int(first.get("VPOS")) + int(first.get("HEIGHT")) < int(second.get("VPOS"))
    assert int(second.get("HPOS")) + int(second.get("WIDTH")) <= int(page.get("WIDTH"))
