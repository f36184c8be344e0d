"""Barcodes through zxing-cpp, and Patch-T bars, which it does not know. Runs inside the sandbox."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from ingest.splitting.looks import Code, Symbology

Gray = NDArray[np.uint8]

_SYMBOLOGIES = {
    zxingcpp.BarcodeFormat.Code128: Symbology.CODE_128,
    zxingcpp.BarcodeFormat.Code39: Symbology.CODE_39,
    zxingcpp.BarcodeFormat.QRCode: Symbology.QR,
    zxingcpp.BarcodeFormat.DataMatrix: Symbology.DATA_MATRIX,
}
_USUAL_FORMATS = zxingcpp.barcode_formats_from_str("Code128,Code39,QRCode")
_ALL_FORMATS = zxingcpp.barcode_formats_from_str("Code128,Code39,QRCode,DataMatrix")
_LINEAR = frozenset({Symbology.CODE_128, Symbology.CODE_39})
_TALLEST, _SAME_BARS, _MOST_GAPS = 0.12, 0.5, 3
_MARGIN = 1.12
_PATCH_DPI = 75.0
_DARK_BELOW = 128
_STEP_MM = 2.0
_SHORTEST_BAR_MM = 25.0
_TOTAL_MM = (13.0, 29.0)
_STEEPEST = math.tan(math.radians(7.0))
_PATTERNS = {(False, True, False, True), (True, False, True, False), (True, False, False, True)}


@dataclass(frozen=True, slots=True)
class Seen:
    """A code with its corners (0–1 of the page)."""

    code: Code
    corners: tuple[tuple[float, float], ...]


def read_codes(gray: Gray, *, thorough: bool = False) -> tuple[Seen, ...]:
    """The codes of a page, in any orientation; the same code twice is one.

    Only `thorough` looks for Data Matrix too: that costs twice as much as all the others.
    """
    found: dict[tuple[Symbology, str], Seen] = {}
    formats = _ALL_FORMATS if thorough else _USUAL_FORMATS
    for barcode in zxingcpp.read_barcodes(gray, formats=formats, try_invert=False, text_mode=zxingcpp.TextMode.Plain):
        seen = _seen(barcode, gray)
        if seen is not None:
            found.setdefault((seen.code.symbology, seen.code.text), seen)
    return tuple(found.values())


def without_codes(gray: Gray, codes: Iterable[Seen]) -> Gray:
    """The page with its codes whitened, so that only what else stands there is left."""
    rest = gray.copy()
    for seen in codes:
        outline = np.array(seen.corners) * (gray.shape[1], gray.shape[0])
        middle = outline.mean(axis=0)
        cv2.fillConvexPoly(rest, np.round(middle + (outline - middle) * _MARGIN).astype(np.int32), 255)
    return rest


def has_patch(gray: Gray, dpi: float) -> bool:
    """Whether the page carries the four bars of a Patch-T or Patch 2, along any of its edges.

    Wide bars are 5.08 mm, narrow ones and gaps 2.03 mm: narrow-wide-narrow-wide is T, turned round it reads
    wide-narrow-wide-narrow; wide-narrow-narrow-wide is 2. Source: Kodak A-61599, patch code specifications.
    """
    scale = min(1.0, _PATCH_DPI / dpi)
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    dark = cv2.medianBlur(small, 3) < _DARK_BELOW
    px_mm = dpi * scale / 25.4
    return any(_has_bars(side, px_mm) for side in (dark, dark.T))


def _has_bars(dark: NDArray[np.bool_], px_mm: float) -> bool:
    """Follow the pattern from one scan line to the next: bars are long, everything else breaks off."""
    step = max(1, round(_STEP_MM * px_mm))
    needed = math.ceil(_SHORTEST_BAR_MM / _STEP_MM)
    chains: list[tuple[int, float, int]] = []
    for column in range(step, dark.shape[1] - step, step):
        grown = []
        for middle in _patterns(np.ascontiguousarray(dark[:, column]), px_mm):
            reach = [
                length
                for at, where, length in chains
                if abs(middle - where) <= (column - at) * _STEEPEST + 2 and column - at <= 4 * step
            ]
            grown.append((column, middle, 1 + max(reach, default=0)))
        if any(length >= needed for _, _, length in grown):
            return True
        chains = [chain for chain in chains if column - chain[0] < 4 * step] + grown
    return False


def _patterns(line: NDArray[np.bool_], px_mm: float) -> Iterator[float]:
    """The middles of all patterns of bars on one scan line."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], line, [False])).astype(np.int8)))
    starts, ends = edges[::2].astype(float), edges[1::2].astype(float)
    before = np.concatenate(([0.0], ends[:-1]))
    after = np.concatenate((starts[1:], [float(line.size)]))
    for first in range(starts.size - 3):
        last = first + 3
        total = ends[last] - starts[first]
        if not _TOTAL_MM[0] * px_mm <= total <= _TOTAL_MM[1] * px_mm:
            continue
        bars = ends[first : last + 1] - starts[first : last + 1]
        gaps = starts[first + 1 : last + 1] - ends[first:last]
        quiet = min(starts[first] - before[first], after[last] - ends[last])
        if quiet >= 0.8 * gaps.min() and _is_patch(bars, gaps):
            yield float(starts[first] + ends[last]) / 2


def _is_patch(bars: NDArray[np.float64], gaps: NDArray[np.float64]) -> bool:
    wide = bars > (bars.min() + bars.max()) / 2
    if tuple(bool(each) for each in wide) not in _PATTERNS:
        return False
    narrow, broad = bars[~wide], bars[wide]
    even = narrow.max() <= 1.6 * narrow.min() + 1 and broad.max() <= 1.25 * broad.min() + 1
    ratio = broad.mean() / narrow.mean()
    return bool(
        even and 1.7 <= ratio <= 3.6 and gaps.max() <= 1.5 * gaps.min() + 2 and gaps.max() <= 0.75 * broad.min()
    )


def _seen(barcode: zxingcpp.Barcode, gray: Gray) -> Seen | None:
    symbology = next((ours for theirs, ours in _SYMBOLOGIES.items() if barcode.symbology == theirs), None)
    text = barcode.text.strip()
    if symbology is None or not text:
        return None
    height, width = gray.shape
    place = barcode.position
    points = np.array(
        [(p.x, p.y) for p in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)], np.float64
    )
    if symbology in _LINEAR:
        points = _whole_bars(gray, points)
    corners = tuple((_share(x, width), _share(y, height)) for x, y in points.tolist())
    area = abs(float(cv2.contourArea(np.array(corners, np.float32))))
    across, down = (float(each) for each in np.mean(np.array(corners), axis=0))
    turn = round(-barcode.orientation / 90) * 90 % 360
    return Seen(Code(symbology, text, round(area, 4), (round(across, 3), round(down, 3)), turn), corners)


def _whole_bars(gray: Gray, corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners of a linear code as far as its bars reach: zxing tells only the part it has read."""
    start, end = (corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2
    along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
    upwards = np.array((along[1], -along[0]))
    length = max(2, round(float(np.linalg.norm(end - start))))
    reach = round(_TALLEST * max(gray.shape))
    ends = np.array((start + upwards * reach, end + upwards * reach, start - upwards * reach), np.float32)
    flat = np.array(((0, 0), (length, 0), (0, 2 * reach)), np.float32)
    strip = cv2.warpAffine(gray, cv2.getAffineTransform(ends, flat), (length, 2 * reach + 1), borderValue=255)
    bars = cv2.blur(strip, (3, 3)).astype(np.float32)
    pattern = bars[reach - 1 : reach + 2].mean(axis=0)
    bars -= bars.mean(axis=1, keepdims=True)
    pattern -= pattern.mean()
    scale = np.linalg.norm(bars, axis=1) * np.linalg.norm(pattern) + 1e-6
    same = (bars @ pattern) / scale > _SAME_BARS
    above, below = _stretch(same[reach::-1]), _stretch(same[reach:])
    return np.array(
        (start + upwards * above, end + upwards * above, end - upwards * below, start - upwards * below), np.float64
    )


def _stretch(same: NDArray[np.bool_]) -> int:
    """How far a run of rows reaches that a few spoiled ones do not end."""
    last = gaps = 0
    for place, one in enumerate(same.tolist()):
        gaps = 0 if one else gaps + 1
        last = place if one else last
        if gaps > _MOST_GAPS:
            break
    return last


def _share(place: float, side: int) -> float:
    return min(1.0, max(0.0, place / side))
