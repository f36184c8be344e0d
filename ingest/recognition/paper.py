"""How large the paper was (Papierformat), when an image file does not say so or says nonsense."""

_INCH_MM = 25.4
_SMALLEST_MM, _LARGEST_MM = 40.0, 1300.0
_A4_MM = (210.0, 297.0)
_LONG_SIDES_MM = (297.0, 420.0, 210.0)
_SCANNER_DPI = (300.0, 200.0, 150.0, 400.0, 600.0, 240.0, 250.0, 100.0, 120.0, 75.0)


def plausible_dpi(pixels: tuple[int, int], claimed: object) -> float:
    """The resolution of an image: what it claims if paper of that size exists, else what fits A-series paper.

    Screens and cameras write 72 or 96 dpi without meaning it, so these count only for sheets up to A3.
    """
    claim = _claim(claimed)
    long_mm = max(pixels) / claim * _INCH_MM if claim else 0.0
    largest = 430.0 if claim <= 96 else _LARGEST_MM
    if claim and min(pixels) / claim * _INCH_MM >= _SMALLEST_MM and long_mm <= largest:
        return claim
    for dpi in _SCANNER_DPI:
        high, wide = max(pixels) / dpi * _INCH_MM, min(pixels) / dpi * _INCH_MM
        if any(_is_about(high, side) and _is_about(wide, side / 2**0.5) for side in _LONG_SIDES_MM):
            return dpi
    return max(72.0, min(pixels) / _A4_MM[0] * _INCH_MM, max(pixels) / _A4_MM[1] * _INCH_MM)


def _is_about(measured: float, wanted: float) -> bool:
    return abs(measured - wanted) < 0.03 * wanted


def _claim(claimed: object) -> float:
    if not isinstance(claimed, tuple) or len(claimed) < 2:
        return 0.0
    try:
        across, down = float(claimed[0]), float(claimed[1])
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
    return across if 50 <= across <= 2400 and abs(across - down) < 0.02 * across else 0.0
