"""The desk on which the pages of one file are worked on, one call per page. Runs inside the sandbox."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.adapters import tesseract
from ingest.adapters.cores import Cores
from ingest.adapters.preview import PREVIEW_SIDE, save_preview
from ingest.adapters.rendering import Document, PageFacts, as_gray
from ingest.recognition.blankness import measure_ink
from ingest.recognition.cleaning import even_out, straighten
from ingest.recognition.orientation import guess_turn, prove_turn, turned
from ingest.recognition.plan import Plan
from ingest.recognition.reading import Reading
from ingest.recognition.skew import measure_skew

Gray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """What came of one page; `width` and `height` are the pixels recognition saw at `dpi`."""

    reading: Reading
    blank: bool
    turned: int
    skew: float
    dpi: float
    width: int
    height: int
    made_smaller: bool


class PageDesk:
    """Renders, turns, straightens, cleans and reads pages; each page is held only as long as it is worked on."""

    def __init__(
        self,
        document: Document,
        facts: Mapping[int, PageFacts],
        plans: Mapping[int, Plan],
        *,
        previews: Path,
        language: str,
        turns: Mapping[int, int],
        megapixels: float,
        cores: Cores,
        finished: Callable[[], None],
    ) -> None:
        self._document = document
        self._facts = facts
        self._plans = plans
        self._previews = previews
        self._language = language
        self._turns = turns
        self._megapixels = megapixels
        self._cores = cores
        self._finished = finished
        self._lock = threading.Lock()
        self.outcomes: dict[int, PageOutcome] = {}

    def outcome(self, number: int) -> PageOutcome:
        """What came of page `number` (0-based), worked out at the first call."""
        with self._lock:
            known = self.outcomes.get(number)
        if known is not None:
            return known
        with self._cores.one():
            outcome = self._work(number)
        with self._lock:
            self.outcomes[number] = outcome
            self._finished()
        return outcome

    def show_kept(self, number: int) -> None:
        """Make the preview of a page that is not recognised."""
        facts = self._facts[number]
        dpi = PREVIEW_SIDE / max(facts.width, facts.height, 0.01)
        self._save_preview(number, self._document.picture(number, min(dpi, 300.0)), 0, 0.0)

    def preview(self, number: int) -> Path:
        return self._previews / f"{number + 1:05d}.jpg"

    def _work(self, number: int) -> PageOutcome:
        pictures_only = self._plans[number] is Plan.RECOGNIZE_PICTURES
        dpi, made_smaller = self._facts[number].best_dpi(self._megapixels)
        if self._plans[number] is Plan.KEEP:
            return self._copy_words(number, dpi, made_smaller)
        picture = self._document.picture(number, dpi, whole_sheet=True, without_text=pictures_only)
        gray = as_gray(picture)
        known = 0 if pictures_only else self._turns.get(number)
        if known is None:
            turn, skew, cleaned, reading, blank = self._find_out(gray, dpi)
        else:
            turn, blank = known, False
            skew, cleaned = (0.0, even_out(gray)) if pictures_only else _made_level(turned(gray, turn))
            reading = tesseract.read(cleaned, dpi, self._language)
        if pictures_only:
            picture = self._document.picture(number, dpi, whole_sheet=True)
        self._save_preview(number, picture, turn, skew)
        height, width = cleaned.shape
        return PageOutcome(reading, blank, turn, skew, dpi, width, height, made_smaller)

    def _copy_words(self, number: int, dpi: float, made_smaller: bool) -> PageOutcome:
        """Take the words of a text layer to where they will be needed: the page becomes a picture."""
        picture = self._document.picture(number, dpi, whole_sheet=True)
        self._save_preview(number, picture, 0, 0.0)
        height, width = picture.shape[:2]
        return PageOutcome(self._document.words(number, dpi), False, 0, 0.0, dpi, width, height, made_smaller)

    def portrait(self, number: int) -> NDArray[np.uint8]:
        """A page as displayed, fine enough to stand for the page itself."""
        dpi, _ = self._facts[number].best_dpi(self._megapixels)
        return self._document.picture(number, dpi, whole_sheet=True)

    def _find_out(self, gray: Gray, dpi: float) -> tuple[int, float, Gray, Reading, bool]:
        """The turn of a page, its skew, what recognition saw and read, and whether it is blank."""
        guess = guess_turn(gray)
        turn = guess.turns[0]
        skew, cleaned = _made_level(turned(gray, turn))
        ink = measure_ink(cleaned, dpi)
        if ink.none:
            return 0, 0.0, gray, Reading(()), True
        reading = tesseract.read(cleaned, dpi, self._language)
        if reading.legible:
            return turn, skew, cleaned, reading, False
        proved = prove_turn(
            guess,
            dpi,
            view=lambda way: cleaned if way == turn else _made_level(turned(gray, way))[1],
            read=lambda band, band_dpi: tesseract.read(band, band_dpi, self._language, one_block=True),
        )
        if proved != turn:
            skew, cleaned = _made_level(turned(gray, proved))
            reading = tesseract.read(cleaned, dpi, self._language)
        if ink.doubtful and not reading.has_words:
            return 0, 0.0, gray, Reading(()), True
        return proved, skew, cleaned, reading, False

    def _save_preview(self, number: int, picture: NDArray[np.uint8], turn: int, skew: float) -> None:
        save_preview(picture, self.preview(number), turn=turn, skew=skew)


def _made_level(gray: Gray) -> tuple[float, Gray]:
    skew = measure_skew(gray)
    return skew, even_out(straighten(gray, skew))
