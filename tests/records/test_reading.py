"""Who reads records of protected classes is noted; who reads others is not, and nothing is asked for them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from eakte.access import Permission, Role
from eakte.audit.models import AuditEntry
from eakte.documents.models import Document
from eakte.documents.queries import get_document
from eakte.foundation.work import SYSTEM, Actor, House, UnitOfWork
from eakte.records.models import EntryKind, FilingPlanEntry, Record
from eakte.records.plan_queries import get_entry
from eakte.records.rules import Reading, RestrictionGround
from eakte.records.service.details import protect_dossier
from eakte.records.service.plan_entries import change_entry
from eakte.records.service.plans import export_plan, import_plan
from eakte.records.service.reading import note_reading
from eakte.records.service.restricting import restrict_record
from tests.support.factories import AsActor, a_case, a_document, a_dossier, a_plan, an_entry
from tests.support.recognised import a_recognised_document

ClientOf = Callable[[Actor], TestClient]


def readings(house: House, actor: Actor) -> list[tuple[str, str]]:
    """What the trail says an actor read, in order: the record's id and what of it."""
    with house.begin() as work:
        statement = select(AuditEntry).where(AuditEntry.event == "records.RecordRead", AuditEntry.actor_id == actor.id)
        entries = work.session.scalars(statement.order_by(AuditEntry.id))
        return [(str(entry.record_id), entry.details["reading"]) for entry in entries]


def a_logged_letter(house: House) -> Document:
    with house.begin() as work:
        case = a_case(work, dossier=a_dossier(work, entry=an_entry(work, log_reading=True)))
        return a_recognised_document(work, "Hilfe zum Lebensunterhalt", case=case)


def test_reading_below_a_marked_entry_is_noted_once_for_each_kind(
    house: House, as_actor: AsActor, client_of: ClientOf
) -> None:
    letter = a_logged_letter(house)
    clerk = as_actor(Role.CLERK)
    client = client_of(clerk)
    for _ in range(2):
        assert client.get(f"/api/v1/documents/{letter.id}").status_code == 200
        assert client.get(f"/api/v1/documents/{letter.id}/renditions/archival").status_code == 200
        assert client.get(f"/api/v1/documents/{letter.id}/renditions/text?page=1").status_code == 200
        assert client.get(f"/api/v1/cases/{letter.case_id}").status_code == 200
        assert client.get(f"/api/v1/records?reference={letter.case.dossier.reference}").status_code == 200
    assert readings(house, clerk) == [
        (str(letter.id), "metadata"),
        (str(letter.id), "content"),
        (str(letter.case_id), "metadata"),
        (str(letter.case.dossier_id), "metadata"),
    ]


def test_everybody_who_reads_is_noted(house: House, as_actor: AsActor, client_of: ClientOf) -> None:
    letter = a_logged_letter(house)
    readers = [as_actor(Role.CLERK), as_actor(Role.HEAD)]
    for reader in readers:
        client_of(reader).get(f"/api/v1/documents/{letter.id}")
    assert [len(readings(house, reader)) for reader in readers] == [1, 1]


def test_reading_is_noted_again_after_some_minutes(house: House, as_actor: AsActor) -> None:
    letter, clerk = a_logged_letter(house), as_actor(Role.CLERK)
    minutes = house.settings.audit.reading_minutes
    for later in (0, minutes - 1, minutes + 1):
        with house.begin(clerk) as work:
            work = replace(work, now=work.now + timedelta(minutes=later))
            note_reading(work, work.session.get_one(Record, letter.id), Reading.CONTENT)
    assert readings(house, clerk) == [(str(letter.id), "content")] * 2


def test_protected_and_restricted_records_are_of_these_classes(
    house: House, as_actor: AsActor, client_of: ClientOf
) -> None:
    officer = as_actor(Role.DATA_PROTECTION_OFFICER)
    with house.begin() as work:
        protected, restricted, ordinary = a_dossier(work), a_case(work), a_case(work)
        protect_dossier(work, protected.id, protected=True, readers=[officer.id], revision=None)
        restrict_record(work, restricted.id, ground=RestrictionGround.CLAIMS, reason="Klage", until=None)
    client = client_of(officer)
    for path in (f"dossiers/{protected.id}", f"cases/{restricted.id}", f"cases/{ordinary.id}"):
        assert client.get(f"/api/v1/{path}").status_code == 200
    assert readings(house, officer) == [(str(protected.id), "metadata"), (str(restricted.id), "metadata")]


def test_a_refused_reading_is_no_reading(house: House, as_actor: AsActor, client_of: ClientOf) -> None:
    letter, archivist = a_logged_letter(house), as_actor(Role.ARCHIVIST)
    assert client_of(archivist).get(f"/api/v1/documents/{letter.id}/renditions/original").status_code == 403
    assert readings(house, archivist) == []


def test_what_the_house_reads_by_itself_is_nobodys_access(house: House) -> None:
    letter = a_logged_letter(house)
    with house.begin() as work:
        note_reading(work, work.session.get_one(Record, letter.id), Reading.CONTENT)
    assert readings(house, SYSTEM) == []


def test_reading_ordinary_records_asks_the_database_nothing_more(house: House) -> None:
    with house.begin() as work:
        document = a_document(work)
    with house.begin(Actor(document.id, "Frau Muster", everything=True)) as work:
        loaded = get_document(work, document.id, to=Permission.READ)
        with statements(work) as asked:
            note_reading(work, loaded, Reading.METADATA)
    assert asked == []


@contextmanager
def statements(work: UnitOfWork) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    connection = work.session.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield asked
    event.remove(connection, "before_cursor_execute", note)


def test_many_previews_at_once_are_one_reading(committed_house: House) -> None:
    house = committed_house
    letter = a_logged_letter(house)
    clerk = AsActor(house)(Role.CLERK)
    begin = Barrier(4)

    def read() -> None:
        with house.begin(clerk) as work:
            record = work.session.get_one(Record, letter.id)
            begin.wait()
            note_reading(work, record, Reading.CONTENT)

    threads = [Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert readings(house, clerk) == [(str(letter.id), "content")]


# --- the mark in the plan -----------------------------------------------------------------------------------


def marks(work: UnitOfWork, *entries: FilingPlanEntry) -> list[bool]:
    return [get_entry(work, entry.id).reading_logged for entry in entries]


def test_entries_below_a_marked_one_inherit_its_mark_and_lose_it_with_it(work: UnitOfWork) -> None:
    top = an_entry(work, kind=EntryKind.MAIN_GROUP)
    group = an_entry(work, parent=top, kind=EntryKind.GROUP)
    leaf, beside = an_entry(work, parent=group), an_entry(work, parent=top)
    change_entry(work, group.id, {"log_reading": True}, revision=None)
    assert marks(work, top, group, leaf, beside) == [False, True, True, False]
    assert marks(work, an_entry(work, parent=group)) == [True]
    change_entry(work, top.id, {"log_reading": True}, revision=None)
    change_entry(work, group.id, {"log_reading": False}, revision=None)
    assert marks(work, top, group, leaf, beside) == [True] * 4
    change_entry(work, top.id, {"log_reading": False}, revision=None)
    assert marks(work, top, group, leaf, beside) == [False] * 4


@pytest.mark.parametrize("media_type", ["text/csv", "application/json"])
def test_a_plan_file_marks_entries_and_says_so_when_written_out(work: UnitOfWork, media_type: str) -> None:
    plan, copy = a_plan(work), a_plan(work)
    csv = b"code,title,kind,parent,log_reading\n4,Soziales,main_group,,ja\n4.1,Hilfen,,4,\n5,Gesundheit,,,nein\n"
    import_plan(work, plan.id, csv, "text/csv")
    for each in (plan, copy):
        if each is copy:
            import_plan(work, copy.id, export_plan(work, plan.id, media_type), media_type)
        statement = select(FilingPlanEntry).where(FilingPlanEntry.plan_id == each.id)
        found = {one.code: (one.log_reading, one.reading_logged) for one in work.session.scalars(statement)}
        assert found == {"4": (True, True), "4.1": (False, True), "5": (False, False)}


def test_an_entry_that_moves_takes_the_mark_of_its_new_place(work: UnitOfWork) -> None:
    plan = a_plan(work)
    rows = "code,title,kind,parent,log_reading\nA,Soziales,main_group,,ja\nB,Bau,main_group,,nein\nx,Hilfen,group,{},\n"
    import_plan(work, plan.id, (rows.format("A") + "x.1,Anträge,,x,\n").encode(), "text/csv")
    import_plan(work, plan.id, rows.format("B").encode(), "text/csv")
    statement = select(FilingPlanEntry).where(FilingPlanEntry.plan_id == plan.id)
    assert {one.code: one.reading_logged for one in work.session.scalars(statement)} == {
        "A": True, "B": False, "x": False, "x.1": False,
    }  # fmt: skip


def test_the_mark_is_set_over_the_api(client: TestClient, house: House) -> None:
    with house.begin() as work:
        entry = an_entry(work)
    address = f"/api/v1/filing-plan-entries/{entry.id}"
    done = client.patch(address, json={"logReading": True}, headers={"If-Match": client.get(address).headers["ETag"]})
    assert (done.status_code, done.json()["logReading"]) == (200, True)
    shown = client.get(address)
    assert (shown.json()["readingLogged"], shown.headers["ETag"]) == (True, done.headers["ETag"])
