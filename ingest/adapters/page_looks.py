"""A look at every page of a file before it is split: codes, bars, emptiness. Runs inside the sandbox."""

import contextlib
import math
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from ingest.adapters import barcode, filetype, image_file, pdf_file, tesseract
from ingest.adapters.cores import Cores
from ingest.adapters.preview import PREVIEW_SIDE, save_preview
from ingest.adapters.rendering import Document, PageFacts, as_gray
from ingest.recognition.blankness import measure_ink
from ingest.recognition.cleaning import even_out, straighten
from ingest.recognition.errors import BrokenPdf
from ingest.recognition.orientation import guess_turn, turned
from ingest.recognition.reading import Reading
from ingest.recognition.results import MediaType, RecognitionLimits
from ingest.recognition.skew import measure_skew
from ingest.splitting.backs import without_fittings
from ingest.splitting.looks import FileLook, PageLook
from ingest.splitting.sheets_seen import is_worth_reading, sheet_in

Gray = NDArray[np.uint8]

_LOOK_DPI, _FINE_DPI, _INK_DPI = 200.0, 300.0, 150.0
_MOST_MEGAPIXELS = 36.0
_SPARSE, _MOST_ON_SHEET = 250, 500
_COARSE_DPI, _MOST_INK = 70.0, 0.2
_OF_PAPER = 0.5
_DARK_BELOW = 190
_READ_MARGIN_MM = 4.0
_LEVEL_DEG = 1.0
_LANGUAGE = "deu"


@dataclass(frozen=True, slots=True)
class _Page:
    """One page as it comes from a file; `text` is the text of a page born digital, None for a picture.

    `empty`: the file has nothing on this page.
    """

    gray: Gray
    dpi: float
    text: str | None = None
    empty: bool = False


def look_here(
    source: Path,
    limits: RecognitionLimits,
    previews: Path | None,
    cores: Cores,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> FileLook:
    """Look at all pages of a file; see `ingest.splitting.confined.look`."""
    found = filetype.inspect_here(source, limits)
    kind = found.media_type
    pages: Iterator[_Page | PageLook] = _pdf_pages(source) if kind is MediaType.PDF else _frames(source, kind, limits)
    desk = _Desk(cores, previews)
    looks: list[PageLook] = []
    with ThreadPoolExecutor(len(cores)) as pool:
        for look in _in_order(pool, pages, desk):
            looks.append(look)
            report(len(looks), found.pages)
    return FileLook(kind, tuple(looks), found.warnings)


def _in_order(pool: ThreadPoolExecutor, pages: Iterator[_Page | PageLook], desk: "_Desk") -> Iterator[PageLook]:
    """What is seen on each page, in their order; only as many pages are held as are looked at."""
    waiting: deque[Future[PageLook]] = deque()
    for number, page in enumerate(pages, 1):
        waiting.append(pool.submit(desk.look, page, number))
        if len(waiting) > len(desk.cores):
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _pdf_pages(source: Path) -> Iterator[_Page | PageLook]:
    """The pages of a PDF; one without content or full of real text need not be drawn."""
    with contextlib.ExitStack() as stack:
        document = _opened(source, stack)
        for number in range(document.pages):
            facts = document.facts(number)
            written = facts.visible_letters > 0 and facts.image_share < _OF_PAPER
            dpi = _dpi(facts)
            if not facts.objects and not facts.annotations:
                yield _Page(as_gray(document.picture(number, _small(facts), whole_sheet=True)), 0.0, empty=True)
                continue
            if written and facts.visible_letters > _MOST_ON_SHEET:
                yield PageLook(number + 1, characters=facts.visible_letters, text_layer=True)
                continue
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


def _small(facts: PageFacts) -> float:
    return PREVIEW_SIDE / max(facts.width, facts.height, 1e-6)


def _frames(source: Path, kind: MediaType, limits: RecognitionLimits) -> Iterator[_Page]:
    for gray, dpi in image_file.gray_pages(source, kind, limits):
        yield _Page(*_scaled(gray, dpi, min(_FINE_DPI, dpi * math.sqrt(_MOST_MEGAPIXELS * 1e6 / gray.size))))


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where pages are looked at; what will hardly be a page of a document leaves its preview here."""

    cores: Cores
    previews: Path | None

    def look(self, page: _Page | PageLook, frame: int) -> PageLook:
        if isinstance(page, PageLook):
            return page
        with self.cores.one():
            seen = PageLook(frame, blank=True, ink=0.0) if page.empty else _seen(page, frame)
            if self.previews is not None and (seen.blank or sheet_in(seen) is not None):
                upright = seen.codes[0].turn if seen.codes else 0
                save_preview(page.gray, self.previews / f"{frame:05d}.jpg", turn=upright)
        return seen


def _seen(page: _Page, frame: int) -> PageLook:
    """See a page: is anything on it, codes, bars, how much else, and where that matters what it says."""
    rough, rough_dpi = _at(page.gray, page.dpi, _INK_DPI)
    cleaned = even_out(rough)
    ink = measure_ink(cleaned, rough_dpi)
    sparse = ink.characters <= _SPARSE
    if sparse and not page.text and _is_blank(page, cleaned, rough_dpi):
        return PageLook(frame, blank=True, ink=ink.share)
    codes = _codes(page, sparse=sparse)
    rest = measure_ink(barcode.without_codes(cleaned, codes), rough_dpi) if codes else ink
    seen = PageLook(
        frame,
        codes=tuple(each.code for each in codes),
        patch_t=barcode.has_patch(rough, rough_dpi),
        characters=rest.characters,
        text_layer=page.text is not None,
        ink=ink.share,
    )
    if rest.share > _MOST_INK or not is_worth_reading(seen):
        return seen
    return replace(seen, text=page.text if page.text is not None else _read(page, codes).text)


def _is_blank(page: _Page, cleaned: Gray, dpi: float) -> bool:
    """Whether a page with little on it carries nothing but holes, staples, dirt and what shines through."""
    if dpi < _COARSE_DPI:
        return not (cleaned < _DARK_BELOW).any()
    bare = without_fittings(cleaned, dpi)
    ink = measure_ink(bare, dpi)
    if ink.none or not ink.doubtful:
        return ink.none
    rows, columns = np.nonzero(bare < _DARK_BELOW)
    if rows.size == 0:
        return True
    scale, margin = page.dpi / dpi, dpi * _READ_MARGIN_MM / 25.4
    top, bottom = (round(scale * each) for each in (max(0.0, rows.min() - margin), rows.max() + margin))
    left, right = (round(scale * each) for each in (max(0.0, columns.min() - margin), columns.max() + margin))
    part = even_out(np.ascontiguousarray(page.gray[top:bottom, left:right]))
    return not any(tesseract.read(turned(part, turn), page.dpi, _LANGUAGE).has_words for turn in guess_turn(part).turns)


def _codes(page: _Page, *, sparse: bool) -> tuple[barcode.Seen, ...]:
    """Codes at a usual resolution; a page with little else on it is worth a closer look."""
    found = barcode.read_codes(_scaled(page.gray, page.dpi, _LOOK_DPI)[0])
    if found or not sparse:
        return found
    return barcode.read_codes(np.asarray(cv2.medianBlur(page.gray, 3), dtype=np.uint8), thorough=True)


def _read(page: _Page, codes: tuple[barcode.Seen, ...]) -> Reading:
    """The words of a sparse page; a code tells which way up it is, else the way that makes most sense is taken."""
    gray, dpi = _scaled(page.gray, page.dpi, _LOOK_DPI)
    bare = barcode.without_codes(gray, codes)
    best = Reading(())
    for turn in (codes[0].code.turn,) if codes else guess_turn(bare).turns:
        upright = turned(bare, turn)
        skew = measure_skew(upright)
        level = even_out(straighten(upright, skew) if abs(skew) >= _LEVEL_DEG else upright)
        best = max(best, tesseract.read(level, dpi, _LANGUAGE), key=lambda reading: reading.sensible_letters)
        if best.legible:
            break
    return best


def _at(gray: Gray, dpi: float, wanted: float) -> tuple[Gray, float]:
    """A picture at a resolution that measures are made for; a very coarse one stays as it is."""
    if dpi < _COARSE_DPI or dpi >= wanted:
        return _scaled(gray, dpi, wanted)
    large = cv2.resize(gray, None, fx=wanted / dpi, fy=wanted / dpi, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, dtype=np.uint8), wanted


def _scaled(gray: Gray, dpi: float, wanted: float) -> tuple[Gray, float]:
    if dpi <= wanted:
        return gray, dpi
    small = cv2.resize(gray, None, fx=wanted / dpi, fy=wanted / dpi, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), wanted
