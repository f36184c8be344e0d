"""A restore brings back what was destroyed; the ledger outside the database knows it (Löschverzeichnis)."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select

from eakte.access import Permission
from eakte.documents.models import Rendition, object_key
from eakte.foundation.embedded import EmbeddedPostgres
from eakte.foundation.embedded.postgres import binaries
from eakte.foundation.storage import ObjectMissing
from eakte.foundation.work import House
from eakte.records.models import Record
from eakte.records.queries import get_record
from retention.errors import RecordDestroyed
from retention.queries.destroying import tombstone
from retention.service.holding import set_hold
from retention.service.reconciling import Returned, find_returned, reconcile
from tests.support.disposal import Disposers, a_due_dossier
from tests.support.factories import LETTER, a_document


class Backup:
    """A dump of a house's database, as its operator makes it, and its way back."""

    def __init__(self, postgres: EmbeddedPostgres, house: House, path: Path) -> None:
        self._house, self._path = house, path
        self._dsn = house.settings.database.dsn.get_secret_value()
        self._admin = postgres.dsn_of("postgres")
        self._name = psycopg.conninfo.conninfo_to_dict(self._dsn)["dbname"]

    def take(self) -> None:
        self._run("pg_dump", "--format=custom", f"--file={self._path}", self._dsn)

    def restore(self) -> None:
        self._house.sessions.kw["bind"].dispose()
        with psycopg.connect(self._admin, autocommit=True) as connection:
            name = sql.Identifier(str(self._name))
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        self._run("pg_restore", "--no-owner", f"--dbname={self._dsn}", str(self._path))

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([binaries() / program, *arguments], check=True, capture_output=True, timeout=120)


@pytest.fixture
def backup(postgres: EmbeddedPostgres, committed_house: House, tmp_path: Path) -> Backup:
    return Backup(postgres, committed_house, tmp_path / "house.dump")


def returned(house: House) -> list[Returned]:
    """What is back of this house's own records: other tests share the bucket and its ledger."""
    with house.begin() as work:
        mine = set(work.session.scalars(select(Record.id)))
    return [one for one in find_returned(house.begin, house.storage) if mine.intersection(one.records)]


def outcomes(house: House) -> Iterator[bool]:
    with house.begin() as work:
        mine = set(work.session.scalars(select(Record.id)))
    return (gone for one, gone in reconcile(house.begin, house.storage) if mine.intersection(one.records))


def test_what_a_restore_brings_back_is_destroyed_again_and_nothing_else(committed_house: House, backup: Backup) -> None:
    house, disposers = committed_house, Disposers(committed_house)
    with house.begin() as work:
        dossier, cases, documents = a_due_dossier(work, cases=2, content=LETTER)
        kept = a_document(work, content=LETTER)
        objects = list(work.session.scalars(select(Rendition.object_id)))
        kept_object = work.session.scalars(select(Rendition.object_id).order_by(Rendition.id.desc())).first()
    backup.take()
    disposers.destroy(disposers.released(dossier.id).id)
    assert not returned(house)
    backup.restore()
    assert {one.reference for one in returned(house)} == {dossier.reference, *(case.reference for case in cases)}
    assert all(outcomes(house))
    assert not returned(house)
    with house.begin() as work:
        for gone in (dossier, *cases, *documents):
            assert tombstone(work.session, gone.id) is not None
            with pytest.raises(RecordDestroyed):
                get_record(work, gone.id, to=Permission.READ)
        assert get_record(work, kept.id, to=Permission.READ)
    for object_id in objects:
        if object_id == kept_object:
            house.storage.measure(object_key(object_id))
            continue
        with pytest.raises(ObjectMissing):
            house.storage.measure(object_key(object_id))


def test_what_is_held_after_a_restore_waits_for_a_person(committed_house: House, backup: Backup) -> None:
    house, disposers = committed_house, Disposers(committed_house)
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    backup.take()
    disposers.destroy(disposers.released(dossier.id).id)
    backup.restore()
    with house.begin() as work:
        set_hold(work, reason="Klage", record_ids=[dossier.id], scope=None)
    assert not any(outcomes(house))
    with house.begin() as work:
        assert get_record(work, dossier.id, to=Permission.READ)
    assert all(one.held for one in returned(house))
