"""What was seen on the images of a stack, before anything is decided."""

from dataclasses import dataclass
from enum import StrEnum

from eakte.foundation.errors import Finding
from ingest.recognition.results import MediaType


class Symbology(StrEnum):
    """The kinds of barcode looked for."""

    CODE_128 = "code128"
    CODE_39 = "code39"
    QR = "qr"
    DATA_MATRIX = "datamatrix"


@dataclass(frozen=True, slots=True)
class Code:
    """A barcode that was read. `share` is the part of the page it covers, `centre` its place, both 0–1.

    `turn` is the clockwise turn that sets it upright (0, 90, 180, 270).
    """

    symbology: Symbology
    text: str
    share: float
    centre: tuple[float, float]
    turn: int = 0


@dataclass(frozen=True, slots=True)
class PageLook:
    """One image as it was seen.

    `frame` is its 1-based place in the file. `characters` counts pieces of ink the size of characters outside of
    the codes. `text_layer` tells that the page was born digital. `text` is what was read, only on sparse pages.
    `ink` is the dark share of its area (0–1), None where it was not drawn.
    """

    frame: int
    codes: tuple[Code, ...] = ()
    patch_t: bool = False
    blank: bool = False
    characters: int = 0
    text_layer: bool = False
    text: str = ""
    ink: float | None = None


@dataclass(frozen=True, slots=True)
class FileLook:
    """All images of one file in their order."""

    media_type: MediaType
    pages: tuple[PageLook, ...]
    warnings: tuple[Finding, ...] = ()

    @property
    def born_digital(self) -> bool:
        """Every page that shows something has a text layer: the file is a document as it is."""
        written = [page for page in self.pages if not page.blank]
        return bool(written) and all(page.text_layer for page in written)
