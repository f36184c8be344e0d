"""Image files as they come in: bounded, checked, and put on pages of the right size. Runs inside the sandbox."""

import contextlib
import io
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import img2pdf
import numpy as np
import pikepdf
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

from eakte.foundation.errors import Finding
from ingest.recognition.errors import BrokenImage, ImageTooLarge, TooManyPages
from ingest.recognition.paper import plausible_dpi
from ingest.recognition.results import MediaType, RecognitionLimits

Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False
pillow_heif.register_heif_opener()

_CHUNK = 64 * 1024 * 1024
_LOSSY_QUALITY = 92
_FORMATS = {
    MediaType.TIFF: "TIFF",
    MediaType.JPEG: "JPEG",
    MediaType.PNG: "PNG",
    MediaType.WEBP: "WEBP",
    MediaType.HEIC: "HEIF",
}
_BAD_BYTES = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    KeyError,
    IndexError,
    TypeError,
    ZeroDivisionError,
)


def examine(source: Path, kind: MediaType, limits: RecognitionLimits) -> tuple[int, tuple[Finding, ...]]:
    """The number of frames of an image file, from its headers alone, and what is odd about it."""
    warnings: list[Finding] = []
    with _opened(source, kind) as image:
        frames = 1
        if kind is MediaType.TIFF:
            frames, looped = _count_directories(source, limits.max_pages)
            if looped:
                warnings.append(
                    Finding(
                        "page-loop",
                        "Die Seitenliste der TIFF-Datei verweist auf sich selbst; jede Seite wurde einmal gelesen.",
                    )
                )
        for number in range(frames):
            try:
                image.seek(number)
            except _BAD_BYTES:
                raise BrokenImage(problem=f"Bild {number + 1} von {frames} ist nicht lesbar.") from None
            _bound(image, limits)
    return frames, tuple(warnings)


def gray_pages(source: Path, kind: MediaType, limits: RecognitionLimits) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """Every frame in grey as a person sees it, with its resolution; one at a time, for they are large."""
    frames, _ = examine(source, kind, limits)
    with _opened(source, kind) as image:
        for number in range(frames):
            try:
                image.seek(number)
                dpi = plausible_dpi(image.size, image.info.get("dpi"))
                gray = np.asarray(_flat(ImageOps.exif_transpose(image)).convert("L"))
            except _BAD_BYTES:
                raise BrokenImage(problem=f"Bild {number + 1} von {frames} ist abgeschnitten oder zerstört.") from None
            yield gray, dpi


def write_pdf(
    source: Path, kind: MediaType, target: Path, limits: RecognitionLimits, wanted: Sequence[int] | None = None
) -> None:
    """Put every frame on a page of its own, or the `wanted` ones (0-based), unchanged where PDF knows its coding.

    Camera data (place, device) stays in the original: JPEG metadata is left out.
    """
    frames, _ = examine(source, kind, limits)
    numbers = range(frames) if wanted is None else wanted
    chunks: list[Path] = []
    waiting: list[tuple[bytes, float]] = []
    with _opened(source, kind) as image:
        for place, number in enumerate(numbers):
            try:
                image.seek(number)
                waiting.append((_frame(image, source, kind), plausible_dpi(image.size, image.info.get("dpi"))))
            except _BAD_BYTES:
                raise BrokenImage(problem=f"Bild {number + 1} von {frames} ist abgeschnitten oder zerstört.") from None
            if sum(len(data) for data, _ in waiting) > _CHUNK or place == len(numbers) - 1:
                chunks.append(_write_chunk(waiting, target.with_suffix(f".{len(chunks)}")))
                waiting = []
    _join(chunks, target)


def _write_chunk(frames: list[tuple[bytes, float]], target: Path) -> Path:
    """Write some frames, each with its resolution, as pages of their size."""
    resolutions = iter([dpi for _, dpi in frames])

    def layout(width: int, height: int, _: object) -> tuple[float, float, float, float]:
        dpi = next(resolutions)
        return width / dpi * 72, height / dpi * 72, width / dpi * 72, height / dpi * 72

    with target.open("wb") as out:
        img2pdf.convert(
            [data for data, _ in frames], layout_fun=layout, outputstream=out, rotation=img2pdf.Rotation.none
        )
    return target


def _join(chunks: list[Path], target: Path) -> None:
    """Make one file of the chunks, which stay on disk until it is written."""
    if len(chunks) == 1:
        chunks[0].rename(target)
        return
    with contextlib.ExitStack() as stack, pikepdf.new() as whole:
        for chunk in chunks:
            whole.pages.extend(stack.enter_context(pikepdf.open(chunk)).pages)
        whole.save(target)
    for chunk in chunks:
        chunk.unlink()


def _opened(source: Path, kind: MediaType) -> Image.Image:
    try:
        return Image.open(source, formats=[_FORMATS[kind]])
    except _BAD_BYTES:
        raise BrokenImage(problem="Ihr Kopf ist nicht lesbar.") from None


def _bound(image: Image.Image, limits: RecognitionLimits) -> None:
    width, height = image.size
    if width * height > limits.max_megapixels * 1_000_000:
        raise ImageTooLarge(width=width, height=height, limit=round(limits.max_megapixels))
    if width < 1 or height < 1:
        raise BrokenImage(problem="Das Bild hat keine Bildpunkte.")


def _frame(image: Image.Image, source: Path, kind: MediaType) -> bytes:
    """One frame as a file PDF can hold: JPEG as it is, two colours as G4, the rest without loss as PNG."""
    orientation = image.getexif().get(0x0112, 1)
    image.load()
    if kind is MediaType.JPEG and orientation == 1 and image.mode in ("L", "RGB"):
        return without_metadata(source.read_bytes())
    upright = _flat(ImageOps.exif_transpose(image))
    out = io.BytesIO()
    if upright.mode == "1":
        upright.save(out, "TIFF", compression="group4")
    elif kind in (MediaType.JPEG, MediaType.HEIC, MediaType.WEBP):
        upright.save(out, "JPEG", quality=_LOSSY_QUALITY)
    else:
        upright.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _flat(image: Image.Image) -> Image.Image:
    """Bring an image to black and white, grey or RGB: 16 bits scaled, transparency on white, CMYK converted."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        _, high = image.getextrema()
        full = 255 if float(str(high)) <= 255 else 4095 if float(str(high)) <= 4095 else 65535
        return image.convert("F").point(lambda value: value * (255 / full)).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        layers = image.convert("RGBA")
        paper = Image.new("RGBA", layers.size, "white")
        image = Image.alpha_composite(paper, layers).convert("RGB")
    if image.mode in ("1", "L", "RGB"):
        return image
    return image.convert("L" if image.mode in ("LA", "La") else "RGB")


def without_metadata(jpeg: bytes) -> bytes:
    """Drop comments and application segments of a JPEG except JFIF (0), ICC (2) and Adobe (14); pixels stay."""
    kept, at = [jpeg[:2]], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xDA:
            break
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if not (marker == 0xFE or (0xE0 <= marker <= 0xEF and marker not in (0xE0, 0xE2, 0xEE))):
            kept.append(jpeg[at:end])
        at = end
    return b"".join([*kept, jpeg[at:]])


def _count_directories(source: Path, most: int) -> tuple[int, bool]:
    """Follow the chain of TIFF directories; tell how many there are and whether the chain runs into itself.

    A directory may be as small as six bytes, so counting ends where too many are known. Raises TooManyPages.
    """
    seen: set[int] = set()
    with source.open("rb") as file:
        for offset in _directories(file):
            if offset in seen:
                return len(seen), True
            if len(seen) == most:
                raise TooManyPages(pages=f"mehr als {most}", limit=most)
            seen.add(offset)
    if not seen:
        raise BrokenImage(problem="Sie enthält kein Bild.")
    return len(seen), False


def _directories(file: BinaryIO) -> Iterator[int]:
    """The offsets of the directories as they are chained; BigTIFF counts in eight bytes."""
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"\x2b\x00", b"\x00\x2b")
    count, link, entry = ("Q", "Q", 20) if big else ("H", "L", 12)

    def number(code: str, data: bytes) -> int:
        size = struct.calcsize(order + code)
        return int(struct.unpack(order + code, data[:size])[0]) if len(data) >= size else 0

    offset = number(link, head[8:] if big else head[4:])
    while offset:
        yield offset
        file.seek(offset)
        entries = number(count, file.read(struct.calcsize(order + count)))
        file.seek(entries * entry, io.SEEK_CUR)
        offset = number(link, file.read(8))
