"""Pages as a scanner delivers them, made within the test."""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

# 10 × 4 cm at 200 dpi: quick to recognise.
SIZE, DPI = (800, 320), (200, 200)


def a_page_image(*lines: str) -> Image.Image:
    """One small page with some lines of print."""
    page = Image.new("L", SIZE, 255)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(36)
    for number, line in enumerate(lines):
        pen.text((40, 30 + number * 60), line, fill=0, font=font)
    return page


def a_scan(*lines: str, image_format: str = "PNG") -> bytes:
    """One small page with some lines of print, as a file."""
    return _saved([a_page_image(*lines)], image_format)


def a_scanned_stack(*pages: str, image_format: str = "PDF") -> bytes:
    """Several pages in one file, each with one line of print."""
    images = [Image.open(io.BytesIO(a_scan(line))) for line in pages]
    return _saved(images, image_format)


def _saved(images: list[Image.Image], image_format: str) -> bytes:
    target = io.BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if len(images) > 1 else {}
    if image_format == "PDF":
        images[0].save(target, "PDF", resolution=DPI[0], **more)
    else:
        images[0].save(target, image_format, dpi=DPI, **more)
    return target.getvalue()


def write_scans(folder: Path, count: int) -> list[Path]:
    """`count` different one-page letters."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"scan-{number:03}.png" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(a_scan(f"Bescheid Nr. {number:03}", "Stadt Musterhausen"))
    return paths
