"""What is particular to one engine or another."""

import re
import shutil
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine

from eakte.search.adapters import whoosh
from eakte.search.adapters.postgres import PostgresIndex
from eakte.search.adapters.tantivy import TantivyIndex
from eakte.search.adapters.whoosh import WhooshIndex
from eakte.search.errors import IndexUnreachable, IndexUnreadable, SearchEngineMissing
from eakte.search.index import Scope, SearchIndex, Visibility

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
