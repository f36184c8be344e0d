"""Our engine inside OCRmyPDF: its hooks ask for images and orientations, our desk answers.

OCRmyPDF passes image files from step to step. Our pages never leave memory: the files its steps see are stubs of
one pixel, and the words come from the desk, which travels in the options as `eakte_desk`.
"""

from pathlib import Path
from typing import Any

from ocrmypdf import hookimpl
from ocrmypdf.builtin_plugins.tesseract_ocr import TesseractOptions
from ocrmypdf.hocrtransform import BoundingBox, OcrClass, OcrElement
from ocrmypdf.pluginspec import OcrEngine, OrientationConfidence
from PIL import Image

from ingest.adapters import tesseract
from ingest.adapters.page_desk import PageDesk, PageOutcome
from ingest.recognition.reading import Word

_CERTAIN = 100.0


class DeskEngine(OcrEngine):
    """Tesseract through tesserocr, as OCRmyPDF wants to see an engine."""

    @staticmethod
    def version() -> str:
        return tesseract.version()

    @staticmethod
    def creator_tag(options: Any) -> str:
        return f"Tesseract {tesseract.version()}"

    def __str__(self) -> str:
        return f"Tesseract {tesseract.version()} (tesserocr)"

    @staticmethod
    def languages(options: Any) -> frozenset[str]:
        return tesseract.languages()

    @staticmethod
    def get_orientation(input_file: Path, options: Any) -> OrientationConfidence:
        """OCRmyPDF turns counter-clockwise; its file names begin with the page number."""
        number = int(input_file.name[:6]) - 1
        return OrientationConfidence((360 - _desk(options).outcome(number).turned) % 360, _CERTAIN)

    @staticmethod
    def supports_generate_ocr() -> bool:
        return True

    @staticmethod
    def generate_ocr(input_file: Path, options: Any, page_number: int = 0) -> tuple[OcrElement, str]:
        outcome = _desk(options).outcome(page_number)
        return _as_tree(outcome, page_number), outcome.reading.text

    @staticmethod
    def generate_hocr(input_file: Path, output_hocr: Path, output_text: Path, options: Any) -> None:
        raise NotImplementedError

    @staticmethod
    def generate_pdf(input_file: Path, output_pdf: Path, output_text: Path, options: Any) -> None:
        raise NotImplementedError


@hookimpl
def register_options() -> dict[str, type[TesseractOptions]]:
    """OCRmyPDF asks for the options of its own Tesseract plugin, which we leave out."""
    return {"tesseract": TesseractOptions}


@hookimpl
def get_ocr_engine(options: Any) -> DeskEngine:
    return DeskEngine()


@hookimpl
def validate(pdfinfo: Any, options: Any) -> None:
    """Only pages our plan chose come here, so a text layer found by OCRmyPDF does not count."""
    for number in options.pages:
        pdfinfo.pages[number]._has_text = False
        pdfinfo.pages[number]._textboxes = []


@hookimpl
def rasterize_pdf_page(output_file: Path, page_dpi: Any) -> Path:
    """Leave a stub where OCRmyPDF expects an image."""
    Image.new("L", (1, 1), 255).save(output_file, dpi=(page_dpi.x, page_dpi.y))
    return output_file


def _desk(options: Any) -> PageDesk:
    desk = options.extra_attrs["eakte_desk"]
    assert isinstance(desk, PageDesk)
    return desk


def _as_tree(outcome: PageOutcome, number: int) -> OcrElement:
    """The words as the tree OCRmyPDF draws its invisible layer from: page, paragraphs, lines, words."""
    page = OcrElement(
        ocr_class=OcrClass.PAGE,
        bbox=BoundingBox(0, 0, outcome.width, outcome.height),
        dpi=outcome.dpi,
        page_number=number,
    )
    paragraphs: dict[tuple[int, int], OcrElement] = {}
    lines: dict[tuple[int, int, int], OcrElement] = {}
    for word in outcome.reading.words:
        place = (word.block, word.paragraph)
        if place not in paragraphs:
            paragraphs[place] = OcrElement(ocr_class=OcrClass.PARAGRAPH, bbox=_box(word))
            page.children.append(paragraphs[place])
        line = (*place, word.line)
        if line not in lines:
            lines[line] = OcrElement(ocr_class=OcrClass.LINE, bbox=_box(word))
            paragraphs[place].children.append(lines[line])
        _widen(lines[line], word)
        _widen(paragraphs[place], word)
        lines[line].children.append(
            OcrElement(ocr_class=OcrClass.WORD, bbox=_box(word), text=word.text, confidence=word.confidence / 100)
        )
    return page


def _box(word: Word) -> BoundingBox:
    return BoundingBox(*word.box)


def _widen(element: OcrElement, word: Word) -> None:
    box = element.bbox
    assert box is not None
    left, top, right, bottom = word.box
    element.bbox = BoundingBox(min(box.left, left), min(box.top, top), max(box.right, right), max(box.bottom, bottom))
