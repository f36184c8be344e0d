"""What is known to stand on a page is found there: ingest and search against test data with ground truth."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from eakte.entrypoints.client import Client
from tests.support.installation import Installation, json_lines

DATA = Path(os.environ.get("EAKTE_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
SCANS = ("b4/scan0001.jpg", "b4/scan0002.jpg", "b4/scan0004.jpg", "b6/Quittung 004418.png")
HOSTILE = ("dev/kopfstehend.pdf", "dev/rotate-flag-270.pdf", "dev/mit-textebene.pdf", "dev/bild.pdf")

pytestmark = pytest.mark.skipif(
    not (DATA / "scans/dev/manifest.json").exists(), reason=f"no test data at {DATA}: set EAKTE_TEST_DATA"
)


@dataclass(frozen=True)
class Word:
    """A word that stands in one file only, and the page on which it stands; None if any page will do."""

    text: str
    file: Path
    page: int | None


def words() -> Iterator[Word]:
    """Up to eight long words of every scanned page, and the probe of every odd file."""
    pages = [
        (DATA / "scans/dev" / page["file"], page["frame"], re.findall(r"[A-Za-zÄÖÜäöüß]{7,}", page["text_print"]))
        for batch in json.loads((DATA / "scans/dev/manifest.json").read_text())["batches"]
        for page in batch["pages"]
        if page["file"] in SCANS and page["kind"] == "content"
    ]
    known = Counter(word for _, _, found in pages for word in set(found))
    for file, frame, found in pages:
        yield from [Word(word, file, frame) for word in dict.fromkeys(found) if known[word] == 1][:8]
    for entry in json.loads((DATA / "hostile/manifest.json").read_text())["files"]:
        if entry["file"] in HOSTILE:
            yield Word(f'"{entry["expect"]["probe"]}"', DATA / "hostile" / entry["file"], None)


def test_words_are_found_in_their_file_on_their_page(stack: Installation) -> None:
    wanted = list(words())
    files = sorted({word.file for word in wanted})
    assert len(files) == len(SCANS) + len(HOSTILE)
    done = stack.cli("ingest", *files, "--into", stack.new_dossier(), "--wait", "--json")
    assert done.returncode == 0, done.stderr
    lines = {Path(line["file"]): line for line in json_lines(done.stdout)}
    stack.wait_for_index()
    with stack.client() as client:
        missed = [word for word in wanted if not is_found(client, word, lines[word.file])]
    # Eyes misread a letter now and then, and so does a machine.
    assert len(missed) <= len(wanted) // 20, missed


def is_found(client: Client, word: Word, line: dict[str, Any]) -> bool:
    for hit in client.get("/search", q=word.text, limit=50)["items"]:
        if hit["document"]["id"] == line["document"]:
            pages = {snippet["page"] for snippet in hit["snippets"]}
            return word.page is None or word.page in pages
    return False
