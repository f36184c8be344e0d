"""Folders somebody scans into: what becomes a batch, what is put aside, and what no fault can lose."""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from eakte.foundation.errors import Unavailable
from eakte.foundation.settings import IngestSettings
from eakte.foundation.work import House
from ingest.adapters.watched_folder import WatchedFolder
from ingest.batches.rules import BatchState, FileState
from ingest.sources.definitions import FolderSource
from ingest.sources.errors import ArrivalGone, ArrivalUnreadable, SourceIdentityUnknown
from ingest.sources.neighbours import neighbour_of
from ingest.sources.parcels import Arrival
from ingest.sources.rules import ATTEMPTS
from ingest.sources.running import Intake, SourceLoop, sources_at_work
from tests.ingest.sources.office import ScanningOffice
from tests.simulators.storage_fails import switched_off
from tests.simulators.sudden_death import Fate, Killed, mortal
from tests.support.installation import until
from tests.support.scans import a_scan


def a_folder(office: ScanningOffice, inbox: Path, **fields: Any) -> FolderSource:
    """A folder without patience; what lies in it is complete."""
    said = {"key": "scanner", "settle_s": 0, "quiet_s": 0, **fields}
    return FolderSource(kind="folder", as_identity=office.login, path=inbox, **said)


def write(folder: Path, **pages: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, line in pages.items():
        (folder / f"{name}.png").write_bytes(a_scan(line))


def left_in(inbox: Path) -> list[str]:
    """The input that is still there."""
    paths = (path.relative_to(inbox) for path in inbox.rglob("*") if path.is_file())
    return sorted(str(path) for path in paths if path.parts[0] not in ("done", "refused"))


def kept_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# --- batches --------------------------------------------------------------------------------------------------


def test_loose_files_become_one_batch_in_natural_order_and_move_to_done(office: ScanningOffice, inbox: Path) -> None:
    write(inbox, scan_10="zehn", scan_9="neun")
    office.take(a_folder(office, inbox))
    (batch,) = office.batches()
    assert batch.state is BatchState.SPLITTING
    assert batch.created_by == office.identity_id
    assert [file.file_name for file in office.files(batch)] == ["scan_9.png", "scan_10.png"]
    assert left_in(inbox) == []
    assert kept_in(inbox / "done") == [f"{batch.number}/scan_10.png", f"{batch.number}/scan_9.png"]
    assert office.is_settled()


def test_what_a_folder_brought_nobody_gave_in_so_that_nobody_is_kept_from_checking_it(
    office: ScanningOffice, inbox: Path
) -> None:
    write(inbox, scan_1="eins")
    office.take(a_folder(office, inbox))
    assert [file.received_by for file in office.files()] == [None]


def test_each_folder_becomes_a_batch_and_its_empty_folder_goes(office: ScanningOffice, inbox: Path) -> None:
    write(inbox / "Karton 1", a="eins")
    write(inbox / "Karton 2" / "links", a="zwei")
    office.take(a_folder(office, inbox))
    assert [len(office.files(batch)) for batch in office.batches()] == [1, 1]
    assert sorted(path.name for path in inbox.iterdir()) == ["done", "refused"]


def test_a_sidecar_says_what_was_counted_and_where_the_paper_lies(office: ScanningOffice, inbox: Path) -> None:
    write(inbox / "Karton 7", a="eins", b="zwei")
    (inbox / "Karton 7" / "batch.toml").write_text('sheets = 2\nbox = "7"\nshelf = "R 12"\n')
    office.take(a_folder(office, inbox))
    (batch,) = office.batches()
    assert (batch.expected_sheets, batch.box, batch.shelf) == (2, "7", "R 12")
    assert len(office.files(batch)) == 2
    assert left_in(inbox) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"sheets": -1}', "„sheets“"),
        ('{"kiste": 7}', "unbekannt"),
        ("{", "nicht lesbar"),
        (json.dumps({"into": "99.99-1999/1"}), "99.99-1999/1"),
        (json.dumps({"profile": "gibt-es-nicht"}), "gibt-es-nicht"),
    ],
)
def test_a_stack_with_an_unusable_sidecar_is_refused_with_the_reason(
    office: ScanningOffice, inbox: Path, content: str, said: str
) -> None:
    write(inbox / "Karton", a="eins")
    (inbox / "Karton" / "batch.json").write_text(content)
    office.take(a_folder(office, inbox))
    assert office.batches() == []
    assert kept_in(inbox / "refused/Karton") == ["a.png", "a.png.grund.txt", "batch.json", "batch.json.grund.txt"]
    assert said in (inbox / "refused/Karton/a.png.grund.txt").read_text("utf-8-sig")


def test_stored_input_is_removed_where_the_operator_wants_it(office: ScanningOffice, inbox: Path) -> None:
    write(inbox, a="eins")
    office.take(a_folder(office, inbox, after="remove"))
    assert len(office.files()) == 1
    assert kept_in(inbox) == []


# --- twice ----------------------------------------------------------------------------------------------------


def test_the_same_bytes_twice_in_a_stack_are_told_and_kept_once(office: ScanningOffice, inbox: Path) -> None:
    write(inbox, a="gleich", b="gleich")
    office.take(a_folder(office, inbox))
    assert len(office.files()) == 1
    with office.house.sessions() as session:
        states = session.scalars(text("select state from batch_files order by id")).all()
    assert states == [FileState.RECEIVED.value, FileState.DUPLICATE.value]
    assert left_in(inbox) == []


def test_a_stack_that_comes_again_under_another_name_is_refused_and_names_the_first(
    office: ScanningOffice, inbox: Path
) -> None:
    folder = a_folder(office, inbox)
    write(inbox / "Karton 1", a="eins", b="zwei")
    office.take(folder)
    write(inbox / "Karton 1 (Kopie)", b="eins", c="zwei")
    office.take(folder)
    first, second = office.batches()
    assert (first.state, second.state) == (BatchState.SPLITTING, BatchState.REJECTED)
    reason = (inbox / "refused/Karton 1 (Kopie)/b.png.grund.txt").read_text("utf-8-sig")
    assert first.number in reason


def test_a_rejected_stack_may_be_scanned_again_with_the_same_files(office: ScanningOffice, inbox: Path) -> None:
    folder = a_folder(office, inbox)
    write(inbox, a="eins")
    office.take(folder)
    with office.house.sessions.begin() as session:
        session.execute(text("update batches set state = 'rejected'"))
    write(inbox, a="eins")
    office.take(folder)
    assert [batch.state for batch in office.batches()] == [BatchState.REJECTED, BatchState.SPLITTING]


# --- refused --------------------------------------------------------------------------------------------------


def test_links_are_refused_and_never_followed(office: ScanningOffice, inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "geheim.txt").write_text("geheim")
    (inbox / "a.pdf").symlink_to(tmp_path / "geheim.txt")
    (inbox / "ordner").symlink_to(tmp_path)
    write(inbox, b="gut")
    office.take(a_folder(office, inbox))
    assert [file.file_name for file in office.files()] == ["b.png"]
    assert (inbox / "refused/a.pdf").is_symlink()
    assert "gewöhnliche Datei" in (inbox / "refused/a.pdf.grund.txt").read_text("utf-8-sig")


def test_a_folder_exchanged_for_a_link_is_not_followed(office: ScanningOffice, inbox: Path, tmp_path: Path) -> None:
    outside = tmp_path / "anderswo"
    write(outside, a="fremd")
    folder = WatchedFolder(a_folder(office, inbox), max_bytes=1 << 20)
    (inbox / "refused").mkdir()
    (inbox / "Karton").symlink_to(outside)
    status = (outside / "a.png").stat()
    arrival = Arrival("Karton/a.png", "a.png", f"{status.st_size}-{status.st_mtime_ns}")
    with pytest.raises((ArrivalGone, ArrivalUnreadable)), folder.open("Karton", arrival):
        pass


def test_a_file_that_is_too_large_is_refused_and_the_others_are_taken(office: ScanningOffice, inbox: Path) -> None:
    settings = office.house.settings.model_copy(update={"ingest": IngestSettings(max_file_mb=1)})
    house = House(office.house.sessions, office.house.storage, settings)
    write(inbox, a="eins")
    with (inbox / "b.tif").open("wb") as file:
        file.truncate((1 << 20) + 1)
    office.take(a_folder(office, inbox), house)
    assert [file.file_name for file in office.files()] == ["a.png"]
    assert "höchstens 1 MB" in (inbox / "refused/b.tif.grund.txt").read_text("utf-8-sig")


def test_a_name_nobody_can_read_is_taken_all_the_same(office: ScanningOffice, inbox: Path) -> None:
    (inbox / os.fsdecode(b"Gr\xfc\xdfe.png")).write_bytes(a_scan("Grüße"))
    (inbox / "Zeile\n2;'\"<x>.png").write_bytes(a_scan("seltsam"))
    office.take(a_folder(office, inbox))
    assert len(office.files()) == 2
    assert left_in(inbox) == []


def test_what_changes_while_it_is_taken_stays_and_comes_next(office: ScanningOffice, inbox: Path) -> None:
    write(inbox, a="halb", b="ganz")
    folder = a_folder(office, inbox)
    neighbour = neighbour_of(folder, office.house.settings)
    for _ in neighbour.parcels(lambda origin: None):
        pass
    begun = Intake(office.house, folder, _grows_before_reading(neighbour, inbox / "a.png"))
    begun.take_all()
    assert [file.file_name for file in office.files()] == ["b.png"]
    assert left_in(inbox) == ["a.png"]
    office.take(folder)
    assert office.contents()[1].endswith(b"noch etwas")


def test_what_changes_after_it_was_stored_is_not_put_away(office: ScanningOffice, inbox: Path) -> None:
    write(inbox, a="eins")
    folder = a_folder(office, inbox)
    neighbour = neighbour_of(folder, office.house.settings)
    grown = _grows_before_settling(neighbour, inbox / "a.png")
    Intake(office.house, folder, grown).take_all()
    assert left_in(inbox) == ["a.png"]
    office.take(folder)
    assert len(office.files()) == 2
    assert left_in(inbox) == []


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"noch etwas")


def _grows_before_reading(neighbour: Any, path: Path) -> Any:
    class Growing(WatchedFolder):
        def open(self, origin: str, arrival: Arrival) -> Any:
            if arrival.name == path.name:
                _grow(path)
            return super().open(origin, arrival)

    return Growing(neighbour._source, max_bytes=1 << 30)


def _grows_before_settling(neighbour: Any, path: Path) -> Any:
    class Growing(WatchedFolder):
        def settle(self, settlement: Any) -> None:
            _grow(path)
            super().settle(settlement)

    return Growing(neighbour._source, max_bytes=1 << 30)


def test_a_file_that_can_never_be_read_is_refused_at_last_and_stops_nobody(office: ScanningOffice, inbox: Path) -> None:
    write(inbox, a="kaputt", b="gut")
    folder = a_folder(office, inbox)

    class BadDisk(WatchedFolder):
        def open(self, origin: str, arrival: Arrival) -> Any:
            if arrival.name == "a.png":
                raise ArrivalUnreadable
            return super().open(origin, arrival)

    intake = Intake(office.house, folder, BadDisk(folder, max_bytes=1 << 30))
    for _ in range(ATTEMPTS - 1):
        with pytest.raises(Unavailable):
            intake.take_all()
        assert left_in(inbox) == ["a.png", "b.png"]
    intake.take_all()
    assert [file.file_name for file in office.files()] == ["b.png"]
    assert kept_in(inbox / "refused") == ["a.png", "a.png.grund.txt"]


# --- neighbours away ------------------------------------------------------------------------------------------


def test_without_the_object_storage_everything_stays_where_it_is(office: ScanningOffice, inbox: Path) -> None:
    write(inbox, a="eins", b="zwei")
    folder = a_folder(office, inbox)
    away = House(office.house.sessions, switched_off(office.house.settings.storage), office.house.settings)
    with pytest.raises(Unavailable):
        office.take(folder, away)
    assert left_in(inbox) == ["a.png", "b.png"]
    office.take(folder)
    (batch,) = office.batches()
    assert (len(office.files()), batch.state) == (2, BatchState.SPLITTING)


def test_an_unmounted_share_is_not_taken_for_an_empty_one(office: ScanningOffice, inbox: Path) -> None:
    write(inbox, a="eins", b="zwei")
    folder = a_folder(office, inbox, shared=True)
    fate = Fate(at=8)
    house, neighbour = mortal(office.house, neighbour_of(folder, office.house.settings), fate)
    with pytest.raises(Killed):
        Intake(house, folder, neighbour).take_all()
    inbox.rename(inbox.with_name("abgehaengt"))
    inbox.mkdir()
    with pytest.raises(Unavailable):
        office.take(folder)
    inbox.rmdir()
    inbox.with_name("abgehaengt").rename(inbox)
    office.take(folder)
    assert (len(office.batches()), len(office.files()), left_in(inbox)) == (1, 2, [])


def test_dying_at_any_moment_loses_nothing_and_files_nothing_twice(office: ScanningOffice, inbox: Path) -> None:
    folder = a_folder(office, inbox)
    pages = {"a": "eins", "b": "zwei", "c": "drei"}
    moment, survived = 0, False
    while not survived:
        lines = {name: f"{line} {moment}" for name, line in pages.items()}
        write(inbox / f"Karton {moment}", **lines)
        fate = Fate(at=moment)
        house, neighbour = mortal(office.house, neighbour_of(folder, office.house.settings), fate)
        try:
            Intake(house, folder, neighbour).take_all()
        except Killed:
            stored = len(office.files())
            there = len(left_in(inbox))
            assert stored + there >= 3 * (moment + 1), f"lost at moment {moment}"
        survived = fate.survived
        office.take(folder)
        assert (len(office.batches()), len(office.files())) == (moment + 1, 3 * (moment + 1)), f"at moment {moment}"
        assert left_in(inbox) == []
        moment += 1
    assert moment > 12
    assert office.is_settled()


# --- the loop -------------------------------------------------------------------------------------------------


def test_two_workers_do_not_take_the_same_folder(office: ScanningOffice, inbox: Path) -> None:
    folder = a_folder(office, inbox, poll_s=0.05)
    neighbours = []

    def opened(source: Any) -> Any:
        neighbours.append(source.key)
        return neighbour_of(source, office.house.settings)

    with sources_at_work(office.house, [folder], opened), sources_at_work(office.house, [folder], opened):
        write(inbox / "neu", a="eins")
        until(lambda: bool(office.batches(BatchState.SPLITTING)), "the batch")
    assert neighbours == ["scanner"]
    assert len(office.batches()) == 1


def test_the_next_worker_takes_over_when_one_ends(office: ScanningOffice, inbox: Path) -> None:
    folder = a_folder(office, inbox, poll_s=0.05)
    for number in range(2):
        with sources_at_work(office.house, [folder], lambda source: neighbour_of(source, office.house.settings)):
            write(inbox / f"Karton {number}", a=f"Seite {number}")
            expected = number + 1
            until(lambda expected=expected: len(office.batches(BatchState.SPLITTING)) == expected, "the batch")  # type: ignore[misc]


def test_a_new_file_is_noticed_without_waiting_for_the_next_look(office: ScanningOffice, inbox: Path) -> None:
    folder = a_folder(office, inbox, poll_s=3600)
    with sources_at_work(office.house, [folder], lambda source: neighbour_of(source, office.house.settings)):
        time.sleep(2.5)
        write(inbox.with_name("fertig"), a="eins")
        inbox.with_name("fertig").joinpath("a.png").rename(inbox / "a.png")
        until(lambda: bool(office.files()), "the file", timeout_s=20)


def test_a_folder_that_is_missing_is_waited_for(office: ScanningOffice, inbox: Path) -> None:
    inbox.rmdir()
    stop = threading.Event()
    loop = SourceLoop(
        office.house,
        a_folder(office, inbox, poll_s=0.05),
        lambda source: neighbour_of(source, office.house.settings),
        stop,
    )
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        time.sleep(0.5)
        write(inbox, a="eins")
        until(lambda: bool(office.batches(BatchState.SPLITTING)), "the batch")
    finally:
        stop.set()
        thread.join()


def test_a_source_whose_account_is_missing_touches_nothing(office: ScanningOffice, inbox: Path) -> None:
    write(inbox, a="eins")
    folder = FolderSource(kind="folder", key="x", as_identity="niemand", path=inbox, settle_s=0, quiet_s=0)
    with pytest.raises(SourceIdentityUnknown):
        office.take(folder)
    assert left_in(inbox) == ["a.png"]
