"""PDFs that would unpack to absurd sizes: their structure is judged before qpdf opens it. Runs inside the sandbox.

qpdf unpacks object streams (which hold parts of the document's structure) wholly into memory as soon as it needs one.
"""

import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Name, Pdf, Stream

from ingest.recognition.errors import DecompressionBomb

LARGEST_CONTENT = 128 * 1024 * 1024
# The best Flate can do is 1 to 1032, so shorter streams cannot be bombs.
_HARMLESS_LENGTH = LARGEST_CONTENT // 1032
_MOST_LAYERS = 4
_BEFORE = 2048
_STEP = 1 << 20
_STRUCTURE = re.compile(rb"/(ObjStm|XRef)\b")
_STREAM = re.compile(rb"stream\r?\n")
_LAYER = re.compile(rb"/(Fl|FlateDecode|A85|ASCII85Decode|AHx|ASCIIHexDecode|LZW|LZWDecode|RL|RunLengthDecode)\b")


def refuse_structure_bombs(source: Path) -> None:
    """Refuse a PDF whose object or cross-reference streams unpack to more than is allowed; looks at its bytes only.

    Raises DecompressionBomb.
    """
    with source.open("rb") as file:
        if source.stat().st_size == 0:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for start, layers in _structure_streams(data):
                if len(layers) > _MOST_LAYERS or _unpacks_too_far(data, start, layers):
                    raise _bomb("Dokumentstruktur")


def refuse_content_bombs(pdf: Pdf) -> None:
    """Refuse streams of drawing instructions that unpack to absurd sizes, without unpacking them fully.

    Raises DecompressionBomb.
    """
    for each in pdf.objects:
        if not isinstance(each, Stream) or each.get(Name.Subtype) == Name.Image:
            continue
        filters = each.get(Name.Filter)
        chain = list(filters) if isinstance(filters, Array) else [filters] if filters is not None else []
        if Name.FlateDecode not in chain or (len(chain) == 1 and int(each.get(Name.Length, 0)) < _HARMLESS_LENGTH):
            continue
        if len(chain) > _MOST_LAYERS or _unpacked_size(each.read_raw_bytes(), chain) > LARGEST_CONTENT:
            raise _bomb("Zeichenanweisungen")


def _structure_streams(data: mmap.mmap) -> Iterator[tuple[int, list[bytes]]]:
    """Where the bytes of each object and cross-reference stream begin, and how they are packed."""
    for match in _STREAM.finditer(data):
        before = data[max(0, match.start() - _BEFORE) : match.start()]
        head = before[before.rfind(b" obj") + 1 :]
        if _STRUCTURE.search(head):
            yield match.end(), _LAYER.findall(head)


def _unpacks_too_far(data: mmap.mmap, start: int, layers: list[bytes]) -> bool:
    """Unpack leading Flate layers piece by piece, each feeding the next, and count what comes out."""
    flates = []
    for layer in layers:
        if layer not in (b"Fl", b"FlateDecode"):
            break
        flates.append(zlib.decompressobj())
    return bool(flates) and _flood(data, start, flates) > LARGEST_CONTENT


def _flood(data: mmap.mmap, start: int, flates: list["zlib._Decompress"]) -> int:
    """How much comes out at the end, counted no further than is allowed."""
    out = 0
    waiting: list[tuple[int, bytes]] = []
    at = start
    while out <= LARGEST_CONTENT:
        if not waiting:
            if at >= len(data) or flates[0].eof:
                break
            waiting, at = [(0, data[at : at + _STEP])], at + _STEP
        layer, packed = waiting.pop()
        if layer == len(flates):
            out += len(packed)
            continue
        try:
            unpacked = flates[layer].decompress(packed, _STEP)
        except zlib.error:
            break
        if flates[layer].unconsumed_tail:
            waiting.append((layer, flates[layer].unconsumed_tail))
        if unpacked:
            waiting.append((layer + 1, unpacked))
    return out


def _unpacked_size(data: bytes, chain: list[pikepdf.Object]) -> int:
    """Unpack leading Flate layers up to the allowed size; other filters end the chain."""
    for one in chain:
        if one != Name.FlateDecode:
            break
        try:
            data = zlib.decompressobj().decompress(data, LARGEST_CONTENT + 1)
        except zlib.error:
            return 0
        if len(data) > LARGEST_CONTENT:
            break
    return len(data)


def _bomb(what: str) -> DecompressionBomb:
    return DecompressionBomb(problem=f"mehr als {LARGEST_CONTENT >> 20} MB {what}")
