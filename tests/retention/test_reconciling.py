"""A restore brings back what was destroyed; the ledger outside the database knows it (Löschverzeichnis)."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select

from eakte.access import Permission
from eakte.documents.models import Rendition, RenditionKind, object_key
from eakte.documents.queries import version_of
from eakte.foundation.embedded import EmbeddedPostgres
from eakte.foundation.embedded.postgres import binaries
from eakte.foundation.settings import SearchSettings
from eakte.foundation.storage import ObjectMissing
from eakte.foundation.work import House
from eakte.records.models import Record
from eakte.records.plan_rules import DisposalCode
from eakte.records.queries import get_record
from eakte.search.service import index_of, rebuild_index, update_index
from retention.errors import RecordDestroyed
from retention.messages import EraseObjects
from retention.models.disposal import DisposalItem, DisposalList
from retention.queries.destroying import is_asked_for, tombstone
from retention.queries.lists import all_items
from retention.rules.disposal import ItemState, ListAct, ListState
from retention.service.destroying import Fate, destroy_item, resume_destruction
from retention.service.holding import set_hold
from retention.service.reconciling import Returned, find_returned, reconcile
from retention.tasks.lists import erase_objects
from tests.search.test_upkeep import EVERYTHING
from tests.support.disposal import Disposers, a_due_dossier
from tests.support.factories import LETTER, a_document


class Backup:
    """A copy of a house's database, file by file, and its way back."""

    def __init__(self, postgres: EmbeddedPostgres, house: House) -> None:
        self._house = house
        self.dsn = house.settings.database.dsn.get_secret_value()
        self._admin = postgres.dsn_of("postgres")
        self._name = str(psycopg.conninfo.conninfo_to_dict(self.dsn)["dbname"])

    def take(self) -> None:
        self._copy(self._name, f"{self._name}_copy")

    def restore(self) -> None:
        self._copy(f"{self._name}_copy", self._name)

    def _copy(self, source: str, target: str) -> None:
        self.replace(target, sql.SQL(" TEMPLATE {}").format(sql.Identifier(source)))

    def replace(self, database: str, made_of: sql.Composable = sql.SQL("")) -> None:  # noqa: B008  constant
        self._house.sessions.kw["bind"].dispose()
        with psycopg.connect(self._admin, autocommit=True) as connection:
            name = sql.Identifier(database)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}{}").format(name, made_of))

    def forget(self) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(f"{self._name}_copy")))


class Dump(Backup):
    """A dump of it, as the manual has it."""

    def __init__(self, postgres: EmbeddedPostgres, house: House, path: Path) -> None:
        super().__init__(postgres, house)
        self._path = path

    def take(self) -> None:
        self._run("pg_dump", "--format=custom", f"--file={self._path}", self.dsn)

    def restore(self) -> None:
        self.replace(str(psycopg.conninfo.conninfo_to_dict(self.dsn)["dbname"]))
        self._run("pg_restore", "--no-owner", f"--dbname={self.dsn}", str(self._path))

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([binaries() / program, *arguments], check=True, capture_output=True, timeout=120)


@pytest.fixture
def backup(postgres: EmbeddedPostgres, committed_house: House) -> Iterator[Backup]:
    made = Backup(postgres, committed_house)
    yield made
    made.forget()


@pytest.fixture
def dump(postgres: EmbeddedPostgres, committed_house: House, tmp_path: Path) -> Dump:
    return Dump(postgres, committed_house, tmp_path / "house.dump")


def returned(house: House) -> list[Returned]:
    """What is back of this house's own records: other tests share the bucket and its ledger."""
    with house.begin() as work:
        mine = set(work.session.scalars(select(Record.id)))
    return [one for one in find_returned(house.begin, house.storage) if mine.intersection(one.records)]


def outcomes(house: House) -> Iterator[bool]:
    with house.begin() as work:
        mine = set(work.session.scalars(select(Record.id)))
    return (gone for one, gone in reconcile(house.begin, house.storage) if mine.intersection(one.records))


@pytest.mark.parametrize("objects_too", [False, True])
def test_what_a_restore_brings_back_is_destroyed_again_and_nothing_else(
    committed_house: House, dump: Dump, objects_too: bool
) -> None:
    house, disposers = committed_house, Disposers(committed_house)
    with house.begin() as work:
        dossier, cases, documents = a_due_dossier(work, cases=2, content=LETTER)
        kept = a_document(work, content=LETTER)
        objects = list(work.session.scalars(select(Rendition.object_id)))
        kept_object = work.session.scalars(select(Rendition.object_id).order_by(Rendition.id.desc())).first()
    dump.take()
    disposers.destroy(disposers.released(dossier.id).id)
    assert not returned(house)
    dump.restore()
    for object_id in objects if objects_too else []:
        house.storage.put_bytes(object_key(object_id), LETTER, media_type="application/pdf")
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


@pytest.mark.parametrize("acts", [[], [ListAct.REVIEW], [ListAct.REVIEW, ListAct.RELEASE]])
def test_a_list_that_comes_back_from_before_its_destruction_ends_as_it_had_ended(
    committed_house: House, backup: Backup, acts: list[ListAct]
) -> None:
    house, disposers = committed_house, Disposers(committed_house)
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work, cases=2)
    list_id = disposers.draw_up(dossier.id).id
    for act in acts:
        disposers.act(list_id, act)
    backup.take()
    for act in (ListAct.REVIEW, ListAct.RELEASE):
        if act not in acts:
            disposers.act(list_id, act)
    disposers.destroy(list_id)
    backup.restore()
    assert all(outcomes(house))
    with house.begin() as work:
        assert work.session.get_one(DisposalList, list_id).state is ListState.CARRIED_OUT
        items = work.session.execute(select(DisposalItem.state, DisposalItem.decision).distinct()).all()
        assert items == [(ItemState.DESTROYED, DisposalCode.DESTROY)]
    disposers.report(list_id)
    told = report_of(house, list_id)
    assert told["results"] == {"vernichtet": 3}
    assert told["list"]["persons"]["reviewed"]["id"] == str(disposers.other.id)
    assert told["list"]["persons"]["released"]["id"] == str(disposers.other.id)


def test_a_list_that_comes_back_half_destroyed_is_destroyed_to_its_end(committed_house: House, backup: Backup) -> None:
    house, disposers = committed_house, Disposers(committed_house)
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work, cases=3, content=LETTER)
        other, _, _ = a_due_dossier(work, cases=0)
    list_id = disposers.released(dossier.id, other.id).id
    with house.begin() as work:
        first, second = [item.id for item in all_items(work.session, list_id)][:2]
    with house.begin() as work:
        assert destroy_item(work, list_id, first) is Fate.GONE
    backup.take()
    with house.begin() as work:
        assert destroy_item(work, list_id, second) is Fate.GONE
    erase_objects(EraseObjects(list_id=list_id), house.begin)
    backup.restore()
    assert len(returned(house)) == 1, "of the first one rows and tombstone are as they were"
    assert all(outcomes(house))
    with house.begin() as work:
        resume_destruction(work)
        assert is_asked_for(work.session, list_id), "the queue goes on with it"
    disposers.destroy(list_id)
    disposers.report(list_id)
    assert report_of(house, list_id)["results"] == {"vernichtet": 5}


def test_what_another_list_destroyed_is_put_off_on_the_list_that_comes_back(
    committed_house: House, backup: Backup
) -> None:
    house, disposers = committed_house, Disposers(committed_house)
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    before = disposers.draw_up(dossier.id).id
    backup.take()
    disposers.act(before, ListAct.CANCEL)
    later = disposers.released(dossier.id)
    disposers.destroy(later.id)
    backup.restore()
    assert all(outcomes(house))
    with house.begin() as work:
        items = list(work.session.scalars(select(DisposalItem).where(DisposalItem.list_id == before)))
        assert {item.state for item in items} == {ItemState.WITHDRAWN}
        assert all(later.reference in (item.failure or "") for item in items)
    disposers.act(before, ListAct.CANCEL)


def test_what_a_restore_brings_back_is_not_found_any_more(
    committed_house: House, backup: Backup, tmp_path: Path
) -> None:
    search = SearchSettings(engine="tantivy", directory=tmp_path)
    house = replace(committed_house, settings=committed_house.settings.model_copy(update={"search": search}))
    disposers = Disposers(house)
    with house.begin() as work:
        dossier, _, (document,) = a_due_dossier(work, content=LETTER)
    backup.take()
    disposers.destroy(disposers.released(dossier.id).id)
    backup.restore()
    rebuild_index(house.begin)
    index = index_of(house.settings)
    assert document.id in {hit.document_id for hit in index.search(document.title, EVERYTHING).hits}
    assert all(outcomes(house))
    update_index(house.begin)
    assert index.search(document.title, EVERYTHING).total == 0
    index.close()


def report_of(house: House, list_id: UUID) -> dict[str, Any]:
    with house.begin() as work:
        report_id = work.session.get_one(DisposalList, list_id).report_id
        assert report_id is not None
        statement = select(Rendition).where(Rendition.version_id == version_of(work.session, report_id, None).id)
        (data,) = (one for one in work.session.scalars(statement) if one.kind is RenditionKind.DATA)
        told: dict[str, Any] = json.loads(work.storage.read(data.key, data.digest))
        return told
