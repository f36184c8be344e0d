"""One PDF of the pages of a scan product (Scanprodukt), wherever they lie. Runs inside the sandbox."""

import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from pikepdf import Pdf

from ingest.adapters import filetype, image_file, pdf_file
from ingest.recognition.errors import BrokenPdf
from ingest.recognition.results import MediaType, RecognitionLimits


def assemble_here(parts: Sequence[tuple[Path, Sequence[int]]], target: Path, limits: RecognitionLimits) -> int:
    """Copy PDF pages as they are and put image frames on pages; see `ingest.splitting.confined.assemble`.

    Nothing of a file comes along but the pages: no attachments, no scripts of the whole document.
    """
    with contextlib.ExitStack() as stack, pikepdf.new() as product:
        opened: dict[Path, Pdf] = {}
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for number, (source, frames) in enumerate(parts):
            kind = filetype.media_type(source)
            if kind is not MediaType.PDF:
                pages = folder / f"{number}.pdf"
                image_file.write_pdf(source, kind, pages, limits, [frame - 1 for frame in frames])
                product.pages.extend(stack.enter_context(pikepdf.open(pages)).pages)
                continue
            if source not in opened:
                opened[source] = stack.enter_context(pdf_file.open_pdf(source))
                pdf_file.examine(opened[source], limits)
            _copy(opened[source], frames, product)
        product.remove_unreferenced_resources()
        product.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(product.pages)


def _copy(source: Pdf, frames: Sequence[int], product: Pdf) -> None:
    pages = len(source.pages)
    for frame in frames:
        if not 1 <= frame <= pages:
            raise BrokenPdf(problem=f"Seite {frame} fehlt; die Datei hat {pages} Seiten.")
        product.pages.append(source.pages[frame - 1])
