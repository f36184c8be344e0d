"""Real outages: the worker is killed, the database throws everybody out, in the middle of what comes in."""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from eakte.access import Role
from eakte.access.models import IdentityKind
from eakte.access.service import create_identity, grant_role
from eakte.foundation.embedded import EmbeddedPostgres
from eakte.foundation.settings import StorageSettings
from ingest.sources.definitions import FolderSource
from ingest.sources.neighbours import neighbour_of
from ingest.sources.running import sources_at_work
from tests.ingest.sources.office import ScanningOffice
from tests.support.installation import Installation, installation, until
from tests.support.scans import a_scan

FOLDERS, PAGES = 4, 6
SOURCES = """
[[source]]
key = "scanner"
kind = "folder"
as_identity = "scanstelle"
path = "{inbox}"
settle_s = 0.2
quiet_s = 0.2
poll_s = 0.5
"""


def feed(inbox: Path, name: str) -> None:
    """A stack that is moved into place when it is whole."""
    hidden = inbox / f".{name}"
    hidden.mkdir()
    for page in range(PAGES):
        (hidden / f"scan_{page}.png").write_bytes(a_scan(f"{name} Seite {page}"))
    hidden.rename(inbox / name)


def left_in(inbox: Path) -> int:
    """Pages still there. A folder that is put away while we look counts as empty, as `os.walk` has it."""
    places = [place for place in inbox.iterdir() if place.name.startswith("Karton")]
    return sum(len(files) for place in places for _, _, files in os.walk(place))


def put_away(inbox: Path) -> int:
    return sum(1 for path in (inbox / "done").rglob("*") if path.is_file())


@pytest.fixture
def running(
    postgres: EmbeddedPostgres,
    clone_database: Callable[[str], str],
    storage_settings: StorageSettings,
    tmp_path: Path,
    inbox: Path,
) -> Iterator[Installation]:
    """An installation with a watched folder, whose worker does nothing but take in."""
    sources = tmp_path / "quellen.toml"
    sources.write_text(SOURCES.format(inbox=inbox))
    dsn = postgres.dsn_of(clone_database("eakte_sources"))
    with installation(
        tmp_path / "var",
        dsn,
        storage_settings,
        audit_key="nur für diesen Test",
        worker=False,
        EAKTE_SOURCES__FILE=str(sources),
    ) as running:
        with running.house.begin() as work:
            clerk = create_identity(
                work, kind=IdentityKind.CLIENT, login="scanstelle", display_name="Scanstelle", password=None
            )
            grant_role(work, clerk.id, Role.REGISTRY)
        running.worker.start()
        try:
            yield running
        finally:
            running.worker.stop()


def test_a_worker_killed_again_and_again_files_every_page_once(running: Installation, inbox: Path) -> None:
    chance = random.Random(3)
    for number in range(FOLDERS):
        feed(inbox, f"Karton {number}")
        time.sleep(chance.uniform(1.0, 3.0))
        running.kill(running.worker)
    until(lambda: left_in(inbox) == 0, "the folder to be empty")
    with running.house.sessions() as session:
        rows = session.execute(text("select batch_id, count(*), count(distinct sha256) from batch_files group by 1"))
        assert sorted((row[1], row[2]) for row in rows) == [(PAGES, PAGES)] * FOLDERS
    assert put_away(inbox) == FOLDERS * PAGES


def test_a_database_that_throws_everybody_out_loses_nothing(
    office: ScanningOffice, inbox: Path, postgres: EmbeddedPostgres
) -> None:
    folder = FolderSource(
        kind="folder", key="scanner", as_identity=office.login, path=inbox, settle_s=0, quiet_s=0.3, poll_s=0.2
    )
    name = office.house.settings.database.dsn.get_secret_value().rpartition("/")[2].partition("?")[0]
    throw_out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    with (
        sources_at_work(office.house, [folder], lambda source: neighbour_of(source, office.house.settings)),
        psycopg.connect(postgres.dsn_of("postgres"), autocommit=True) as connection,
    ):
        for number in range(FOLDERS):
            feed(inbox, f"Karton {number}")
            for _ in range(4):
                time.sleep(0.2)
                connection.execute(throw_out, [name])
        until(lambda: left_in(inbox) == 0, "the folder to be empty")
        until(office.is_settled, "the deliveries to be settled")
    batches = office.batches()
    assert [len(office.files(batch)) for batch in batches] == [PAGES] * FOLDERS
    assert put_away(inbox) == FOLDERS * PAGES
