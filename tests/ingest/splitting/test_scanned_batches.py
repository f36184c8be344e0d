"""Whole batches of scans with ground truth: separators, blanks, documents, targets.

They lie outside the project (EAKTE_TEST_DATA, by default ../shared/data) and are skipped where they are absent.
"""

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingest.recognition.results import RecognitionLimits
from ingest.splitting.confined import look
from ingest.splitting.looks import FileLook
from ingest.splitting.references import references_in
from ingest.splitting.rules import PageKind, Separation, Split, StackFile, split

DATA = Path(os.environ.get("EAKTE_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data")
SETS = sorted((DATA / "scans").glob("*/manifest.json"))
OFFICE = {".docx", ".xlsx", ".eml", ".doc", ".xls", ".msg", ".odt", ".ods", ".pptx", ".txt"}
LIMITS = RecognitionLimits(timeout_s=300)
if not SETS:
    pytest.skip(f"no test data at {DATA}: set EAKTE_TEST_DATA", allow_module_level=True)

BATCHES = [
    pytest.param(path.parent, batch, id=f"{path.parent.name}-{batch['id']}")
    for path in SETS
    for batch in json.loads(path.read_text())["batches"]
]


@cache
def looks(path: Path) -> FileLook:
    return look(path, limits=LIMITS)


def splitted(folder: Path, batch: dict[str, Any]) -> tuple[Split, dict[tuple[str, int], int]]:
    """The split of a batch, and the place in the stack of each file and frame; copies are counted, too."""
    stack: list[StackFile] = []
    places: dict[tuple[str, int], int] = {}
    first: dict[str, str] = {}
    for name in batch["files"]:
        path = folder / name
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found = None if path.suffix in OFFICE else looks(path)
        stack.append(StackFile(name, found, duplicate_of=first.get(digest)))
        first.setdefault(digest, name)
        for frame in range(1, len(found.pages) + 1 if found else 1):
            places[name, frame] = len(places) + 1
    return split(stack, Separation()), places


@pytest.mark.parametrize(("folder", "batch"), BATCHES)
def test_separators_and_blanks_are_found_and_the_counts_reconcile(folder: Path, batch: dict[str, Any]) -> None:
    result, places = splitted(folder, batch)
    kinds = {page.n: page.kind for page in result.pages}
    wrong = {
        page["n"]: kinds[places[page["file"], page["frame"]]]
        for page in batch["pages"]
        if kinds[places[page["file"], page["frame"]]].value != page["kind"].replace("content", "page")
    }
    assert wrong == {}
    assert result.reconciles


@pytest.mark.parametrize(("folder", "batch"), BATCHES)
def test_documents_have_the_pages_and_targets_the_sheets_announce(folder: Path, batch: dict[str, Any]) -> None:
    result, places = splitted(folder, batch)
    pages = {page["n"]: page for page in batch["pages"]}
    expected = []
    for document in batch["documents"]:
        numbers = range(document["pages"][0], document["pages"][1] + 1)
        written = [pages[n] for n in numbers if pages[n]["kind"] == "content"]
        expected.append(tuple(places[page["file"], page["frame"]] for page in written))
    found = [document for document in result.documents if document.pages]
    assert [document.pages for document in found] == expected
    assert {document.problem for document in found} == {None}
    announced = [page["announces"] for page in batch["pages"] if page["kind"] == "separator" and page.get("announces")]
    said = [each.announcement for each in found if each.announcement]
    assert [(each.reference, each.case) for each in said] == [
        (one["aktenzeichen"], one["vorgang"]) for one in announced
    ]


@pytest.mark.parametrize(("folder", "batch"), BATCHES)
def test_copies_are_counted_and_filed_nowhere(folder: Path, batch: dict[str, Any]) -> None:
    result, places = splitted(folder, batch)
    assert result.count(PageKind.REJECTED) == len(places) - len(batch["pages"])


@pytest.mark.parametrize(("folder", "batch"), BATCHES)
def test_the_aktenzeichen_is_found_in_the_text_of_a_document(folder: Path, batch: dict[str, Any]) -> None:
    pages = {page["n"]: page for page in batch["pages"]}
    missed = []
    for document in batch["documents"]:
        numbers = range(document["pages"][0], document["pages"][1] + 1)
        text = "\n".join((folder / pages[n]["gt_file"]).read_text() for n in numbers)
        best = [candidate.text for candidate in references_in(text)][:1]
        if document["text_contains_aktenzeichen"] and best != [document["aktenzeichen"]]:
            missed.append((document["id"], best))
    assert missed == []
