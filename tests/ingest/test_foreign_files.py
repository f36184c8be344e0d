"""The collections of odd, hostile and real files: each ends with a result or a named error, within its limits.

They lie outside the project (EAKTE_TEST_DATA, by default ../shared/data) and are skipped where they are absent.
"""

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from eakte.foundation.errors import EakteError
from ingest.recognition import errors
from ingest.recognition.confined import inspect, recognize
from ingest.recognition.results import Recognition, RecognitionLimits

DATA = Path(os.environ.get("EAKTE_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
LIMITS = RecognitionLimits(timeout_s=120, memory_mb=1400, max_pages=10_000, max_megapixels=150)

# Only a virus scanner finds these.
FOR_THE_SCANNER = {"eicar.txt"}
# Also a refusal is right here: "repaired with a warning" and "clearing" are both named as good answers.
EITHER_WAY = {"abgeschnitten.jpg", "abgeschnitten.pdf"}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA} (EAKTE_TEST_DATA)")


# Long, or like a file that is read anyway: only in the long rounds.
LONG = re.compile(
    r"name-\d\d|5000-seiten|ocrmypdf__(cardinal|multipage|jbig2|linn|masks|poster|skew)|rotated|ciur__berlin"
)


def entries(collection: str) -> list[Any]:
    manifest = DATA / collection / "manifest.json"
    if not manifest.exists():
        return []
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return [
        pytest.param(each, id=Path(each["file"]).name, marks=[pytest.mark.soak] if LONG.search(each["file"]) else [])
        for each in files
        if (DATA / collection / each["file"]).exists()
    ]


def take_in(source: Path, workdir: Path) -> Recognition:
    inspect(source, limits=LIMITS)
    workdir.mkdir()
    return recognize(source, workdir, limits=LIMITS)


@pytest.mark.parametrize("entry", entries("hostile"))
def test_a_hostile_file_gets_a_good_answer_within_its_limits(entry: dict[str, Any], tmp_path: Path) -> None:
    source = DATA / "hostile" / entry["file"]
    wanted = entry["expect"]
    begun = time.monotonic()
    try:
        found = take_in(source, tmp_path / "work")
    except EakteError as error:
        assert type(error).__module__ == errors.__name__
        assert not isinstance(error, errors.RecognitionFailed | errors.RecognitionCrashed), error
        refused = wanted["outcome"] in ("clearing", "reject")
        assert refused or source.name in EITHER_WAY, f"{wanted['outcome']} was wanted: {error}"
        return
    assert time.monotonic() - begun < max(60, wanted["limits"]["seconds"])
    accepted = {"accept", "accept_with_warning"}
    assert wanted["outcome"] in accepted or source.name in EITHER_WAY | FOR_THE_SCANNER
    if wanted["pages"]:
        assert len(found.pages) == wanted["pages"]
    if wanted["probe"]:
        text = re.sub(r"\s", "", " ".join(page.text for page in found.pages))
        assert wanted["probe"] in text
    assert found.pdfa_level, found.findings


@pytest.mark.parametrize("entry", entries("real"))
def test_a_file_of_another_project_ends_in_a_named_state(entry: dict[str, Any], tmp_path: Path) -> None:
    source = DATA / "real" / entry["file"]
    found = take_in(source, tmp_path / "work")
    assert found.pages and all(page.preview.exists() for page in found.pages)
    assert found.pdfa_level or found.findings


@pytest.mark.parametrize("batch", ["b3/Stapel-3.pdf", "b6/gemischt.pdf"])
def test_scanned_batches_are_read_turned_and_straightened_as_their_manifest_says(batch: str, tmp_path: Path) -> None:
    manifest = json.loads((DATA / "scans" / "dev" / "manifest.json").read_text(encoding="utf-8"))
    wanted = [page for each in manifest["batches"] for page in each["pages"] if page["file"] == batch]
    found = take_in(DATA / "scans" / "dev" / batch, tmp_path / "work")
    assert found.pdfa_level == "2b", found.findings
    hits = words = 0
    for truth, page in zip(wanted, found.pages, strict=True):
        if truth["kind"] != "content":
            continue
        assert page.turned == truth["rotate_cw_to_upright"]
        assert page.skew == pytest.approx(truth["skew_deg_ccw"], abs=0.7)
        read = set(re.findall(r"\w{4,}", page.text.casefold()))
        sought = set(re.findall(r"\w{4,}", truth["text_print"].casefold()))
        hits, words = hits + len(sought & read), words + len(sought)
    assert hits / words > 0.9
