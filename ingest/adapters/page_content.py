"""What draws a page: hidden text taken out, fonts that show nothing taken out, pictures coded as PDF/A can hold them.

Runs inside the sandbox, on the copy that becomes the archival rendition.
"""

import io
import zlib
from collections.abc import Iterator

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Dictionary, Name, Page, Pdf, PdfImage, Stream

Instruction = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage

_SHOWING = {"Tj", "TJ", "'", '"'}
_HIDDEN = 3
_DEEPEST = 8
_JPEG_QUALITY = 92
_LARGEST_LOSSLESS = 1_500_000


def strip_hidden_text(page: Page) -> None:
    """Take out text that is not drawn (an old text layer), on the page and in the forms it draws."""
    for holder in _drawn(page):
        instructions = list(pikepdf.parse_content_stream(holder))
        kept = []
        mode, modes = 0, []
        for each in instructions:
            operator = str(each.operator)
            if operator == "Tr" and each.operands:
                mode = int(each.operands[0])
            elif operator == "q":
                modes.append(mode)
            elif operator == "Q" and modes:
                mode = modes.pop()
            if not (operator in _SHOWING and mode == _HIDDEN):
                kept.append(each)
        if len(kept) < len(instructions):
            _rewrite(holder, kept)
    _drop_idle_fonts(page, everything=True)


def missing_fonts(page: Page) -> tuple[bool, bool]:
    """Tell whether visible text, and whether hidden text, uses fonts the file does not contain. PDF/A allows neither.

    Fonts that are selected but show nothing are taken out on the way: some programs do so on every page.
    """
    holders = [holder for holder in _drawn(page) if not all(map(_is_embedded, _fonts(holder).as_dict().values()))]
    if not holders:
        return False, False
    _drop_idle_fonts(page, everything=False)
    visible = hidden = False
    for holder in holders:
        fonts = _fonts(holder)
        for name, is_hidden in _shown_fonts(list(pikepdf.parse_content_stream(holder))):
            if name in fonts and not _is_embedded(fonts[name]):
                visible, hidden = visible or not is_hidden, hidden or is_hidden
    return visible, hidden


def replace_by_picture(pdf: Pdf, page: Page, picture: NDArray[np.uint8]) -> None:
    """Let the page show a picture of itself (blue-green-red or grey) instead of what drew it; links stay."""
    left, bottom, right, top = (float(each) for each in page.mediabox)
    turn = int(page.obj.get(Name.Rotate, 0)) % 360
    upright = np.ascontiguousarray(np.rot90(picture, turn // 90))
    image = _picture_stream(pdf, upright)
    page.obj.Resources = Dictionary(XObject=Dictionary(Im0=image))
    page.obj.Contents = pdf.make_stream(
        b"q %f 0 0 %f %f %f cm /Im0 Do Q\n" % (right - left, top - bottom, left, bottom)
    )
    for key in (Name.Group, Name.StructParents):
        if key in page.obj:
            del page.obj[key]


def _picture_stream(pdf: Pdf, picture: NDArray[np.uint8]) -> Stream:
    """Without loss while that is small (text, drawings), as JPEG otherwise (photographs)."""
    if picture.ndim == 3 and int(np.ptp(picture, axis=2).max()) < 8:
        picture = np.ascontiguousarray(picture[..., 1])
    pixels = zlib.compress((picture if picture.ndim == 2 else picture[..., ::-1]).tobytes(), 6)
    image = pdf.make_stream(pixels, Filter=Name.FlateDecode)
    if len(pixels) > _LARGEST_LOSSLESS:
        _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        image = pdf.make_stream(coded.tobytes(), Filter=Name.DCTDecode)
    image.Type, image.Subtype = Name.XObject, Name.Image
    image.Height, image.Width = picture.shape[:2]
    image.BitsPerComponent = 8
    image.ColorSpace = Name.DeviceGray if picture.ndim == 2 else Name.DeviceRGB
    return image


def recode_jpeg2000(pdf: Pdf) -> None:
    """Code JPEG 2000 images as JPEG: PDF/A limits JPEG 2000 in ways we cannot check."""
    for each in pdf.objects:
        if isinstance(each, Stream) and each.get(Name.Subtype) == Name.Image and _is_jpeg2000(each):
            picture = PdfImage(each).as_pil_image()
            picture = picture.convert("L" if picture.mode in ("1", "L", "LA", "I;16") else "RGB")
            coded = io.BytesIO()
            picture.save(coded, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
            each.write(coded.getvalue(), filter=Name.DCTDecode)
            each.ColorSpace = Name.DeviceGray if picture.mode == "L" else Name.DeviceRGB
            each.BitsPerComponent = 8
            each.Width, each.Height = picture.size
            for key in (Name.SMaskInData, Name.Decode):
                if key in each:
                    del each[key]


def tidy(pdf: Pdf) -> None:
    """Take out optional entries that PDF/A checkers stumble over and nobody sees."""
    for each in pdf.objects:
        keys: tuple[Name, ...] = ()
        if isinstance(each, Stream):
            keys = (Name.Metadata, Name.Interpolate) if each.get(Name.Subtype) == Name.Image else ()
        elif isinstance(each, Dictionary):
            keys = (Name.CIDSet,) if Name.FontFile2 in each else (Name.SE,) if Name.Title in each else ()
        for key in keys:
            if key in each:
                del each[key]


def _drop_idle_fonts(page: Page, *, everything: bool) -> None:
    for holder in _drawn(page):
        fonts = _fonts(holder)
        suspects = {name for name, font in fonts.items() if everything or not _is_embedded(font)}
        instructions = list(pikepdf.parse_content_stream(holder))
        idle = suspects - {name for name, _ in _shown_fonts(instructions)}
        if idle:
            kept = [i for i in instructions if not (str(i.operator) == "Tf" and str(i.operands[0]) in idle)]
            _rewrite(holder, kept)
            for name in idle:
                del fonts[name]


def _shown_fonts(instructions: list[Instruction]) -> Iterator[tuple[str, bool]]:
    """The fonts that show text, in order, each time with whether that text is hidden."""
    state, states = ("", 0), []
    for each in instructions:
        operator = str(each.operator)
        if operator == "Tf" and each.operands:
            state = str(each.operands[0]), state[1]
        elif operator == "Tr" and each.operands:
            state = state[0], int(each.operands[0])
        elif operator == "q":
            states.append(state)
        elif operator == "Q" and states:
            state = states.pop()
        elif operator in _SHOWING:
            yield state[0], state[1] == _HIDDEN


def _drawn(page: Page) -> list[Page | Stream]:
    """The page and the forms among its resources, each once."""
    found: list[Page | Stream] = [page]
    seen = set()
    waiting = [(page.obj.get(Name.Resources), 0)]
    while waiting:
        resources, depth = waiting.pop()
        forms = resources.get(Name.XObject) if isinstance(resources, Dictionary) else None
        for form in forms.as_dict().values() if isinstance(forms, Dictionary) else ():
            if isinstance(form, Stream) and form.get(Name.Subtype) == Name.Form and form.objgen not in seen:
                seen.add(form.objgen)
                found.append(form)
                if depth < _DEEPEST:
                    waiting.append((form.get(Name.Resources), depth + 1))
    return found


def _fonts(holder: Page | Stream) -> Dictionary:
    source = holder.obj if isinstance(holder, Page) else holder
    resources = source.get(Name.Resources)
    fonts = resources.get(Name.Font) if isinstance(resources, Dictionary) else None
    return fonts if isinstance(fonts, Dictionary) else Dictionary()


def _is_embedded(font: pikepdf.Object) -> bool:
    if not isinstance(font, Dictionary) or font.get(Name.Subtype) == Name.Type3:
        return True
    if font.get(Name.Subtype) == Name.Type0:
        descendants = font.get(Name.DescendantFonts)
        return descendants is not None and all(_has_program(each) for each in descendants)
    return _has_program(font)


def _has_program(font: pikepdf.Object) -> bool:
    descriptor = font.get(Name.FontDescriptor)
    return isinstance(descriptor, Dictionary) and any(
        key in descriptor for key in (Name.FontFile, Name.FontFile2, Name.FontFile3)
    )


def _rewrite(holder: Page | Stream, instructions: list[Instruction]) -> None:
    content = pikepdf.unparse_content_stream(instructions)
    if isinstance(holder, Page):
        holder.contents_coalesce()
        holder.obj.Contents.write(content)
    else:
        holder.write(content)


def _is_jpeg2000(image: Stream) -> bool:
    filters = image.get(Name.Filter)
    return filters == Name.JPXDecode or (isinstance(filters, pikepdf.Array) and Name.JPXDecode in list(filters))
