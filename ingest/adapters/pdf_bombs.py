"""PDFs that would unpack to absurd sizes: qpdf is told how far it may unpack. Runs inside the sandbox.

qpdf unpacks object streams (which hold parts of the document's structure) wholly into memory as soon as it needs one.
Only qpdf itself knows which streams those are, and how they are packed: bytes that look otherwise can mean the same.
"""

import contextlib
import logging
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Name, Pdf, Stream
from pikepdf.settings import set_qpdf_limits

from ingest.recognition.errors import DecompressionBomb

LARGEST_CONTENT = 128 * 1024 * 1024
# The best Flate can do is 1 to 1032, and LZW less than three times that: nothing shorter fills the memory.
_HARMLESS_LENGTH = LARGEST_CONTENT // 1032
_MOST_LAYERS = 4
_UNPACKING = (Name.FlateDecode, Name.Fl, Name.LZWDecode, Name.LZW, Name.RunLengthDecode, Name.RL)
_TOO_FAR = "memory limit exceeded"


class Overflows(logging.Handler):
    """Hears qpdf say that it stopped unpacking: it only warns, and goes on as if the stream were damaged."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = False

    def emit(self, record: logging.LogRecord) -> None:
        self.heard = self.heard or _TOO_FAR in record.getMessage()

    def refuse(self) -> None:
        """Raises DecompressionBomb where something unpacks to more than is allowed."""
        if self.heard:
            raise _bomb("Dokumentstruktur")


@contextlib.contextmanager
def bounded() -> Iterator[Overflows]:
    """Let qpdf unpack no stream further than is allowed; its limits are those of the whole process.

    Pictures that are larger stay as they are packed. qpdf has to be told not to suppress its warnings.
    """
    overflows = Overflows()
    speaker = logging.getLogger("pikepdf._core")  # noqa: TID251  qpdf says so nowhere else when it opens no file
    propagated, speaker.propagate = speaker.propagate, False
    speaker.addHandler(overflows)
    before = set_qpdf_limits(
        flate_max_memory=LARGEST_CONTENT,
        run_length_max_memory=LARGEST_CONTENT,
        png_max_memory=LARGEST_CONTENT,
        tiff_max_memory=LARGEST_CONTENT,
    )
    try:
        yield overflows
    finally:
        set_qpdf_limits(**before)  # type: ignore[arg-type]  # as it came
        speaker.removeHandler(overflows)
        speaker.propagate = propagated


def refuse_content_bombs(pdf: Pdf) -> None:
    """Refuse streams of drawing instructions that unpack to absurd sizes; call it while unpacking is `bounded`.

    Raises DecompressionBomb.
    """
    for each in pdf.objects:
        if not isinstance(each, Stream) or each.get(Name.Subtype) == Name.Image:
            continue
        filters = each.get(Name.Filter)
        chain = list(filters) if isinstance(filters, Array) else [filters] if filters is not None else []
        if not any(one in _UNPACKING for one in chain):
            continue
        if len(chain) == 1 and int(each.get(Name.Length, 0)) < _HARMLESS_LENGTH:
            continue
        if len(chain) > _MOST_LAYERS or _unpacks_too_far(each):
            raise _bomb("Zeichenanweisungen")


def _unpacks_too_far(stream: Stream) -> bool:
    try:
        return len(stream.read_bytes()) > LARGEST_CONTENT
    except pikepdf.PdfError as error:
        return _TOO_FAR in str(error)


def _bomb(what: str) -> DecompressionBomb:
    return DecompressionBomb(problem=f"mehr als {LARGEST_CONTENT >> 20} MB {what}")
