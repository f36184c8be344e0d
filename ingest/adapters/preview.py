"""Small pictures of pages for people to look at (Vorschau). Runs inside the sandbox."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.recognition.cleaning import straighten
from ingest.recognition.orientation import turned

# Pixels of the longer side: enough to read print on A4.
PREVIEW_SIDE = 1000
_QUALITY = 70


def save_preview(picture: NDArray[np.uint8], target: Path, *, turn: int = 0, skew: float = 0.0) -> None:
    """Write a small JPEG of a page, set upright by `turn` and `skew` (degrees clockwise)."""
    scale = min(1.0, PREVIEW_SIDE / max(picture.shape[:2]))
    high, wide = (max(1, round(side * scale)) for side in picture.shape[:2])
    small = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA) if scale < 1 else picture
    upright = straighten(turned(np.asarray(small, dtype=np.uint8), turn), skew)
    _, coded = cv2.imencode(".jpg", upright, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    target.write_bytes(coded.tobytes())
