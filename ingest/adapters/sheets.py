"""Separator and cover sheets (Trennblatt, Deckblatt), printed as PDF.

Everything stands there several times, so that a poor scan loses nothing: a QR code, a Code 128, Patch-T bars along
both short edges, and print. The font is Noto Sans (SIL Open Font License 1.1), which comes with OCRmyPDF.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
import zxingcpp
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from numpy.typing import NDArray

from ingest.splitting.payload import Announcement, SheetKind, write_payload

_FONT = resources.files("ocrmypdf.data") / "NotoSans-Regular.ttf"
_FAMILY = "NotoSans"
_WIDTH_MM, _HEIGHT_MM = 210.0, 297.0
_LEFT_MM = 25.0
_BARS_MM = (2.03, 5.08, 2.03, 5.08)
_GAP_MM, _BARS_FROM_EDGE_MM, _BARS_LENGTH_MM = 2.03, 10.0, 150.0
_QR_MM, _QR_TOP_MM = 80.0, 116.0
_LINE_TOP_MM, _LINE_HEIGHT_MM, _LINE_WIDTH_MM = 210.0, 22.0, 170.0
_MODULE_MM = (0.25, 0.6)
_LONGEST_SUBJECT = 160
_TITLES = {SheetKind.COVER: "DECKBLATT", SheetKind.SEPARATOR: "TRENNBLATT", SheetKind.PATCH: "TRENNBLATT"}
_RULES = {
    SheetKind.COVER: "Gilt für alle folgenden Dokumente bis zum nächsten Deckblatt.",
    SheetKind.SEPARATOR: "Gilt für das folgende Dokument.",
    SheetKind.PATCH: "Hier beginnt ein neues Dokument.",
}
_HANDLING = "Nicht beschriften, nicht abdecken. Das Blatt wird beim Scannen erkannt und nicht abgelegt."


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: what it announces, and the subject (Betreff) for the person who puts it into the stack."""

    announcement: Announcement
    subject: str | None = None


def separator_sheets(sheets: Sequence[Sheet], target: Path) -> None:
    """Print sheets, one A4 page each, into one PDF."""
    pdf = FPDF(unit="mm", format="A4")
    with resources.as_file(_FONT) as path:
        pdf.add_font(_FAMILY, fname=path)
    pdf.set_auto_page_break(auto=False)
    pdf.set_lang("de-DE")
    pdf.set_title("Deck- und Trennblätter")
    pdf.set_creator("E-Akte")
    for sheet in sheets:
        pdf.add_page()
        _draw_bars(pdf)
        _write_text(pdf, sheet)
        _draw_codes(pdf, sheet.announcement)
    pdf.output(str(target))


def _draw_bars(pdf: FPDF) -> None:
    """Patch-T along both short edges, each as the scanner meets it: narrow, wide, narrow, wide from the edge."""
    left = (_WIDTH_MM - _BARS_LENGTH_MM) / 2
    at = _BARS_FROM_EDGE_MM
    for bar in _BARS_MM:
        pdf.rect(left, at, _BARS_LENGTH_MM, bar, style="F")
        pdf.rect(left, _HEIGHT_MM - at - bar, _BARS_LENGTH_MM, bar, style="F")
        at += bar + _GAP_MM


def _write_text(pdf: FPDF, sheet: Sheet) -> None:
    said = sheet.announcement
    pdf.set_xy(_LEFT_MM, 40)
    _write(pdf, _TITLES[said.kind], 30, 15)
    _write(pdf, _RULES[said.kind], 11, 8)
    pdf.ln(3)
    facts = {
        "Aktenzeichen": said.reference,
        "Vorgang": said.case,
        "Dokumentart": said.document_class,
        "Stapel": said.batch,
        "Betreff": (sheet.subject or "")[:_LONGEST_SUBJECT],
    }
    for name, value in facts.items():
        if value:
            _write(pdf, f"{name}: {value}", 13 if name != "Betreff" else 11, 8 if name != "Betreff" else 6)
    pdf.set_xy(_LEFT_MM, 240)
    _write(pdf, _HANDLING, 10, 6)


def _write(pdf: FPDF, text: str, size: float, height: float) -> None:
    pdf.set_font(_FAMILY, size=size)
    pdf.set_x(_LEFT_MM)
    pdf.multi_cell(_WIDTH_MM - 2 * _LEFT_MM, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _draw_codes(pdf: FPDF, said: Announcement) -> None:
    """The whole announcement as QR code; as Code 128 what finds the target, if that is short enough to be scanned."""
    square = zxingcpp.create_barcode(write_payload(said), zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    modules = _modules(square)
    size = _QR_MM / modules.shape[0]
    for row, cells in enumerate(modules):
        for start, end in _runs(cells):
            left = (_WIDTH_MM - _QR_MM) / 2 + start * size
            pdf.rect(left, _QR_TOP_MM + row * size, (end - start) * size, size, style="F")
    text = write_payload(replace(said, document_class=None))
    line = _modules(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128))[0]
    width = min(_MODULE_MM[1], _LINE_WIDTH_MM / line.size)
    if width < _MODULE_MM[0]:
        return
    for start, end in _runs(line):
        left = (_WIDTH_MM - line.size * width) / 2 + start * width
        pdf.rect(left, _LINE_TOP_MM, (end - start) * width, _LINE_HEIGHT_MM, style="F")


def _modules(barcode: zxingcpp.Barcode) -> NDArray[np.bool_]:
    return np.asarray(np.array(barcode.to_image(scale=1, add_quiet_zones=False)) == 0, dtype=np.bool_)


def _runs(cells: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """The dark stretches of a row of modules."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], cells, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
