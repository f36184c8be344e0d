"""Sheets as they lie in a scanned stack, drawn with Pillow: letters, invoices, labels, separators, empty backs."""

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from tests.ingest.papers import FONT, LETTER, scan

DPI = 200
QR, CODE_128 = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128
CODE_39, DATA_MATRIX = zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.DataMatrix
GIRO = "BCD\n002\n1\nSCT\n\nKraehwinkel Bau GmbH\nDE05840947550005512309\nEUR12034.55\n\n\nRE 2022-30917"
BARS_MM = {"T": (2.03, 5.08, 2.03, 5.08), "2": (5.08, 2.03, 2.03, 5.08)}


def a_letter(*lines: str) -> Image.Image:
    return scan(lines or LETTER * 2, dpi=DPI)


def with_code(
    page: Image.Image,
    text: str,
    kind: zxingcpp.BarcodeFormat = QR,
    *,
    mm: float = 50,
    at: tuple[float, float] = (80, 120),
) -> Image.Image:
    """Put a code of a width on a page, its upper left corner at a place in millimetres."""
    modules = np.array(zxingcpp.create_barcode(text, kind).to_image(scale=1, add_quiet_zones=False))
    scale = max(1, round(mm / 25.4 * DPI / modules.shape[1]))
    height = 1 if kind in (QR, DATA_MATRIX) else 12 * DPI / 25.4 / (modules.shape[0] * scale)
    size = (modules.shape[1] * scale, round(modules.shape[0] * scale * height))
    code = Image.fromarray(modules).resize(size, Image.Resampling.NEAREST)
    page = page.copy()
    page.paste(code, tuple(round(each / 25.4 * DPI) for each in at))
    return page


def a_separator(text: str, kind: zxingcpp.BarcodeFormat = QR, *print_: str, mm: float = 50) -> Image.Image:
    """A sheet that carries a code and a few words."""
    return with_code(scan(print_, dpi=DPI), text, kind, mm=mm, at=(60, 140))


def a_patch(name: str = "T", *, length_mm: float = 120) -> Image.Image:
    """A sheet with nothing but the bars of a patch code along its upper edge."""
    page = scan((), dpi=DPI)
    draw = ImageDraw.Draw(page)
    at = 15.0
    for bar in BARS_MM[name]:
        box = (40, at, 40 + length_mm, at + bar)
        draw.rectangle([each / 25.4 * DPI for each in box], fill=20)
        at += bar + 2.03
    return page


def a_signature_page() -> Image.Image:
    """The last page of a letter: only a signature stands on it."""
    page = scan((), dpi=DPI)
    draw = ImageDraw.Draw(page)
    points = [(400 + 9 * step, 700 + round(60 * np.sin(step / 2.0)) - 2 * step) for step in range(40)]
    draw.line(points, fill=40, width=4)
    return page


def a_back(*, seed: int = 3, show_through: float = 0.12, staple: bool = False) -> Image.Image:
    """The empty back of a letter: its print shines through, it has holes, grain and perhaps a staple."""
    front = np.asarray(a_letter(), dtype=np.float64)[:, ::-1]
    rng = np.random.default_rng(seed)
    pixels = 250 - show_through * (250 - front) + rng.normal(0, 4, front.shape)
    page = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    page.info["dpi"] = (DPI, DPI)
    draw = ImageDraw.Draw(page)
    for middle in (0.36, 0.64):
        x, y, r = DPI * 0.45, page.height * middle, DPI * 0.11
        draw.ellipse((x - r, y - r, x + r, y + r), fill=45)
    if staple:
        draw.line((110, 70, 190, 120), fill=70, width=5)
    return page


def worn(page: Image.Image, *, turn: int = 0, skew: float = 0.0, noise: float = 0.0, seed: int = 1) -> Image.Image:
    """A page as a scanner delivers it: turned clockwise, askew, with grain, salt and pepper."""
    page = page.rotate(-turn, expand=True)
    if skew:
        page = page.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=250)
    if not noise:
        return page
    rng = np.random.default_rng(seed)
    pixels = np.asarray(page, dtype=np.float64) * 0.8 + 35
    pixels += rng.normal(0, noise, pixels.shape)
    dirt = rng.random(pixels.shape)
    pixels[dirt < 0.001], pixels[dirt > 0.999] = 0, 255
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def bitonal(page: Image.Image) -> Image.Image:
    return page.point(lambda value: 255 if value > 140 else 0)


def large_print(page: Image.Image, text: str, size: int = 30, at: tuple[float, float] = (25, 40)) -> Image.Image:
    page = page.copy()
    font = ImageFont.truetype(str(FONT), round(DPI * size / 72))
    ImageDraw.Draw(page).text(tuple(each / 25.4 * DPI for each in at), text, fill=20, font=font)
    return page
