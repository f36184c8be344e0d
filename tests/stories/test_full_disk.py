"""A disk that is full: files wait with a German reason, nothing is lost, and room is all they need to go on.

API and worker run in a mount namespace of their own, whose temporary directory is a small file system. Tests where
the system allows no such namespace are skipped.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eakte.foundation.embedded import EmbeddedPostgres
from eakte.foundation.embedded.processes import Supervised
from eakte.foundation.ids import new_id
from eakte.foundation.settings import StorageSettings
from tests.conftest import AUDIT_KEY
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.installation import Installation, installation, until
from tests.support.scans import a_page_image, a_scan

IN_ITS_OWN_MOUNTS = (shutil.which("unshare") or "unshare", "--map-root-user", "--mount", "/bin/sh", "-c")
SMALL_DISK = (*IN_ITS_OWN_MOUNTS, 'mount -t tmpfs -o size=64m none "$TMPDIR" && exec "$@"', "sh")
ORIGINAL_AND_LITTLE_MORE = 16 << 10


def _small_disks_are_possible() -> bool:
    try:
        return subprocess.run([*IN_ITS_OWN_MOUNTS, "mount -t tmpfs none /mnt"], capture_output=True).returncode == 0
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not _small_disks_are_possible(), reason="this system allows no mounts of one's own")


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory,
    postgres: EmbeddedPostgres,
    clone_database: Callable[[str], str],
    storage_settings: StorageSettings,
) -> Iterator[Installation]:
    dsn = postgres.dsn_of(clone_database(f"eakte_{new_id().hex}"))
    place = tmp_path_factory.mktemp("small")
    (place / "temporary").mkdir()
    with installation(
        place / "var",
        dsn,
        storage_settings,
        audit_key=AUDIT_KEY,
        within=SMALL_DISK,
        TMPDIR=str(place / "temporary"),
        # So that a wait that counted as an attempt would be noticed.
        EAKTE_INGEST__ATTEMPTS="2",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def once_filed(running: Installation) -> Installation:
    """An installation that has chosen where its temporary files lie."""
    ingest = new_ingest(running)
    letter = send(running, f"/ingests/{ingest}/items", "vorher.png", a_scan("Vorher war Platz"))
    until(lambda: get(running, f"/ingest-items/{letter}")["state"] == "filed", "the first letter")
    return running


@pytest.fixture
def used_to_work(once_filed: Installation) -> Iterator[Installation]:
    """An installation with room, until now, and again when the story is over."""
    yield once_filed
    for process in (once_filed.api, once_filed.worker):
        ballast_of(process, once_filed).unlink(missing_ok=True)


def new_ingest(running: Installation) -> str:
    with running.http() as http:
        return str(http.post("/ingests", data={"into": running.new_dossier()}).raise_for_status().json()["id"])


def send(running: Installation, path: str, name: str, content: bytes) -> str:
    with running.http() as http:
        return str(http.post(path, files={"file": (name, content)}).raise_for_status().json()["id"])


def get(running: Installation, path: str) -> Any:
    with running.http() as http:
        return http.get(path).raise_for_status().json()


def ballast_of(process: Supervised, running: Installation) -> Path:
    """A file on the small disk of a process, as seen from outside."""
    return Path(f"/proc/{process.pid}/root{running.environment['TMPDIR']}") / "ballast"


def fill(ballast: Path, *, but: int = 0) -> None:
    """Leave so many bytes of room, in whole blocks."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            file.truncate(file.tell() - but // 4096 * 4096)


@pytest.mark.parametrize(("stage", "waits_in"), [("the original", "received"), ("its products", "split")])
def test_a_letter_waits_for_room_and_is_filed_when_there_is_some(
    used_to_work: Installation, stage: str, waits_in: str
) -> None:
    running, letter = used_to_work, a_scan("Bescheid Nr. 7", "Stadt Musterhausen")
    ballast = ballast_of(running.worker, running)
    fill(ballast, but=0 if stage == "the original" else len(letter) + ORIGINAL_AND_LITTLE_MORE)
    item = f"/ingest-items/{send(running, f'/ingests/{new_ingest(running)}/items', 'bescheid.png', letter)}"
    until(lambda: get(running, item)["warnings"] != [], "the reason to wait")
    # Longer than two attempts would last.
    until(lambda: retries_of(running) >= 3, "more attempts than may fail")
    waiting = get(running, item)
    assert (waiting["state"], waiting["failureCode"]) == (waits_in, None)
    assert [notice["code"] for notice in waiting["warnings"]] == ["no-room-left"]
    assert waiting["warnings"][0]["message"].startswith("Auf dem Datenträger ist kein Platz mehr. Es ist nichts verl")
    with running.http() as http:
        assert http.get(f"{item}/original").content == letter
    ballast.unlink()
    until(lambda: get(running, item)["state"] == "filed", "the letter to be filed")
    assert get(running, item)["warnings"] == []


def retries_of(running: Installation) -> int:
    return running.number("SELECT coalesce(max(attempts), 0) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")


def test_a_stack_waits_for_room_and_every_sheet_is_accounted_for(used_to_work: Installation) -> None:
    running = used_to_work
    ballast = ballast_of(running.worker, running)
    fill(ballast)
    sheet = a_sheet(running.new_dossier())
    pages = [a_page_image(f"Seite {number}") for number in range(4)]
    with running.http() as http:
        batch = f"/batches/{http.post('/batches', json={}).raise_for_status().json()['id']}"
        send(running, f"{batch}/files", "stapel.pdf", a_stack(sheet, *pages[:2], sheet, *pages[2:]))
        http.post(f"{batch}:complete").raise_for_status()
    until(lambda: reason_of_file(running, batch) == "no-room-left", "the reason to wait")
    assert get(running, batch)["state"] == "splitting"
    ballast.unlink()
    until(lambda: get(running, batch)["progress"] == {"filed": 2}, "two documents")
    counts = get(running, batch)["counts"]
    assert (counts["images"], counts["separators"], counts["pages"]) == (6, 2, 4)
    assert reason_of_file(running, batch) is None


def reason_of_file(running: Installation, batch: str) -> str | None:
    (file,) = get(running, f"{batch}/files")["items"]
    code: str | None = file["failureCode"]
    return code


def test_an_upload_that_finds_no_room_is_refused_as_a_whole(used_to_work: Installation) -> None:
    running = used_to_work
    ingest = new_ingest(running)
    large = a_scan("Brief") + bytes(3 << 20)
    ballast = ballast_of(running.api, running)
    fill(ballast, but=1 << 20)
    with running.http() as http:
        refused = http.post(f"/ingests/{ingest}/items", files={"file": ("groß.png", large)})
        assert (refused.status_code, refused.json()["code"]) == (503, "no-room-left")
        assert http.get(f"/ingests/{ingest}/items").json()["items"] == []
        ballast.unlink()
        http.post(f"/ingests/{ingest}/items", files={"file": ("groß.png", large)}).raise_for_status()
