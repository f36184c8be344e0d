"""Disposal lists: what comes on one, what does not and why, and who may decide (Aussonderungsverzeichnisse)."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from eakte.access import Confidentiality, Role
from eakte.access.errors import ActionForbidden
from eakte.foundation.errors import Stale
from eakte.foundation.work import House
from eakte.records.errors import TransitionBlocked
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import Action
from eakte.records.service.lifecycle import change_case_state, change_dossier_state
from retention.errors import (
    ListBlocked,
    ListNeedsAnotherPerson,
    ListStateForbids,
    NothingToDispose,
    ProcedureWithoutArchive,
    ProposalWithoutOffer,
)
from retention.models.disposal import DisposalItem
from retention.models.rules import RecordRetention
from retention.queries.candidates import Wanted, candidates
from retention.rules.disposal import ItemState, ListAct, ListState, Procedure
from retention.rules.readiness import Obstacle
from retention.service.deciding import act_on_list, set_decisions
from retention.service.holding import set_hold
from retention.service.listing import acts_allowed, draw_up_list, propose, take_off_list
from tests.support.disposal import Disposers, a_due_dossier, an_entry_to_destroy, closed
from tests.support.factories import AsActor, a_case, a_dossier, an_entry

NOW = datetime.now(UTC)


@pytest.fixture
def disposers(house: House) -> Disposers:
    return Disposers(house)


def items(house: House, list_id: object) -> list[tuple[str, ItemState, DisposalCode | None]]:
    columns = (DisposalItem.reference, DisposalItem.state, DisposalItem.decision)
    with house.begin() as work:
        statement = select(*columns).where(DisposalItem.list_id == list_id).order_by(DisposalItem.position)
        return [tuple(row) for row in work.session.execute(statement)]  # type: ignore[misc]


def references(house: House, list_id: object, state: ItemState = ItemState.LISTED) -> list[str]:
    return [reference for reference, now, _ in items(house, list_id) if now is state]


# --- drawing up -----------------------------------------------------------------------------------------------


def test_a_list_holds_every_due_dossier_of_an_entry_its_cases_first(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        entry = an_entry_to_destroy(work)
        due = [a_due_dossier(work, entry=entry, cases=2) for _ in range(2)]
        a_due_dossier(work)
    with house.begin(disposers.author) as work:
        drawn = draw_up_list(
            work, name="Jahr", procedure=Procedure.DESTRUCTION, archive=None, wanted=Wanted(entry_id=entry.id)
        )
    expected = [
        reference for dossier, cases, _ in due for reference in (*(c.reference for c in cases), dossier.reference)
    ]
    assert references(house, drawn.list.id) == expected
    assert drawn.left_out == {}


def test_what_is_due_but_not_ready_is_shown_with_its_reason(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        entry = an_entry_to_destroy(work)
        held, (held_case,), _ = a_due_dossier(work, entry=entry)
        set_hold(work, reason="Klage", record_ids=[held.id], scope=None)
        late = a_dossier(work, entry=entry)
        late_case = a_case(work, dossier=late)
        closed(work, late_case, at=NOW)
        closed(work, late)
        locked, (locked_case,), _ = a_due_dossier(work, entry=entry)
        row = work.session.get_one(RecordRetention, locked_case.id)
        row.lock_mode, row.locked_until = "compliance", NOW.date().replace(year=2099)  # type: ignore[assignment]
        other, _, _ = a_due_dossier(work, entry=an_entry_to_destroy(work, code=DisposalCode.ARCHIVE))
    wanted = Wanted(record_ids=frozenset({held.id, late.id, locked.id, other.id}))
    with house.begin() as work:
        found = {
            one.standing.record_id: set(one.obstacles)
            for one in candidates(work, wanted, Procedure.DESTRUCTION, list_id=None)
        }
    assert found[held.id] == {Obstacle.HELD, Obstacle.CASE_STAYS}
    assert found[held_case.id] == {Obstacle.HELD}
    assert found[late.id] == {Obstacle.CASE_STAYS}
    assert late_case.id not in found
    assert found[locked_case.id] == {Obstacle.LOCKED}
    assert found[locked.id] == {Obstacle.CASE_STAYS}
    assert found[other.id] == {Obstacle.CODE, Obstacle.CASE_STAYS}
    with pytest.raises(NothingToDispose) as told, house.begin(disposers.author) as work:
        draw_up_list(work, name="Jahr", procedure=Procedure.DESTRUCTION, archive=None, wanted=wanted)
    assert Counter(finding.code for finding in told.value.findings)["held"] == 2


def test_a_due_case_goes_without_its_dossier_that_is_not_due(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier = a_dossier(work, entry=an_entry_to_destroy(work))
        case = a_case(work, dossier=dossier)
        closed(work, case)
    assert references(house, disposers.draw_up(case.id).id) == [case.reference]


def test_a_record_is_on_one_list_at_a_time(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    disposers.draw_up(dossier.id)
    with pytest.raises(NothingToDispose) as told:
        disposers.draw_up(dossier.id)
    assert {finding.code for finding in told.value.findings} == {"listed"}


def test_what_somebody_may_not_dispose_of_does_not_come_on_their_list(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier = a_dossier(work, entry=an_entry_to_destroy(work), confidentiality=Confidentiality.SECRET)
        closed(work, dossier)
    with pytest.raises(NothingToDispose) as told:
        disposers.draw_up(dossier.id)
    assert told.value.findings == ()


def test_only_who_disposes_for_the_whole_house_draws_up_lists(house: House, as_actor: AsActor) -> None:
    for actor in (as_actor(Role.CLERK), as_actor(Role.ARCHIVIST)):
        with house.begin(actor) as work, pytest.raises(ActionForbidden):
            draw_up_list(work, name="x", procedure=Procedure.DESTRUCTION, archive=None, wanted=Wanted())


def test_an_offer_needs_an_archive_and_destruction_has_none(disposers: Disposers) -> None:
    with pytest.raises(ProcedureWithoutArchive):
        disposers.draw_up(archive="Stadtarchiv")
    with pytest.raises(ProcedureWithoutArchive):
        disposers.draw_up(procedure=Procedure.FOUR_STEP)


def test_candidates_can_be_read_page_by_page(house: House) -> None:
    with house.begin() as work:
        entry = an_entry_to_destroy(work)
        for _ in range(3):
            a_due_dossier(work, entry=entry, cases=2)
        wanted, procedure = Wanted(entry_id=entry.id), Procedure.DESTRUCTION
        whole = [one.standing.record_id for one in candidates(work, wanted, procedure, list_id=None)]
        for place, seen in enumerate(whole):
            rest = candidates(work, wanted, procedure, list_id=None, after=str(seen))
            assert [one.standing.record_id for one in rest] == whole[place + 1 :]
    assert len(whole) == 9


# --- deciding ---------------------------------------------------------------------------------------------------


def test_nobody_reviews_or_releases_their_own_list(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    list_ = disposers.draw_up(dossier.id)
    with pytest.raises(ListNeedsAnotherPerson):
        disposers.act(list_.id, ListAct.REVIEW, by=disposers.author)
    disposers.act(list_.id, ListAct.REVIEW)
    with pytest.raises(ListNeedsAnotherPerson):
        disposers.act(list_.id, ListAct.RELEASE, by=disposers.author)


def test_without_an_offer_the_code_of_the_plan_is_the_decision(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    list_ = disposers.act(disposers.draw_up(dossier.id).id, ListAct.REVIEW)
    assert list_.state is ListState.APPRAISED
    assert {decision for _, _, decision in items(house, list_.id)} == {DisposalCode.DESTROY}


def test_a_reviewed_list_can_be_given_back_which_voids_review_and_release(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    list_ = disposers.act(disposers.released(dossier.id).id, ListAct.RETURN)
    assert (list_.state, list_.reviewed_by, list_.released_by) == (ListState.DRAFT, None, None)
    assert {decision for _, _, decision in items(house, list_.id)} == {None}


def test_what_is_held_meanwhile_is_withdrawn_by_the_next_act(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, cases, _ = a_due_dossier(work, cases=2)
    list_ = disposers.draw_up(dossier.id)
    with house.begin() as work:
        set_hold(work, reason="Klage", record_ids=[cases[1].id], scope=None)
    disposers.act(list_.id, ListAct.REVIEW)
    assert references(house, list_.id) == [cases[0].reference]
    with house.begin() as work:
        why = select(DisposalItem.failure).where(DisposalItem.record_id == cases[1].id)
        assert work.session.scalar(why) == "Löschsperre"


def test_a_list_on_which_nothing_is_left_goes_no_further(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    list_ = disposers.draw_up(dossier.id)
    with house.begin() as work:
        set_hold(work, reason="Klage", record_ids=[dossier.id], scope=None)
    with pytest.raises(ListBlocked):
        disposers.act(list_.id, ListAct.REVIEW)


def test_a_case_that_is_put_off_keeps_its_dossier(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, cases, _ = a_due_dossier(work, cases=2)
    list_ = disposers.draw_up(dossier.id)
    with house.begin(disposers.author) as work:
        first = work.session.scalars(select(DisposalItem).where(DisposalItem.record_id == cases[0].id)).one()
        take_off_list(work, list_.id, first.id, reason="wird noch gebraucht", revision=None)
    assert references(house, list_.id) == [cases[1].reference]


def test_a_dossier_that_is_put_off_keeps_its_cases(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work, cases=2)
    list_ = disposers.draw_up(dossier.id)
    with house.begin(disposers.author) as work:
        item = work.session.scalars(select(DisposalItem).where(DisposalItem.record_id == dossier.id)).one()
        take_off_list(work, list_.id, item.id, reason="wird noch gebraucht", revision=None)
    assert references(house, list_.id) == []


def test_whoever_acts_on_a_list_that_changed_is_told_so(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work, cases=2)
    list_ = disposers.draw_up(dossier.id)
    with house.begin(disposers.author) as work:
        item = work.session.scalars(select(DisposalItem).where(DisposalItem.list_id == list_.id)).first()
        assert item is not None
        take_off_list(work, list_.id, item.id, reason="wird noch gebraucht", revision=list_.revision)
    with house.begin(disposers.other) as work, pytest.raises(Stale):
        act_on_list(work, list_.id, ListAct.REVIEW, revision=list_.revision)


def test_nothing_is_reopened_that_is_on_a_list(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, (case,), _ = a_due_dossier(work)
    list_ = disposers.draw_up(dossier.id)
    with house.begin() as work, pytest.raises(TransitionBlocked) as told:
        change_dossier_state(work, dossier.id, Action.REOPEN, revision=None)
    assert list_.reference in told.value.findings[0].message
    with house.begin() as work, pytest.raises(TransitionBlocked) as told:
        change_case_state(work, case.id, Action.REOPEN, revision=None)
    assert "on-disposal-list" in {finding.code for finding in told.value.findings}
    disposers.act(list_.id, ListAct.CANCEL, by=disposers.author)
    with house.begin() as work:
        change_dossier_state(work, dossier.id, Action.REOPEN, revision=None)


def test_what_the_archive_left_open_is_destroyed_only_when_another_person_confirms_it(
    house: House, disposers: Disposers
) -> None:
    with house.begin() as work:
        entry = an_entry(work, retention_years=5, disposal=DisposalCode.APPRAISE)
        (one, _, _), (other, _, _) = a_due_dossier(work, entry=entry), a_due_dossier(work, entry=entry)
    list_ = disposers.draw_up(one.id, other.id, procedure=Procedure.FOUR_STEP, archive="Stadtarchiv")
    with house.begin() as work:
        work.session.get_one(type(list_), list_.id).state = ListState.OFFERED
        set_decisions(work, list_.id, {one.id: DisposalCode.ARCHIVE})
    with pytest.raises(ListStateForbids):
        disposers.act(list_.id, ListAct.RELEASE)
    with pytest.raises(ListNeedsAnotherPerson):
        disposers.act(list_.id, ListAct.CONFIRM_UNDECIDED, by=disposers.author)
    disposers.act(list_.id, ListAct.CONFIRM_UNDECIDED)
    assert [decision for _, _, decision in items(house, list_.id)] == [
        DisposalCode.ARCHIVE,
        DisposalCode.ARCHIVE,
        DisposalCode.DESTROY,
        DisposalCode.DESTROY,
    ]


def test_a_proposal_is_for_the_archive_only(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    list_ = disposers.draw_up(dossier.id)
    with house.begin(disposers.author) as work, pytest.raises(ProposalWithoutOffer):
        item = work.session.scalars(select(DisposalItem).where(DisposalItem.list_id == list_.id)).first()
        assert item is not None
        propose(work, list_.id, item.id, proposal=DisposalCode.ARCHIVE, reason=None, revision=None)


def test_what_a_person_may_do_follows_from_the_list_and_the_person(house: House, disposers: Disposers) -> None:
    with house.begin() as work:
        dossier, _, _ = a_due_dossier(work)
    list_ = disposers.draw_up(dossier.id)
    with house.begin(disposers.author) as work:
        assert set(acts_allowed(work, list_)) == {ListAct.EDIT, ListAct.TAKE_OFF, ListAct.CANCEL}
    with house.begin(disposers.other) as work:
        assert ListAct.REVIEW in acts_allowed(work, list_)
    list_ = disposers.act(list_.id, ListAct.REVIEW, ListAct.RELEASE)
    with house.begin(disposers.other) as work:
        assert set(acts_allowed(work, list_)) == {ListAct.TAKE_OFF, ListAct.RETURN, ListAct.DESTROY, ListAct.CANCEL}
