"""What a page carries that nobody wrote: punch holes and staples (Lochung, Heftung)."""

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

_INK_BELOW = 190
_EDGE_MM, _CORNER_MM = 22.0, 32.0
_HOLE_MM, _STAPLE_MM, _WIRE_MM = (4.0, 8.5), (4.0, 17.0), 3.0
_MOST_IN_CORNER = 4
_HALO_MM = 1.0


def without_fittings(cleaned: Gray, dpi: float) -> Gray:
    """A cleaned page with its punch holes and staples whitened; text near an edge stays."""
    mm = dpi / 25.4
    dark = (cleaned < _INK_BELOW).astype(np.uint8)
    _, labels, stats, middles = cv2.connectedComponentsWithStats(dark, connectivity=8)
    height, width = cleaned.shape
    longest = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / mm
    across = np.minimum(middles[:, 0], width - middles[:, 0]) / mm
    down = np.minimum(middles[:, 1], height - middles[:, 1]) / mm
    sized = (longest >= min(_HOLE_MM[0], _STAPLE_MM[0])) & (longest <= _STAPLE_MM[1])
    cornered = (across < _CORNER_MM) & (down < _CORNER_MM)
    crowded = int((cornered & (longest >= 1)).sum()) > _MOST_IN_CORNER * 2
    rest = cleaned.copy()
    for piece in np.flatnonzero(sized & ((np.minimum(across, down) < _EDGE_MM) | cornered)):
        if piece == 0:
            continue
        left, top, wide, high = (int(stats[piece, column]) for column in range(4))
        shape = (labels[top : top + high, left : left + wide] == piece).astype(np.uint8)
        if _is_hole(shape, mm) or (cornered[piece] and not crowded and _is_staple(shape, mm)):
            halo = round(_HALO_MM * mm)
            rest[max(0, top - halo) : top + high + halo, max(0, left - halo) : left + wide + halo] = 255
    return rest


def _is_hole(shape: NDArray[np.uint8], mm: float) -> bool:
    """A disc or a ring of the size of a punch hole."""
    high, wide = shape.shape
    if not _HOLE_MM[0] * mm <= min(high, wide) <= max(high, wide) <= _HOLE_MM[1] * mm or max(high, wide) > 1.25 * min(
        high, wide
    ):
        return False
    outlines, _ = cv2.findContours(shape, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(np.concatenate(outlines))
    area, around = cv2.contourArea(hull), cv2.arcLength(hull, closed=True)
    filled = cv2.drawContours(np.zeros_like(shape), outlines, -1, 1, cv2.FILLED)
    return bool(4 * np.pi * area > 0.88 * around**2 and filled.sum() > 0.85 * area)


def _is_staple(shape: NDArray[np.uint8], mm: float) -> bool:
    """A short straight wire."""
    rows, columns = np.nonzero(shape)
    _, sides, _ = cv2.minAreaRect(np.column_stack((columns, rows)).astype(np.float32))
    short, long = sorted(sides)
    return bool(_STAPLE_MM[0] * mm <= long <= _STAPLE_MM[1] * mm and short <= _WIRE_MM * mm and long >= 3 * short)
