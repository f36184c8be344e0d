"""Recognition alone against plain OCRmyPDF: seconds a page, processor seconds a page, memory, and how well it reads.

    python bench/recognition.py                    sample letters as one file and as many; scans of EAKTE_TEST_DATA
    python bench/recognition.py --pages 20 --side ours

Both sides use the same number of cores. Plain is `ocrmypdf -l deu --rotate-pages --rotate-pages-threshold 2 --deskew
--skip-text --output-type pdfa --pdfa-backend internal --jobs N`, one file after another; its text is taken from its
result. CER counts every edit against the transcript in its order, flex finds each line of it anywhere on the page,
search is the share of words of four letters that an exact search finds. A file that a side did not get through is
counted as failed and not judged.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import img2pdf
import pikepdf
import psutil
import pypdfium2
import structlog
from _stack import ROOT, PeakMemory, cpu_seconds, machine
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from ingest.adapters.sandbox import warm_up
from ingest.recognition.confined import recognize
from ingest.recognition.results import RecognitionLimits

PLAIN = [
    *(sys.executable, "-m", "ocrmypdf", "-l", "deu", "--rotate-pages", "--rotate-pages-threshold", "2", "--deskew"),
    *("--skip-text", "--output-type", "pdfa", "--pdfa-backend", "internal", "--quiet"),
]
IMAGES = {".tif", ".tiff", ".jpg", ".png"}


@dataclass(frozen=True)
class Measured:
    """One side over one set of files; `texts` holds the pages of each file."""

    pages: int
    seconds: float
    cpu_s: float
    peak: int
    texts: dict[Path, list[str]]


def measure_ours(files: Sequence[Path], workdir: Path, cores: int) -> Measured:
    """Many files side by side, or the pages of a single one."""
    limits = RecognitionLimits(timeout_s=3600)

    def one(numbered: tuple[int, Path]) -> list[str]:
        place = workdir / f"{numbered[0]:04d}"
        place.mkdir()
        found = recognize(numbered[1], place, limits=limits, cores=cores)
        shutil.rmtree(place)
        return [page.text for page in found.pages]

    warm_up()
    me = psutil.Process()
    with PeakMemory([me]) as memory, ThreadPoolExecutor(cores) as threads:
        begun, cpu = time.monotonic(), cpu_seconds(me)
        texts = dict(zip(files, threads.map(one, enumerate(files)), strict=True))
        seconds, spent = time.monotonic() - begun, cpu_seconds(me) - cpu
    return Measured(sum(map(len, texts.values())), seconds, spent, memory.peak, texts)


def measure_plain(files: Sequence[Path], workdir: Path, cores: int) -> Measured:
    texts = {}
    me = psutil.Process()
    with PeakMemory([me]) as memory:
        begun, cpu = time.monotonic(), cpu_seconds(me)
        for number, file in enumerate(files):
            source, target = file, workdir / f"{number:04d}.pdf"
            if file.suffix in IMAGES:
                source = workdir / f"{number:04d}-in.pdf"
                source.write_bytes(img2pdf.convert(str(file)))
            subprocess.run([*PLAIN, "--jobs", str(cores), str(source), str(target)], check=False)
            texts[file] = texts_of(target)
        seconds, spent = time.monotonic() - begun, cpu_seconds(me) - cpu
    return Measured(sum(map(len, texts.values())), seconds, spent, memory.peak, texts)


def texts_of(path: Path) -> list[str]:
    if not path.exists():
        return []
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


def letters_as_files(pages: int, directory: Path) -> list[Path]:
    """The sample letters, page by page, again and again."""
    sheets: list[Path] = []
    for file in sorted((ROOT / "samples" / "batch").iterdir()):
        source = file
        if file.suffix in IMAGES:
            source = directory / f"{file.stem}-all.pdf"
            source.write_bytes(img2pdf.convert(str(file)))
        with pikepdf.open(source) as pdf:
            for number, page in enumerate(pdf.pages):
                sheet = directory / f"{file.stem}-{number}.pdf"
                with pikepdf.new() as single:
                    single.pages.append(page)
                    single.save(sheet)
                sheets.append(sheet)
    return [Path(shutil.copy(sheets[n % len(sheets)], directory / f"letter-{n:03d}.pdf")) for n in range(pages)]


def letters_as_one(letters: Sequence[Path], target: Path) -> Path:
    with pikepdf.new() as whole:
        for letter in letters:
            with pikepdf.open(letter) as pdf:
                whole.pages.extend(pdf.pages)
        whole.save(target)
    return target


# --- how well it reads ----------------------------------------------------------------------------------


def normal(text: str) -> str:
    """Line-end hyphens joined, quotes and dashes of one kind, white space one blank."""
    text = unicodedata.normalize("NFC", text.replace("\r", "")).replace("\u00ad", "").replace("…", "...")
    text = re.sub("[–—−‐‑\x02\ufffe]", "-", re.sub("[„“”«»‟]", '"', text))
    return re.sub(r"\s+", " ", re.sub(r"(?<=[^\W\d_])-[ \t]*\n[ \t]*(?=[a-zäöüß])", "", text)).strip()


def quality(manifest: dict[str, Any], data: Path, texts: dict[Path, list[str]]) -> tuple[float, float, float]:
    """CER, flex CER and search recall over the printed pages that have a transcript."""
    edits = length = flexible = found = sought = 0
    astray = 0.0
    for page in (page for batch in manifest["batches"] for page in batch["pages"]):
        pages = texts.get(data / page["file"])
        if page["kind"] != "content" or not pages or len(page["text_print"]) < 0.3 * len(page["text"]):
            continue
        number = (page.get("frame") or 1) - 1
        read, truth = normal(pages[number]) if number < len(pages) else "", normal(page["text"])
        edits, length = edits + min(Levenshtein.distance(truth, read), len(truth)), length + len(truth)
        for line in filter(None, map(normal, page["text_print"].split("\n"))):
            best = fuzz.partial_ratio(line, read) / 100 if read else 0.0
            astray, flexible = astray + (1 - best) * len(line), flexible + len(line)
        words = set(re.findall(r"[^\W_]{4,}", normal(page["text_print"]).casefold()))
        hits = words & set(re.findall(r"[^\W_]{4,}", read.casefold()))
        found, sought = found + len(hits), sought + len(words)
    return edits / max(1, length), astray / max(1, flexible), found / max(1, sought)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--cores", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--side", choices=["both", "ours"], default="both")
    options = parser.parse_args()
    console = Console(width=120)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    console.print(machine(), markup=False)
    sides = {"ours": measure_ours}
    if options.side == "both" and shutil.which("tesseract"):
        sides["plain"] = measure_plain
    elif options.side == "both":
        console.print("No program `tesseract` here, which plain ocrmypdf needs: ours is measured alone.")
    table = Table(
        "files", "side", "pages", "failed", "s/page", "CPU s/page", "peak MB", "CER", "flex", "search", "times faster"
    )
    data = Path(os.environ.get("EAKTE_TEST_DATA", ROOT.parent / "shared" / "data")) / "scans" / "dev"
    with tempfile.TemporaryDirectory(prefix="eakte-bench-") as name:
        directory = Path(name)
        letters = letters_as_files(options.pages, directory)
        sets: dict[str, list[Path]] = {
            f"one of {options.pages} pages": [letters_as_one(letters, directory / "whole.pdf")],
            f"{options.pages} of one page": letters,
        }
        manifest = None
        if (data / "manifest.json").exists():
            manifest = json.loads((data / "manifest.json").read_text(encoding="utf-8"))
            named = {data / page["file"] for batch in manifest["batches"] for page in batch["pages"]}
            sets["scans/dev"] = sorted(file for file in named if file.suffix in {".pdf", *IMAGES})
        else:
            console.print("No transcripts here (EAKTE_TEST_DATA): how well it reads is not measured.")
        for title, files in sets.items():
            measured: dict[str, Measured] = {}
            for side, measure in sides.items():
                workdir = Path(tempfile.mkdtemp(dir=directory))
                one = measured[side] = measure(files, workdir, options.cores)
                shutil.rmtree(workdir)
                judged = ["", "", ""]
                if title == "scans/dev" and manifest is not None:
                    judged = [f"{value:.3f}" for value in quality(manifest, data, one.texts)]
                faster = f"{measured['plain'].seconds / measured['ours'].seconds:.1f}" if side == "plain" else ""
                speed = [f"{one.seconds / one.pages:.2f}", f"{one.cpu_s / one.pages:.2f}", f"{one.peak >> 20}"]
                failed = sum(not pages for pages in one.texts.values())
                table.add_row(title, side, str(one.pages), str(failed), *speed, *judged, faster)
    console.print(table)


if __name__ == "__main__":
    main()
