"""What recognition finds out about a file and its pages."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from eakte.foundation.errors import Finding


@dataclass(frozen=True, slots=True)
class RecognitionLimits:
    """What one file may cost; the child process that exceeds it is killed with everything it started."""

    timeout_s: float = 600.0
    memory_mb: int = 1400
    max_pages: int = 10_000
    max_megapixels: float = 150.0


class MediaType(StrEnum):
    """The kinds of file recognition reads (angenommene Dateiformate)."""

    PDF = "application/pdf"
    TIFF = "image/tiff"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    TEXT = "text/plain"
    EMAIL = "message/rfc822"
    MSG = "application/vnd.ms-outlook"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    ODP = "application/vnd.oasis.opendocument.presentation"
    RTF = "text/rtf"
    DOC = "application/msword"
    XLS = "application/vnd.ms-excel"
    PPT = "application/vnd.ms-powerpoint"
    ZIP = "application/zip"
    XML = "application/xml"

    @property
    def has_pages(self) -> bool:
        """Whether the file consists of pages; others get theirs when they are laid out."""
        return self is MediaType.PDF or self.value.startswith("image/")

    @property
    def is_office(self) -> bool:
        """Whether laying it out takes an office program."""
        return self in _OFFICE

    @property
    def suffixes(self) -> frozenset[str]:
        """The endings under which people know such a file, lower case; the usual one is `suffix`."""
        return frozenset(_SUFFIXES[self].split())

    @property
    def german(self) -> str:
        """What people call such a file."""
        return _NAMES[self]

    @property
    def suffix(self) -> str:
        return _SUFFIXES[self].split()[0]


_NAMES = {
    MediaType.PDF: "ein PDF",
    MediaType.TIFF: "ein TIFF-Bild",
    MediaType.JPEG: "ein JPEG-Bild",
    MediaType.PNG: "ein PNG-Bild",
    MediaType.WEBP: "ein WebP-Bild",
    MediaType.HEIC: "ein HEIC-Bild",
    MediaType.TEXT: "eine Textdatei",
    MediaType.EMAIL: "eine E-Mail",
    MediaType.MSG: "eine Outlook-Nachricht",
    MediaType.DOCX: "ein Word-Dokument",
    MediaType.XLSX: "eine Excel-Tabelle",
    MediaType.PPTX: "eine PowerPoint-Präsentation",
    MediaType.ODT: "ein OpenDocument-Text",
    MediaType.ODS: "eine OpenDocument-Tabelle",
    MediaType.ODP: "eine OpenDocument-Präsentation",
    MediaType.RTF: "ein RTF-Dokument",
    MediaType.DOC: "ein Word-Dokument (bis 2003)",
    MediaType.XLS: "eine Excel-Tabelle (bis 2003)",
    MediaType.PPT: "eine PowerPoint-Präsentation (bis 2003)",
    MediaType.ZIP: "ein ZIP-Archiv",
    MediaType.XML: "eine XML-Datei",
}
_OFFICE = frozenset(
    {
        *(MediaType.DOCX, MediaType.XLSX, MediaType.PPTX, MediaType.ODT, MediaType.ODS, MediaType.ODP),
        *(MediaType.RTF, MediaType.DOC, MediaType.XLS, MediaType.PPT),
    }
)
_SUFFIXES = {
    MediaType.PDF: ".pdf",
    MediaType.TIFF: ".tif .tiff",
    MediaType.JPEG: ".jpg .jpeg .jpe .jfif",
    MediaType.PNG: ".png",
    MediaType.WEBP: ".webp",
    MediaType.HEIC: ".heic .heif .hif .avif",
    MediaType.TEXT: ".txt .text .csv .tsv .md .log .asc .ics .vcf .ini .conf .sql .tex",
    MediaType.EMAIL: ".eml .mht .mhtml .p7m .mail",
    MediaType.MSG: ".msg .oft",
    MediaType.DOCX: ".docx .docm .dotx .dotm",
    MediaType.XLSX: ".xlsx .xlsm .xltx .xltm .xlsb",
    MediaType.PPTX: ".pptx .pptm .potx .ppsx .ppsm",
    MediaType.ODT: ".odt .ott",
    MediaType.ODS: ".ods .ots",
    MediaType.ODP: ".odp .otp",
    MediaType.RTF: ".rtf .doc",
    MediaType.DOC: ".doc .dot",
    MediaType.XLS: ".xls .xlt",
    MediaType.PPT: ".ppt .pps .pot",
    MediaType.ZIP: ".zip",
    MediaType.XML: ".xml",
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is, found by its content and without recognising anything.

    `pages` is 0 for a file that has none before it is laid out. `warnings` tell a clerk what is odd about a file
    that is accepted nevertheless.
    """

    media_type: MediaType
    pages: int
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What another validator says of an archival rendition; `validator` is its name and version."""

    passed: bool
    validator: str
    findings: tuple[Finding, ...] = ()


class PageSource(StrEnum):
    """Where the text of a page comes from."""

    RECOGNIZED = "recognized"
    KEPT = "kept"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class PageResult:
    """One page of the archival rendition.

    `number` is 1-based. `confidence` is the mean of the words, 0–100, None where nothing was recognised.
    `turned` is the clockwise turn applied to the stored page (0, 90, 180, 270), `skew` the counter-clockwise
    tilt in degrees that was taken out. `preview` is a small JPEG of the page as it is read, None while the file is
    not laid out.
    """

    number: int
    text: str
    source: PageSource
    confidence: float | None
    turned: int
    skew: float
    preview: Path | None


@dataclass(frozen=True, slots=True)
class Recognition:
    """The products of one file: archival rendition, page texts, previews, and what is odd about it.

    `archival` is an own file in the work directory, byte for byte the source when `original_kept`. `layout` says
    where each word stands (ALTO, gzipped).
    Both are None for an office file that waits for an office program.
    `pdfa_level` is "2b", "3b", … when the file passed every check, None with `findings` when it did not.
    """

    media_type: MediaType
    archival: Path | None
    layout: Path | None
    original_kept: bool
    pdfa_level: str | None
    findings: tuple[Finding, ...]
    pages: tuple[PageResult, ...]
    warnings: tuple[Finding, ...] = ()
