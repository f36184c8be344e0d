"""What is restricted on one of the grounds of Art. 18 stays, at every step of disposal; what waits for erasure goes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from eakte.access import Permission
from eakte.documents.queries import get_document
from eakte.foundation.errors import NotFound
from eakte.foundation.work import House
from eakte.records.models import Record, Restriction
from eakte.records.restriction_queries import restriction_of
from eakte.records.rules import KEEPING_GROUNDS, Action, RestrictionGround
from eakte.records.service.details import link_records
from eakte.records.service.lifecycle import change_case_state
from eakte.records.service.restricting import lift_restriction, restrict_record
from retention.errors import NothingToTransfer, RecordsHeldNow
from retention.messages import LockStorage
from retention.models.disposal import DisposalItem
from retention.queries.destroying import tombstone
from retention.queries.holds import held_among
from retention.rules.disposal import ItemState, ListAct
from retention.service.deciding import act_on_list
from retention.service.holding import must_be_unheld, set_hold
from tests.support.disposal import Disposers, a_due_dossier, an_entry_to_destroy
from tests.support.factories import AsActor, a_case, a_document, a_dossier
from tests.support.partnership import Partnership, partnership

WHY = "Verarbeitung eingeschränkt (Art. 18 DSGVO)"
_COUNT = 6


def restrict(house: House, record_id: UUID, ground: RestrictionGround = RestrictionGround.CLAIMS) -> None:
    with house.begin() as work:
        restrict_record(work, record_id, ground=ground, reason="Anspruch nach § 839 BGB", until=None)


def states(house: House, list_id: UUID) -> dict[str, tuple[ItemState, str | None]]:
    with house.begin() as work:
        rows = work.session.scalars(select(DisposalItem).where(DisposalItem.list_id == list_id))
        return {row.reference: (row.state, row.failure) for row in rows}


@pytest.fixture
def disposers(house: House) -> Disposers:
    return Disposers(house)


def test_a_restricted_document_keeps_its_case_and_dossier_and_no_other_case(house: House) -> None:
    with house.begin() as work:
        dossier = a_dossier(work)
        case, beside = a_case(work, dossier=dossier), a_case(work, dossier=dossier)
        document = a_document(work, case=case)
        for ground in RestrictionGround:
            restrict_record(work, document.id, ground=ground, reason="Prüfung", until=None)
            kept = held_among(work.session, [dossier.id, case.id, beside.id])
            assert kept == ({dossier.id, case.id} if ground in KEEPING_GROUNDS else set()), ground
            lift_restriction(work, document.id, reason="geprüft")
        assert held_among(work.session, [dossier.id, case.id]) == set()


def test_a_record_is_free_only_when_neither_hold_nor_restriction_is_left(house: House) -> None:
    with house.begin() as work:
        case = a_case(work)
        hold = set_hold(work, reason="Klage", record_ids=[case.id], scope=None)
        restrict_record(work, case.id, ground=RestrictionGround.CLAIMS, reason="Klage", until=None)
        with pytest.raises(RecordsHeldNow) as refused:
            must_be_unheld(work, [case.id])
    told = [finding.message for finding in refused.value.findings]
    assert len(told) == 2
    assert any(hold.reference in one for one in told) and any("Art. 18 DSGVO" in one for one in told)


def test_what_is_restricted_gets_on_no_list(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        entry = an_entry_to_destroy(work)
        restricted, _, documents = a_due_dossier(work, entry=entry)
        free, _, _ = a_due_dossier(work, entry=entry)
    restrict(house, documents[0].id)
    list_ = disposers.draw_up(restricted.id, free.id)
    references = states(house, list_.id)
    assert free.reference in references
    assert restricted.reference not in references


def test_what_is_restricted_meanwhile_is_withdrawn_by_the_next_act(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, cases, _ = a_due_dossier(work, cases=2)
    list_ = disposers.draw_up(dossier.id)
    restrict(house, cases[1].id)
    disposers.act(list_.id, ListAct.REVIEW)
    assert states(house, list_.id)[cases[1].reference] == (ItemState.WITHDRAWN, WHY)


def test_what_is_restricted_after_its_release_is_not_destroyed(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, cases, _ = a_due_dossier(work, cases=2)
    list_ = disposers.released(dossier.id)
    restrict(house, cases[0].id)
    disposers.destroy(list_.id)
    found = states(house, list_.id)
    assert found[cases[0].reference] == (ItemState.WITHDRAWN, WHY)
    assert found[cases[1].reference][0] is ItemState.DESTROYED
    assert found[dossier.reference][0] is ItemState.WITHDRAWN


def test_what_waits_for_its_erasure_is_destroyed_and_nothing_speaks_of_it(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, cases, documents = a_due_dossier(work)
    for record_id in (dossier.id, cases[0].id, documents[0].id):
        restrict(house, record_id, RestrictionGround.RETENTION)
    list_ = disposers.released(dossier.id)
    disposers.destroy(list_.id)
    assert {state for state, _ in states(house, list_.id).values()} == {ItemState.DESTROYED}
    with house.begin() as work:
        assert work.session.scalars(select(Restriction)).all() == []


def test_a_document_a_kept_case_refers_to_stays_restricted_where_it_moves(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, documents = a_due_dossier(work)
        home = a_case(work)
        link_records(work, home.id, documents[0].id, note="Grundlage")
    restrict(house, dossier.id, RestrictionGround.RETENTION)
    disposers.destroy(disposers.released(dossier.id).id)
    with house.begin() as work:
        moved = get_document(work, documents[0].id, to=Permission.READ)
        found = restriction_of(work.session, moved)
        assert (moved.case_id, moved.processing_restricted) == (home.id, True)
        assert found is not None and (found.record_id, found.ground) == (moved.id, RestrictionGround.RETENTION)


def test_a_restriction_set_while_the_job_runs_saves_what_is_not_gone(committed_house: House) -> None:
    house, disposers = committed_house, Disposers(committed_house)
    with house.begin() as work:
        entry = an_entry_to_destroy(work)
        dossiers = [a_due_dossier(work, entry=entry)[0].id for _ in range(_COUNT)]
    list_ = disposers.released(*dossiers)

    def saved(record_id: UUID) -> UUID | None:
        try:
            restrict(house, record_id)
        except NotFound:
            return None
        return record_id

    with ThreadPoolExecutor(_COUNT + 1) as pool:
        running = pool.submit(disposers.destroy, list_.id)
        restrictions = [pool.submit(saved, dossier_id) for dossier_id in reversed(dossiers)]
        in_time = {one for one in (each.result() for each in restrictions) if one is not None}
        running.result()
    with house.begin() as work:
        there = set(work.session.scalars(select(Record.id).where(Record.id.in_(dossiers))))
        assert there == in_time == set(work.session.scalars(select(Restriction.record_id)))
        assert in_time
        for dossier_id in dossiers:
            assert (tombstone(work.session, dossier_id) is not None) is (dossier_id not in in_time)


def test_the_storage_is_told_of_what_is_restricted_and_closed(house: House) -> None:
    told = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name AND args ->> 'record_id' = :id")
    with house.begin() as work:
        document = a_document(work)
        change_case_state(work, document.case_id, Action.CLOSE, revision=None)
        asked = {"name": LockStorage.name, "id": str(document.case_id)}
        before = work.session.scalar(told, asked) or 0
        restrict_record(work, document.id, ground=RestrictionGround.UNLAWFUL, reason="ohne Grundlage", until=None)
        lift_restriction(work, document.id, reason="Einwilligung nachgereicht")
        assert work.session.scalar(told, asked) == before + 2


# --- with an archive ----------------------------------------------------------------------------------------


@pytest.fixture
def partners(house: House, tmp_path: Path, as_actor: AsActor, monkeypatch: pytest.MonkeyPatch) -> Partnership:
    return partnership(house, tmp_path, as_actor, monkeypatch, version="3.0.0")


def test_what_is_restricted_is_neither_offered_nor_handed_over(partners: Partnership) -> None:
    first, second = partners.a_closed_dossier(), partners.a_closed_dossier()
    list_id = partners.a_list(first, second)
    with partners.begin() as work:
        act_on_list(work, list_id, ListAct.OFFER, revision=None)
    # Nothing is written yet.
    restrict(partners.house, first.id)
    partners.work_off()
    assert (partners.items(list_id)[first.id].state, partners.items(list_id)[first.id].failure) == (
        ItemState.WITHDRAWN,
        WHY,
    )
    partners.round()
    partners.round()
    restrict(partners.house, second.id)
    with partners.begin() as work, pytest.raises(NothingToTransfer):
        act_on_list(work, list_id, ListAct.TRANSFER, revision=None)
    assert "0503" not in partners.types(list_id)
