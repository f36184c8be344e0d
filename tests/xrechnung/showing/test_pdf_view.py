"""The view for the archive: PDF/A with everything inside it, readable by screen readers, the same each time."""

import io
import re
import subprocess
import sys
from datetime import date

import pikepdf
import pypdfium2
import pytest
from pikepdf import pdfa

from tests.support.invoices import a_ubl_invoice
from tests.xrechnung.showing.support import TODAY, read, squeezed, text_of_pdf
from xrechnung.judging.deciding import judge_invoice
from xrechnung.showing.pdf import LEVEL
from xrechnung.showing.views import view_pdf

FOREIGN = "Łódź, Ελλάδα, Привет, naïve Æsop, 10 €, ½ m², „Zitat“ – Ş ő ẞ"


def a_view(**changed: str) -> bytes:
    data = a_ubl_invoice(**changed)
    return view_pdf(read(data), judge_invoice(data, today=TODAY), on=date(2026, 9, 15))


def with_plain_claims(pdf: bytes) -> io.BytesIO:
    """The same file as PDF/A-2b, which is all that pikepdf's strict check knows: fewer claims, the same content."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        packet = opened.Root.Metadata.read_bytes().decode()
        packet = re.sub(
            r"<(pdfaExtension:schemas|pdfuaid:part|xmpTPg:NPages|xmpMM:History)>.*?</\1>", "", packet, flags=re.S
        )
        packet = re.sub(r'xmlns:(pdfaExtension|pdfaSchema|pdfaProperty|pdfuaid|xmpTPg|stEvt)="[^"]*"', "", packet)
        packet = packet.replace("<pdfaid:conformance>A", "<pdfaid:conformance>B")
        opened.Root.Metadata = opened.make_stream(packet.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        for each in opened.objects:
            if isinstance(each, pikepdf.Dictionary) and "/CIDSet" in each:
                del each["/CIDSet"]
            if isinstance(each, pikepdf.Dictionary) and "/Dest" in each:
                each.Dest = pikepdf.Array(list(each.Dest))
        opened.save(target, **pdfa.resolve_save_kwargs("2b"))
    return target


@pytest.mark.parametrize("terms", ["Zahlbar sofort.", FOREIGN, "中文 Ω עברית"], ids=["german", "european", "beyond"])
def test_the_view_is_pdf_a_by_a_check_that_lets_nothing_pass_it_does_not_know(terms: str) -> None:
    report = pdfa.validate_written(with_plain_claims(a_view(terms=terms)), "2b")
    assert report.passed, report.findings


def test_it_is_tagged_has_a_language_and_a_title_and_says_so() -> None:
    with pikepdf.open(io.BytesIO(a_view())) as opened:
        assert str(opened.Root.Lang) == "de-DE"
        assert bool(opened.Root.MarkInfo.Marked)
        assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
        assert "/StructTreeRoot" in opened.Root
        with opened.open_metadata() as claims:
            assert claims["dc:title"] == "Rechnung RE-2026-0815"
            assert f"{claims['pdfaid:part']}{claims['pdfaid:conformance'].lower()}" == LEVEL
            assert claims["pdfuaid:part"] == "1"
        kinds = {str(each.S) for each in opened.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each}
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/TR"} <= kinds


def test_all_letters_of_europe_are_set_and_can_be_searched() -> None:
    assert squeezed(FOREIGN) in text_of_pdf(a_view(terms=FOREIGN))


def test_letters_the_font_lacks_and_hidden_ones_stand_there_as_their_codes() -> None:
    text = text_of_pdf(a_view(terms="中 \u202eeil", item="שלום"))
    assert "[U+4E2D]" in text and "[U+202E]eil" in text and "[U+05E9]" in text


def test_what_looks_like_markup_is_set_as_it_stands() -> None:
    markup = '#panic("x") *fett* $x^2$ `code` #read("/etc/passwd") \\ @label &lt;tag&gt;'
    assert squeezed('#panic("x") *fett* $x^2$ `code` #read("/etc/passwd") \\ @label <tag>') in text_of_pdf(
        a_view(terms=markup)
    )


def test_a_long_word_breaks_within_its_column_and_is_copied_in_one_piece() -> None:
    word = "A1B2C3D4" * 40
    pdf = a_view(number=word)
    with pypdfium2.PdfDocument(pdf) as opened:
        page = opened[0]
        text = page.get_textpage()
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        assert max(box[2] for box in boxes) < page.get_width()
        assert "\u200b" not in text.get_text_range()
    assert word in text_of_pdf(pdf)


def test_a_note_without_an_end_goes_over_many_pages() -> None:
    pdf = a_view(terms="wortlos" * 40_000)
    with pypdfium2.PdfDocument(pdf) as opened:
        assert len(opened) > 30


def test_the_same_invoice_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import sys, hashlib; from tests.xrechnung.showing.test_pdf_view import a_view;"
        "sys.stdout.write(hashlib.sha256(a_view(gross='1.00', leitweg='')).hexdigest())"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in "12"
    }
    assert len(made) == 1 and len(made.pop()) == 64
