"""PDF pages as pixels and as text, through PDFium. Runs inside the sandbox."""

import ctypes
import math
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from ingest.recognition.reading import Reading, Word

# PDFium is not safe for threads: every call goes through this lock
_LOCK = threading.Lock()
_DEEPEST = 4
_VECTOR_DPI = 300.0
_LEAST_DPI, _MOST_DPI = 72.0, 300.0


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page consists of, as PDFium sees it.

    `width` and `height` are inches of the whole sheet as displayed. `image_dpi` is the finest image that covers a
    good part of the page, 0.0 without one; `image_share` is the covered part of the page.
    """

    width: float
    height: float
    objects: int
    visible_letters: int
    hidden_letters: int
    image_share: float
    image_dpi: float
    annotations: bool

    def best_dpi(self, megapixels: float) -> tuple[float, bool]:
        """The resolution to recognise at, and whether the page had to be made smaller for `megapixels`."""
        wanted = _VECTOR_DPI if not self.image_dpi else min(_MOST_DPI, max(_LEAST_DPI, self.image_dpi))
        allowed = math.sqrt(megapixels * 1e6 / max(self.width * self.height, 1e-6))
        return (wanted, False) if wanted <= allowed else (allowed, True)


class Document:
    """An opened PDF; a context manager."""

    def __init__(self, path: Path) -> None:
        with _LOCK:
            self._pdf = pdfium.PdfDocument(path)
            self.pages = len(self._pdf)

    def __enter__(self) -> "Document":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with _LOCK:
            self._pdf.close()

    def facts(self, number: int) -> PageFacts:
        """Look at the objects of page `number` (0-based), also inside forms."""
        with _LOCK:
            page = self._pdf[number]
            try:
                return _facts(page)
            finally:
                page.close()

    def text(self, number: int) -> str:
        """The text layer of a page in its own order."""
        with _LOCK:
            page = self._pdf[number]
            try:
                layer = page.get_textpage()
                text = str(layer.get_text_range())
                layer.close()
            finally:
                page.close()
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-").replace("\x02", "-").strip()

    def words(self, number: int, dpi: float) -> Reading:
        """The words of the text layer with their places on a picture of `dpi`, the whole sheet."""
        with _LOCK:
            page = self._pdf[number]
            try:
                page.set_cropbox(*page.get_mediabox())
                return Reading(tuple(_layer_words(page, dpi / 72)))
            finally:
                page.close()

    def picture(
        self, number: int, dpi: float, *, whole_sheet: bool = False, without_text: bool = False
    ) -> NDArray[np.uint8]:
        """A page as displayed, blue-green-red or grey.

        `whole_sheet` shows what the crop box hides, `without_text` leaves out what the text layer says already.
        """
        with _LOCK:
            page = self._pdf[number]
            try:
                if whole_sheet:
                    page.set_cropbox(*page.get_mediabox())
                if without_text:
                    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=_DEEPEST):
                        raw.FPDFTextObj_SetTextRenderMode(thing.raw, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
                bitmap = page.render(scale=dpi / 72, may_draw_forms=False, prefer_bgrx=False)
                pixels = bitmap.to_numpy().copy()
                bitmap.close()
            finally:
                page.close()
        pixels = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
        return np.asarray(pixels[..., :3] if pixels.ndim == 3 else pixels, dtype=np.uint8)


def _layer_words(page: pdfium.PdfPage, scale: float) -> list[Word]:
    width, height = (round(side * scale) for side in page.get_size())
    layer = page.get_textpage()
    words: list[Word] = []
    letters: list[str] = []
    corners: list[tuple[int, int]] = []
    line = 1
    x, y = ctypes.c_int(), ctypes.c_int()
    count = layer.count_chars()
    for index in range(count + 1):
        letter = chr(raw.FPDFText_GetUnicode(layer.raw, index)) if index < count else "\n"
        if not letter.isspace():
            left, bottom, right, top = layer.get_charbox(index, loose=True)
            letters.append("-" if letter in "\x02\ufffe" else letter)
            for across, up in ((left, top), (right, bottom)):
                raw.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, across, up, x, y)
                corners.append((x.value, y.value))
        elif letters:
            across, down = zip(*corners, strict=True)
            box = (max(0, min(across)), max(0, min(down)), max(across) + 1, max(down) + 1)
            words.append(Word("".join(letters), 100.0, box, 1, 1, line))
            letters, corners = [], []
        line += letter == "\n"
    layer.close()
    return words


def _facts(page: pdfium.PdfPage) -> PageFacts:
    page.set_cropbox(*page.get_mediabox())
    width, height = page.get_size()
    share, dpi, objects, visible, hidden = 0.0, 0.0, 0, 0, 0
    for thing in page.get_objects(max_depth=_DEEPEST):
        objects += 1
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            part, fineness = _image_facts(thing, width * height)
            share += part
            if part > 0.1:
                dpi = max(dpi, fineness)
    layer = page.get_textpage()
    for index in range(raw.FPDFText_CountChars(layer.raw)):
        if chr(raw.FPDFText_GetUnicode(layer.raw, index)).isspace():
            continue
        mode = raw.FPDFTextObj_GetTextRenderMode(raw.FPDFText_GetTextObject(layer.raw, index))
        if mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
            hidden += 1
        else:
            visible += 1
    layer.close()
    annotations = raw.FPDFPage_GetAnnotCount(page.raw) > 0
    return PageFacts(width / 72, height / 72, objects, visible, hidden, min(1.0, share), dpi, annotations)


def _image_facts(image: pdfium.PdfObject, page_area: float) -> tuple[float, float]:
    try:
        left, bottom, right, top = image.get_bounds()
        across, down = image.get_px_size()
    except pdfium.PdfiumError:
        return 0.0, 0.0
    width, height = right - left, top - bottom
    if width <= 0 or height <= 0:
        return 0.0, 0.0
    # a little less, for PDFium rounds up: a scan that fills its page is then shown pixel by pixel, not blurred
    dpi = math.sqrt(across * down / (width * height)) * 72 * 0.99999
    return width * height / max(page_area, 1.0), dpi


def as_gray(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.ndim == 3 else picture, dtype=np.uint8)
