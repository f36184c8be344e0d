"""The door to invoices in PDFs: what is one is known at once, the PDF library is loaded when there is one."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xrechnung.adapters.hybrid_pdf import Embedded, EmbeddedFile

_HEAD = 1024


class EmbeddingRefused(Exception):
    """No invoice can be taken out of this PDF."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        """`encrypted`, `broken`, `undecodable`, `no-invoice`"""
        self.reason = reason
        """A German sentence."""


def is_pdf(data: bytes) -> bool:
    """By its content; as PDF viewers do, rubbish before the first line is tolerated."""
    return b"%PDF-" in data[:_HEAD] and not data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def embedded_in(pdf: bytes) -> "Embedded":
    """The XML invoice of a hybrid PDF, as `extract_invoice` finds it. Raises `EmbeddingRefused`.

    Loading pikepdf takes as long as judging a hundred invoices, and most invoices are plain XML.
    """
    found: Embedded = import_module("xrechnung.adapters.hybrid_pdf").extract_invoice(pdf)
    return found


def files_in(pdf: bytes) -> "tuple[EmbeddedFile, ...]":
    """Every file that lies in a PDF, as `embedded_files` finds them. Raises `EmbeddingRefused`."""
    found: tuple[EmbeddedFile, ...] = import_module("xrechnung.adapters.hybrid_pdf").embedded_files(pdf)
    return found
