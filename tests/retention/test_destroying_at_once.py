"""Holds and destruction at the same time: whoever comes first decides, and nothing is half gone."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import select

from eakte.foundation.errors import NotFound
from eakte.foundation.work import House
from eakte.records.models import Record
from retention.models.disposal import DisposalItem
from retention.models.holds import HeldRecord
from retention.queries.destroying import tombstone
from retention.rules.disposal import ItemState
from retention.service.holding import set_hold
from tests.support.disposal import Disposers, a_due_dossier, an_entry_to_destroy

_COUNT = 6


def test_a_hold_set_while_the_job_runs_saves_what_is_not_gone(committed_house: House) -> None:
    house, disposers = committed_house, Disposers(committed_house)
    with house.begin() as work:
        entry = an_entry_to_destroy(work)
        dossiers = [a_due_dossier(work, entry=entry)[0].id for _ in range(_COUNT)]
    list_ = disposers.released(*dossiers)
    with ThreadPoolExecutor(_COUNT + 1) as pool:
        running = pool.submit(disposers.destroy, list_.id)
        holds = [pool.submit(hold, house, dossier_id) for dossier_id in reversed(dossiers)]
        saved = {one for one in (each.result() for each in holds) if one is not None}
        running.result()
    with house.begin() as work:
        there = set(work.session.scalars(select(Record.id).where(Record.id.in_(dossiers))))
        held = set(work.session.scalars(select(HeldRecord.record_id)))
        states = dict(
            work.session.execute(select(DisposalItem.record_id, DisposalItem.state)).all()  # type: ignore[arg-type]
        )
        assert there == saved == held
        assert saved
        for dossier_id in dossiers:
            gone = tombstone(work.session, dossier_id) is not None
            assert gone is (dossier_id not in saved)
            assert states[dossier_id] is (ItemState.DESTROYED if gone else ItemState.WITHDRAWN)


def hold(house: House, record_id: UUID) -> UUID | None:
    """The record, if the hold came in time."""
    try:
        with house.begin() as work:
            set_hold(work, reason="Klage", record_ids=[record_id], scope=None)
    except NotFound:
        return None
    return record_id
