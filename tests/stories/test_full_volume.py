"""The one volume that holds everything, database, storage and index, runs full: nothing is lost, and room mends it.

`eakte stack` runs in a mount namespace of its own, where its whole state lies on a small file system. As PostgreSQL
refuses to be root and a namespace of an ordinary user knows no other user, this takes root.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.installation import EAKTE, until
from tests.support.scans import a_scan

SAMPLES = Path(__file__).parents[2] / "samples"
SMALL_VOLUME = (
    "unshare",
    "--mount",
    "/bin/sh",
    "-c",
    'mount -t tmpfs -o size=256m none "$EAKTE_VAR" && exec "$@"',
    "sh",
)
WITHOUT_ROOM = {"no-room-left", "storage-unavailable", "database-unavailable"}


def _volumes_are_possible() -> bool:
    if os.geteuid() or shutil.which("unshare") is None:
        return False
    return (
        subprocess.run(
            ["unshare", "--mount", "/bin/sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True
        ).returncode
        == 0
    )


pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not _volumes_are_possible(), reason="needs root and mounts of one's own"),
]


@dataclass
class House:
    """A running stack, its volume as seen from outside, and a client of it."""

    process: "subprocess.Popen[bytes]"
    volume: Path
    environment: dict[str, str]
    http: httpx.Client

    def cli(self, *arguments: str) -> str:
        done = subprocess.run([*EAKTE, *arguments], env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()

    def send(self, ingest: str, letter: bytes) -> str | None:
        """The item that came of a letter; None when it was refused for want of room."""
        answer = self.http.post(f"/ingests/{ingest}/items", files={"file": ("brief.png", letter)})
        if answer.is_success:
            return str(answer.json()["id"])
        assert (answer.status_code, answer.json()["code"] in WITHOUT_ROOM) == (503, True), answer.text
        return None

    def fill(self) -> None:
        with (self.volume / "ballast").open("ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                return

    def make_room(self) -> None:
        (self.volume / "ballast").unlink()


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[House]:
    var = tmp_path / "var"
    var.mkdir()
    environment = {**os.environ, "EAKTE_VAR": str(var), "EAKTE_LOG_LEVEL": "warning"}
    process = subprocess.Popen([*SMALL_VOLUME, *EAKTE, "stack"], env=environment, stdout=subprocess.DEVNULL)
    try:
        volume = Path(f"/proc/{process.pid}/root{var}")
        told = volume / "run" / "stack.json"
        until(lambda: told.exists() or process.poll() is not None, "the stack")
        client = json.loads(told.read_text())["client"]
        until(lambda: _answers(client["url"]), "the API")
        outside = {**environment, "EAKTE_VAR": str(volume)}
        headers = {"Authorization": f"Bearer {client['token']}"}
        with httpx.Client(base_url=f"{client['url']}/api/v1", headers=headers, timeout=300.0) as http:
            yield House(process, volume, outside, http)
    finally:
        process.terminate()
        process.wait(60)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=5.0).is_success
    except httpx.HTTPError:
        return False


def test_a_full_volume_loses_nothing_and_room_is_all_it_takes(stack: House) -> None:
    stack.cli("plan", "import", str(SAMPLES / "aktenplan.csv"))
    into = stack.cli("dossier", "create", "--entry", "63.10", "--title", "Voller Datenträger").strip()
    ingest = stack.http.post("/ingests", data={"into": into}).raise_for_status().json()["id"]
    letters = [a_scan(f"Bescheid Nr. {number}", "Stadt Musterhausen") for number in range(12)]
    accepted = {str(stack.send(ingest, letter)): letter for letter in letters[:3]}
    refused = []
    for letter in letters[3:]:
        stack.fill()
        item = stack.send(ingest, letter)
        if item is None:
            refused.append(letter)
        else:
            accepted[item] = letter
    assert refused
    stack.make_room()
    while refused:
        item = stack.send(ingest, refused[0])
        if item is not None:
            accepted[item] = refused.pop(0)
    items = {item: f"/ingest-items/{item}" for item in accepted}
    until(lambda: all(stack.get(item)["state"] == "filed" for item in items.values()), "every letter to be filed")
    for item, path in items.items():
        assert stack.http.get(f"{path}/original").content == accepted[item]
    assert sorted(accepted.values()) == sorted(letters)
    until(lambda: stack.get("/search?q=Musterhausen")["total"] == len(letters), "the index to know all of them")
    stack.cli("audit", "verify")
