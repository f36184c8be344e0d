"""Whether a page carries anything (Leerseite): ink that could be writing, not holes, folds or bleed-through."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

_WORKING_DPI = 150.0
_INK_BELOW = 190
_FAINT_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class Ink:
    """What stands on a page: share of dark area, pieces the size of characters, long open strokes (signatures)."""

    share: float
    characters: int
    strokes: int

    @property
    def none(self) -> bool:
        return self.characters == 0 and self.strokes == 0 and self.share < _FAINT_SHARE / 10

    @property
    def doubtful(self) -> bool:
        """Little enough to be dirt: without a readable word the page is blank."""
        return self.characters < 12 and self.strokes == 0 and self.share < _FAINT_SHARE


def measure_ink(cleaned: Gray, dpi: float) -> Ink:
    """Count the pieces of ink on a cleaned page; its margins (4 %) are left out, edges of the scanner lie there."""
    scale = min(1.0, _WORKING_DPI / dpi)
    small = cv2.resize(cleaned, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else cleaned
    dark = (small < _INK_BELOW).astype(np.uint8)
    height, width = dark.shape
    dark[: height // 25] = dark[height - height // 25 :] = 0
    dark[:, : width // 25] = dark[:, width - width // 25 :] = 0
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    wide, high, area = (stats[1:, column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    characters = (high >= 6) & (high <= 60) & (area >= 12) & (wide <= 200)
    strokes = (wide >= 25) & (high >= 12) & (area < 0.35 * wide * high)
    return Ink(float(dark.mean()), int(characters.sum()), int(strokes.sum()))
