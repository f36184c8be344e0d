"""A request for erasure: what can go goes by the usual list, of the rest is said why not yet, and when."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from eakte.foundation.work import House, UnitOfWork
from eakte.privacy.errors import ErasureOutstanding, NothingErasable, NothingToRestrict
from eakte.privacy.models import ErasureAnswer, SubjectRequest
from eakte.privacy.queries import requests as queries
from eakte.privacy.rules import Judgement, Outcome, Place, RequestAct, RequestKind, RequestState
from eakte.privacy.service.erasing import decide_erasure, list_erasable, restrict_until_then
from eakte.privacy.service.judging import judge_findings
from eakte.privacy.service.requesting import act_on_request
from eakte.records.models import FilingPlanEntry
from eakte.records.plan_rules import DisposalCode
from eakte.records.restriction_queries import own_restriction
from eakte.records.rules import RestrictionGround
from eakte.records.service.details import link_records
from retention.queries.lists import all_items, lists
from retention.rules.disposal import ListAct, ListState
from retention.service.holding import set_hold
from tests.support.disposal import LONG_AGO, Disposers, an_entry_to_destroy, closed
from tests.support.factories import a_case, a_dossier, an_entry
from tests.support.privacy import a_letter, a_searched_request, found_for

RECENTLY = datetime(2026, 2, 2, 10, tzinfo=UTC)


def an_erasure(house: House) -> SubjectRequest:
    """A request of which every finding at a record is confirmed."""
    request = a_searched_request(house, kind=RequestKind.ERASURE)
    records = {one.record_id for one in found_for(house, request) if one.record_id is not None}
    with house.begin() as work:
        judge_findings(work, request.id, Judgement.CONFIRMED, record_ids=records)
    return request


def answers(house: House, request: SubjectRequest) -> dict[str, ErasureAnswer]:
    with house.begin() as work:
        return {one.reference: one for one in decide_erasure(work, request.id)}


def codes(answer: ErasureAnswer) -> set[str]:
    return {reason["code"] for reason in answer.reasons}


def test_each_record_is_answered_with_why_not_yet_and_when(house: House) -> None:
    with house.begin() as work:
        destroy = an_entry_to_destroy(work, years=5)
        offer = an_entry(work, retention_years=5, disposal=DisposalCode.APPRAISE)
        for_ever = an_entry(work, retention_unlimited=True, disposal=DisposalCode.ARCHIVE)
        dossiers = {entry: a_dossier(work, entry=entry) for entry in (destroy, offer, for_ever)}

        def a_record(entry: FilingPlanEntry, at: datetime | None) -> str:
            case = a_case(work, dossier=dossiers[entry], title="Erika Müller")
            if at is not None:
                closed(work, case, at=at)
            return case.reference

        due, open_, running = a_record(destroy, LONG_AGO), a_record(destroy, None), a_record(destroy, RECENTLY)
        offered, kept = a_record(offer, LONG_AGO), a_record(for_ever, LONG_AGO)
        held = a_case(work, dossier=dossiers[destroy], title="Erika Müller")
        closed(work, held)
        hold = set_hold(work, reason="Klage", record_ids=[held.id], scope=None)
    told = answers(house, an_erasure(house))
    assert {reference: one.outcome for reference, one in told.items()} == {
        due: Outcome.ERASABLE,
        open_: Outcome.UNKNOWN,
        running: Outcome.LATER,
        offered: Outcome.OFFER,
        kept: Outcome.KEPT,
        held.reference: Outcome.UNKNOWN,
    }
    assert told[running].possible_from == date(2031, 2, 3)
    assert "bis 02.02.2031" in told[running].reasons[0]["message"]
    assert codes(told[open_]) == {"open"} and codes(told[offered]) == {"offer-duty"}
    assert hold.reference in told[held.reference].reasons[0]["message"]


def test_a_document_goes_with_its_case_and_not_while_something_kept_refers_to_it(house: House) -> None:
    with house.begin() as work:
        entry = an_entry_to_destroy(work)
        case = a_case(work, dossier=a_dossier(work, entry=entry))
        letter = a_letter(work, "Erika Müller", case=case, title="Antrag")
        referred = a_letter(work, "Erika Müller", case=case, title="Bescheid")
        closed(work, case)
        keeper = a_case(work)
        link_records(work, keeper.id, referred.id, note=None)
    told = answers(house, an_erasure(house))
    assert told[letter.reference].outcome is Outcome.ERASABLE
    assert codes(told[letter.reference]) == {"with-case"}
    assert told[referred.reference].outcome is Outcome.UNKNOWN
    assert codes(told[referred.reference]) == {"with-case", "referred-to"}


def test_what_can_go_is_put_on_a_draft_list_and_answered_as_gone_after_its_destruction(house: House) -> None:
    disposers = Disposers(house)
    with house.begin() as work:
        case = a_case(work, dossier=a_dossier(work, entry=an_entry_to_destroy(work)), title="Erika Müller")
        letter = a_letter(work, "Frau Erika Müller", case=case)
        closed(work, case)
        reports = a_dossier(work, title="Protokolle")
    request = an_erasure(house)
    answers(house, request)
    with house.begin() as work:
        reference = list_erasable(work, request.id)
        with pytest.raises(NothingErasable):
            list_erasable(work, request.id)
    assert {one.listed_on for one in answers(house, request).values()} == {reference}
    with house.begin(disposers.author) as work:
        (list_,) = [one for one in lists(work, state=None, cursor=None, limit=50).items if one.reference == reference]
        on_it = [item.record_id for item in all_items(work.session, list_.id)]
    assert (list_.state, on_it) == (ListState.DRAFT, [case.id]) and "Müller" not in list_.name

    settings = disposers.house.settings
    filed = settings.retention.model_copy(update={"report_dossier": reports.reference})
    disposers.house = replace(disposers.house, settings=settings.model_copy(update={"retention": filed}))
    disposers.act(list_.id, ListAct.REVIEW, ListAct.RELEASE)
    disposers.destroy(list_.id)
    of_records = [one for one in found_for(house, request) if one.record_id in (case.id, letter.id)]
    assert {one.place for one in of_records} >= {Place.METADATA, Place.TEXT}
    assert {one.excerpt for one in of_records} == {None}
    assert {one.outcome for one in answers(house, request).values()} == {Outcome.GONE}


def test_what_a_list_gave_up_can_be_listed_again(house: House) -> None:
    disposers = Disposers(house)
    with house.begin() as work:
        case = a_case(work, dossier=a_dossier(work, entry=an_entry_to_destroy(work)), title="Erika Müller")
        closed(work, case)
    request = an_erasure(house)
    with house.begin() as work:
        first = list_erasable(work, request.id)
    with house.begin(disposers.author) as work:
        (list_,) = [one for one in lists(work, state=None, cursor=None, limit=50).items if one.reference == first]
    disposers.act(list_.id, ListAct.CANCEL)
    told = answers(house, request)[case.reference]
    assert (told.outcome, told.listed_on) == (Outcome.ERASABLE, None)
    with house.begin() as work:
        assert list_erasable(work, request.id) != first


def test_what_cannot_go_yet_is_restricted_until_it_can(house: House) -> None:
    with house.begin() as work:
        case = a_case(work, dossier=a_dossier(work, entry=an_entry_to_destroy(work)), title="Erika Müller")
        closed(work, case, at=RECENTLY)
    request = an_erasure(house)
    answers(house, request)
    with house.begin() as work:
        assert restrict_until_then(work, request.id) == 1
        restriction = own_restriction(work.session, case.id)
        assert restriction is not None
        assert (restriction.ground, restriction.until) == (RestrictionGround.RETENTION, date(2031, 2, 3))
        assert request.reference in restriction.reason and "Müller" not in restriction.reason
        with pytest.raises(NothingToRestrict):
            restrict_until_then(work, request.id)
    # Asking for erasure is no ground to keep anything.
    assert answers(house, request)[case.reference].outcome is Outcome.LATER


def test_a_request_turns_up_again_when_its_day_has_come_and_is_closed_when_nothing_waits(house: House) -> None:
    with house.begin() as work:
        case = a_case(work, dossier=a_dossier(work, entry=an_entry_to_destroy(work)), title="Erika Müller")
        closed(work, case, at=RECENTLY)
    request = an_erasure(house)
    answers(house, request)
    with house.begin() as work:
        act_on_request(work, request.id, RequestAct.ANSWER, revision=None)
        with pytest.raises(ErasureOutstanding) as refused:
            act_on_request(work, request.id, RequestAct.CLOSE, revision=None)
        assert case.reference in str(refused.value)
        assert request.id not in due_on(work, date(2031, 2, 2))
        assert request.id in due_on(work, date(2031, 2, 3))
        later = replace(work, now=datetime(2031, 2, 3, 10, tzinfo=UTC))
        (told,) = decide_erasure(later, request.id)
        assert told.outcome is Outcome.ERASABLE


def due_on(work: UnitOfWork, day: date) -> set[UUID]:
    page = queries.requests(work, queries.WantedRequests(due_by=day), cursor=None, limit=500)
    return {one.id for one in page.items}


def test_a_person_nobody_knows_is_answered_without_a_record(house: House) -> None:
    request = an_erasure(house)
    assert answers(house, request) == {}
    with house.begin() as work:
        act_on_request(work, request.id, RequestAct.ANSWER, revision=None)
        closed_ = act_on_request(work, request.id, RequestAct.CLOSE, revision=None)
        assert closed_.state is RequestState.CLOSED
