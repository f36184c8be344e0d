"""Hostile and odd files: what becomes of each, against what its manifest wants, with time and memory.

The virus scanner is asked where EAKTE_CLAMD__ADDRESS names one; LibreOffice is used where it is installed.

Usage: python bench/hostile.py [COLLECTION [NAME…]]    COLLECTION is a folder with a manifest.json
"""

import argparse
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _stack import ROOT, machine
from structlog.testing import capture_logs

from eakte.foundation.errors import EakteError
from eakte.foundation.settings import Settings
from ingest.adapters.sandbox import warm_up
from ingest.recognition.confined import inspect, recognize
from ingest.recognition.results import RecognitionLimits
from ingest.rules import wrong_extension
from ingest.service.conversion import office_program
from ingest.service.quarantine import refuse_malware

DATA = Path(os.environ.get("EAKTE_TEST_DATA", ROOT.parent / "shared" / "data")) / "hostile" / "dev"
LIMITS = RecognitionLimits(timeout_s=900, memory_mb=1400, max_pages=10_000, max_megapixels=180)
SETTINGS = Settings()
REFUSED = {"clearing", "reject"}


@dataclass(frozen=True)
class Answer:
    """What became of one file: a class of outcome, and the codes of what was said about it."""

    outcome: str
    codes: tuple[str, ...]
    text: str
    seconds: float
    peak_mb: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection", type=Path, nargs="?", default=DATA)
    parser.add_argument("names", nargs="*", help="only these files")
    asked = parser.parse_args()
    collection: Path = asked.collection
    manifest = collection / "manifest.json"
    if not manifest.exists():
        print(f"Skipped: there is no {manifest}. Name a folder that has one, or set EAKTE_TEST_DATA.")
        return
    entries = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    chosen = [each for each in entries if not asked.names or Path(each["file"]).name in asked.names]
    warm_up()
    good, known = 0, dict[str, str]()
    print(machine())
    print(f"{'file':<34} {'wanted':<20} {'got':<20} {'s':>6} {'MB':>5}  said")
    for entry in chosen:
        answer = answer_to(collection / entry["file"], entry["upload_name"], known)
        wrong = list(deviations(answer, entry["expect"]))
        good += not wrong
        name = Path(entry["file"]).name[:33]
        said = ", ".join(answer.codes)
        print(
            f"{name:<34} {entry['expect']['outcome']:<20} {answer.outcome:<20} {answer.seconds:6.1f} {answer.peak_mb:5}"
            f"  {said}{'  ≠ ' + '; '.join(wrong) if wrong else ''}",
            flush=True,
        )
    print(f"{good} of {len(chosen)} as the manifest wants")


def answer_to(source: Path, name: str, known: dict[str, str]) -> Answer:
    """Inspect and recognise one file as the worker does; `known` are the files before it, by hash."""
    begun = time.monotonic()
    with capture_logs() as log, tempfile.TemporaryDirectory() as directory:
        try:
            refuse_malware(source, SETTINGS.clamd)
            inspection = inspect(source, limits=LIMITS)
            found = recognize(source, Path(directory), limits=LIMITS, office=office_program(SETTINGS.ingest))
            warnings = {each.code for each in (*inspection.warnings, *found.warnings)}
            if wrong_extension(name, inspection.media_type) is not None:
                warnings.add("wrong-extension")
            if name != known.setdefault(hashlib.sha256(source.read_bytes()).hexdigest(), name):
                warnings.add("duplicate")
            text = " ".join(page.text for page in found.pages)
            outcome = "accept_with_warning" if warnings else "accept"
        except EakteError as error:
            outcome, warnings, text = "refused", {error.code()}, ""
    peak = max((int(each.get("peak_mb") or 0) for each in log), default=0)
    return Answer(outcome, tuple(sorted(warnings)), text, time.monotonic() - begun, peak)


def deviations(answer: Answer, wanted: dict[str, Any]) -> Iterator[str]:
    expected = "refused" if wanted["outcome"] in REFUSED else wanted["outcome"]
    if answer.outcome != expected:
        yield f"outcome {answer.outcome}"
    if answer.seconds > wanted["limits"]["seconds"]:
        yield f"{answer.seconds:.0f} s"
    if answer.peak_mb > wanted["limits"]["memory_mb"]:
        yield f"{answer.peak_mb} MB"
    if wanted["probe"] and answer.outcome != "refused" and wanted["probe"] not in re.sub(r"\s", "", answer.text):
        yield f"{wanted['probe']} not found"


if __name__ == "__main__":
    main()
