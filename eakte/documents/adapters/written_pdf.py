"""Documents we write ourselves (selbst erzeugte Schriftstücke): German A4 pages as PDF/A-3, set with fpdf2.

The font is Noto Sans (SIL Open Font License 1.1), which comes with OCRmyPDF and covers Latin, Greek and Cyrillic,
so every name in the sense of DIN 91379.
"""

import io
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from importlib import resources
from pathlib import Path

import pikepdf
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace, TTFFont
from pikepdf import pdfa

FONT = resources.files("ocrmypdf.data") / "NotoSans-Regular.ttf"
LEVEL = "3b"
_FAMILY = "NotoSans"
_TITLE_PT, _HEADING_PT, _TEXT_PT, _SMALL_PT = 16, 11.5, 9, 7.5
_LINE_MM, _MARGIN_MM, _BOTTOM_MM, _PADDING_MM = 4.6, 20, 20, 1.2
_MOST_LINES, _SHORT = 40, 500
_BLACK, _GREY, _RULE, _SHADE = 0, 95, 185, 240
_UNKNOWN_GLYPH = "\N{REPLACEMENT CHARACTER}"


class WrittenPdf(FPDF):
    """A German A4 document: headings, paragraphs, lists of facts and tables, one below the other.

    `footer_line` stands on every page beside the page number.
    """

    def __init__(self, *, title: str, created_at: datetime, footer_line: str = "") -> None:
        super().__init__(enforce_compliance="PDF/A-3B")
        with resources.as_file(FONT) as path:
            self.add_font(_FAMILY, fname=path)
        self._use(_TEXT_PT)
        assert isinstance(self.current_font, TTFFont)
        self._glyphs = self.current_font.cmap
        self._footer_line = self._printable(footer_line)
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_BOTTOM_MM)
        self.set_lang("de-DE")
        self.set_title(self._printable(title))
        self.set_creator("E-Akte")
        self.set_creation_date(created_at)
        self.add_page()
        self._write_line(title, _TITLE_PT)
        self.ln(2)

    def footer(self) -> None:
        self.set_y(-14)
        self._use(_SMALL_PT, grey=_GREY)
        width = self.epw - 25
        self.cell(width, 4, self._fitted(self._footer_line, width), align="L")
        self.cell(25, 4, f"Seite {self.page_no()} von {{nb}}", align="R")
        self._use(_TEXT_PT)

    def heading(self, text: str) -> None:
        """A heading, never alone at the foot of a page."""
        if self.will_page_break(6 * _LINE_MM):
            self.add_page()
        self.ln(3)
        self._write_line(text, _HEADING_PT)
        self.ln(0.5)

    def paragraph(self, text: str) -> None:
        """Running text."""
        self._use(_TEXT_PT)
        self.multi_cell(0, _LINE_MM, self._printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Names on the left, values on the right."""
        self._rows([*pairs], widths=(52, 118), headed=False)

    def grid(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
        """A table whose head is repeated on every page; `widths` are shares of the page."""
        self._rows([head, *rows], widths=widths, headed=True)

    def attach(self, name: str, content: bytes, *, media_type: str, described: str, modified_at: datetime) -> None:
        """Embed `content` as the data this document shows (AFRelationship Data)."""
        self.embed_file(
            bytes=content,
            basename=name,
            mime_type=media_type,
            modification_date=modified_at,
            associated_file_relationship="Data",
            desc=described,
            compress=True,
        )

    def to_bytes(self) -> bytes:
        """The finished file, without the opening view fpdf2 always sets: no check of PDF/A here could confirm that."""
        finished = io.BytesIO()
        with pikepdf.open(io.BytesIO(bytes(self.output()))) as pdf:
            del pdf.Root.OpenAction
            pdf.save(finished, **pdfa.resolve_save_kwargs(LEVEL))
        return finished.getvalue()

    def _rows(self, rows: Sequence[Sequence[str]], *, widths: Sequence[float], headed: bool) -> None:
        self._use(_TEXT_PT)
        self.set_draw_color(_RULE)
        self.set_line_width(0.15)
        with self.table(
            col_widths=tuple(widths),
            first_row_as_headings=headed,
            headings_style=FontFace(fill_color=_SHADE),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            line_height=_LINE_MM,
            padding=(0.6, _PADDING_MM),
            text_align="LEFT",
            v_align="TOP",
        ) as table:
            for values in rows:
                for piece in self._pieces([self._printable(value) for value in values], widths):
                    table.row(piece)

    def _pieces(self, values: Sequence[str], widths: Sequence[float]) -> Iterator[Sequence[str]]:
        """A row as it is, or cut into rows that fit on a page: fpdf2 refuses a row that is higher."""
        if all(len(value) < _SHORT and value.count("\n") < _MOST_LINES for value in values):
            yield values
            return
        total = sum(widths)
        columns = [self._lines(value, self.epw * width / total) for value, width in zip(values, widths, strict=True)]
        for start in range(0, max(map(len, columns)), _MOST_LINES):
            yield ["\n".join(lines[start : start + _MOST_LINES]) for lines in columns]

    def _lines(self, text: str, width: float) -> list[str]:
        """The text as it would be broken in a cell of this width."""
        lines = self.multi_cell(
            width - 2 * _PADDING_MM, _LINE_MM, text, align="L", dry_run=True, output=MethodReturnValue.LINES
        )
        assert isinstance(lines, list)
        return lines

    def _write_line(self, text: str, size: float) -> None:
        self._use(size)
        self.multi_cell(0, size * 0.5, self._printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _use(self, size: float, grey: int = _BLACK) -> None:
        self.set_font(_FAMILY, size=size)
        self.set_text_color(grey)

    def _printable(self, text: str) -> str:
        """The text with a mark for every character the font does not have; PDF/A forbids undefined glyphs."""
        composed = unicodedata.normalize("NFC", text).replace("\t", " ")
        return "".join(each if each == "\n" or ord(each) in self._glyphs else _UNKNOWN_GLYPH for each in composed)

    def _fitted(self, text: str, width: float) -> str:
        while text and self.get_string_width(text) > width:
            text = text.removesuffix("…")[:-1] + "…" if len(text) > 1 else ""
        return text


def join(parts: Sequence[Path], whole: Path) -> Path:
    """Make one file of documents written here; the first one says what it is called. Their pages stay on the disk."""
    with pikepdf.open(parts[0]) as pdf, ExitStack() as others:
        for part in parts[1:]:
            pdf.pages.extend(others.enter_context(pikepdf.open(part)).pages)
        pdf.save(whole, **pdfa.resolve_save_kwargs(LEVEL))
    return whole
