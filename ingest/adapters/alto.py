"""Where each word of a document stands, as ALTO 4 (the layout format of libraries and archives), for highlighting.

Boxes are pixels of the archival page at the resolution the page names, from its upper left corner.
"""

import gzip
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from lxml import etree

from ingest.recognition.reading import Reading, Word

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"


@dataclass(frozen=True, slots=True)
class Layout:
    """The words of one page (counted from 1), which is `width` by `height` pixels at `dpi`."""

    page: int
    width: int
    height: int
    dpi: float
    reading: Reading


def write_alto(target: Path, pages: Iterable[Layout]) -> None:
    """Write the pages, one at a time, gzipped."""
    with (
        gzip.GzipFile(target, "wb", compresslevel=3, mtime=0) as packed,
        etree.xmlfile(packed, encoding="utf-8") as out,
    ):
        out.write_declaration()
        with out.element(_tag("alto"), nsmap={None: NAMESPACE}):
            description = etree.Element(_tag("Description"))
            etree.SubElement(description, _tag("MeasurementUnit")).text = "pixel"
            out.write(description)
            with out.element(_tag("Layout")):
                for page in pages:
                    out.write(_page(page))


def _page(page: Layout) -> Any:
    size = {"WIDTH": str(page.width), "HEIGHT": str(page.height)}
    element = etree.Element(_tag("Page"), {"ID": f"P{page.page}", "PHYSICAL_IMG_NR": str(page.page), **size})
    # ALTO has no place for the resolution but this note on how the page was processed.
    element.set("PROCESSING", f"{page.dpi:.0f} dpi")
    space = etree.SubElement(element, _tag("PrintSpace"), {"HPOS": "0", "VPOS": "0", **size})
    words = page.reading.words
    for _, block in groupby(words, key=lambda word: (word.block, word.paragraph)):
        block_words = list(block)
        text_block = etree.SubElement(space, _tag("TextBlock"), _box(block_words))
        for _, line in groupby(block_words, key=lambda word: word.line):
            line_words = list(line)
            text_line = etree.SubElement(text_block, _tag("TextLine"), _box(line_words))
            for word in line_words:
                said = {"CONTENT": _allowed(word.text), "WC": f"{word.confidence / 100:.2f}"}
                etree.SubElement(text_line, _tag("String"), {**said, **_box([word])})
    return element


def _box(words: Sequence[Word]) -> dict[str, str]:
    left, top = min(word.box[0] for word in words), min(word.box[1] for word in words)
    right, bottom = max(word.box[2] for word in words), max(word.box[3] for word in words)
    return {"HPOS": str(left), "VPOS": str(top), "WIDTH": str(right - left), "HEIGHT": str(bottom - top)}


def _allowed(text: str) -> str:
    """A word without what XML cannot hold: a foreign text layer may contain anything."""
    return _FORBIDDEN.sub("", text)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
