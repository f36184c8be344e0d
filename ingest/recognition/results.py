"""What recognition finds out about a file and its pages."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from eakte.foundation.errors import Finding


@dataclass(frozen=True, slots=True)
class RecognitionLimits:
    """What one file may cost; the child process that exceeds it is killed with everything it started."""

    timeout_s: float = 600.0
    memory_mb: int = 1500
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

    @property
    def suffix(self) -> str:
        return "." + self.value.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is, found by its content and without recognising anything.

    `warnings` tell a clerk what is odd about a file that is accepted nevertheless.
    """

    media_type: MediaType
    pages: int
    warnings: tuple[Finding, ...] = ()


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
    tilt in degrees that was taken out. `preview` is a small JPEG of the page as it is read.
    """

    number: int
    text: str
    source: PageSource
    confidence: float | None
    turned: int
    skew: float
    preview: Path


@dataclass(frozen=True, slots=True)
class Recognition:
    """The products of one file: archival rendition, page texts, previews, and what is odd about it.

    `archival` is an own file in the work directory, byte for byte the source when `original_kept`. `layout` says
    where each word stands (ALTO, gzipped).
    `pdfa_level` is "2b", "3b", … when the file passed every check, None with `findings` when it did not.
    """

    media_type: MediaType
    archival: Path
    layout: Path
    original_kept: bool
    pdfa_level: str | None
    findings: tuple[Finding, ...]
    pages: tuple[PageResult, ...]
    warnings: tuple[Finding, ...] = ()
