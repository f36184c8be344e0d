"""What a file is, by its content and never by its name (Dateityp). Runs inside the sandbox."""

# ruff: noqa: I001
import re
from pathlib import Path

import pylibmagic  # noqa: F401  brings libmagic, so it has to come before `magic`
import magic

from eakte.documents.adapters.magic import is_one_letter
from eakte.documents.presenting import NOBODY, Presenting
from eakte.foundation.errors import Finding
from ingest.adapters import image_file, office_binary, office_xml, pdf_file, polyglot, written, zip_file
from ingest.adapters.email_message import looks_like_envelope, looks_like_message
from ingest.recognition.errors import BrokenOfficeFile, EmptyFile, UnsupportedFileType
from ingest.recognition.results import Inspection, MediaType, RecognitionLimits

_HEADER_WINDOW = 1024
_MESSAGE_WINDOW = 16 * 1024
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\0\s]*<[\0]*[\w:!?]")
_OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_PROSE = {
    *("text/html", "text/xml", "text/x-shellscript", "text/x-msdos-batch", "text/x-php", "text/javascript"),
    *("text/x-perl", "text/x-ruby", "text/vbscript"),
}
_SHAPELESS = {"application/octet-stream", "text/plain", "application/x-empty"}
_READABLE = frozenset(kind.value for kind in MediaType) - {MediaType.XML.value}
"""What libmagic's word is taken for; XML is only read by whoever knows what it says."""
_GERMAN = {
    "application/x-dosexec": "ein Windows-Programm",
    "application/vnd.microsoft.portable-executable": "ein Windows-Programm",
    "application/x-executable": "ein Programm",
    "application/x-pie-executable": "ein Programm",
    "application/x-sharedlib": "ein Programm",
    "text/x-shellscript": "ein Skript",
    "text/html": "eine Webseite (HTML)",
    "text/xml": "eine XML-Datei",
    "application/xml": "eine XML-Datei",
    "text/plain": "eine Textdatei",
    "application/octet-stream": "eine Datei unbekannter Art",
    "text/csv": "eine CSV-Tabelle",
    "application/json": "eine JSON-Datei",
    "text/rtf": "ein RTF-Dokument",
    "message/rfc822": "eine E-Mail",
    "application/vnd.ms-outlook": "eine Outlook-Nachricht",
    "application/zip": "ein ZIP-Archiv",
    "application/gzip": "ein gepacktes Archiv",
    "application/x-7z-compressed": "ein 7-Zip-Archiv",
    "application/x-rar": "ein RAR-Archiv",
    "application/x-tar": "ein TAR-Archiv",
    "application/encrypted": "ein mit Passwort verschlüsseltes Office-Dokument",
    "application/msword": "ein Word-Dokument",
    "application/vnd.ms-excel": "eine Excel-Tabelle",
    "application/vnd.ms-powerpoint": "eine PowerPoint-Präsentation",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "ein Word-Dokument",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "eine Excel-Tabelle",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "eine PowerPoint-Präsentation",
    "application/vnd.oasis.opendocument.text": "ein OpenDocument-Text",
    "application/vnd.oasis.opendocument.spreadsheet": "eine OpenDocument-Tabelle",
    "application/pkcs7-mime": "eine S/MIME-Nachricht",
    "image/gif": "ein GIF-Bild",
    "image/bmp": "ein BMP-Bild",
    "image/svg+xml": "eine SVG-Grafik",
}


def media_type(source: Path, presenting: Presenting = NOBODY) -> MediaType:
    """The kind of file we read, or `UnsupportedFileType` naming in German what was found instead.

    XML is read where somebody knows to present it.
    """
    if source.stat().st_size == 0:
        raise EmptyFile()
    found = str(magic.from_file(str(source), mime=True))
    if found in ("image/heif", "image/heic-sequence"):
        return MediaType.HEIC
    head = _head(source, _MESSAGE_WINDOW)
    if is_one_letter(head):
        return MediaType.TEXT
    if looks_like_envelope(head):
        return MediaType.EMAIL
    if found in _SHAPELESS and _has_late_header(source):
        return MediaType.PDF
    if _MARKUP.match(head) and presenting.knows(source):
        return MediaType.XML
    kind = _container(source, head) or _words(found, head)
    if kind is not None:
        return kind
    if found not in _READABLE:
        raise unsupported(found)
    return MediaType(found)


def unsupported(found: str) -> UnsupportedFileType:
    return UnsupportedFileType(found=_GERMAN.get(found, found), media_type=found)


def inspect_here(source: Path, limits: RecognitionLimits) -> Inspection:
    """Say what a file of pages is and what is odd about it. Raises UnsupportedFileType for files of words."""
    kind = media_type(source)
    if not kind.has_pages:
        raise unsupported(kind.value)
    if kind is MediaType.PDF:
        with pdf_file.open_pdf(source) as pdf:
            facts = pdf_file.examine(pdf, limits)
        return Inspection(kind, facts.pages, outside_warnings(source, kind) + facts.warnings)
    frames, warnings = image_file.examine(source, kind, limits)
    return Inspection(kind, frames, outside_warnings(source, kind) + warnings)


def inspect_any_here(source: Path, limits: RecognitionLimits, presenting: Presenting) -> Inspection:
    """Say what a file is and what is odd about it; see `ingest.recognition.confined.inspect`."""
    kind = media_type(source, presenting)
    if kind.has_pages:
        return inspect_here(source, limits)
    if kind is MediaType.XML:
        return Inspection(kind, 0)
    return Inspection(kind, 0, outside_warnings(source, kind) + written.content_of(source, kind).warnings)


def _container(source: Path, head: bytes) -> MediaType | None:
    """What a ZIP or OLE container holds; their own type says next to nothing."""
    if head.startswith(_OLE_HEAD):
        return office_binary.kind_of(source)
    if head.startswith(b"PK\x03\x04"):
        try:
            with zip_file.opened(source) as archive:
                return office_xml.kind_of(archive) or MediaType.ZIP
        except BrokenOfficeFile:
            return None
    return None


def _words(found: str, head: bytes) -> MediaType | None:
    if head.startswith(b"{\\rtf"):
        return MediaType.RTF
    if found == MediaType.EMAIL or ((found.startswith("text/") or found in _SHAPELESS) and looks_like_message(head)):
        return MediaType.EMAIL
    if found.startswith("text/") and found not in _NO_PROSE:
        return MediaType.TEXT
    return None


def _head(source: Path, size: int) -> bytes:
    with source.open("rb") as file:
        return file.read(size)


def outside_warnings(source: Path, kind: MediaType) -> tuple[Finding, ...]:
    """What lies outside the file itself; a PDF may start late: readers look for its header in the first 1,024 bytes.

    Raises Polyglot.
    """
    foreign = polyglot.examine(source, kind)
    if foreign or kind is not MediaType.PDF or _head(source, 5) == b"%PDF-":
        return foreign
    return (Finding("junk-before-header", "Vor dem Beginn der PDF-Datei stehen fremde Daten; sie wurden übergangen."),)


def _has_late_header(source: Path) -> bool:
    with source.open("rb") as file:
        return b"%PDF-" in file.read(_HEADER_WINDOW + 5)
