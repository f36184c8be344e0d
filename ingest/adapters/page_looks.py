"""A look at every page of a file before it is split: codes, bars, emptiness. Runs inside the sandbox."""

import contextlib
import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from ingest.adapters import barcode, filetype, image_file, pdf_file, tesseract
from ingest.adapters.rendering import Document, PageFacts, as_gray
from ingest.recognition.blankness import Ink, measure_ink
from ingest.recognition.cleaning import even_out, straighten
from ingest.recognition.errors import BrokenPdf
from ingest.recognition.orientation import Guess, guess_turn, prove_turn, turned
from ingest.recognition.reading import Reading
from ingest.recognition.results import MediaType, RecognitionLimits
from ingest.recognition.skew import measure_skew
from ingest.splitting.looks import FileLook, PageLook
from ingest.splitting.sheets_seen import is_worth_reading

Gray = NDArray[np.uint8]

_LOOK_DPI, _FINE_DPI, _INK_DPI = 200.0, 300.0, 150.0
_MOST_MEGAPIXELS = 36.0
_SPARSE = 250
_OF_PAPER = 0.5
_STAPLE_PIECES, _STAPLE_ZONE_MM = 2, 30.0
_LEVEL_DEG = 1.0
_LANGUAGE = "deu"


@dataclass(frozen=True, slots=True)
class _Page:
    """One page as it comes from a file; `text` is the text of a page born digital, None for a picture."""

    gray: Gray
    dpi: float
    text: str | None = None


def look_here(
    source: Path, limits: RecognitionLimits, report: Callable[[int, int], None] = lambda done, total: None
) -> FileLook:
    """Look at all pages of a file, one at a time; see `ingest.splitting.confined.look`."""
    found = filetype.inspect_here(source, limits)
    kind = found.media_type
    pages = _pdf_pages(source) if kind is MediaType.PDF else _frames(source, kind, limits)
    looks = []
    for number, page in enumerate(pages, 1):
        looks.append(_look(page, number))
        report(number, found.pages)
    return FileLook(kind, tuple(looks), found.warnings)


def _pdf_pages(source: Path) -> Iterator[_Page]:
    with contextlib.ExitStack() as stack:
        document = _opened(source, stack)
        for number in range(document.pages):
            facts = document.facts(number)
            written = facts.visible_letters > 0 and facts.image_share < _OF_PAPER
            dpi = _dpi(facts)
            gray = as_gray(document.picture(number, dpi, whole_sheet=True))
            yield _Page(gray, dpi, document.text(number) if written else None)


def _opened(source: Path, stack: contextlib.ExitStack) -> Document:
    """Open a PDF; what PDFium cannot read as it is may be readable once qpdf has repaired it."""
    try:
        return stack.enter_context(Document(source))
    except pdfium.PdfiumError:
        repaired = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "repaired.pdf"
        with pdf_file.open_pdf(source) as pdf:
            pdf.save(repaired, encryption=False)
    try:
        return stack.enter_context(Document(repaired))
    except pdfium.PdfiumError:
        raise BrokenPdf(problem="Sie lässt sich nicht lesen und nicht wiederherstellen.") from None


def _dpi(facts: PageFacts) -> float:
    """Fine enough for thin bars, and bounded for plans and posters."""
    wanted = min(facts.image_dpi, _FINE_DPI) if facts.image_dpi and facts.image_share >= _OF_PAPER else _LOOK_DPI
    return min(wanted, math.sqrt(_MOST_MEGAPIXELS * 1e6 / max(facts.width * facts.height, 1e-6)))


def _frames(source: Path, kind: MediaType, limits: RecognitionLimits) -> Iterator[_Page]:
    for gray, dpi in image_file.gray_pages(source, kind, limits):
        yield _Page(*_scaled(gray, dpi, min(_FINE_DPI, dpi * math.sqrt(_MOST_MEGAPIXELS * 1e6 / gray.size))))


def _look(page: _Page, frame: int) -> PageLook:
    """See a page: is anything on it, codes, bars, how much else, and where that matters what it says."""
    rough, rough_dpi = _scaled(page.gray, page.dpi, _INK_DPI)
    cleaned = even_out(rough)
    ink = measure_ink(cleaned, rough_dpi)
    if ink.none or _is_staple(ink, cleaned, rough_dpi) or (ink.doubtful and not _has_words(cleaned, rough_dpi)):
        return PageLook(frame, blank=True)
    codes = _codes(page, sparse=ink.characters <= _SPARSE)
    rest = measure_ink(barcode.without_codes(cleaned, codes), rough_dpi) if codes else ink
    seen = PageLook(
        frame,
        codes=tuple(each.code for each in codes),
        patch_t=barcode.has_patch(rough, rough_dpi),
        characters=rest.characters,
        text_layer=page.text is not None,
    )
    if not is_worth_reading(seen):
        return seen
    return replace(seen, text=page.text if page.text is not None else _read(page, codes).text)


def _is_staple(ink: Ink, cleaned: Gray, dpi: float) -> bool:
    """Whether all that stands on a page is a stroke or two where staples sit."""
    if ink.characters > _STAPLE_PIECES or ink.strokes > _STAPLE_PIECES:
        return False
    reach = round(_STAPLE_ZONE_MM / 25.4 * dpi)
    rest = cleaned.copy()
    for rows in (slice(None, reach), slice(-reach, None)):
        rest[rows, :reach] = rest[rows, -reach:] = 255
    return measure_ink(rest, dpi).none


def _has_words(cleaned: Gray, dpi: float) -> bool:
    """Whether the little that stands on a page can be read, whichever way up."""
    turns = guess_turn(cleaned).turns
    return any(tesseract.read(turned(cleaned, turn), dpi, _LANGUAGE).has_words for turn in turns)


def _codes(page: _Page, *, sparse: bool) -> tuple[barcode.Seen, ...]:
    """Codes at a usual resolution; a page with little else on it is worth a closer look."""
    found = barcode.read_codes(_scaled(page.gray, page.dpi, _LOOK_DPI)[0])
    if found or not sparse:
        return found
    return barcode.read_codes(np.asarray(cv2.medianBlur(page.gray, 3), dtype=np.uint8))


def _read(page: _Page, codes: tuple[barcode.Seen, ...]) -> Reading:
    """The words of a sparse page; a code tells which way up it is."""
    gray, dpi = _scaled(page.gray, page.dpi, _LOOK_DPI)
    bare = barcode.without_codes(gray, codes)
    guess = Guess((codes[0].turn,)) if codes else guess_turn(bare)

    def view(turn: int) -> Gray:
        upright = turned(bare, turn)
        skew = measure_skew(upright)
        return even_out(straighten(upright, skew) if abs(skew) >= _LEVEL_DEG else upright)

    first = tesseract.read(view(guess.turns[0]), dpi, _LANGUAGE)
    if first.legible or len(guess.turns) == 1:
        return first
    turn = prove_turn(guess, dpi, view, lambda band, fine: tesseract.read(band, fine, _LANGUAGE, one_block=True))
    return first if turn == guess.turns[0] else tesseract.read(view(turn), dpi, _LANGUAGE)


def _scaled(gray: Gray, dpi: float, wanted: float) -> tuple[Gray, float]:
    if dpi <= wanted:
        return gray, dpi
    small = cv2.resize(gray, None, fx=wanted / dpi, fy=wanted / dpi, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), wanted
