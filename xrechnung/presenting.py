"""The presenter of e-invoices (`eakte.documents.presenting`): XML gets pages, hybrid PDFs get words to be found by.

Runs inside the sandbox of whoever takes files in.
"""

from datetime import date
from pathlib import Path

from eakte.documents.presenting import Presentation
from xrechnung.adapters.embedding import is_pdf
from xrechnung.examining.inside import inside_of, knows, lines_of
from xrechnung.judging.deciding import judge_invoice
from xrechnung.model import Invoice
from xrechnung.notices import is_invoice
from xrechnung.showing.pdf import LEVEL
from xrechnung.showing.views import view_pdf

__all__ = ["knows", "present"]


def present(source: Path, workdir: Path, received_on: date) -> Presentation | None:
    """An invoice shown with its verdict, be it in order, refused or unreadable; None for a file that is none."""
    data = source.read_bytes()
    if not is_pdf(data) and not knows(source):
        return None
    inside = inside_of(data)
    if inside is None:
        return None
    lines = lines_of(inside.invoice) if inside.invoice is not None else ()
    notices = (is_invoice(inside.embedded),)
    if inside.embedded is not None:
        return Presentation(None, None, lines, notices)
    verdict = judge_invoice(data, today=received_on)
    archival = workdir / "presented.pdf"
    archival.write_bytes(view_pdf(inside.invoice or Invoice(), verdict, on=received_on))
    return Presentation(archival, LEVEL, lines, notices)
