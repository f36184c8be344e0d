"""Makes the sample batch of `make run`: letters of the invented town of Ahornfurt that look scanned.

    python samples/make_samples.py [DIRECTORY]

Writes `batch/` and `manifest.json`, which says for each file its title, its place in `aktenplan.csv`, and a
word with the page on which a search must find it. The same versions of Pillow and numpy give the same bytes.
"""

import json
import sys
import time
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH_MM, HEIGHT_MM = 210.0, 297.0
LEFT_MM, RIGHT_MM = 25.0, 185.0
PAPER = 243
# Noto Sans comes with the wheel of OCRmyPDF, so that no font has to be installed.
FONT = resources.files("ocrmypdf.data") / "NotoSans-Regular.ttf"
JPEG_QUALITY = 38
MADE = time.gmtime(1_780_000_000)


@dataclass(frozen=True)
class Letter:
    """One file of the batch, as letters.toml describes it; a page is a list of (kind, text)."""

    file: str
    title: str
    entry: str
    word: str
    page: int
    dpi: int
    form: Literal["g4", "pdf", "jpeg", "png"]
    turned: dict[int, int]
    blank_back: bool
    pages: list[list[tuple[str, str]]]


class Page:
    """A clean sheet of A4 with a cursor that runs from top to bottom."""

    def __init__(self, dpi: int, number: int, total: int) -> None:
        self.dpi = dpi
        self.image = Image.new("L", (self.px(WIDTH_MM), self.px(HEIGHT_MM)), 255)
        self.draw = ImageDraw.Draw(self.image)
        self.y = 28.0 if number > 1 else 18.0
        self.last = ""
        if total > 1:
            self.text(f"Seite {number} von {total}", 92, 283, 8)

    def px(self, mm: float) -> int:
        return round(mm / 25.4 * self.dpi)

    def font(self, points: float) -> ImageFont.FreeTypeFont:
        with resources.as_file(FONT) as path:
            return ImageFont.truetype(str(path), points * self.dpi / 72, layout_engine=ImageFont.Layout.BASIC)

    def text(self, text: str, x: float, y: float, points: float, *, bold: bool = False) -> None:
        stroke = self.dpi / 300 if bold else 0
        self.draw.text(
            (self.px(x), self.px(y)),
            text,
            fill=20,
            font=self.font(points),
            stroke_width=stroke,
            stroke_fill=20,
        )

    def wrap(self, text: str, width_mm: float, points: float) -> list[str]:
        font, lines = self.font(points), [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if font.getlength(longer) <= self.px(width_mm):
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def flow(self, text: str, *, indent: float = 0, points: float = 11, after: float = 3.2) -> None:
        for line in self.wrap(text, RIGHT_MM - LEFT_MM - indent, points):
            self.text(line, LEFT_MM + indent, self.y, points)
            self.y += points * 0.49
        self.y += after

    def put(self, kind: str, text: str, rng: np.random.Generator) -> None:
        """Set one block of a letter; see letters.toml for the kinds."""
        parts = text.split("|")
        if self.last == "row" != kind:
            self.y += 2.5
        self.last = kind
        match kind:
            case "letterhead":
                self.text(parts[0], LEFT_MM, 14, 20, bold=True)
                self.text(parts[1], LEFT_MM, 24, 12)
                self.text(parts[2], LEFT_MM, 31, 8)
                self.draw.line([self.px(LEFT_MM), self.px(37), self.px(RIGHT_MM), self.px(37)], 40, self.px(0.5))
                self.y = 46.0
            case "window":
                for row, line in enumerate(parts):
                    self.text(line, LEFT_MM, 52 + 5.4 * row, 11)
                self.y = max(self.y, 96.0)
            case "facts":
                for row, line in enumerate(parts):
                    self.text(line, 122, 52 + 5.4 * row, 9.5)
            case "subject":
                self.text(text, LEFT_MM, self.y, 12, bold=True)
                self.y += 12
            case "h":
                self.y += 2
                self.text(text, LEFT_MM, self.y, 11, bold=True)
                self.y += 7.5
            case "li":
                self.flow(text, indent=5, after=2.6)
            case "row":
                self.text(parts[0], LEFT_MM, self.y, 11)
                self.text(parts[1], 105, self.y, 11)
                self.y += 6.6
            case "sign":
                self.sign(rng)
                self.text(text, LEFT_MM, self.y, 11)
                self.y += 9
            case "stamp":
                self.stamp(parts)
            case _:
                self.flow(text)

    def sign(self, rng: np.random.Generator) -> None:
        """A stroke of the pen."""
        steps = np.linspace(0, 1, 160)
        wave = np.sin(steps * rng.uniform(20, 34)) * (1 - steps) * rng.uniform(2.5, 4)
        x = LEFT_MM + 4 + steps * 38 + np.cos(steps * 27) * 1.5
        y = self.y + 7 + wave - steps * 3
        points = [(self.px(a), self.px(b)) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        self.draw.line(points, fill=60, width=self.px(0.45), joint="curve")
        self.y += 14

    def stamp(self, lines: list[str]) -> None:
        """A receipt stamp, a little askew."""
        stamp = Image.new("L", (self.px(48), self.px(17)), 0)
        draw = ImageDraw.Draw(stamp)
        draw.rectangle((0, 0, stamp.width - 1, stamp.height - 1), outline=255, width=self.px(0.6))
        for row, line in enumerate(lines):
            font = self.font(11)
            middle = (stamp.width - font.getlength(line)) / 2
            draw.text((middle, self.px(1.5 + 7 * row)), line, fill=255, font=font)
        stamp = stamp.rotate(4, Image.Resampling.BICUBIC, expand=True)
        self.image.paste(90, (self.px(132), self.px(74)), stamp)


def scan(clean: Image.Image, rng: np.random.Generator, *, bilevel: bool) -> Image.Image:
    """What a scanner makes of a sheet: slightly askew, soft, unevenly lit, grainy, with specks."""
    skew = float(rng.uniform(0.25, 0.9) * rng.choice([-1, 1]))
    turned = clean.rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    soft = turned.filter(ImageFilter.GaussianBlur(0.6))
    light: NDArray[np.float64] = np.asarray(soft, dtype=np.float64) / 255 * PAPER
    height, width = light.shape
    down, across = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    light -= 5 * (down * rng.uniform(-1, 1) + across * rng.uniform(-1, 1)) + 6 * across**8
    light += rng.normal(0, 2.0, light.shape)
    specks = int(rng.integers(25, 60))
    for y, x in zip(rng.integers(0, height - 3, specks), rng.integers(0, width - 3, specks), strict=True):
        light[y : y + int(rng.integers(1, 3)), x : x + int(rng.integers(1, 3))] = 70
    grey = Image.fromarray(np.clip(light, 0, 255).astype(np.uint8))
    return grey.point(lambda level: 255 if level > 150 else 0).convert("1") if bilevel else grey


def pages_of(letter: Letter, rng: np.random.Generator) -> list[Image.Image]:
    """The scanned sides of a letter, in the order of the scanner."""
    sides = []
    for number, blocks in enumerate(letter.pages, 1):
        page = Page(letter.dpi, number, len(letter.pages))
        for kind, text in blocks:
            page.put(kind, text, rng)
        sides.append(page.image)
    if letter.blank_back:
        sides.append(Image.new("L", sides[0].size, 255))
    scans = [scan(side, rng, bilevel=letter.form in ("g4", "png")) for side in sides]
    return [side.rotate(letter.turned.get(number, 0), expand=True) for number, side in enumerate(scans, 1)]


def save(letter: Letter, sides: list[Image.Image], path: Path) -> None:
    first, *rest = sides
    dpi = (letter.dpi, letter.dpi)
    match letter.form:
        case "g4":
            first.save(path, "TIFF", compression="group4", dpi=dpi, save_all=True, append_images=rest)
        case "pdf":
            first.save(
                path,
                "PDF",
                resolution=letter.dpi,
                quality=JPEG_QUALITY,
                save_all=True,
                append_images=rest,
                creationDate=MADE,
                modDate=MADE,
            )
        case "jpeg":
            first.save(path, "JPEG", quality=JPEG_QUALITY, dpi=dpi)
        case "png":
            first.save(path, "PNG", dpi=dpi, optimize=True)


def read_letters() -> list[Letter]:
    """The letters of letters.toml."""
    described = tomllib.loads(Path(__file__).with_name("letters.toml").read_text("utf-8"))["letters"]
    return [
        Letter(
            **{
                **letter,
                "turned": {int(page): degrees for page, degrees in letter["turned"].items()},
                "pages": [read_page(text) for text in letter["pages"]],
            }
        )
        for letter in described
    ]


def read_page(text: str) -> list[tuple[str, str]]:
    blocks: list[tuple[str, str]] = []
    for line in text.strip().splitlines():
        if line.startswith(" "):
            kind, before = blocks.pop()
            blocks.append((kind, f"{before} {line.strip()}"))
        else:
            kind, _, rest = line.partition(": ")
            blocks.append((kind, rest))
    return blocks


def main(directory: Path) -> None:
    (directory / "batch").mkdir(parents=True, exist_ok=True)
    manifest = []
    for number, letter in enumerate(read_letters(), 1):
        sides = pages_of(letter, np.random.default_rng(number))
        path = directory / "batch" / letter.file
        save(letter, sides, path)
        manifest.append(
            {
                "file": f"batch/{letter.file}",
                "title": letter.title,
                "entry": letter.entry,
                "pages": len(sides),
                "blank_pages": [len(sides)] if letter.blank_back else [],
                "turned_pages": sorted(letter.turned),
                "word": letter.word,
                "page": letter.page,
            }
        )
        print(f"{letter.file}: {len(sides)} pages, {path.stat().st_size / 1000:.0f} kB")
    text = json.dumps({"documents": manifest}, ensure_ascii=False, indent=2)
    (directory / "manifest.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
