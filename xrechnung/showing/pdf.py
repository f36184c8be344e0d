"""A sheet as PDF/A-2a and PDF/UA-1: tagged, with its fonts inside, the same bytes for the same invoice.

Typst sets the pages. The words reach its template as JSON, so none of them can be taken for markup.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from re import compile
from typing import Any

import typst

from xrechnung.showing.harmless import named, readable
from xrechnung.showing.sheet import Entry, Facts, Note, Row, Section, Sheet, Table

LEVEL = "2a"
"""The level of PDF/A that the files have."""
_STANDARDS: list[Any] = [f"a-{LEVEL}", "ua-1"]
_TEMPLATES = Path(__file__).parent / "templates"
_FONT = "NotoSans-Regular.ttf"
_REMEMBERED = 12
_LONG = compile(r"\S{24,}")
_EVERY = compile(r"(\S{8})(?=\S)")


def render_pdf(sheet: Sheet, footer: str, *, on: date) -> bytes:
    """The pages; `on` is the date the document carries."""
    data = json.dumps(_sheet(sheet, footer, on), ensure_ascii=False)
    compiler = typst.Compiler(
        _TEMPLATES / "view.typ",
        root=_TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"sheet": data},
    )
    made = compiler.compile(format="pdf", pdf_standards=_STANDARDS, timestamp=0)
    assert isinstance(made, bytes)
    _forget(compiler)
    return made


def _forget(compiler: typst.Compiler) -> None:
    """Typst remembers its last ten documents, hundreds of megabytes where they are long; empty ones displace them."""
    for _ in range(_REMEMBERED):
        compiler.compile(b" ", format="svg")


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_font_folder()])


def _font_folder() -> Path:
    """The folder of Noto Sans (SIL Open Font License 1.1), which comes with OCRmyPDF; that itself is not loaded."""
    found = find_spec("ocrmypdf")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "data"


@cache
def _letters() -> frozenset[int]:
    # Slow to load, and whoever only knows of views sets none.
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    with TTFont(_font_folder() / _FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _text(text: str) -> str:
    """Text the font can show: PDF/A knows no missing glyphs, so what it lacks stands there as its code.

    Long words get places where a line may break.
    """
    letters = _letters()
    clean = readable(text)
    if not clean.isascii():
        clean = "".join(each if each == "\n" or ord(each) in letters else named(each) for each in clean)
    return _LONG.sub(lambda word: _EVERY.sub("\\1\u200b", word[0]), clean)


def _sheet(sheet: Sheet, footer: str, on: date) -> dict[str, Any]:
    judgement = sheet.judgement
    return {
        "title": _text(sheet.title),
        "date": {"year": on.year, "month": on.month, "day": on.day},
        "footer": _text(footer),
        "summary": _entries(sheet.summary),
        "judgement": judgement
        and {
            "accepted": judgement.accepted,
            "headline": judgement.headline,
            "sentence": _text(judgement.sentence),
            "facts": _entries(judgement.facts),
        },
        "notes": dict(_notes(sheet)),
        "sections": [_section(section) for section in sheet.sections],
    }


def _notes(sheet: Sheet) -> Iterator[tuple[str, dict[str, Any]]]:
    for note in sheet.judgement.notes if sheet.judgement else ():
        source = f"Regel {note.rule}" if note.rule else ""
        yield (
            str(note.number),
            {
                "number": note.number,
                "severity": note.severity,
                "weight": note.weight,
                "source": source if note.official else f"{source}, Hinweis der E-Akte ohne Einfluss auf die Annahme",
                "message": _text(note.message),
                "remedy": _text(note.remedy),
                "terms": ", ".join(note.terms),
                "places": [*_places(note)],
            },
        )


def _places(note: Note) -> Iterator[str]:
    yield from (_text(place.whereabouts) for place in note.places if place.whereabouts)
    if note.further:
        yield f"und {note.further} weitere Stellen"


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "remark": _text(section.remark),
        "findings": [str(number) for number in section.findings],
        "sides": [_facts(side) for side in section.sides],
        "blocks": [_table(block) if isinstance(block, Table) else _facts(block) for block in section.blocks],
    }


def _facts(facts: Facts) -> dict[str, Any]:
    return {"heading": _text(facts.heading), "entries": _entries(facts.entries)}


def _table(table: Table) -> dict[str, Any]:
    columns = [
        {"label": column.label, "numeric": column.numeric, "wide": number == _widest(table)}
        for number, column in enumerate(table.columns)
    ]
    return {"caption": table.caption, "columns": columns, "rows": [_row(row) for row in table.rows]}


def _widest(table: Table) -> int:
    """The column that takes the room there is: the first of words beside the one that names the row."""
    return next((number for number, column in enumerate(table.columns) if number and not column.numeric), 0)


def _row(row: Row) -> dict[str, Any]:
    return {"cells": _entries(row.cells), "details": [_facts(each) for each in row.details], "depth": row.depth}


def _entries(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [
        {
            "label": _text(entry.label),
            "text": _text(entry.text),
            "terms": ", ".join(entry.terms),
            "findings": [str(number) for number in entry.findings],
            "missing": entry.missing,
        }
        for entry in entries
    ]
