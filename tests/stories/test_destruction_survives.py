"""The worker is killed again and again while a list is destroyed: it ends complete, and nothing else is touched."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from eakte.documents.models import DoomedObject, Rendition, object_key
from eakte.documents.queries import version_of
from eakte.entrypoints.sweep import OrphanKind, find_orphans
from eakte.records.models import Record
from retention.models.disposal import DisposalItem, DisposalList, Tombstone
from retention.rules.disposal import ItemState, ListAct, ListState
from retention.rules.ledger import PREFIX, opened_entry
from tests.support.disposal import Disposers, a_due_dossier, an_entry_to_destroy
from tests.support.factories import LETTER
from tests.support.installation import Installation, until
from tests.support.killing import kill_while_erasing


# The story of the transfer, which is told every time, ends with the same deaths.
@pytest.mark.soak
def test_twenty_records_are_destroyed_although_the_worker_dies(running: Installation) -> None:
    destroy_and_kill(running, count=20, deaths=1)


@pytest.mark.soak
def test_five_hundred_records_are_destroyed_in_twenty_deaths(running: Installation) -> None:
    destroy_and_kill(running, count=500, deaths=20)


def destroy_and_kill(running: Installation, *, count: int, deaths: int) -> None:
    """Records are dossiers and cases; half of them each."""
    house, disposers = running.house, Disposers(running.house)
    with house.begin() as work:
        entry = an_entry_to_destroy(work)
        going = [a_due_dossier(work, entry=entry, content=LETTER)[0].id for _ in range(count // 2)]
        staying = [a_due_dossier(work, entry=entry, content=LETTER)[0].id for _ in range(3)]
        before = everything(work.session)
    list_ = disposers.released(*going)
    running.wait_for(running.worker)
    disposers.act(list_.id, ListAct.DESTROY)
    kill_while_erasing(running, list_.id, count=count, deaths=deaths)
    until(lambda: state(running, list_.id) is ListState.CLOSED, "the end of the list", timeout_s=600.0)
    with house.begin() as work:
        session = work.session
        by_state = dict(
            session.execute(select(DisposalItem.state, func.count()).group_by(DisposalItem.state)).all()  # type: ignore[arg-type]
        )
        assert by_state == {ItemState.DESTROYED: count}
        ended = session.get_one(DisposalList, list_.id)
        assert ended.report_id is not None
        data = next(
            one
            for one in session.scalars(
                select(Rendition).where(Rendition.version_id == version_of(session, ended.report_id, None).id)
            )
            if one.kind == "data"
        )
        assert data.sha256 == ended.report_sha256
        assert f'"vernichtet":{count}'.encode() in house.storage.read(data.key, data.digest)
        stones = set(session.scalars(select(Tombstone.record_id)))
        assert len(stones) == count + count // 2
        there = everything(session)
        assert not stones & there
        assert before - stones <= there
        assert set(staying) <= there
        assert not session.scalar(select(func.count()).select_from(DoomedObject))
        kept = {object_key(one) for one in session.scalars(select(Rendition.object_id))}
    assert kept <= {key for key, _ in house.storage.keys("renditions/")}
    entries = [opened_entry(house.storage.read_unchecked(key)) for key, _ in house.storage.keys(PREFIX)]
    assert {UUID(one["record_id"]) for entry in entries if entry for one in entry["gone"]} == stones
    lost = [one for one in find_orphans(house, grace_minutes=0) if one.kind is OrphanKind.ROW_WITHOUT_OBJECT]
    assert not lost


def everything(session: object) -> set[UUID]:
    return set(session.scalars(select(Record.id)))  # type: ignore[attr-defined]


def state(running: Installation, list_id: UUID) -> ListState:
    with running.house.begin() as work:
        return work.session.get_one(DisposalList, list_id).state
