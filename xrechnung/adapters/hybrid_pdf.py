"""Hybrid invoices (ZUGFeRD, Factur-X, XRechnung in PDF): the XML that lies in the PDF, taken out with limits."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from threading import Lock

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from pikepdf.settings import set_qpdf_limits

from xrechnung.adapters.embedding import EmbeddingRefused
from xrechnung.adapters.xml import MOST_BYTES, XmlRefused, is_invoice, parse_xml

MOST_UNPACKED = MOST_BYTES
"""Bytes of one file in the PDF, or of any part of its structure, once unpacked."""
_MOST_LAYERS = 4
_LARGEST_LZW = 64 * 1024
"""Packed; qpdf knows no limit for LZW, which gives at best 3,600 bytes for one."""
_BEGINNING = 64 * 1024
_DEEPEST_NAMES = 50

_KNOWN_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
_RELATIONSHIPS = ("/Alternative", "/Source", "/Data", None, "/Unspecified", "/Supplement")
_XMP_FIELDS = {
    "DocumentType": "document_type",
    "DocumentFileName": "file_name",
    "Version": "version",
    "ConformanceLevel": "conformance_level",
}
_DAMAGES = (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, IndexError)
"""pikepdf tells of what it does not expect in a damaged file by all of these."""
_limits = Lock()


@dataclass(frozen=True, slots=True)
class Profile:
    """What the PDF's metadata (XMP) claim about the invoice in it; often enough not true."""

    document_type: str | None = None
    file_name: str | None = None
    version: str | None = None
    conformance_level: str | None = None


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file within a PDF."""

    name: str
    """The last part of its name, never to be used as a path."""
    relationship: str | None
    """What it is to the PDF (AFRelationship), as `/Alternative`."""
    media_type: str | None
    data: bytes | None
    """None where it is damaged or too large."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The invoice in a PDF, and what lies beside it."""

    name: str
    data: bytes
    relationship: str | None
    profile: Profile
    candidates: tuple[str, ...]
    """Names of all files that could have been the invoice, the chosen one first."""
    attachments: tuple[str, ...]
    """Names of all files in the PDF, in its order."""


def extract_invoice(source: bytes | Path) -> Embedded:
    """The XML invoice of a hybrid PDF.

    Any file whose root element is an invoice's can be it, whatever it is called. Of several: the one with a name
    that ZUGFeRD, Factur-X or XRechnung prescribe; then the one that is an alternative to the PDF rather than its
    source or mere data; then the first. If none has such a root, a file with a prescribed name is taken all the
    same, so that the verdict can say what is wrong with it. Raises `EmbeddingRefused`.
    """
    with _opened(source) as pdf:
        files = list(_files(pdf, everywhere=False))
        if not any(file.can_be_it for file in files):
            files = list(_files(pdf, everywhere=True))
        candidates = sorted((file for file in files if file.can_be_it), key=_File.unlikeliness)
        if not candidates:
            raise EmbeddingRefused("no-invoice", "Das PDF enthält keine Rechnung als XML.")
        chosen = candidates[0]
        return Embedded(
            chosen.name,
            _content(chosen.stream),
            chosen.relationship,
            _profile(pdf),
            tuple(file.name for file in candidates),
            tuple(file.name for file in files),
        )


def embedded_files(source: bytes | Path) -> tuple[EmbeddedFile, ...]:
    """All files in a PDF: the invoice and what accompanies it. Raises `EmbeddingRefused`."""
    found: list[EmbeddedFile] = []
    left = MOST_UNPACKED
    with _opened(source) as pdf:
        for file in _files(pdf, everywhere=True):
            data = _content_or_none(file.stream)
            left -= len(data or b"")
            media_type = (_text(file.stream.get(Name.Subtype)) or "").removeprefix("/") or None
            found.append(EmbeddedFile(file.name, file.relationship, media_type, data if left >= 0 else None))
    return tuple(found)


class _File:
    """A file in an open PDF, not yet unpacked."""

    def __init__(self, name: str, relationship: str | None, stream: Stream) -> None:
        self.name = name
        self.relationship = relationship
        self.stream = stream
        self.is_well_named = name.casefold() in _KNOWN_NAMES
        self.is_invoice = is_invoice(_beginning(stream))

    @property
    def can_be_it(self) -> bool:
        return self.is_invoice or self.is_well_named

    def unlikeliness(self) -> tuple[bool, bool, int]:
        known = self.relationship in _RELATIONSHIPS
        rank = _RELATIONSHIPS.index(self.relationship) if known else len(_RELATIONSHIPS)
        return not self.is_invoice, not self.is_well_named, rank


@contextmanager
def _opened(source: bytes | Path) -> Iterator[Pdf]:
    """An open PDF, as far as qpdf can make sense of it; all its troubles become ours."""
    try:
        with _bounded(), Pdf.open(BytesIO(source) if isinstance(source, bytes) else source) as pdf:
            yield pdf
    except pikepdf.PasswordError:
        raise EmbeddingRefused("encrypted", "Das PDF ist mit einem Kennwort geschützt.") from None
    except pikepdf.DataDecodingError as error:
        raise _undecodable() from error
    except _DAMAGES as error:
        raise EmbeddingRefused("broken", "Das PDF ist beschädigt und lässt sich nicht lesen.") from error


@contextmanager
def _bounded() -> Iterator[None]:
    """qpdf unpacks no more than is allowed; its limits are those of the whole process, so one at a time."""
    with _limits:
        before = set_qpdf_limits(
            flate_max_memory=MOST_UNPACKED,
            run_length_max_memory=MOST_UNPACKED,
            png_max_memory=MOST_UNPACKED,
            tiff_max_memory=MOST_UNPACKED,
            max_stream_filters=_MOST_LAYERS,
        )
        try:
            yield
        finally:
            set_qpdf_limits(**before)  # type: ignore[arg-type]  # as it came


def _files(pdf: Pdf, *, everywhere: bool) -> Iterator[_File]:
    """Files by the catalogue: listed by name and associated; `everywhere` also on pages and where lists are broken."""
    seen: set[tuple[int, int]] = set()
    places = [*_by_name(pdf), *_associated(pdf)]
    if everywhere:
        places += _anywhere(pdf)
    for listed_as, place in places:
        stream = _stream_of(place)
        if stream is None or stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        yield _File(_name_of(place) or listed_as or "unbenannt", _text(place.get(Name.AFRelationship)), stream)


def _by_name(pdf: Pdf) -> Iterator[tuple[str | None, Dictionary]]:
    names = _dictionary(pdf.Root.get(Name.Names))
    tree = _dictionary(names.get(Name.EmbeddedFiles)) if names is not None else None
    if tree is not None:
        yield from _leaves(tree, _DEEPEST_NAMES, set())


def _leaves(node: Dictionary, levels: int, seen: set[tuple[int, int]]) -> Iterator[tuple[str | None, Dictionary]]:
    if levels == 0 or (node.is_indirect and node.objgen in seen):
        return
    seen.add(node.objgen)
    listed = _items(node.get(Name.Names))
    for key, value in zip(listed[::2], listed[1::2], strict=False):
        place = _dictionary(value)
        if place is not None:
            yield _text(key), place
    for kid in _items(node.get(Name.Kids)):
        further = _dictionary(kid)
        if further is not None:
            yield from _leaves(further, levels - 1, seen)


def _associated(pdf: Pdf) -> Iterator[tuple[None, Dictionary]]:
    for each in _items(pdf.Root.get(Name.AF)):
        place = _dictionary(each)
        if place is not None:
            yield None, place


def _anywhere(pdf: Pdf) -> Iterator[tuple[None, Dictionary]]:
    """Attachments on pages (file attachment annotations), and file specifications that no list names."""
    for each in pdf.objects:
        found = _dictionary(each)
        if found is None:
            continue
        for annotation in (found, *filter(None, map(_dictionary, _items(found.get(Name.Annots))))):
            place = _dictionary(annotation.get(Name.FS))
            if place is not None:
                yield None, place
        if Name.EF in found:
            yield None, found


def _stream_of(place: Dictionary) -> Stream | None:
    embedded = _dictionary(place.get(Name.EF))
    if embedded is None:
        return None
    for key in (Name.F, Name.UF, Name.DOS, Name.Mac, Name.Unix):
        stream = embedded.get(key)
        if isinstance(stream, Stream):
            return stream
    return None


def _name_of(place: Dictionary) -> str | None:
    for key in (Name.UF, Name.F):
        whole = _text(place.get(key))
        if whole and (name := PurePosixPath(whole.replace("\\", "/")).name):
            return name
    return None


def _content(stream: Stream) -> bytes:
    if Name.LZWDecode in _items(stream.get(Name.Filter)) and len(stream.read_raw_bytes()) > _LARGEST_LZW:
        raise _undecodable()
    return stream.read_bytes()


def _content_or_none(stream: Stream) -> bytes | None:
    try:
        return _content(stream)
    except (EmbeddingRefused, pikepdf.PdfError):
        return None


def _beginning(stream: Stream) -> bytes:
    """Enough of a file to see what it is, without unpacking the whole."""
    filters = _items(stream.get(Name.Filter))
    if filters not in ([], [Name.FlateDecode]):
        return (_content_or_none(stream) or b"")[:_BEGINNING]
    packed = stream.read_raw_bytes()
    if not filters:
        return packed[:_BEGINNING]
    try:
        return zlib.decompressobj().decompress(packed, _BEGINNING)
    except zlib.error:
        return b""


def _undecodable() -> EmbeddingRefused:
    most = MOST_UNPACKED // 1024 // 1024
    return EmbeddingRefused("undecodable", f"Im PDF ist etwas beschädigt oder entpackt größer als {most} MB.")


def _profile(pdf: Pdf) -> Profile:
    metadata = pdf.Root.get(Name.Metadata)
    if not isinstance(metadata, Stream):
        return Profile()
    try:
        root = parse_xml(_content(metadata).strip(b" \t\r\n\x00"))
    except XmlRefused:
        return Profile()
    found: dict[str, str] = {}
    for element in root.iter("{*}*"):
        for tag, value in ((element.tag, element.text), *element.items()):
            namespace, _, name = str(tag).rpartition("}")
            if name in _XMP_FIELDS and "CrossIndustryDocument" in namespace and value and value.strip():
                found.setdefault(_XMP_FIELDS[name], str(value).strip())
    return Profile(**found)


def _dictionary(value: object) -> Dictionary | None:
    return value if isinstance(value, Dictionary) else None


def _items(value: Object | None) -> list[Object]:
    """The items of an array; a single thing counts as one."""
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
