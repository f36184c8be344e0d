"""Stacks of paper as a scanner delivers them: printed separator sheets and small letters, in one PDF."""

import io
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image

from ingest.adapters.sheets import Sheet, separator_sheets
from ingest.splitting.payload import Announcement, SheetKind

_SCALE = 150 / 72


def a_sheet(reference: str | None, *, kind: SheetKind = SheetKind.SEPARATOR, batch: str | None = None) -> Image.Image:
    """A separator or cover sheet, printed and scanned at 150 dpi."""
    announcement = Announcement(kind, reference, document_class="Bescheid", batch=batch)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "sheet.pdf"
        separator_sheets([Sheet(announcement, "Bauantrag")], path)
        with pypdfium2.PdfDocument(path) as pdf:
            return pdf[0].render(scale=_SCALE, grayscale=True).to_pil()


def an_empty_side() -> Image.Image:
    return Image.new("L", (1240, 1754), 252)


def a_stack(*images: Image.Image) -> bytes:
    """The images as one scanned PDF."""
    target = io.BytesIO()
    images[0].save(target, "PDF", resolution=150, save_all=True, append_images=list(images[1:]))
    return target.getvalue()
