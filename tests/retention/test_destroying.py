"""Destruction: what goes, what stays, and that nothing goes which must stay (Vernichtung)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import select, text

from eakte.access import Permission
from eakte.audit.models import AuditEntry
from eakte.documents.erasing import doomed_objects
from eakte.documents.models import Document, Rendition, object_key
from eakte.documents.queries import version_of
from eakte.foundation.storage import ObjectMissing
from eakte.foundation.work import BeginWork, House, UnitOfWork
from eakte.records.errors import RecordNotFound
from eakte.records.models import Record
from eakte.records.queries import get_record, get_record_by_reference
from eakte.records.rules import Action
from eakte.records.service.details import link_records
from eakte.records.service.lifecycle import change_case_state
from retention.errors import RecordDestroyed
from retention.messages import CarryOutList
from retention.models.disposal import DisposalItem, DisposalList, Tombstone
from retention.queries.destroying import tombstone
from retention.rules.disposal import ItemState, ListState
from retention.rules.ledger import ledger_key, opened_entry
from retention.service.holding import set_hold
from retention.tasks.lists import carry_out_list
from tests.simulators.sudden_death import Fate, Killed
from tests.support.disposal import Disposers, a_due_dossier, an_entry_to_destroy, closed
from tests.support.factories import LETTER, a_case, a_document, a_dossier


@pytest.fixture
def disposers(house: House) -> Disposers:
    return Disposers(house)


def states(house: House, list_id: object) -> dict[str, ItemState]:
    with house.begin() as work:
        rows = work.session.execute(
            select(DisposalItem.reference, DisposalItem.state).where(DisposalItem.list_id == list_id)
        )
        return dict(rows.all())


def test_what_is_destroyed_leaves_a_tombstone_and_nothing_else(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, cases, documents = a_due_dossier(work, cases=2, content=LETTER)
        objects = list(work.session.scalars(select(Rendition.object_id)))
        kept = a_document(work, content=LETTER)
        ids = [dossier.id, *(one.id for one in (*cases, *documents))]
    assert objects
    list_ = disposers.released(dossier.id)
    disposers.destroy(list_.id)
    with house.begin() as work:
        assert not list(work.session.scalars(select(Record.id).where(Record.id.in_(ids))))
        assert {tombstone(work.session, one).reference for one in ids} >= {dossier.reference}  # type: ignore[union-attr]
        assert tombstone(work.session, dossier.id).retained_until.year == 2020  # type: ignore[union-attr]
        assert doomed_objects(work.session, dossier.id) == []
        assert work.session.get_one(DisposalList, list_.id).state is ListState.CARRIED_OUT
        assert set(states(house, list_.id).values()) == {ItemState.DESTROYED}
        for object_id in objects:
            with pytest.raises(ObjectMissing):
                house.storage.measure(object_key(object_id))
        with pytest.raises(RecordDestroyed, match="vernichtet"):
            get_record(work, dossier.id, to=Permission.READ)
        with pytest.raises(RecordDestroyed):
            get_record_by_reference(work, documents[0].reference, to=Permission.READ)
        assert get_record(work, kept.id, to=Permission.READ)


def test_the_report_tells_every_item_and_the_titles_are_gone(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, cases, _ = a_due_dossier(work)
    list_ = disposers.released(dossier.id)
    disposers.destroy(list_.id)
    disposers.report(list_.id)
    with house.begin() as work:
        ended = work.session.get_one(DisposalList, list_.id)
        assert ended.report_id is not None and ended.state is ListState.CLOSED
        version = version_of(work.session, ended.report_id, None)
        files = {
            one.kind.value: one
            for one in work.session.scalars(select(Rendition).where(Rendition.version_id == version.id))
        }
        told = json.loads(house.storage.read(files["data"].key, files["data"].digest))
        assert files["data"].sha256 == ended.report_sha256
        assert [item["reference"] for item in told["items"]] == [cases[0].reference, dossier.reference]
        assert told["results"] == {"vernichtet": 2}
        assert "Bauantrag" not in json.dumps(told, ensure_ascii=False)
        assert {person["id"] for person in told["list"]["persons"].values()} == {
            str(disposers.author.id),
            str(disposers.other.id),
        }
        assert list(work.session.scalars(select(DisposalItem.title).distinct())) == [None]


def test_the_ledger_names_what_is_gone_outside_the_database(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, cases, documents = a_due_dossier(work, content=LETTER)
    list_ = disposers.released(dossier.id)
    disposers.destroy(list_.id)
    entry = opened_entry(house.storage.read_unchecked(ledger_key(cases[0].id)))
    assert entry is not None
    assert [one["record_id"] for one in entry["gone"]] == [str(cases[0].id), str(documents[0].id)]
    assert entry["gone"][0]["list_reference"] == list_.reference
    assert len(entry["objects"]) == 1


def test_what_was_held_meanwhile_is_withdrawn_and_so_is_its_dossier(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, cases, _ = a_due_dossier(work, cases=2)
    list_ = disposers.released(dossier.id)
    with house.begin() as work:
        set_hold(work, reason="Klage", record_ids=[cases[0].id], scope=None)
    disposers.destroy(list_.id)
    assert states(house, list_.id) == {
        cases[0].reference: ItemState.WITHDRAWN,
        cases[1].reference: ItemState.DESTROYED,
        dossier.reference: ItemState.WITHDRAWN,
    }
    with house.begin() as work:
        assert get_record(work, cases[0].id, to=Permission.READ)
        assert work.session.get_one(DisposalList, list_.id).state is ListState.CARRIED_OUT


def test_nothing_goes_before_the_waiting_period_is_over(house: House) -> None:
    disposers = Disposers(house, waiting_days=14)
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    list_ = disposers.released(dossier.id)
    disposers.destroy(list_.id)
    assert set(states(house, list_.id).values()) == {ItemState.LISTED}


def test_a_document_a_kept_case_refers_to_moves_there(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, (document,) = a_due_dossier(work, content=LETTER)
        kept = a_case(work)
        link_records(work, kept.id, document.id, note=None)
    list_ = disposers.released(dossier.id)
    disposers.destroy(list_.id)
    with house.begin() as work:
        moved = get_record_by_reference(work, document.reference, to=Permission.READ)
        assert isinstance(moved, Document) and moved.id == document.id
        assert moved.case_id == kept.id and moved.reference.startswith(kept.reference)
        assert tombstone(work.session, dossier.id) is not None


def test_a_case_a_kept_dossier_refers_into_stays_until_somebody_decides(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, (case,), (document,) = a_due_dossier(work)
        link_records(work, a_dossier(work).id, document.id, note=None)
    list_ = disposers.released(dossier.id)
    disposers.destroy(list_.id)
    assert states(house, list_.id) == {case.reference: ItemState.WITHDRAWN, dossier.reference: ItemState.WITHDRAWN}


def test_a_record_that_pointed_to_what_is_gone_says_so(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
        pointing = a_dossier(work)
        link_records(work, pointing.id, dossier.id, note=None)
    disposers.destroy(disposers.released(dossier.id).id)
    with house.begin() as work:
        lost = select(AuditEntry.changes).where(
            AuditEntry.record_id == pointing.id, AuditEntry.event == "records.LinkLost"
        )
        assert work.session.scalar(lost) == {"link": [dossier.reference, None]}


def test_an_object_two_documents_share_stays_for_the_other(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, (document,) = a_due_dossier(work, content=LETTER)
        other = a_document(work, content=LETTER)
        shared = work.session.scalars(
            select(Rendition).where(Rendition.version_id == version_of(work.session, document.id, None).id)
        ).one()
        of_other = select(Rendition).where(Rendition.version_id == version_of(work.session, other.id, None).id)
        work.session.scalars(of_other).one().object_id = shared.object_id
    disposers.destroy(disposers.released(dossier.id).id)
    assert house.storage.measure(shared.key) == shared.digest


def test_cancelled_cases_go_with_their_dossier(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier = a_dossier(work, entry=an_entry_to_destroy(work))
        cancelled = a_case(work, dossier=dossier)
        document = a_document(work, case=cancelled)
        change_case_state(work, cancelled.id, Action.CANCEL, revision=None)
        closed(work, dossier)
    disposers.destroy(disposers.released(dossier.id).id)
    with house.begin() as work:
        gone = select(Tombstone.record_id).where(Tombstone.taken_with == dossier.id)
        assert set(work.session.scalars(gone)) == {dossier.id, cancelled.id, document.id}


def test_whoever_could_not_see_a_record_is_not_told_that_it_was(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    disposers.destroy(disposers.released(dossier.id).id)
    with house.begin(disposers.author) as work, pytest.raises(RecordNotFound) as told:
        get_record(work, dossier.id, to=Permission.READ)
    assert not isinstance(told.value, RecordDestroyed)


def test_the_search_index_is_asked_to_forget(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, (document,) = a_due_dossier(work, content=LETTER)
    disposers.destroy(disposers.released(dossier.id).id)
    with house.begin() as work:
        asked = work.session.scalar(
            text("SELECT count(*) FROM index_requests WHERE record_id = :id"), {"id": document.id}
        )
        assert asked


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_whenever_the_worker_dies_the_next_one_brings_it_to_its_end(
    house: House, disposers: Disposers, step: int
) -> None:
    moment, survived = 3, False
    while not survived:
        with house.begin() as work:
            dossier, _, _ = a_due_dossier(work, cases=0)
        list_ = disposers.released(dossier.id)
        fate = Fate(moment)
        with suppress(Killed):
            carry_out_list(CarryOutList(list_id=list_.id), mortal(disposers.house, fate))
        survived = fate.survived
        carry_out_list(CarryOutList(list_id=list_.id), disposers.house.begin)
        assert states(house, list_.id) == {dossier.reference: ItemState.DESTROYED}, moment
        assert opened_entry(house.storage.read_unchecked(ledger_key(dossier.id))) is not None
        with house.begin() as work:
            assert work.session.get_one(DisposalList, list_.id).state is ListState.CARRIED_OUT
            assert doomed_objects(work.session, dossier.id) == []
        moment += step
    assert moment > 10


def mortal(house: House, fate: Fate) -> BeginWork:
    """Works of which each may be the last: before its commit, which undoes it, or after it."""

    @contextmanager
    def begin() -> Iterator[UnitOfWork]:
        with house.begin() as work:
            yield work
            fate.moment()
        fate.moment()

    return begin


def test_a_second_run_changes_nothing(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    list_ = disposers.released(dossier.id)
    disposers.destroy(list_.id)
    disposers.report(list_.id)
    with house.begin() as work:
        before = work.session.scalar(select(DisposalList.report_id).where(DisposalList.id == list_.id))
    disposers.destroy(list_.id)
    disposers.report(list_.id)
    with house.begin() as work:
        assert work.session.scalar(select(DisposalList.report_id).where(DisposalList.id == list_.id)) == before
