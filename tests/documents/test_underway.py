"""What jobs make and store, and of which no row speaks in the end, is erased; what is spoken of stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from eakte.documents.abandoned import ABANDONED_AFTER, erase_abandoned, resume_erasing
from eakte.documents.errors import CameTooLate
from eakte.documents.messages import EraseAbandoned
from eakte.documents.models import ObjectUnderway, Rendition, RenditionKind, object_key
from eakte.documents.queries import version_of
from eakte.documents.service import MadeRenditions, attach_rendition, attach_renditions
from eakte.documents.tasks import erase_what_is_abandoned
from eakte.documents.underway import Made, give_up, keep
from eakte.entrypoints.sweep import find_orphans
from eakte.foundation.settings import StorageSettings
from eakte.foundation.storage import LockMode, ObjectMissing, StorageUnavailable
from eakte.foundation.work import BeginWork, House, UnitOfWork
from tests.simulators.storage_fails import switched_off
from tests.support.factories import LETTER, a_document

VIEW = {"view": Made(b"<p>Ansicht</p>", "ansicht.html", "text/html")}


def much_later(work: UnitOfWork) -> UnitOfWork:
    return replace(work, now=work.now + ABANDONED_AFTER + timedelta(minutes=1))


def a_day_later(house: House) -> BeginWork:
    @contextmanager
    def begin() -> Iterator[UnitOfWork]:
        with house.begin() as work:
            yield much_later(work)

    return begin


def asked_for(work: UnitOfWork) -> int:
    count = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name")
    return int(work.session.execute(count, {"name": EraseAbandoned.name}).scalar_one())


def noted(house: House) -> list[UUID]:
    with house.sessions() as session:
        return list(session.scalars(select(ObjectUnderway.object_id)))


def is_there(house: House, object_id: UUID) -> bool:
    try:
        house.storage.retained_until(object_key(object_id))
    except ObjectMissing:
        return False
    return True


def strays(house: House) -> set[str]:
    return {orphan.key for orphan in find_orphans(house, grace_minutes=0)}


def test_what_arrives_is_spoken_of_by_its_row_alone(house: House) -> None:
    kept = keep(house.begin, VIEW)
    (object_id,) = noted(house)
    assert is_there(house, object_id) and object_key(object_id) not in strays(house)
    with house.begin() as work:
        document = a_document(work, content=LETTER)
        attach_rendition(
            work, version_of(work.session, document.id, None), RenditionKind.VIEW, kept.arrive(work)["view"]
        )
    assert noted(house) == [] and object_key(object_id) not in strays(house)
    with house.begin() as work:
        assert erase_abandoned(much_later(work)) == 0
    assert is_there(house, object_id)


def test_what_came_to_nothing_is_erased_a_day_later_and_not_before(house: House) -> None:
    keep(house.begin, {number: Made(b"Seite", f"{number}.txt", "text/plain") for number in range(120)})
    ids = noted(house)
    with house.begin() as work:
        resume_erasing(work)
        assert asked_for(work) == 0
        assert erase_abandoned(work) == 0
        resume_erasing(much_later(work))
        resume_erasing(much_later(work))
        assert asked_for(work) == 1
    assert all(is_there(house, one) for one in ids)
    erase_what_is_abandoned(EraseAbandoned(), a_day_later(house))
    assert noted(house) == []
    assert not any(is_there(house, one) for one in ids)


def test_the_files_of_a_work_that_fails_are_underway_again(house: House) -> None:
    kept = keep(house.begin, VIEW)
    before = noted(house)
    with pytest.raises(ZeroDivisionError), house.begin() as work:
        kept.arrive(work)
        _ = 1 / 0
    assert noted(house) == before != []


def test_what_comes_after_it_was_erased_is_not_taken(house: House) -> None:
    kept = keep(house.begin, VIEW)
    erase_what_is_abandoned(EraseAbandoned(), a_day_later(house))
    with house.begin() as work, pytest.raises(CameTooLate):
        kept.arrive(work)


def test_what_somebody_speaks_of_stays_whatever_was_noted(house: House) -> None:
    with house.begin() as work:
        document = a_document(work, content=LETTER)
        version = version_of(work.session, document.id, None)
        original = work.session.scalars(select(Rendition.object_id).where(Rendition.version_id == version.id)).one()
        give_up(work, [original])
        give_up(work, [original])
    erase_what_is_abandoned(EraseAbandoned(), a_day_later(house))
    assert (noted(house), is_there(house, original)) == ([], True)


def test_what_the_storage_still_locks_waits_another_day(house: House) -> None:
    keep(house.begin, VIEW)
    (object_id,) = noted(house)
    with house.begin() as work:
        now = much_later(work).now
        house.storage.retain(object_key(object_id), work.now + timedelta(seconds=2), LockMode.COMPLIANCE)
    erase_what_is_abandoned(EraseAbandoned(), a_day_later(house))
    with house.begin() as work:
        waits_since = work.session.get_one(ObjectUnderway, object_id).noted_at
    assert is_there(house, object_id) and waits_since >= now


def test_an_outage_of_the_storage_loses_no_note(house: House, storage_settings: StorageSettings) -> None:
    off = House(house.sessions, switched_off(storage_settings), house.settings)
    with pytest.raises(StorageUnavailable):
        keep(off.begin, VIEW)
    before = noted(house)
    with pytest.raises(StorageUnavailable):
        erase_what_is_abandoned(EraseAbandoned(), a_day_later(off))
    assert noted(house) == before != []
    erase_what_is_abandoned(EraseAbandoned(), a_day_later(house))
    assert noted(house) == []


def test_a_text_that_a_better_one_follows_is_given_up(house: House) -> None:
    def made(work: UnitOfWork, **files: Made) -> MadeRenditions:
        kept = keep(house.begin, {"text": Made(b"Text", "t.txt", "text/plain"), **files}).arrive(work)
        return MadeRenditions(kept.get("archival"), None, [], kept["text"], [("Text", None)])

    with house.begin() as work:
        document = a_document(work, content=LETTER)
        version = version_of(work.session, document.id, None)
        attach_renditions(work, document, version, first := made(work))
        assert noted(house) == []
        attach_renditions(work, document, version, made(work, archival=Made(b"%PDF", "a.pdf", "application/pdf")))
    assert noted(house) == [first.text.object_id]
    erase_what_is_abandoned(EraseAbandoned(), a_day_later(house))
    assert not is_there(house, first.text.object_id)
