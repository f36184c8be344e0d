"""Invoices judged per second, against what it takes at least and against the official stylesheets, in one run.

    python bench/xrechnung.py                              the official test invoices of $EAKTE_TEST_DATA
    python bench/xrechnung.py --data DIR --parts speed cold
    python bench/xrechnung.py --bundle CONFIGURATION.zip   also the official rules, by saxonche

speed   all files again and again in one warm process, the sides taking turns: lxml parsing and the official schema
        alone (the floor), the same with our schema, ours from bytes to verdict as `eakte invoice check` does it, and
        the official stylesheets where a bundle is given. Every file is judged anew; no verdict is remembered.
cold    `eakte invoice check` of one file, from the start of Python to its end
many    10,000 invoices by `eakte invoice check --json --jobs 2`, with the peak memory of all its processes
big     one accepted invoice of 100,000 lines
"""

# Python puts the folder of a script first on its path, where this very file would hide the package it measures.
# ruff: noqa: E402
import sys
from pathlib import Path

sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).parent]

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from copy import deepcopy
from datetime import date
from re import compile
from typing import NamedTuple

import psutil
from lxml import etree
from rich.console import Console
from rich.table import Table

from eakte.entrypoints.checking import spare_collections
from xrechnung.adapters.kosit import SecondOpinion
from xrechnung.adapters.xml import detect, parse_xml
from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.structure import structure_of
from xrechnung.judging.verdict import Syntax

DATA = Path(os.environ.get("EAKTE_TEST_DATA", Path(__file__).parents[2] / "shared" / "data")) / "xrechnung"
TODAY = date(2026, 11, 22)
ROUNDS = 15
MANY = 10_000
LINES = 100_000
CHECK = (sys.executable, "-m", "eakte.entrypoints.cli", "invoice", "check")
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
KEPT = {
    *(f"{CBC}{name}" for name in ("ID", "InvoicedQuantity", "LineExtensionAmount")),
    *(f"{CAC}{name}" for name in ("Item", "Price")),
}
_NAMESPACES = compile(rb' xmlns(:\w+)?="[^"]*"')
_ID = compile(rb"<(?:\w+:)?ID[^>]*>([^<]*)<")
console = Console()


def main() -> None:
    parts = {"speed": speed, "cold": cold, "many": many, "big": big}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with testsuite-*/*.xml, or any XML files")
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--bundle", type=Path, help="zip or folder of the official configuration")
    chosen = parser.parse_args()
    files = sorted(chosen.data.glob("testsuite-*/*.xml")) or sorted(chosen.data.rglob("*.xml"))
    if not files:
        parser.error(f"no invoices below {chosen.data}")
    for part in chosen.parts:
        parts[part](files, chosen.bundle)


def speed(files: Sequence[Path], bundle: Path | None) -> None:
    """Every side takes its turn in every round, so that a noisy machine is noisy for all."""
    contents = [file.read_bytes() for file in files]
    sides: dict[str, Callable[[bytes], object]] = {"lxml: parse + our schema": floor, "eakte": ours}
    if (DATA / "schemas").is_dir():
        sides = {"lxml: parse + official schema (floor)": official_floor(), **sides}
    with ExitStack() as stack:
        if bundle is not None:
            sides["official schema and stylesheets (saxonche)"] = stack.enter_context(SecondOpinion.open(bundle)).judge
        spare_collections()
        seconds = {name: [_seconds_for(side, contents)] for name, side in sides.items()}
        for _ in range(ROUNDS):
            for name, side in sides.items():
                seconds[name].append(_seconds_for(side, contents))
    table = Table("side", "invoices/s", "ms each", "fastest", "times as long as eakte", title=f"{len(files)} invoices")
    mine, least = statistics.median(seconds["eakte"]), min(seconds["eakte"])
    for name, taken in seconds.items():
        middle, best = statistics.median(taken), min(taken)
        each, fastest = (f"{1e3 * one / len(files):.2f}" for one in (middle, best))
        ratios = f"{middle / mine:.2f} (fastest: {best / least:.2f})"
        table.add_row(name, f"{len(files) / middle:,.0f}", each, fastest, ratios)
    console.print(table)


def _seconds_for(side: Callable[[bytes], object], contents: Sequence[bytes]) -> float:
    begun = time.perf_counter()
    for content in contents:
        side(content)
    return time.perf_counter() - begun


def floor(content: bytes) -> None:
    root = parse_xml(content)
    syntax, _ = detect(root)
    assert syntax is not None
    structure_of(syntax).schema.validate(root)


def official_floor() -> Callable[[bytes], object]:
    places = {
        Syntax.UBL_INVOICE: "ubl/maindoc/UBL-Invoice-2.1.xsd",
        Syntax.UBL_CREDIT_NOTE: "ubl/maindoc/UBL-CreditNote-2.1.xsd",
        Syntax.CII: "cii/CrossIndustryInvoice_100pD16B.xsd",
    }
    schemas = {syntax: etree.XMLSchema(file=str(DATA / "schemas" / place)) for syntax, place in places.items()}

    def side(content: bytes) -> None:
        root = etree.fromstring(content)
        syntax, _ = detect(root)
        assert syntax is not None
        schemas[syntax].validate(root)

    return side


def ours(content: bytes) -> None:
    judge_invoice(content, today=TODAY)


def cold(files: Sequence[Path], bundle: Path | None) -> None:
    """Start to end of one check, with files and modules in the page cache."""
    table = Table("cold start", "seconds", "fastest", "CPU seconds")
    for name, command in (
        ("of one check", [*CHECK, str(files[0])]),
        ("Python and lxml alone", [sys.executable, "-c", "import lxml.etree"]),
    ):
        taken = [_watched(command) for _ in range(7)][1:]
        seconds = [each.seconds for each in taken]
        cpu = min(each.cpu_seconds for each in taken)
        table.add_row(name, f"{statistics.median(seconds):.2f}", f"{min(seconds):.2f}", f"{cpu:.2f}")
    console.print(table)


def many(files: Sequence[Path], bundle: Path | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(MANY):
            shutil.copy(files[number % len(files)], Path(folder) / f"{number:05}.xml")
        _show(f"{MANY:,} invoices, --jobs 2", _watched([*CHECK, "--json", "--jobs", "2", folder]))


def big(files: Sequence[Path], bundle: Path | None) -> None:
    """The first invoice in UBL with many lines more that cost nothing, so that its sums stay true."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.xml"
        path.write_bytes(next(filter(None, (blown_up(file.read_bytes()) for file in files))))
        size = path.stat().st_size
        _show(f"{LINES:,} lines, {size / 1e6:.0f} MB", _watched([*CHECK, "--json", str(path)], accepts=True))


def blown_up(content: bytes) -> bytes | None:
    """The invoice with its first line repeated at no cost, each with a number of its own; None if it is not in UBL."""
    root = etree.fromstring(content)
    line = root.find(f"{CAC}InvoiceLine")
    if line is None:
        return None
    free = deepcopy(line)
    for child in list(free):
        if child.tag not in KEPT:
            free.remove(child)
    for zero in (free.find(f"{CBC}LineExtensionAmount"), free.find(f"{CAC}Price/{CBC}PriceAmount")):
        if zero is not None:
            zero.text = "0"
    written = _NAMESPACES.sub(b"", etree.tostring(free, with_tail=False))
    number = _ID.search(written)
    assert number is not None
    before, after = written[: number.start(1)], written[number.end(1) :]
    lines = b"\n".join(b"%s%d%s" % (before, 1_000_000 + number, after) for number in range(LINES))
    end = content.rindex(b"</")
    return content[:end] + lines + content[end:]


class Watched(NamedTuple):
    """What a command took, its child processes included."""

    seconds: float
    cpu_seconds: float
    memory: float
    """Highest resident memory of any one of the processes, in MiB."""


def _watched(command: Sequence[str], *, accepts: bool = False) -> Watched:
    begun, spent, highest = time.perf_counter(), _spent(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        process = psutil.Process(running.pid)
        while running.poll() is None:
            try:
                for each in (process, *process.children(recursive=True)):
                    highest = max(highest, each.memory_info().rss / 2**20)
            except psutil.NoSuchProcess:
                continue
            time.sleep(0.02)
        if accepts and running.returncode:
            raise RuntimeError(f"ended with {running.returncode}: {' '.join(command)}")
    return Watched(time.perf_counter() - begun, _spent() - spent, highest)


def _spent() -> float:
    """CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _show(title: str, watched: Watched) -> None:
    table = Table(title, "")
    table.add_row("seconds", f"{watched.seconds:.1f}")
    table.add_row("CPU seconds", f"{watched.cpu_seconds:.1f}")
    table.add_row("peak of one process, MiB", f"{watched.memory:.0f}")
    console.print(table)


if __name__ == "__main__":
    main()
