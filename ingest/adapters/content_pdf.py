"""Words without pages put on German A4 pages, and which words came to stand on which page. Runs inside the sandbox."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from fpdf.enums import XPos, YPos

from eakte.documents.adapters.written_pdf import WrittenPdf
from ingest.recognition.content import Content, Enclosure
from ingest.recognition.errors import TooManyPages

_LINE_MM = 4.6
_LONGEST_PIECE = 4000


class _Sheets(WrittenPdf):
    """Pages that remember the words on them as they were, also those the font cannot show."""

    def __init__(self, *, title: str, created_at: datetime, most_pages: int) -> None:
        self._words: dict[int, list[str]] = {}
        self._most_pages = most_pages
        super().__init__(title=title, created_at=created_at)
        self.note(title)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple("\n".join(self._words.get(page, [])) for page in range(1, self.page_no() + 1))

    def note(self, text: str) -> None:
        """Remember words as standing on the page that is being written."""
        if self.page_no() > self._most_pages:
            raise TooManyPages(pages=f"mehr als {self._most_pages}", limit=self._most_pages)
        self._words.setdefault(self.page_no(), []).append(text)

    def flow(self, text: str) -> None:
        """Running text over as many pages as it takes."""
        for paragraph in text.split("\n"):
            for piece in _pieces(paragraph):
                self._flow_piece(piece)

    def _flow_piece(self, piece: str) -> None:
        if not piece.strip():
            self.ln(_LINE_MM)
            return
        composed = unicodedata.normalize("NFC", piece)
        at = 0
        for line in self._lines(self._printable(composed), self.epw):
            self.cell(0, _LINE_MM, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            end = _end_of(composed, at, sum(not letter.isspace() for letter in line))
            self.note(composed[at:end].strip())
            at = end


def write(content: Content, target: Path, *, created_at: datetime, most_pages: int) -> tuple[str, ...]:
    """Write the words of a file as a PDF; answers the words of each page.

    Raises TooManyPages.
    """
    sheets = _Sheets(title=content.title, created_at=created_at, most_pages=most_pages)
    for name, value in content.facts:
        sheets.facts([(name, value)])
        sheets.note(f"{name}: {value}")
    if content.enclosures:
        _list_enclosures(sheets, content.enclosures)
    for section in content.sections:
        if section.strip():
            sheets.ln(3)
            sheets.flow(section)
    target.write_bytes(sheets.to_bytes())
    return sheets.texts


def _list_enclosures(sheets: _Sheets, enclosures: tuple[Enclosure, ...]) -> None:
    sheets.heading("Anlagen (nur im Original enthalten)")
    sheets.note("Anlagen (nur im Original enthalten)")
    for number, each in enumerate(enclosures, 1):
        sheets.facts(
            [(f"Anlage {number}", f"{each.name}\n{each.media_type}, {_size(each.size)}\nSHA-256 {each.sha256}")]
        )
        sheets.note(f"Anlage {number}: {each.name}")


def _size(size: int) -> str:
    return f"{size} Byte" if size < 10_000 else f"{size // 1000} kB" if size < 10_000_000 else f"{size // 10**6} MB"


def _pieces(paragraph: str) -> Iterator[str]:
    """A paragraph, cut at blanks where it is endless."""
    while len(paragraph) > _LONGEST_PIECE:
        cut = paragraph.rfind(" ", 1, _LONGEST_PIECE)
        cut = cut if cut > 0 else _LONGEST_PIECE
        yield paragraph[:cut]
        paragraph = paragraph[cut:]
    yield paragraph


def _end_of(text: str, start: int, letters: int) -> int:
    """Where `letters` printed letters from `start` on end; every letter was printed as exactly one."""
    for match in re.finditer(r"\S", text[start:]):
        letters -= 1
        if letters == 0:
            return start + match.end()
    return len(text)
