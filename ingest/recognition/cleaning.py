"""What Tesseract sees of a page: straight, with an even white ground. What people see stays the scan."""

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

_GROUND_SCALE = 8
_PAPER_ABOVE = 150
_GRAIN_CONTRAST = 40
_FEW_GRAINS = 0.0005


def straighten(image: NDArray[np.uint8], skew: float) -> NDArray[np.uint8]:
    """Turn a page so that its lines lie level; the corners that come in are white."""
    if abs(skew) < 0.05:
        return image
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1.0)
    white = (255, 255, 255)
    turned = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=white)
    return np.asarray(turned, dtype=np.uint8)


def even_out(gray: Gray) -> Gray:
    """Divide the page by its ground, so that shadows, stains and bleed-through fade and ink stays.

    Grains of salt and pepper are smoothed away where there are any; clean small print would lose its dots by it.
    """
    median = np.asarray(cv2.medianBlur(gray, 3), dtype=np.uint8)
    small = cv2.resize(median, None, fx=1 / _GROUND_SCALE, fy=1 / _GROUND_SCALE, interpolation=cv2.INTER_AREA)
    ground = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 21)
    ground = cv2.resize(ground, (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_LINEAR)
    ink = median if _grains(gray, median) > _FEW_GRAINS else gray
    return np.asarray(cv2.divide(ink, np.maximum(ground, 1), scale=255), dtype=np.uint8)


def _grains(gray: Gray, median: Gray) -> float:
    """The share of the empty ground that is covered by single dots."""
    empty = cv2.erode(median, np.ones((7, 7), np.uint8)) > _PAPER_ABOVE
    return float((cv2.absdiff(gray, median)[empty] > _GRAIN_CONTRAST).mean()) if empty.any() else 0.0
