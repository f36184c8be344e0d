"""Papers for the tests of recognition: letters drawn with Pillow, PDFs written with fpdf2, spoiled with pikepdf."""

import importlib.resources
import io
from pathlib import Path

import fpdf
import img2pdf
import numpy as np
import pikepdf
from PIL import Image, ImageDraw, ImageFont

FONT = importlib.resources.files("ocrmypdf.data") / "NotoSans-Regular.ttf"
A4_MM = (210, 297)
LETTER = (
    "Stadt Musterhausen, Amt für Grünflächen",
    "Aktenzeichen 67.1-2024/118",
    "",
    "Sehr geehrte Damen und Herren,",
    "mit Schreiben vom 14. März beantragten Sie die Fällung",
    "einer Eiche auf dem Grundstück Lindenstraße 12. Nach",
    "Prüfung der Unterlagen und einer Ortsbesichtigung wird",
    "die Genehmigung unter der Auflage erteilt, dass bis zum",
    "Ende des Jahres eine gleichwertige Ersatzpflanzung erfolgt.",
    "",
    "Mit freundlichen Grüßen",
    "im Auftrag Wacholder",
)


def scan(lines: tuple[str, ...] = LETTER, *, dpi: int = 150, noise: float = 0.0, tilt: float = 0.0) -> Image.Image:
    """A grey page as a scanner sees it; `tilt` in degrees counter-clockwise."""
    width, height = (round(side / 25.4 * dpi) for side in A4_MM)
    page = Image.new("L", (width, height), 250)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(FONT), round(dpi * 11 / 72))
    for number, line in enumerate(lines):
        draw.text((dpi, dpi * (1.1 + 0.26 * number)), line, fill=20, font=font)
    if tilt:
        page = page.rotate(tilt, resample=Image.Resampling.BICUBIC, fillcolor=250)
    if noise:
        grain = np.random.default_rng(7).normal(0, noise, (height, width))
        page = Image.fromarray(np.clip(np.asarray(page, dtype=np.float64) + grain, 0, 255).astype(np.uint8))
    page.info["dpi"] = (dpi, dpi)
    return page


def blank_sheet(dpi: int = 150) -> Image.Image:
    """The empty back of a sheet: two punch holes, a little grain."""
    page = scan((), dpi=dpi, noise=3)
    draw = ImageDraw.Draw(page)
    for middle in (0.36, 0.64):
        x, y, r = dpi * 0.5, page.height * middle, dpi * 0.11
        draw.ellipse((x - r, y - r, x + r, y + r), fill=40)
    return page


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    """Save with the resolution the image carries."""
    if "dpi" in image.info:
        options.setdefault("dpi", image.info["dpi"])
    image.save(path, **options)  # type: ignore[arg-type]
    return path


def scanned_pdf(path: Path, *pages: Image.Image) -> Path:
    """A PDF of pictures without any text layer."""
    coded = []
    for page in pages:
        out = io.BytesIO()
        page.save(out, "PNG", dpi=page.info["dpi"])
        coded.append(out.getvalue())
    path.write_bytes(img2pdf.convert(coded))
    return path


def native_pdf(path: Path, *pages: tuple[str, ...], core_font: bool = False) -> Path:
    """A PDF as an office program writes it; `core_font` leaves the font out of the file."""
    pdf = fpdf.FPDF()
    if not core_font:
        pdf.add_font("Noto", fname=str(FONT))
    pdf.set_font("Helvetica" if core_font else "Noto", size=11)
    for lines in pages:
        pdf.add_page()
        for line in lines:
            pdf.cell(text=line or " ", new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(path))
    return path


def with_hidden_text(path: Path, text: str) -> Path:
    """Put a hidden text layer, as other programs leave it, on every page of a PDF."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        for page in pdf.pages:
            page.add_resource(pdf.make_indirect(font), pikepdf.Name.Font, pikepdf.Name("/Old"))
            shown = b"".join(
                b"BT 3 Tr /Old 10 Tf 60 %d Td (%s) Tj ET " % (760 - 14 * number, line.encode("cp1252"))
                for number, line in enumerate(text.splitlines())
            )
            page.contents_add(shown, prepend=False)
        pdf.save()
    return path


def text_of(path: Path) -> list[str]:
    """The text of each page as a reader of the file finds it."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


def picture_of(path: Path, page: int = 0, dpi: int = 72) -> np.ndarray:
    """A page as a reader of the file sees it, grey."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        pixels = document[page].render(scale=dpi / 72, grayscale=True).to_numpy()
        return np.array(pixels[..., 0] if pixels.ndim == 3 else pixels)
