"""Office files that are ZIPs of XML (OOXML and OpenDocument): their words, for search, without an office program.

Everything is bounded: the ZIP before it is unpacked, the XML while it is read. Runs inside the sandbox.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from eakte.foundation.errors import Finding
from ingest.adapters import zip_file
from ingest.adapters.plain_text import tidied
from ingest.recognition.content import Content
from ingest.recognition.errors import BrokenOfficeFile, EncryptedOfficeFile, TooMuchText
from ingest.recognition.results import MediaType

_MOST_CELLS, _MOST_LETTERS = 2_000_000, 20_000_000
_WORD_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\d*\.xml$")
_SHEET, _SLIDE = re.compile(r"xl/worksheets/sheet(\d+)\.xml$"), re.compile(r"ppt/slides/slide(\d+)\.xml$")
_NOTES = re.compile(r"ppt/(?:notesSlides/notesSlide|comments/comment)(\d+)\.xml$")
_MACROS = re.compile(r"(?i)(^|/)(vbaProject\.bin|macrosheets/.*\.xml)$|^(Basic|Scripts)/(?!.*script-lc\.xml$).+")
_EMBEDDED = re.compile(r"(?i)^(word|xl|ppt)/embeddings/|^Object [^/]+$|^ObjectReplacements/")
_BREAKS = {"p", "h", "br", "cr", "line-break", "tr", "table-row"}
_TABS = {"tab", "tc", "table-cell", "covered-table-cell"}
_WORDS = {"t", "delText"}

MACROS = Finding(
    "macros", "Das Office-Dokument enthält Makros. Sie stehen nur im Original und wurden nicht ausgeführt."
)
EXTERNAL = Finding(
    "external-references", "Das Office-Dokument verweist auf Dateien außerhalb; sie wurden nicht geladen."
)
EMBEDDED = Finding("embedded-objects", "Das Office-Dokument enthält eingebettete Objekte; sie stehen nur im Original.")


def kind_of(archive: zipfile.ZipFile) -> MediaType | None:
    """Which office file a ZIP is; None for any other ZIP."""
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", MediaType.DOCX), ("xl/", MediaType.XLSX), ("ppt/", MediaType.PPTX)):
            if any(name.startswith(folder) for name in names):
                return kind
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        stated = zip_file.content_of(archive, archive.getinfo("mimetype")).decode("ascii", "replace").strip()
        for kind in (MediaType.ODT, MediaType.ODS, MediaType.ODP):
            if stated in (kind.value, f"{kind.value}-template"):
                return kind
    return None


def read(source: Path, kind: MediaType) -> Content:
    """The words of an office file: one section for a text, for each sheet, for each slide.

    Raises BrokenOfficeFile, EncryptedOfficeFile, NestedArchives, DecompressionBomb, TooMuchText.
    """
    with zip_file.opened(source) as archive:
        _refuse_encrypted(archive)
        zip_file.refuse_nested(archive)
        try:
            sections = tuple(tidied(each).strip() for each in _READERS[kind](archive))
        except (etree.XMLSyntaxError, KeyError, ValueError):
            raise BrokenOfficeFile(problem="Sein Inhalt lässt sich nicht lesen.") from None
        warnings = tuple(_warnings(archive))
    return Content(title="", sections=sections or ("",), warnings=warnings)


def _word_sections(archive: zipfile.ZipFile) -> Iterator[str]:
    names = sorted(filter(_WORD_PARTS.match, archive.namelist()), key=lambda name: ("document" not in name, name))
    yield "\n".join(_flowing_text(archive, name) for name in names)


def _slide_sections(archive: zipfile.ZipFile) -> Iterator[str]:
    notes = {match[1]: match[0] for match in map(_NOTES.match, archive.namelist()) if match}
    for number, name in _numbered(archive, _SLIDE):
        parts = [name, notes[str(number)]] if str(number) in notes else [name]
        yield "\n".join(_flowing_text(archive, part) for part in parts)


def _sheet_sections(archive: zipfile.ZipFile) -> Iterator[str]:
    names = set(archive.namelist())
    shared = list(_shared_strings(archive)) if "xl/sharedStrings.xml" in names else []
    titles = list(_sheet_titles(archive)) if "xl/workbook.xml" in names else []
    sheets = list(_numbered(archive, _SHEET))
    for place, (_, name) in enumerate(sheets):
        title = titles[place] if len(titles) == len(sheets) else ""
        yield "\n".join([title, *_rows(archive, name, shared)]).strip()


def _open_document_sections(archive: zipfile.ZipFile) -> Iterator[str]:
    """An OpenDocument text is one section, its tables and slides are sections of their own."""
    pieces: list[str] = []
    for event, element in _parsed(archive, "content.xml", ("start", "end")):
        tag = _local(element)
        if event == "start":
            continue
        if tag in ("p", "h"):
            pieces.append("".join(_spoken(element)) + ("" if _in_cell(element) else "\n"))
        elif tag in _TABS:
            pieces.append("\t")
        elif tag == "table-row":
            pieces.append("\n")
        if tag in ("table", "page") and _local(element.getparent()) in ("spreadsheet", "presentation", "drawing"):
            title = next((str(value) for name, value in element.attrib.items() if str(name).endswith("}name")), "")
            yield f"{title}\n{''.join(pieces)}"
            pieces = []
            element.clear()
    if "".join(pieces).strip():
        yield "".join(pieces)


def _spoken(element: etree._Element) -> Iterator[str]:
    """The words of a paragraph, with the blanks and breaks OpenDocument writes as elements."""
    yield element.text or ""
    for child in element:
        tag = _local(child)
        if tag == "s":
            yield " "
        elif tag == "tab":
            yield "\t"
        elif tag == "line-break":
            yield "\n"
        elif tag not in ("p", "h"):
            yield from _spoken(child)
        yield child.tail or ""


def _in_cell(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and _local(parent) in _TABS


_READERS: dict[MediaType, Callable[[zipfile.ZipFile], Iterator[str]]] = {
    MediaType.DOCX: _word_sections,
    MediaType.XLSX: _sheet_sections,
    MediaType.PPTX: _slide_sections,
    MediaType.ODT: _open_document_sections,
    MediaType.ODS: _open_document_sections,
    MediaType.ODP: _open_document_sections,
}


def _flowing_text(archive: zipfile.ZipFile, name: str) -> str:
    pieces: list[str] = []
    size = 0
    for _, element in _parsed(archive, name, ("end",)):
        tag = _local(element)
        if tag in _WORDS:
            pieces.append(element.text or "")
            size += len(pieces[-1])
        elif tag in _BREAKS:
            pieces.append("\n")
        elif tag in _TABS:
            pieces.append("\t")
        if tag in ("p", "tr"):
            element.clear()
        if size > _MOST_LETTERS:
            raise TooMuchText(limit=_MOST_LETTERS // 1_000_000)
    return "".join(pieces)


def _shared_strings(archive: zipfile.ZipFile) -> Iterator[str]:
    for _, element in _parsed(archive, "xl/sharedStrings.xml", ("end",)):
        if _local(element) == "si":
            yield "".join(each.text or "" for each in element.iter() if _local(each) == "t")
            element.clear()


def _sheet_titles(archive: zipfile.ZipFile) -> Iterator[str]:
    for _, element in _parsed(archive, "xl/workbook.xml", ("end",)):
        if _local(element) == "sheet":
            yield str(element.get("name", ""))


def _rows(archive: zipfile.ZipFile, name: str, shared: list[str]) -> Iterator[str]:
    cells: list[str] = []
    count = 0
    for _, element in _parsed(archive, name, ("end",)):
        tag = _local(element)
        if tag == "c":
            cells.append(_cell(element, shared))
            count += 1
        elif tag == "row":
            yield "\t".join(cells)
            cells = []
            element.clear()
        if count > _MOST_CELLS:
            raise TooMuchText(limit=_MOST_LETTERS // 1_000_000)


def _cell(element: etree._Element, shared: list[str]) -> str:
    texts = {_local(each): each.text or "" for each in element.iter() if _local(each) in ("v", "t")}
    if element.get("t") == "s":
        place = texts.get("v", "")
        return shared[int(place)] if place.isdigit() and int(place) < len(shared) else ""
    return texts.get("t") or texts.get("v", "")


def _numbered(archive: zipfile.ZipFile, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    found = ((int(match[1]), match[0]) for match in map(pattern.match, archive.namelist()) if match)
    yield from sorted(found)


def _parsed(archive: zipfile.ZipFile, name: str, events: tuple[str, ...]) -> Iterator[tuple[str, etree._Element]]:
    """Elements of one part. Office formats have no document type, so one with entities ends in an error."""
    data = zip_file.content_of(archive, archive.getinfo(name))
    if re.search(rb"<!(DOCTYPE|ENTITY)", data[:4096]):
        raise BrokenOfficeFile(problem="Es enthält eine unzulässige Dokumenttyp-Deklaration.")
    yield from etree.iterparse(
        io.BytesIO(data), events=events, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )


def _local(element: etree._Element | None) -> str:
    tag = element.tag if element is not None else ""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _refuse_encrypted(archive: zipfile.ZipFile) -> None:
    if any(entry.flag_bits & 1 for entry in archive.infolist()):
        raise EncryptedOfficeFile()
    if "META-INF/manifest.xml" in archive.namelist():
        manifest = zip_file.content_of(archive, archive.getinfo("META-INF/manifest.xml"))
        if b"encryption-data" in manifest:
            raise EncryptedOfficeFile()


def _warnings(archive: zipfile.ZipFile) -> Iterator[Finding]:
    names = archive.namelist()
    if any(map(_MACROS.search, names)):
        yield MACROS
    if any(map(_EMBEDDED.search, names)):
        yield EMBEDDED
    relations = [name for name in names if name.endswith(".rels")][:500]
    if any(_reaches_out(zip_file.content_of(archive, archive.getinfo(name))) for name in relations):
        yield EXTERNAL


def _reaches_out(relations: bytes) -> bool:
    """Links that lead a reader somewhere are ordinary; what a program would load by itself is not."""
    for relation in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", relations):
        if b'TargetMode="External"' in relation and b"relationships/hyperlink" not in relation:
            return True
    return False
