"""Pages per minute of the whole product against plain OCRmyPDF over the same files, in one run.

    python bench/ingesting.py                      $EAKTE_TEST_DATA/scans/dev, else samples/batch
    python bench/ingesting.py --data DIR --side eakte

The product runs as `eakte ingest DIR --into … --wait` on a stack of its own: upload, type check, recognition,
PDF/A with its check, page texts, previews, storage, filing, audit and index. The other side is
`ocrmypdf -l deu`, one file after another, as its own page level parallelism wants it, and once more with as
many single-threaded processes as there are cores, which is the most one can get out of it. Images are made a
PDF with img2pdf first, and that counts, since ocrmypdf takes no TIFF of several pages. What it refuses because
some pages have text already is repeated with --skip-text.

CPU seconds a page depend less on what else the machine does than pages a minute.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import img2pdf
import pikepdf
import psutil
from _stack import ROOT, PeakMemory, cpu_seconds, machine, own_stack
from rich.console import Console
from rich.table import Table

IMAGES = {".tif", ".tiff", ".jpg", ".jpeg", ".png"}
OCRMYPDF = (sys.executable, "-m", "ocrmypdf")
HAS_TEXT = 6


@dataclass(frozen=True)
class Measured:
    """What one side did over all files."""

    name: str
    files: int
    pages: int
    failed: int
    seconds: float
    cpu_s: float
    peak: int

    @property
    def per_minute(self) -> float:
        return self.pages / self.seconds * 60


def files_under(data: Path) -> list[Path]:
    """The files both sides can read."""
    return sorted(one for one in data.rglob("*") if one.suffix.lower() in {".pdf", *IMAGES})


def measure_eakte(files: list[Path], console: Console) -> Measured:
    with own_stack() as stack, tempfile.TemporaryDirectory() as directory:
        for number, file in enumerate(files):
            shutil.copyfile(file, Path(directory) / f"{number:04}-{file.name}")
        stack.run("plan", "import", str(ROOT / "samples" / "aktenplan.csv"), check=True)
        created = stack.run("dossier", "create", "--entry", "63.10", "--title", "Messlauf", check=True)
        worker, api = stack.part("worker"), stack.part("serve")
        before = cpu_seconds(stack.process)
        begun = time.perf_counter()
        with PeakMemory([worker]) as memory, PeakMemory([api]) as api_memory:
            told = stack.run("ingest", directory, "--into", created.stdout.strip(), "--wait", "--json")
        seconds = time.perf_counter() - begun
        cpu = cpu_seconds(stack.process) - before
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    for line in lines:
        if line["state"] != "filed":
            console.print(f"  eakte: {Path(line['file']).name}: {line['code']}", markup=False)
    console.print(f"  API process at most {api_memory.peak / 1e6:,.0f} MB")
    filed = [line for line in lines if line["state"] == "filed"]
    pages = sum(line["pages"] for line in filed)
    return Measured("eakte ingest --wait", len(lines), pages, len(lines) - len(filed), seconds, cpu, memory.peak)


def measure_plain(files: list[Path], console: Console, *, processes: int) -> Measured:
    """`ocrmypdf -l deu` over all files: one at a time with its own threads, or `processes` of one thread each."""
    own = psutil.Process()
    with tempfile.TemporaryDirectory() as directory:
        threads = ["--jobs", "1"] if processes > 1 else []

        def recognise(numbered: tuple[int, Path]) -> int:
            number, file = numbered
            source = file
            if file.suffix.lower() in IMAGES:
                source = Path(directory) / f"{number}.in.pdf"
                source.write_bytes(_as_pdf(file))
            target = Path(directory) / f"{number}.pdf"
            options = ["--language", "deu", "--quiet", *threads]
            done = _ocrmypdf(*options, str(source), str(target))
            if done.returncode == HAS_TEXT:
                done = _ocrmypdf(*options, "--skip-text", str(source), str(target))
            if done.returncode in (0, 10):
                # Not counted: reading how many pages came out takes a millisecond.
                with pikepdf.open(target) as pdf:
                    return len(pdf.pages)
            last = (done.stderr.strip().splitlines() or ["?"])[-1]
            console.print(f"  ocrmypdf: {file.name}: status {done.returncode}: {last}", markup=False)
            return 0

        before = cpu_seconds(own)
        begun = time.perf_counter()
        with PeakMemory([own]) as memory, ThreadPoolExecutor(processes) as pool:
            pages = list(pool.map(recognise, enumerate(files)))
        seconds = time.perf_counter() - begun
        cpu = cpu_seconds(own) - before
    name = f"ocrmypdf -l deu, {processes} at a time" if processes > 1 else "ocrmypdf -l deu"
    return Measured(name, len(files), sum(pages), pages.count(0), seconds, cpu, memory.peak)


def _ocrmypdf(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*OCRMYPDF, *arguments], capture_output=True, text=True)


def _as_pdf(file: Path) -> bytes:
    content: bytes = img2pdf.convert(str(file), rotation=img2pdf.Rotation.ifvalid)
    return content


def show(console: Console, results: list[Measured]) -> None:
    plain = next((one for one in results if one.name == "ocrmypdf -l deu"), None)
    table = Table(title="From file to searchable record", caption=machine())
    table.add_column("")
    for heading in ("files", "failed", "pages", "s", "pages/min", "CPU s/page", "peak MB (PSS)", "ratio"):
        table.add_column(heading, justify="right")
    for one in results:
        ratio = f"{one.per_minute / plain.per_minute:.2f}" if plain else "-"
        table.add_row(
            one.name,
            str(one.files),
            str(one.failed),
            str(one.pages),
            f"{one.seconds:.1f}",
            f"{one.per_minute:.1f}",
            f"{one.cpu_s / max(one.pages, 1):.2f}",
            f"{one.peak / 1e6:,.0f}",
            ratio,
        )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--side", choices=("eakte", "plain", "both"), default="both")
    chosen = parser.parse_args()
    given = os.environ.get("EAKTE_TEST_DATA")
    scans = Path(given) / "scans" / "dev" if given else None
    data = chosen.data or (scans if scans and scans.exists() else ROOT / "samples" / "batch")
    console = Console(width=150)
    files = files_under(data)
    console.print(f"{len(files)} files under {data.name}/")
    results = []
    if chosen.side in ("plain", "both"):
        if shutil.which("tesseract") is None:
            console.print("No program `tesseract` here, which plain ocrmypdf needs; the product is measured alone.")
        else:
            results.append(measure_plain(files, console, processes=1))
            results.append(measure_plain(files, console, processes=os.cpu_count() or 1))
    if chosen.side in ("eakte", "both"):
        results.append(measure_eakte(files, console))
    show(console, results)


if __name__ == "__main__":
    main()
