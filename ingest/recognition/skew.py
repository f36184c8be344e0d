"""How far a page lies askew (Schieflage), from the profile of its text lines."""

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

_WORKING_SIDE = 1000
_LARGEST_DEG = 7.0
_COARSE_DEG, _FINE_DEG = 0.5, 0.05
_ENOUGH_INK = 200
_CLEAR_GAIN = 1.01


def measure_skew(gray: Gray) -> float:
    """The tilt of the text lines in degrees, positive when they rise to the right; 0.0 when there is nothing to see.

    The sharpest row profile wins: ink is projected along a range of slopes, first coarsely, then finely.
    """
    angle, gain = sharpest_slope(ink_points(gray))
    return angle if gain > _CLEAR_GAIN else 0.0


def ink_points(gray: Gray) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Columns and rows of the ink of a page scaled down; large dark areas (pictures, edges) are left out."""
    scale = min(1.0, _WORKING_SIDE / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    dark = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 18)
    dark[: dark.shape[0] // 50] = dark[-dark.shape[0] // 50 :] = 0
    dark[:, : dark.shape[1] // 50] = dark[:, -dark.shape[1] // 50 :] = 0
    rows, columns = np.nonzero(dark)
    return columns.astype(np.float32), rows.astype(np.float32)


def sharpest_slope(points: tuple[NDArray[np.float32], NDArray[np.float32]]) -> tuple[float, float]:
    """The angle whose row profile is sharpest, and how much sharper it is than the profile at 0 degrees."""
    columns, rows = points
    if columns.size < _ENOUGH_INK:
        return 0.0, 1.0
    coarse = np.arange(-_LARGEST_DEG, _LARGEST_DEG + 0.01, _COARSE_DEG)
    best = float(coarse[int(np.argmax([sharpness(columns, rows, angle) for angle in coarse]))])
    fine = np.arange(best - _COARSE_DEG, best + _COARSE_DEG + 0.01, _FINE_DEG)
    scores = [sharpness(columns, rows, angle) for angle in fine]
    angle = float(fine[int(np.argmax(scores))])
    return round(angle, 2), float(max(scores) / max(sharpness(columns, rows, 0.0), 1e-9))


def sharpness(columns: NDArray[np.float32], rows: NDArray[np.float32], angle: float) -> float:
    """How strongly ink gathers in rows when lines rise by `angle` degrees: squared steps between neighbouring rows."""
    shifted = rows + columns * np.float32(np.tan(np.radians(angle)))
    profile = np.bincount((shifted - shifted.min()).astype(np.int32)).astype(np.float64)
    return float(np.sum(np.diff(profile) ** 2)) / max(1, columns.size)
