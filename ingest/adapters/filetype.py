"""What a file is, by its content and never by its name (Dateityp). Runs inside the sandbox."""

# ruff: noqa: I001
from pathlib import Path

import pylibmagic  # noqa: F401  brings libmagic, so it has to come before `magic`
import magic

from eakte.foundation.errors import Finding
from ingest.adapters import image_file, pdf_file
from ingest.recognition.errors import EmptyFile, UnsupportedFileType
from ingest.recognition.results import Inspection, MediaType, RecognitionLimits

_HEADER_WINDOW = 1024
_SHAPELESS = {"application/octet-stream", "text/plain", "application/x-empty"}
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


def media_type(source: Path) -> MediaType:
    """The kind of file we read, or `UnsupportedFileType` naming in German what was found instead."""
    if source.stat().st_size == 0:
        raise EmptyFile()
    found = str(magic.from_file(str(source), mime=True))
    if found in ("image/heif", "image/heic-sequence"):
        return MediaType.HEIC
    if found in _SHAPELESS and _has_late_header(source):
        return MediaType.PDF
    try:
        return MediaType(found)
    except ValueError:
        if found == "application/octet-stream" and "OOXML" in magic.from_file(str(source)):
            found = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        raise UnsupportedFileType(found=_GERMAN.get(found, found), media_type=found) from None


def inspect_here(source: Path, limits: RecognitionLimits) -> Inspection:
    """Say what a file is and what is odd about it; see `ingest.recognition.confined.inspect`."""
    kind = media_type(source)
    if kind is MediaType.PDF:
        with pdf_file.open_pdf(source) as pdf:
            facts = pdf_file.examine(pdf, limits)
        return Inspection(kind, facts.pages, junk_warnings(source) + facts.warnings)
    frames, warnings = image_file.examine(source, kind, limits)
    return Inspection(kind, frames, warnings)


def junk_warnings(source: Path) -> tuple[Finding, ...]:
    """A PDF may start late: readers look for its header in the first 1,024 bytes."""
    with source.open("rb") as file:
        if file.read(5) == b"%PDF-":
            return ()
    return (Finding("junk-before-header", "Vor dem Beginn der PDF-Datei stehen fremde Daten; sie wurden übergangen."),)


def _has_late_header(source: Path) -> bool:
    with source.open("rb") as file:
        return b"%PDF-" in file.read(_HEADER_WINDOW + 5)
