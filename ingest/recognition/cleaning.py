"""What Tesseract sees of a page: straight, with an even white ground. What people see stays the scan."""

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]


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
    """Divide the page by its ground, so that shadows, stains and bleed-through fade and ink stays."""
    median = cv2.medianBlur(gray, 3)
    scale = 8
    small = cv2.resize(median, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
    ground = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 21)
    ground = cv2.resize(ground, (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(median, np.maximum(ground, 1), scale=255), dtype=np.uint8)
