"""The worker keeps the index in order by itself."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from eakte.access.rules import Confidentiality
from eakte.foundation.clock import GERMANY
from eakte.foundation.settings import SearchSettings
from eakte.foundation.work import SYSTEM, House, UnitOfWork
from eakte.records.models import PartyRole
from eakte.records.service.details import PartyDetails, add_party, remove_party
from eakte.search.errors import IndexUnreadable
from eakte.search.index import Scope, Visibility
from eakte.search.messages import RebuildIndex, UpdateIndex
from eakte.search.pending import IndexRequest
from eakte.search.queries import indexed_documents
from eakte.search.service import index_of, rebuild_index, resume_update, update_index
from eakte.search.tasks import Pace
from tests.support.factories import a_document

EVERYTHING = Visibility((Scope(None, None, frozenset(level.value for level in Confidentiality)),), UUID(int=1))


@pytest.fixture
def outdated(committed_house: House, tmp_path: Path) -> Iterator[House]:
    """A house with one document, whose index an earlier release has written."""
    search = SearchSettings(engine="tantivy", directory=tmp_path)
    house = replace(committed_house, settings=committed_house.settings.model_copy(update={"search": search}))
    index = index_of(house.settings)
    with house.begin(SYSTEM) as work:
        a_document(work, title="Fledermauskasten")
    pointer = tmp_path / "tantivy" / "current"
    pointer.write_text(re.sub(r"-\d+ ", "-0 ", pointer.read_text()))
    yield house
    index.close()


def waiting_jobs(house: House) -> list[str]:
    with house.begin(SYSTEM) as work:
        jobs = work.session.scalars(text("select task_name from procrastinate_jobs where status = 'todo' order by id"))
        return list(jobs)


def clear_jobs(house: House) -> None:
    with house.begin(SYSTEM) as work:
        work.session.execute(text("delete from procrastinate_jobs"))


def test_an_index_of_an_earlier_release_has_itself_rebuilt_and_then_brought_up_to_date(outdated: House) -> None:
    clear_jobs(outdated)
    assert update_index(outdated.begin) == 0
    assert waiting_jobs(outdated) == [RebuildIndex.name, UpdateIndex.name]
    assert update_index(outdated.begin) == 0
    assert waiting_jobs(outdated) == [RebuildIndex.name, UpdateIndex.name], "one rebuild is enough"
    assert rebuild_index(outdated.begin) >= 1
    assert update_index(outdated.begin) >= 1
    with outdated.begin(SYSTEM) as work:
        assert not list(work.session.scalars(select(IndexRequest)))
        found = index_of(work.settings).search("Fledermauskasten", EVERYTHING)
        assert found.total == 1


def test_an_index_of_an_earlier_release_is_noticed_when_nothing_changes(outdated: House) -> None:
    clear_jobs(outdated)
    with outdated.begin(SYSTEM) as work:
        work.session.execute(text("delete from index_requests"))
    for _ in range(2):
        with outdated.begin(SYSTEM) as work:
            resume_update(work)
    assert waiting_jobs(outdated) == [UpdateIndex.name]


def test_many_changes_are_indexed_by_one_job(outdated: House) -> None:
    rebuild_index(outdated.begin)
    clear_jobs(outdated)
    for number in range(3):
        with outdated.begin(SYSTEM) as work:
            a_document(work, title=f"Nistkasten {number}")
    assert waiting_jobs(outdated).count(UpdateIndex.name) == 3
    assert update_index(outdated.begin) >= 3
    assert UpdateIndex.name not in waiting_jobs(outdated)
    assert index_of(outdated.settings).search("Nistkasten", EVERYTHING).total == 3


@pytest.mark.parametrize("level", ["dossier", "case"])
def test_documents_are_found_by_the_parties_of_what_they_lie_in_for_as_long_as_it_has_them(
    outdated: House, level: str
) -> None:
    rebuild_index(outdated.begin)
    index, name = index_of(outdated.settings), f"Zwiebelfisch{level}"
    with outdated.begin(SYSTEM) as work:
        case = a_document(work).case
        holder = {"dossier": case.dossier_id, "case": case.id}[level]
    update_index(outdated.begin)
    with outdated.begin(SYSTEM) as work:
        party = add_party(work, holder, PartyDetails(PartyRole.APPLICANT, name)).id
    update_index(outdated.begin)
    assert index.search(f"von:{name}", EVERYTHING).total == 1
    with outdated.begin(SYSTEM) as work:
        remove_party(work, holder, party, revision=None)
    update_index(outdated.begin)
    assert index.search(f"von:{name}", EVERYTHING).total == 0


def test_what_was_filed_after_midnight_on_new_years_day_is_of_the_new_year(work: UnitOfWork) -> None:
    half_past_midnight = datetime(2027, 1, 1, 0, 30, tzinfo=GERMANY).astimezone(UTC)
    document = a_document(replace(work, now=half_past_midnight))
    (indexed,) = indexed_documents(work.session, [document.id])
    assert indexed.date == date(2027, 1, 1)


def test_what_changes_during_an_update_has_a_job_of_its_own(outdated: House) -> None:
    rebuild_index(outdated.begin)
    late = iter(["Nistkasten"])

    @contextmanager
    def begin() -> Iterator[UnitOfWork]:
        """Somebody else files a document while requests are worked off."""
        with outdated.begin(SYSTEM) as work:
            yield work
            if work.session.in_transaction() and work.session.execute(_TAKEN).first() is None:
                for title in late:
                    with outdated.begin(SYSTEM) as other:
                        a_document(other, title=title)

    update_index(begin)
    assert next(late, None) is None, "somebody filed it"
    assert UpdateIndex.name in waiting_jobs(outdated)
    assert update_index(outdated.begin) == 1
    assert index_of(outdated.settings).search("Nistkasten", EVERYTHING).total == 1


_TAKEN = text("select from index_requests limit 1")


def test_changes_that_come_one_after_another_are_taken_in_together() -> None:
    pace, begun = Pace(rest_s=0.3), time.monotonic()
    with pace.keep():
        assert time.monotonic() - begun < 0.3, "a lone change does not wait"
    ended = time.monotonic()
    with pace.keep():
        assert time.monotonic() - ended >= 0.25


def test_while_the_index_is_outdated_search_says_so(outdated: House) -> None:
    with outdated.begin(SYSTEM) as work, pytest.raises(IndexUnreadable):
        index_of(work.settings).search("", EVERYTHING)
