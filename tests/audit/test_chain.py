"""The audit trail: every event an entry, and nothing changed, missing or slipped in goes unnoticed."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eakte.access import Role
from eakte.access.errors import ActionForbidden
from eakte.audit.models import AuditEntry, AuditLane
from eakte.audit.queries import entries_of_lane, entries_outside_lanes, lanes
from eakte.audit.rules import Flaw
from eakte.audit.service import verify_audit
from eakte.foundation.gathering import write_gathered
from eakte.foundation.ids import new_id
from eakte.foundation.work import House, UnitOfWork
from tests.support.factories import AsActor, a_dossier, a_unit

WRITERS = 50


@contextmanager
def unguarded(house: House) -> Iterator[Session]:
    """What somebody could do who rules the database: the triggers are off."""
    with house.sessions.begin() as session:
        tables = {"audit_entries": ["append_only"], "audit_lanes": ["keeps_lanes", "only_grows"]}
        triggers = [(table, trigger) for table, names in tables.items() for trigger in names]
        for table, trigger in triggers:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
        yield session
        for table, trigger in triggers:
            session.execute(text(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"))


def flaws(house: House) -> list[Flaw]:
    with house.begin() as work:
        return list(verify_audit(work))


@pytest.fixture
def trail(house: House) -> list[AuditEntry]:
    """Five entries in one lane."""
    with house.begin() as work:
        for _ in range(5):
            a_unit(work)
    with house.sessions() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.lane, AuditEntry.position)))


def test_an_entry_says_who_did_what_to_which_record_and_when(house: House, as_actor: AsActor) -> None:
    admin = as_actor(Role.ADMINISTRATOR)
    with house.begin(admin) as work:
        unit = a_unit(work, name="Bauordnungsamt")
    with house.sessions() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.record_id == unit.id)).one()
    assert (entry.actor_id, entry.actor_name, entry.at) == (admin.id, admin.name, work.now)
    assert (entry.event, entry.changes["name"]) == ("access.UnitCreated", [None, "Bauordnungsamt"])


def test_an_untouched_trail_has_no_flaw(house: House, trail: list[AuditEntry]) -> None:
    assert [entry.position for entry in trail] == [1, 2, 3, 4, 5]
    assert flaws(house) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_name", "jemand anders"),
        ("event", "access.UnitRenamed"),
        ("changes", '{"name": [null, "Gefälscht"]}'),
        ("details", '{"mehr": 1}'),
        ("at", "2020-01-01T00:00:00Z"),
        ("record_id", "00000000-0000-0000-0000-000000000001"),
        ("actor_id", "00000000-0000-0000-0000-000000000001"),
        ("hash", "0" * 64),
        ("previous_hash", "0" * 64),
    ],
)
def test_a_changed_entry_is_found_and_named(house: House, trail: list[AuditEntry], column: str, value: str) -> None:
    victim = trail[2]
    with unguarded(house) as session:
        statement = text(f"UPDATE audit_entries SET {column} = cast(:value as text)::{_types()[column]} WHERE id = :id")
        session.execute(statement, {"value": value, "id": victim.id})
    assert [(flaw.kind, flaw.entry_id) for flaw in flaws(house)] == [("changed", str(victim.id))]


def _types() -> dict[str, str]:
    kinds = dict.fromkeys(("actor_name", "event", "hash", "previous_hash"), "text")
    kinds |= dict.fromkeys(("changes", "details"), "jsonb") | dict.fromkeys(("record_id", "actor_id"), "uuid")
    return {**kinds, "at": "timestamptz"}


@pytest.mark.parametrize("missing", [{1}, {3}, {2, 3}, {5}, {1, 2, 3, 4, 5}])
def test_missing_entries_are_found_and_named(house: House, trail: list[AuditEntry], missing: set[int]) -> None:
    with unguarded(house) as session:
        session.execute(text("DELETE FROM audit_entries WHERE position = ANY(:positions)"), {"positions": [*missing]})
    found = flaws(house)
    assert {(flaw.kind, flaw.lane, flaw.position) for flaw in found} == {("missing", trail[0].lane, n) for n in missing}


def test_a_trail_that_is_cut_short_together_with_its_end_is_found(house: House, trail: list[AuditEntry]) -> None:
    with unguarded(house) as session:
        session.execute(text("DELETE FROM audit_entries WHERE position > 3"))
        session.execute(text("UPDATE audit_lanes SET length = 3, head = :head"), {"head": trail[2].hash})
    assert [(flaw.kind, flaw.position) for flaw in flaws(house)] == [("changed", 3)]


@pytest.mark.parametrize("position", [0, 6, 99])
def test_an_entry_slipped_in_is_found_and_named(house: House, trail: list[AuditEntry], position: int) -> None:
    with house.sessions.begin() as session:
        forged = _copy(trail[4], position=position)
        session.execute(AuditEntry.__table__.insert().values(forged))  # type: ignore[attr-defined]
    assert [(flaw.kind, flaw.entry_id) for flaw in flaws(house)] == [("inserted", str(forged["id"]))]


def test_an_entry_put_in_the_place_of_another_is_found(house: House, trail: list[AuditEntry]) -> None:
    with unguarded(house) as session:
        session.execute(text("DELETE FROM audit_entries WHERE position = 3"))
        session.execute(AuditEntry.__table__.insert().values(_copy(trail[4], position=3)))  # type: ignore[attr-defined]
    assert [flaw.position for flaw in flaws(house)] == [3]


def test_an_entry_of_a_lane_that_does_not_exist_is_found(house: House, trail: list[AuditEntry]) -> None:
    with house.sessions.begin() as session:
        forged = _copy(trail[4], lane=4711)
        session.execute(AuditEntry.__table__.insert().values(forged))  # type: ignore[attr-defined]
    assert [(flaw.kind, flaw.entry_id) for flaw in flaws(house)] == [("inserted", str(forged["id"]))]


def _copy(entry: AuditEntry, **different: Any) -> dict[str, Any]:
    names = AuditEntry.__table__.columns.keys()
    return {**{name: getattr(entry, name) for name in names}, "id": new_id(), **different}


def test_another_key_fits_no_entry(house: House, trail: list[AuditEntry]) -> None:
    other = house.settings.model_copy(
        update={"audit": house.settings.audit.model_copy(update={"key": SecretStr("ein anderer")})}
    )
    wrong = House(house.sessions, house.storage, other)
    found = flaws(wrong)
    assert {str(entry.id) for entry in trail} <= {flaw.entry_id for flaw in found}
    assert {flaw.kind for flaw in found} == {"changed"}


def test_only_whoever_runs_the_system_verifies(house: House, as_actor: AsActor) -> None:
    with house.begin(as_actor(Role.AUDITOR)) as work, pytest.raises(ActionForbidden):
        list(verify_audit(work))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET event = 'x'",
        "UPDATE audit_entries SET event = 'x' WHERE false",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "INSERT INTO audit_entries SELECT * FROM audit_entries ON CONFLICT (id) DO UPDATE SET event = 'x'",
        "DELETE FROM audit_lanes",
        "TRUNCATE audit_lanes",
        "UPDATE audit_lanes SET length = length - 1",
        "SET session_replication_role = replica; DELETE FROM audit_entries",
    ],
)
def test_the_database_refuses_to_rewrite_the_trail(house: House, trail: list[AuditEntry], statement: str) -> None:
    with house.sessions() as session, pytest.raises(DBAPIError, match="append-only"):
        for part in statement.split(";"):
            session.execute(text(part))


def test_every_entry_of_one_work_hangs_in_one_lane(work: UnitOfWork) -> None:
    a_dossier(work)
    write_gathered(work.session)
    a_dossier(work)
    write_gathered(work.session)
    assert work.session.scalar(select(func.count()).select_from(AuditLane)) == 1
    assert list(verify_audit(work)) == []


def test_what_a_savepoint_takes_back_is_not_in_the_trail(committed_house: House) -> None:
    with committed_house.begin() as work:
        first = a_unit(work)
        with suppress(ZeroDivisionError), work.session.begin_nested():
            a_unit(work)
            with work.session.begin_nested():
                a_unit(work)
            raise ZeroDivisionError
        with work.session.begin_nested():
            last = a_unit(work)
    with committed_house.sessions() as session:
        told = session.scalars(select(AuditEntry.record_id).order_by(AuditEntry.position)).all()
    assert told == [first.id, last.id]
    assert flaws(committed_house) == []


def test_fifty_concurrent_writers_neither_wait_for_each_other_nor_break_a_chain(committed_house: House) -> None:
    everybody_wrote = threading.Barrier(WRITERS, timeout=60)

    def write(index: int) -> None:
        with committed_house.begin() as work:
            a_unit(work)
            write_gathered(work.session)
            # Nobody commits before all have written: whoever queued for another's lane would never get here.
            everybody_wrote.wait()
            a_unit(work)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
        # Those who come later find the lanes free, and use them again.
        list(pool.map(lambda _: _write_one(committed_house), range(WRITERS)))
    assert flaws(committed_house) == []
    with committed_house.sessions() as session:
        assert session.scalar(select(func.count()).select_from(AuditLane)) == WRITERS
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 3 * WRITERS


def _write_one(house: House) -> None:
    with house.begin() as work:
        a_unit(work)


def test_a_work_that_fails_leaves_no_gap(committed_house: House) -> None:
    for fails in (False, True, False, True, False):
        try:
            with committed_house.begin() as work:
                a_unit(work)
                if fails:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            continue
    assert flaws(committed_house) == []
    with committed_house.sessions() as session:
        assert session.scalars(select(AuditEntry.position).order_by(AuditEntry.id)).all() == [1, 2, 3]


def test_what_is_written_during_a_verification_is_no_flaw(committed_house: House) -> None:
    _write_one(committed_house)
    with committed_house.begin() as work:
        (lane,) = lanes(work.session)
        # While our transaction is open, somebody else goes on writing.
        _write_one(committed_house)
        assert [entry.position for entry in entries_of_lane(work.session, lane.lane, lane.length)] == [1]
        assert entries_outside_lanes(work.session) == []
        assert list(verify_audit(work)) == []
