"""The pages of a product come together in one PDF, and no pixel changes."""

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from ingest.recognition.errors import BrokenImage, BrokenPdf
from ingest.recognition.results import RecognitionLimits
from ingest.splitting.confined import Part, assemble
from tests.ingest.papers import native_pdf, picture_of, saved, scan, scanned_pdf, text_of

LIMITS = RecognitionLimits(timeout_s=120)


def a_page(text: str) -> Image.Image:
    return scan((text,) * 10, dpi=100)


def image_in(pdf: Path, page: int) -> Image.Image:
    with pikepdf.open(pdf) as opened:
        (only,) = opened.pages[page].images.values()
        return pikepdf.PdfImage(only).as_pil_image()


def test_pages_of_several_files_come_in_the_order_asked_for(tmp_path: Path) -> None:
    letter = native_pdf(tmp_path / "brief.pdf", ("eins",), ("zwei",), ("drei",))
    other = native_pdf(tmp_path / "anlage.pdf", ("vier",))
    parts = [Part(letter, (3, 1)), Part(other, (1,)), Part(letter, (2,))]
    assert assemble(parts, tmp_path / "produkt.pdf", limits=LIMITS) == 4
    assert [text.strip() for text in text_of(tmp_path / "produkt.pdf")] == ["drei", "eins", "vier", "zwei"]


def test_frames_of_a_tiff_keep_their_pixels_and_size(tmp_path: Path) -> None:
    pages = [a_page(text).point(lambda value: 255 if value > 128 else 0).convert("1") for text in "abc"]
    stack = tmp_path / "stapel.tif"
    pages[0].save(stack, compression="group4", dpi=(100, 100), save_all=True, append_images=pages[1:])
    assert assemble([Part(stack, (3, 2))], tmp_path / "produkt.pdf", limits=LIMITS) == 2
    for place, frame in enumerate((2, 1)):
        assert np.array_equal(np.array(image_in(tmp_path / "produkt.pdf", place).convert("1")), np.array(pages[frame]))
    with pikepdf.open(tmp_path / "produkt.pdf") as pdf:
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == pytest.approx([595, 842], abs=2)


def test_a_jpeg_is_put_in_as_it_is(tmp_path: Path) -> None:
    photos = [saved(a_page(text), tmp_path / f"scan{number}.jpg", quality=70) for number, text in enumerate("ab")]
    assert assemble([Part(photo, (1,)) for photo in photos], tmp_path / "produkt.pdf", limits=LIMITS) == 2
    with pikepdf.open(tmp_path / "produkt.pdf") as pdf:
        for page, photo in zip(pdf.pages, photos, strict=True):
            (only,) = page.images.values()
            stored = Image.open(io.BytesIO(only.read_raw_bytes()))
            assert np.array_equal(np.array(stored), np.array(Image.open(photo)))
            assert only.Filter == pikepdf.Name.DCTDecode


def test_pages_of_a_scanned_pdf_keep_their_stream(tmp_path: Path) -> None:
    stack = scanned_pdf(tmp_path / "stapel.pdf", a_page("a"), a_page("b"))
    assemble([Part(stack, (2,))], tmp_path / "produkt.pdf", limits=LIMITS)
    with pikepdf.open(stack) as before, pikepdf.open(tmp_path / "produkt.pdf") as after:
        (old,), (new,) = before.pages[1].images.values(), after.pages[0].images.values()
        assert old.read_raw_bytes() == new.read_raw_bytes()
    assert np.array_equal(picture_of(stack, 1), picture_of(tmp_path / "produkt.pdf"))


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    stack = scanned_pdf(tmp_path / "stapel.pdf", a_page("a"), a_page("b"))
    for name in ("eins.pdf", "zwei.pdf"):
        assemble([Part(stack, (1, 2))], tmp_path / name, limits=LIMITS)
    assert (tmp_path / "eins.pdf").read_bytes() == (tmp_path / "zwei.pdf").read_bytes()


def test_a_product_takes_neither_attachments_nor_scripts_along(tmp_path: Path) -> None:
    letter = native_pdf(tmp_path / "brief.pdf", ("eins",))
    with pikepdf.open(letter, allow_overwriting_input=True) as pdf:
        pdf.attachments["anlage.txt"] = b"Anlage"
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.save()
    assemble([Part(letter, (1,))], tmp_path / "produkt.pdf", limits=LIMITS)
    with pikepdf.open(tmp_path / "produkt.pdf") as pdf:
        assert not pdf.attachments
        assert "/OpenAction" not in pdf.Root


@pytest.mark.parametrize("frame", [0, 3])
def test_a_page_that_is_not_there_is_an_error(tmp_path: Path, frame: int) -> None:
    stack = scanned_pdf(tmp_path / "stapel.pdf", a_page("a"), a_page("b"))
    with pytest.raises(BrokenPdf):
        assemble([Part(stack, (frame,))], tmp_path / "produkt.pdf", limits=LIMITS)
    picture = saved(a_page("a"), tmp_path / "a.png")
    with pytest.raises(BrokenImage):
        assemble([Part(picture, (frame,))], tmp_path / "produkt2.pdf", limits=LIMITS)
