"""When a file has stopped growing, and what belongs together."""

import pytest

from ingest.sources.stacking import Entry, Patience, Stacker, is_growing, is_input

CALM = Patience(settle_s=5, quiet_s=10, longest_s=600, most_files=3)


def names(stacker: Stacker, entries: list[Entry], at: float) -> dict[str, list[str]]:
    return {stack.origin: [entry.name for entry in stack.entries] for stack in stacker.look(entries, at=at)}


def test_a_growing_file_does_not_count() -> None:
    stacker = Stacker(CALM)
    for second in range(30):
        assert names(stacker, [Entry("scan.pdf", f"{second}")], second) == {}


def test_a_file_counts_when_it_has_not_changed_for_the_settle_time_and_nothing_else_comes() -> None:
    stacker = Stacker(CALM)
    assert names(stacker, [Entry("scan.pdf", "1")], 0) == {}
    assert names(stacker, [Entry("scan.pdf", "1")], 9.9) == {}
    assert names(stacker, [Entry("scan.pdf", "1")], 10) == {"": ["scan.pdf"]}


def test_what_comes_within_the_quiet_time_becomes_one_batch() -> None:
    stacker = Stacker(CALM)
    first, second = Entry("scan_9.pdf", "1"), Entry("scan_10.pdf", "1")
    assert names(stacker, [first], 0) == {}
    assert names(stacker, [first, second], 8) == {}
    assert names(stacker, [first, second], 17) == {}
    assert names(stacker, [second, first], 18) == {"": ["scan_9.pdf", "scan_10.pdf"]}


def test_a_file_renamed_into_place_counts_at_once() -> None:
    at_once = Patience(settle_s=60, quiet_s=0)
    assert names(Stacker(at_once), [Entry("scan.pdf", "1", age_s=61)], 0) == {"": ["scan.pdf"]}
    assert names(Stacker(at_once), [Entry("scan.pdf", "1", age_s=1)], 0) == {}


def test_on_a_share_only_what_was_watched_counts() -> None:
    stacker = Stacker(Patience(settle_s=60, quiet_s=0))
    assert names(stacker, [Entry("scan.pdf", "1", age_s=None)], 0) == {}
    assert names(stacker, [Entry("scan.pdf", "1", age_s=None)], 60) == {"": ["scan.pdf"]}


def test_a_folder_is_a_batch_of_its_own() -> None:
    stacker = Stacker(Patience(settle_s=0, quiet_s=0))
    entries = [Entry("Karton 2/1.pdf", "1"), Entry("Karton 1/2.pdf", "1"), Entry("Karton 1/1.pdf", "1")]
    assert names(stacker, [*entries, Entry("lose.pdf", "1")], 0) == {
        "": ["lose.pdf"],
        "Karton 1": ["Karton 1/1.pdf", "Karton 1/2.pdf"],
        "Karton 2": ["Karton 2/1.pdf"],
    }


def test_a_folder_somebody_still_writes_into_waits_but_not_for_a_half_file_left_behind() -> None:
    stacker = Stacker(CALM)
    entries = [Entry("Karton/1.pdf", "1"), Entry("Karton/2.pdf.part", "1")]
    assert names(stacker, entries, 0) == {}
    assert names(stacker, entries, 599) == {}
    assert names(stacker, entries, 600) == {"Karton": ["Karton/1.pdf"]}


def test_files_that_keep_coming_become_batches_all_the_same() -> None:
    stacker = Stacker(CALM)
    taken: set[str] = set()
    for second in range(60):
        waiting = [Entry(f"{n:02}.pdf", "1") for n in range(second + 1) if f"{n:02}.pdf" not in taken]
        for stack in stacker.look(waiting, at=second):
            assert len(stack.entries) <= CALM.most_files
            taken |= {entry.name for entry in stack.entries}
    assert len(taken) > 40


@pytest.mark.parametrize("name", ["a.tmp", "a.pdf.part", "a.pdf~", "~$a.pdf", "a.CRDOWNLOAD", "x/a.filepart"])
def test_temporary_names_are_no_files_yet(name: str) -> None:
    assert is_growing(name)


@pytest.mark.parametrize("name", [".a.pdf.x7", "done/S-1/a.pdf", "refused/a.pdf", "x/Thumbs.db", ".sync/a.pdf"])
def test_what_we_or_a_desktop_left_is_no_input(name: str) -> None:
    assert not is_input(name)


def test_sidecars_belong_to_their_stack_and_are_no_paper() -> None:
    stacker = Stacker(Patience(settle_s=0, quiet_s=0))
    entries = [Entry("a/batch.json", "1"), Entry("a/1.pdf", "1"), Entry("a/tief/batch.json", "1")]
    (stack,) = stacker.look(entries, at=0)
    assert stack.sidecar is not None
    assert stack.sidecar.name == "a/batch.json"
    assert [entry.name for entry in stack.entries] == ["a/1.pdf", "a/tief/batch.json"]
