"""What is particular to one engine or another."""

import re
import shutil
from collections.abc import Callable, Iterator
from multiprocessing import active_children
from multiprocessing.context import SpawnProcess
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine

from eakte.search.adapters import whoosh
from eakte.search.adapters.postgres import PostgresIndex
from eakte.search.adapters.tantivy import TantivyIndex
from eakte.search.adapters.whoosh import WhooshIndex
from eakte.search.errors import IndexUnreachable, IndexUnreadable, RebuildSuperseded, SearchEngineMissing
from eakte.search.index import IndexedDocument, Scope, SearchIndex, Visibility
from tests.search.test_contract import letter

EVERYTHING = Visibility((Scope(None, None, frozenset({"open"})),), UUID(int=1))


@pytest.fixture(params=[TantivyIndex, WhooshIndex])
def directory_index(request: pytest.FixtureRequest, tmp_path: Path) -> SearchIndex:
    index: SearchIndex = request.param(tmp_path)
    return index


def rebuilt(index: SearchIndex) -> SearchIndex:
    index.finish_rebuild(index.start_rebuild())
    return index


def test_an_index_of_an_older_schema_asks_to_be_rebuilt(directory_index: SearchIndex, tmp_path: Path) -> None:
    pointer = tmp_path / "current"
    pointer.write_text(re.sub(r"-\d+ ", "-0 ", pointer.read_text()))
    with pytest.raises(IndexUnreadable):
        directory_index.search("", EVERYTHING)
    with pytest.raises(IndexUnreadable):
        directory_index.index([])
    assert rebuilt(directory_index).search("", EVERYTHING).total == 0


def test_lost_files_are_told_and_healed_by_a_rebuild(directory_index: SearchIndex, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "gen-0001")
    with pytest.raises(IndexUnreadable):
        directory_index.search("", EVERYTHING)
    assert rebuilt(directory_index).search("", EVERYTHING).total == 0


def test_many_documents_are_analysed_beside_and_each_is_found(tmp_path: Path) -> None:
    index, beside = TantivyIndex(tmp_path), 0

    def letters() -> Iterator[IndexedDocument]:
        nonlocal beside
        for number in range(1_300):
            beside = max(beside, len(active_children()))
            yield letter(number, f"Straßenbaubeitrag {number}/26", *["Blatt"] * 4, title=f"Bescheid {number}")

    fresh = index.start_rebuild()
    assert fresh.index(letters()) == 1_300
    index.finish_rebuild(fresh)
    assert beside >= 1
    assert active_children() == []
    assert index.search("Beitrag Blatt", EVERYTHING).total == 1_300
    for number in (0, 999, 1_000, 1_001, 1_299):
        (hit,) = index.search(f"{number}/26 title:Bescheid", EVERYTHING).hits
        assert hit.document_id == letter(number).id
        assert hit.snippets[0].page == 1


def test_few_documents_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_process: SpawnProcess) -> None:
        raise AssertionError

    monkeypatch.setattr(SpawnProcess, "start", refused)
    index = TantivyIndex(tmp_path)
    fresh = index.start_rebuild()
    assert fresh.index(letter(number, "Bescheid") for number in range(50)) == 50
    index.finish_rebuild(fresh)
    assert index.search("Bescheid", EVERYTHING).total == 50


def letters(many: int, place: int, happens: Callable[[], object]) -> Iterator[IndexedDocument]:
    """Letters, and what happens before the one at a place is handed over."""
    for number in range(many):
        if number == place:
            happens()
        yield letter(number, "Bescheid")


def test_a_rebuild_overtaken_by_a_later_one_ends_soon(directory_index: SearchIndex) -> None:
    overtaken = directory_index.start_rebuild()
    given = letters(5_000, 120, directory_index.start_rebuild)
    with pytest.raises(RebuildSuperseded):
        overtaken.index(given)
    assert len(list(given)) > 4_500


@pytest.mark.parametrize("place", range(8))
def test_a_rebuild_overtaken_while_its_engine_begins_to_write_is_told_so(
    directory_index: SearchIndex, place: int
) -> None:
    """Sweeping takes the files away from the engine, whose own words for that would explain nothing."""
    overtaken = directory_index.start_rebuild()
    with pytest.raises(RebuildSuperseded):
        overtaken.index(letters(400, place, directory_index.start_rebuild))


def test_a_rebuild_overtaken_whose_writer_brought_its_directory_back_ends_soon(
    directory_index: SearchIndex, tmp_path: Path
) -> None:
    overtaken = directory_index.start_rebuild()
    (swept,) = set(tmp_path.glob("gen-*")) - {tmp_path / "gen-0001"}

    def happens() -> None:
        directory_index.start_rebuild()
        swept.mkdir(exist_ok=True)

    given = letters(5_000, 20, happens)
    with pytest.raises(RebuildSuperseded):
        overtaken.index(given)
    assert len(list(given)) > 4_500


def test_a_rebuild_overtaken_before_it_got_anything_says_so(directory_index: SearchIndex) -> None:
    overtaken = directory_index.start_rebuild()
    directory_index.start_rebuild()
    with pytest.raises(RebuildSuperseded):
        overtaken.index([letter(1, "Bescheid")])


def test_a_lost_pointer_is_told(directory_index: SearchIndex, tmp_path: Path) -> None:
    (tmp_path / "current").unlink()
    with pytest.raises(IndexUnreadable):
        directory_index.search("", EVERYTHING)


def test_finished_and_abandoned_generations_leave_nothing_behind(directory_index: SearchIndex, tmp_path: Path) -> None:
    for _ in range(3):
        directory_index.start_rebuild()
        rebuilt(directory_index)
    assert len(list(tmp_path.glob("gen-*"))) == 1
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"current", "writer.lock"}


def test_without_whoosh_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh, "INSTALLED", False)
    with pytest.raises(SearchEngineMissing) as refusal:
        WhooshIndex(tmp_path)
    assert "whoosh-reloaded" in refusal.value.detail


def test_a_database_that_is_down_is_unavailable() -> None:
    index = PostgresIndex(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    with pytest.raises(IndexUnreachable):
        index.search("", EVERYTHING)
    with pytest.raises(IndexUnreachable):
        index.index([])
