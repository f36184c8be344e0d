"""Images per minute of the whole product against plain OCRmyPDF over the same pages, in one run, in three shapes.

    python bench/ingesting.py                         $EAKTE_TEST_DATA/scans/dev, else samples/batch
    python bench/ingesting.py --data DIR --shapes one-document files --side eakte

The scanned pages of a folder are put together as one document of 60 pages (repeated until there are so many),
as 60 documents of one page, and taken as the files they are. The product runs as `eakte batch import … --wait`
on a stack of its own: upload, looking for separators and blank pages, splitting, recognition, PDF/A with its
check, page texts, word positions, previews, storage, filing, audit and index. The other side is

    ocrmypdf --jobs 2 -l deu --rotate-pages --rotate-pages-threshold 2 --deskew --skip-text
             --output-type pdfa --pdfa-backend internal

one file after another. Images are made a PDF with img2pdf first, which counts, since ocrmypdf takes no TIFF of
several pages. Beside both stand the CPU seconds of Tesseract alone on pictures of the same pages, which is what
recognition cannot do without. CPU seconds depend less on what else the machine does than images a minute.
"""

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import img2pdf
import pikepdf
import psutil
import pypdfium2
from _stack import ROOT, PeakMemory, cpu_seconds, machine, own_stack
from rich.console import Console
from rich.table import Table

IMAGES = {".tif", ".tiff", ".jpg", ".jpeg", ".png"}
PAGES = 60
OCRMYPDF = (
    *(sys.executable, "-m", "ocrmypdf", "--quiet", "--jobs", "2", "-l", "deu", "--rotate-pages"),
    *("--rotate-pages-threshold", "2", "--deskew", "--skip-text", "--output-type", "pdfa"),
    *("--pdfa-backend", "internal"),
)


@dataclass(frozen=True)
class Measured:
    """What one side did over all files of a shape."""

    name: str
    images: int
    failed: int
    seconds: float
    cpu_s: float
    peak: int

    @property
    def per_minute(self) -> float:
        return self.images / self.seconds * 60


@dataclass(frozen=True)
class Shape:
    """The same pages in one of three shapes."""

    name: str
    files: list[Path]


def shapes_of(data: Path, place: Path) -> list[Shape]:
    """One long document, many short ones, and the files as they are."""
    files = sorted(one for one in data.rglob("*") if one.suffix.lower() in {".pdf", *IMAGES})
    sources = [_as_pdf(file, place / f"{number}.pdf") for number, file in enumerate(files)]
    long, short = place / "one-document", place / "one-page-documents"
    long.mkdir()
    short.mkdir()
    with ExitStack() as stack:
        opened = [stack.enter_context(pikepdf.open(source)) for source in sources]
        # Pages with fonts were never paper; the internal PDF/A backend of plain ocrmypdf gives up on some of them.
        pages = [page for pdf in opened for page in pdf.pages if "/Font" not in page.obj.get("/Resources", {})]
        chosen = list(itertools.islice(itertools.cycle(pages), PAGES))
        with pikepdf.new() as whole:
            whole.pages.extend(chosen)
            whole.save(long / "akte.pdf")
        for number, page in enumerate(chosen):
            with pikepdf.new() as single:
                single.pages.append(page)
                single.save(short / f"schreiben {number:02} vom Amt.pdf")
    return [
        Shape("one-document", [long / "akte.pdf"]),
        Shape("one-page-documents", sorted(short.iterdir())),
        Shape("files", files),
    ]


def _as_pdf(file: Path, target: Path) -> Path:
    if file.suffix.lower() == ".pdf":
        return file
    target.write_bytes(img2pdf.convert(str(file), rotation=img2pdf.Rotation.ifvalid))
    return target


def measure_eakte(shape: Shape, console: Console) -> Measured:
    with own_stack() as stack:
        stack.run("plan", "import", str(ROOT / "samples" / "aktenplan.csv"), check=True)
        created = stack.run("dossier", "create", "--entry", "63.10", "--title", "Messlauf", check=True)
        into = created.stdout.strip()
        worker = stack.part("worker")
        before = cpu_seconds(stack.process)
        begun = time.perf_counter()
        with PeakMemory([worker]) as memory:
            told = stack.run("batch", "import", *map(str, shape.files), "--into", into, "--wait", "--json")
        seconds = time.perf_counter() - begun
        cpu = cpu_seconds(stack.process) - before
    batch = json.loads(told.stdout)
    failed = [document for document in batch["documents"] if document["state"] not in ("filed", "verified")]
    # A document that waits for its place has been recognised like any other.
    lost = [document for document in failed if not (document["code"] or "").startswith("target-")]
    for document in lost:
        console.print(f"  eakte: document {document['number']}: {document['code']}", markup=False)
    return Measured("eakte batch import --wait", batch["counts"]["images"], len(lost), seconds, cpu, memory.peak)


def measure_plain(shape: Shape, console: Console) -> Measured:
    """Plain ocrmypdf over all files, one after another with its own page level parallelism."""
    own = psutil.Process()
    pages = failed = 0
    with tempfile.TemporaryDirectory() as directory:
        before = cpu_seconds(own)
        begun = time.perf_counter()
        with PeakMemory([own]) as memory:
            for number, file in enumerate(shape.files):
                source = _as_pdf(file, Path(directory) / f"{number}.in.pdf")
                target = Path(directory) / f"{number}.pdf"
                done = subprocess.run([*OCRMYPDF, str(source), str(target)], capture_output=True, text=True)
                if done.returncode in (0, 10) and target.exists():
                    pages += _pages(target)
                else:
                    failed += 1
                    last = (done.stderr.strip().splitlines() or ["?"])[-1]
                    console.print(f"  ocrmypdf: {file.name}: status {done.returncode}: {last}", markup=False)
        seconds = time.perf_counter() - begun
        cpu = cpu_seconds(own) - before
    return Measured("ocrmypdf --jobs 2", pages, failed, seconds, cpu, memory.peak)


def measure_tesseract(shape: Shape) -> Measured:
    """Tesseract alone, one page after another, on pictures of the pages at 300 dpi; drawing them does not count."""
    own = psutil.Process()
    pages, seconds, cpu = 0, 0.0, 0.0
    with tempfile.TemporaryDirectory() as directory:
        for number, file in enumerate(shape.files):
            source = _as_pdf(file, Path(directory) / f"{number}.in.pdf")
            with pypdfium2.PdfDocument(source) as pdf:
                for page in pdf:
                    picture = Path(directory) / "page.png"
                    page.render(scale=300 / 72, grayscale=True).to_pil().save(picture, dpi=(300, 300))
                    before, begun = cpu_seconds(own), time.perf_counter()
                    command = ["tesseract", str(picture), "-", "-l", "deu"]
                    subprocess.run(
                        command, capture_output=True, check=False, env={**os.environ, "OMP_THREAD_LIMIT": "1"}
                    )
                    seconds += time.perf_counter() - begun
                    cpu += cpu_seconds(own) - before
                    pages += 1
    return Measured("tesseract alone, 1 process", pages, 0, seconds, cpu, 0)


def _pages(file: Path) -> int:
    with pikepdf.open(file) as pdf:
        return len(pdf.pages)


def show(console: Console, shape: Shape, results: list[Measured]) -> None:
    plain = next((one for one in results if one.name.startswith("ocrmypdf")), None)
    table = Table(title=f"From paper to searchable record: {shape.name}", caption=machine())
    table.add_column("")
    for heading in ("images", "failed", "s", "images/min", "CPU s/image", "peak MB (PSS)", "ratio"):
        table.add_column(heading, justify="right")
    for one in results:
        ratio = f"{one.per_minute / plain.per_minute:.2f}" if plain else "-"
        table.add_row(
            one.name,
            str(one.images),
            str(one.failed),
            f"{one.seconds:.1f}",
            f"{one.per_minute:.1f}",
            f"{one.cpu_s / max(one.images, 1):.2f}",
            f"{one.peak / 1e6:,.0f}" if one.peak else "",
            ratio,
        )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--side", choices=("eakte", "plain", "tesseract"), nargs="+")
    parser.add_argument("--shapes", choices=("one-document", "one-page-documents", "files"), nargs="+")
    chosen = parser.parse_args()
    given = os.environ.get("EAKTE_TEST_DATA")
    scans = Path(given) / "scans" / "dev" if given else None
    data = chosen.data or (scans if scans and scans.exists() else ROOT / "samples" / "batch")
    console = Console(width=150)
    sides = chosen.side or ["plain", "eakte", "tesseract"]
    if shutil.which("tesseract") is None and sides != ["eakte"]:
        console.print("No program `tesseract` here, which plain ocrmypdf needs; the product is measured alone.")
        sides = ["eakte"]
    with tempfile.TemporaryDirectory() as directory:
        for shape in shapes_of(data, Path(directory)):
            if chosen.shapes and shape.name not in chosen.shapes:
                continue
            measures: dict[str, Callable[[], Measured]] = {
                "plain": partial(measure_plain, shape, console),
                "eakte": partial(measure_eakte, shape, console),
                "tesseract": partial(measure_tesseract, shape),
            }
            show(console, shape, [measures[side]() for side in sides])


if __name__ == "__main__":
    main()
