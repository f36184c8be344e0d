"""Files without pages that another package knows how to show, and PDFs that carry such a file."""

from datetime import date
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from eakte.documents.presenting import Presenting
from ingest.recognition import errors
from ingest.recognition.confined import inspect, recognize
from ingest.recognition.results import MediaType, Recognition, RecognitionLimits
from tests.ingest.papers import LETTER, native_pdf

LIMITS = RecognitionLimits(timeout_s=60, memory_mb=1200, max_pages=50, max_megapixels=30)
POSTCARDS = Presenting(("tests.ingest.postcards",), date(2026, 9, 1))
CARD = "<postcard>Liebe Grüße von der Zugspitze</postcard>"


def taken_in(source: Path) -> Recognition:
    workdir = source.parent / "work"
    workdir.mkdir()
    return recognize(source, workdir, limits=LIMITS, presenting=POSTCARDS)


@pytest.mark.parametrize("declaration", ["", "<?xml version='1.0'?>\n", "\ufeff<?xml version='1.0'?>", "\n  "])
def test_xml_that_somebody_shows_gets_pages_and_keeps_its_words(tmp_path: Path, declaration: str) -> None:
    source = tmp_path / "gruss.txt"
    source.write_text(declaration + CARD, "utf-8")
    assert inspect(source, limits=LIMITS, presenting=POSTCARDS).media_type is MediaType.XML
    found = taken_in(source)
    (page,) = found.pages
    assert (found.media_type, found.pdfa_level, found.original_kept) == (MediaType.XML, "2b", False)
    assert "angekommen am 2026-09-01" in page.text
    assert "Liebe Grüße von der Zugspitze" in page.text
    assert [warning.code for warning in found.warnings] == ["postcard"]
    assert page.preview is not None


def test_nothing_but_the_products_is_left_in_the_work_directory(tmp_path: Path) -> None:
    source = tmp_path / "gruss.xml"
    source.write_text(CARD, "utf-8")
    taken_in(source)
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == ["archival.pdf", "layout.xml.gz", "previews"]


def test_xml_that_nobody_shows_is_refused_by_name(tmp_path: Path) -> None:
    source = tmp_path / "daten.xml"
    source.write_text("<?xml version='1.0'?><daten/>")
    with pytest.raises(errors.UnsupportedFileType, match="eine XML-Datei"):
        inspect(source, limits=LIMITS, presenting=POSTCARDS)
    source.write_text("<?xml version='1.0'?>" + CARD)
    with pytest.raises(errors.UnsupportedFileType, match="eine XML-Datei"):
        inspect(source, limits=LIMITS)


def test_what_hangs_on_a_page_is_found_too(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "brief.pdf", LETTER)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        file = pdf.make_stream(CARD.encode(), Type=Name.EmbeddedFile)
        spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F="karte.xml", EF=Dictionary(F=file)))
        paperclip = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, FS=spec, Rect=[50, 50, 60, 60])
        pdf.pages[0].obj.Annots = pdf.make_indirect(Array([pdf.make_indirect(paperclip)]))
        pdf.save()
    assert "Liebe Grüße" in taken_in(source).pages[0].text


def test_a_pdf_keeps_its_pages_and_what_it_carries_is_found_by_its_words(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "brief.pdf", LETTER)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.attachments["irgendein-name.xml"] = CARD.encode()
        pdf.save()
    found = taken_in(source)
    assert found.original_kept
    assert "Ersatzpflanzung" in found.pages[0].text
    assert "Gruß: Liebe Grüße von der Zugspitze" in found.pages[0].text
    assert {warning.code for warning in found.warnings} == {"attachments", "postcard"}
