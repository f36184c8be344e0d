"""Files inside PDFs (eingebettete Dateien), wherever they hang, and media that pages would play. Inside the sandbox."""

from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from ingest.adapters import enclosures

_DEEPEST = 16
_NAMES = (Name.UF, Name.F, Name.DOS, Name.Mac, Name.Unix)
_FILES = Name.FileAttachment
_MEDIA = {Name("/3D"), Name.RichMedia, Name.Screen, Name.Movie, Name.Sound}
_KEPT = {"/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F", "/P", "/M", "/NM", "/Contents", "/StructParent"}
_PRINTED = 4


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """One file inside a PDF; `sealed` is an archive nobody can look into."""

    name: str
    program: bool
    sealed: bool


def files_in(pdf: Pdf) -> list[EmbeddedFile]:
    """Every file the PDF carries: listed, hung on a page, or in what it would play; judged by names and content."""
    return [_judged(place) for place in _specifications(pdf)]


def is_portfolio(pdf: Pdf) -> bool:
    """Whether readers show a list of files (Portfolio, Sammelmappe) instead of the pages."""
    return Name.Collection in pdf.Root


def plays_media(pdf: Pdf) -> bool:
    """Whether a page holds sound, film or 3D."""
    return any(_is(annotation, _MEDIA) for _, annotation in _annotations(pdf))


def leave_only_appearance(pdf: Pdf) -> None:
    """Keep of attached files and media on the pages what is seen of them: they become stamps, without their content.

    What hangs on a page is not drawn by every reader and not allowed in every PDF/A; the original keeps it.
    """
    for page, annotation in list(_annotations(pdf)):
        if not _is(annotation, _MEDIA | {_FILES}):
            continue
        # In place, for the structure tree may point to it as well.
        for key in set(annotation.keys()) - _KEPT:
            del annotation[key]
        annotation.Subtype, annotation.F = Name.Stamp, _PRINTED
        look = annotation.get(Name.AP)
        if not isinstance(look, Dictionary) or Name.N not in look:
            page.Annots = Array([each for each in page.Annots if each != annotation])


def drop_sealed(pdf: Pdf) -> None:
    """Take archives nobody can look into out of the copy."""
    for place in list(_specifications(pdf)):
        if _judged(place).sealed:
            del place[Name.EF]
    for name in [name for name, file in pdf.attachments.items() if Name.EF not in file.obj]:
        del pdf.attachments[name]


def _is(annotation: Dictionary, kinds: set[Name]) -> bool:
    kind = annotation.get(Name.Subtype)
    return isinstance(kind, Name) and kind in kinds


def _specifications(pdf: Pdf) -> Iterator[Dictionary]:
    """Every file specification that carries its file, also one that is part of something else."""
    for each in pdf.objects:
        # Most objects of a PDF are no such thing, and qpdf tells so faster than we could.
        if isinstance(each, Dictionary | Array) and b"/EF" in each.unparse(resolved=True):
            yield from _within(each, _DEEPEST)


def _within(holder: pikepdf.Object, levels: int) -> Iterator[Dictionary]:
    if isinstance(holder, Dictionary):
        if isinstance(holder.get(Name.EF), Dictionary):
            yield holder
        parts = list(holder.as_dict().values())
    else:
        parts = list(holder.as_list())
    for part in parts if levels else ():
        if isinstance(part, Dictionary | Array) and not part.is_indirect:
            yield from _within(part, levels - 1)


def _judged(place: Dictionary) -> EmbeddedFile:
    names = [str(place[key]) for key in _NAMES if isinstance(place.get(key), pikepdf.String)] or ["ohne Namen"]
    found = [
        enclosures.judge(name, content)
        for content in (_content(file) for file in place.EF.as_dict().values())
        for name in dict.fromkeys(names)
    ]
    return EmbeddedFile(names[0], any(each.program for each in found), any(each.sealed for each in found))


def _content(file: pikepdf.Object) -> bytes:
    if not isinstance(file, Stream):
        return b""
    try:
        return file.read_bytes()
    except pikepdf.PdfError:
        return file.read_raw_bytes()


def _annotations(pdf: Pdf) -> Iterator[tuple[Dictionary, Dictionary]]:
    for page in pdf.pages:
        annotations = page.obj.get(Name.Annots)
        for annotation in annotations if isinstance(annotations, Array) else ():
            if isinstance(annotation, Dictionary):
                yield page.obj, annotation
