"""Whatever dies whenever during a batch, a database and a storage among it: every sheet is accounted for, once."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from eakte.audit.service import verify_audit
from eakte.documents.models import Document, Rendition, RenditionKind
from eakte.entrypoints.migrating import migrate
from eakte.foundation.embedded import EmbeddedPostgres, EmbeddedS3
from eakte.foundation.settings import StorageSettings
from ingest.batches.models import BatchFile, BatchImage
from ingest.models import IngestItem
from ingest.rules import ItemState
from ingest.splitting.plans import PageKind
from tests.conftest import AUDIT_KEY
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.simulators.s3_in_trouble import on_a_bad_day
from tests.support.installation import EAKTE, Installation, installation, until
from tests.support.leftovers import unexplained
from tests.support.scans import a_page_image

DOCUMENTS_PER_FILE, PAGES_PER_DOCUMENT = 2, 3
IMAGES_PER_FILE = DOCUMENTS_PER_FILE * (PAGES_PER_DOCUMENT + 1)


@dataclass(frozen=True)
class Town:
    """An installation with a database and a storage of its own, any part of which may be killed."""

    running: Installation
    postgres: EmbeddedPostgres
    s3: EmbeddedS3

    def kill(self, victim: str) -> None:
        """SIGKILL; whatever died comes back, as it does under any supervisor."""
        match victim:
            case "api" | "worker":
                process = self.running.api if victim == "api" else self.running.worker
                self.running.wait_for(process)
                self.running.kill(process)
            case "postgres":
                _kill(self.postgres.pid)
                until(self._database_answers, "PostgreSQL")
            case "s3":
                _kill(self.s3.pid)
                until(self.running.house.storage.answers, "S3")

    def _database_answers(self) -> bool:
        try:
            psycopg.connect(self.postgres.dsn, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as town:
        yield town


@contextmanager
def town_in(place: Path, trouble: Callable[[str], AbstractContextManager[str]] = nullcontext) -> Iterator[Town]:
    with (
        EmbeddedPostgres(place / "postgres" / "pg") as postgres,
        EmbeddedS3(place / "s3" / "s3") as s3,
        trouble(s3.endpoint) as endpoint,
    ):
        engine = create_engine(postgres.dsn.replace("postgresql:", "postgresql+psycopg:", 1))
        migrate(engine)
        engine.dispose()
        storage = StorageSettings(
            endpoint=endpoint, access_key=s3.access_key, secret_key=SecretStr(s3.secret_key), region=s3.region
        )
        quick = {
            "EAKTE_INGEST__ATTEMPTS": "100",
            "EAKTE_WORKER__HEARTBEAT_S": "0.5",
            "EAKTE_WORKER__STALLED_S": "3",
            "EAKTE_STORAGE__TIMEOUT_S": "5",
        }
        with installation(place / "var", postgres.dsn, storage, audit_key=AUDIT_KEY, **quick) as running:
            yield Town(running, postgres, s3)


def test_a_batch_survives_the_death_of_each_part_of_the_house(town: Town, tmp_path: Path) -> None:
    kill_during_batch(town, tmp_path, files=5, kills=8, seed=random.randrange(1 << 32))


def test_a_batch_survives_a_storage_that_fails_every_fifth_time(tmp_path: Path) -> None:
    survive_bad_storage(tmp_path, files=2, seed=random.randrange(1 << 32))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_it_does_so_every_time(tmp_path: Path, seed: int) -> None:
    survive_bad_storage(tmp_path, files=25, seed=seed)


def survive_bad_storage(tmp_path: Path, *, files: int, seed: int) -> None:
    sys.stdout.write(f"seed {seed}\n")
    with town_in(tmp_path, partial(on_a_bad_day, seed=seed)) as town:
        write_stacks(tmp_path / "in", files, town.running.new_dossier())
        done = town.running.cli("batch", "import", tmp_path / "in", "--wait", "--json", timeout_s=500)
        waiting = [
            one for one in json.loads(done.stdout or '{"documents": []}')["documents"] if one["state"] != "filed"
        ]
        assert (done.returncode, waiting) == (0, []), done.stderr
        every_sheet_is_accounted_for(json.loads(done.stdout), files)
        town.running.wait_for_index()
        nothing_is_lost_or_filed_twice(town.running, files)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(50))
def test_two_hundred_pages_survive_every_time(town: Town, tmp_path: Path, seed: int) -> None:
    kill_during_batch(town, tmp_path, files=25, kills=16, seed=seed)


def kill_during_batch(town: Town, tmp_path: Path, *, files: int, kills: int, seed: int) -> None:
    """Import a batch as a user does while parts of the house die at moments that spread over the whole way."""
    chance = random.Random(seed)
    sys.stdout.write(f"seed {seed}\n")
    reference = town.running.new_dossier()
    write_stacks(tmp_path / "in", files, reference)
    images = files * IMAGES_PER_FILE
    command = [*EAKTE, "batch", "import", str(tmp_path / "in"), "--expect-sheets", str(images), "--wait", "--json"]
    with (tmp_path / "out").open("w+") as out, (tmp_path / "err").open("w+") as err:
        user = subprocess.Popen(command, env={**os.environ, **town.running.environment}, stdout=out, stderr=err)
        try:
            killed = kill_now_and_then(town, chance, user, files, kills)
            user.wait(400)
        finally:
            user.kill()
            user.wait()
        out.seek(0)
        err.seek(0)
        shown, complaints = out.read(), err.read()
    sys.stdout.write(f"killed {dict(killed)}\n{complaints}\n")
    assert user.returncode == 0, complaints
    every_sheet_is_accounted_for(json.loads(shown), files)
    town.running.wait_for_index()
    nothing_is_lost_or_filed_twice(town.running, files)


def write_stacks(folder: Path, files: int, reference: str) -> None:
    folder.mkdir()
    sheet = a_sheet(reference)
    for file in range(files):
        stack = []
        for document in range(DOCUMENTS_PER_FILE):
            pages = [a_page_image(f"Bescheid {file:02}-{document}-{page}") for page in range(PAGES_PER_DOCUMENT)]
            stack += [sheet, *pages]
        (folder / f"stapel_{file:02}.pdf").write_bytes(a_stack(*stack))


def kill_now_and_then(
    town: Town, chance: random.Random, user: "subprocess.Popen[bytes]", files: int, kills: int
) -> "Counter[str]":
    """Kill at so many moments between the first file and the last document, each part at least once."""
    victims = ["api", "worker", "postgres", "s3"] * (kills // 4)
    chance.shuffle(victims)
    whole = files * (1 + DOCUMENTS_PER_FILE)
    moments = sorted(chance.sample(range(whole - 2), min(kills, whole - 2)))
    killed: Counter[str] = Counter()
    for victim, moment in zip(victims, moments, strict=False):
        until(lambda moment=moment: user.poll() is not None or progress(town) >= moment, "progress", timeout_s=300)
        if user.poll() is not None:
            break
        threading.Event().wait(chance.uniform(0, 1))
        town.kill(victim)
        killed[victim] += 1
    return killed


def progress(town: Town) -> int:
    """Files that arrived and documents that were filed; what cannot be asked just now counts as nothing."""
    try:
        with town.running.house.sessions() as session:
            arrived = session.scalar(select(func.count()).select_from(BatchFile)) or 0
            filed = select(func.count()).select_from(IngestItem).where(IngestItem.state == ItemState.FILED)
            return arrived + (session.scalar(filed) or 0)
    except DBAPIError:
        return 0


def every_sheet_is_accounted_for(batch: dict[str, Any], files: int) -> None:
    counts = batch["counts"]
    assert (batch["findings"], batch["state"]) == ([], "accepted")
    assert counts["images"] == files * IMAGES_PER_FILE
    assert counts["separators"] == counts["documents"] == files * DOCUMENTS_PER_FILE
    assert counts["pages"] == files * DOCUMENTS_PER_FILE * PAGES_PER_DOCUMENT
    assert batch["progress"] == {"filed": counts["documents"]}
    places = [(image["file"], image["frame"]) for image in batch["images"]]
    assert places == [
        (f"stapel_{file:02}.pdf", frame) for file in range(files) for frame in range(1, IMAGES_PER_FILE + 1)
    ]


def nothing_is_lost_or_filed_twice(running: Installation, files: int) -> None:
    house, documents = running.house, files * DOCUMENTS_PER_FILE
    with house.begin() as work:
        filed = work.session.scalars(select(Document)).all()
        originals = work.session.scalars(select(Rendition).where(Rendition.kind == RenditionKind.ORIGINAL)).all()
        pages = work.session.scalar(select(func.count()).where(BatchImage.kind == PageKind.PAGE))
        sent = work.session.scalars(select(BatchFile.sha256)).all()
        flaws = list(verify_audit(work))
        given_up = work.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"))
    assert sorted(document.number for document in filed) == list(range(1, documents + 1))
    assert len({original.sha256 for original in originals}) == documents
    assert pages == documents * PAGES_PER_DOCUMENT
    assert flaws == []
    assert given_up == 0
    assert unexplained(house, sent) == []
