"""Closing, reopening, cancelling, restoring: guards and what follows (zdA, zdA aufheben, stornieren)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

import pytest

from eakte.access import Confidentiality, Permission, Role
from eakte.documents.queries import get_document
from eakte.documents.service import DocumentDetails, file_document
from eakte.foundation.errors import EakteError, Stale
from eakte.foundation.work import House, UnitOfWork
from eakte.records.errors import RecordStateForbids, TransitionBlocked
from eakte.records.queries import get_case, get_dossier
from eakte.records.rules import Action, Medium, RecordState
from eakte.records.schemas import actions_on
from eakte.records.service.filing import Metadata, change_record, create_case
from eakte.records.service.lifecycle import change_case_state, change_dossier_state
from tests.support.factories import AsActor, a_case, a_document, a_dossier


def close_case(work: UnitOfWork, case_id: object) -> None:
    change_case_state(work, case_id, Action.CLOSE, revision=None)


def test_a_dossier_closes_when_its_cases_are_closed_and_reopens_without_them(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    case = a_case(work, dossier=dossier)
    close_case(work, case.id)
    change_dossier_state(work, dossier.id, Action.CLOSE, revision=None)
    assert (dossier.state, dossier.closed_at) == (RecordState.CLOSED, work.now)
    change_dossier_state(work, dossier.id, Action.REOPEN, revision=None)
    assert (dossier.state, dossier.closed_at, case.state) == (RecordState.OPEN, None, RecordState.CLOSED)


def test_a_refused_closing_names_every_blocker(work: UnitOfWork) -> None:
    dossier = a_dossier(work, medium=Medium.PAPER, location="Keller")
    first, second = a_case(work, dossier=dossier), a_case(work, dossier=dossier)
    dossier.location = None
    with pytest.raises(TransitionBlocked) as refused:
        change_dossier_state(work, dossier.id, Action.CLOSE, revision=None)
    assert {(finding.code, finding.pointer) for finding in refused.value.findings} == {
        ("case-open", first.reference),
        ("case-open", second.reference),
        ("location-missing", dossier.reference),
    }
    assert dossier.state is RecordState.OPEN
    dossier.location = "Keller"


def test_a_blocker_the_actor_may_not_see_is_counted_but_not_named(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        dossier = a_dossier(work)
        secret = a_case(work, dossier=dossier, confidentiality=Confidentiality.SECRET)
    clerk = as_actor(Role.CLERK)
    with house.begin(clerk) as work, pytest.raises(TransitionBlocked) as refused:
        change_dossier_state(work, dossier.id, Action.CLOSE, revision=None)
    (finding,) = refused.value.findings
    assert finding.code == "case-open"
    assert secret.reference not in finding.message + finding.pointer


def test_what_is_closed_takes_nothing_more(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    case = a_case(work, dossier=dossier)
    document = a_document(work, case=case)
    close_case(work, case.id)
    with pytest.raises(RecordStateForbids):
        file_document(work, case.id, Metadata("Nachzügler"), DocumentDetails())
    with pytest.raises(TransitionBlocked) as refused:
        change_record(work, document, {"title": "Anders"}, dossier_id=dossier.id)
    assert [finding.pointer for finding in refused.value.findings] == [case.reference]
    assert actions_on(work, document) == []
    assert actions_on(work, case) == [Action.REOPEN]
    change_dossier_state(work, dossier.id, Action.CLOSE, revision=None)
    with pytest.raises(RecordStateForbids):
        create_case(work, dossier.id, Metadata("Nachzügler"))


def test_a_case_of_a_closed_dossier_stays_closed(work: UnitOfWork) -> None:
    case = a_case(work)
    close_case(work, case.id)
    change_dossier_state(work, case.dossier_id, Action.CLOSE, revision=None)
    with pytest.raises(TransitionBlocked) as refused:
        change_case_state(work, case.id, Action.REOPEN, revision=None)
    assert [finding.code for finding in refused.value.findings] == ["container-not-open"]
    assert actions_on(work, case) == []


def test_cancelling_a_dossier_reaches_its_cases_and_documents_and_can_be_undone(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    case = a_case(work, dossier=dossier)
    document = a_document(work, case=case)
    change_dossier_state(work, dossier.id, Action.CANCEL, revision=None)
    assert {record.state for record in (dossier, case, document)} == {RecordState.CANCELLED}
    assert get_document(work, document.id, to=Permission.READ) is document
    change_dossier_state(work, dossier.id, Action.RESTORE, revision=None)
    assert {record.state for record in (dossier, case, document)} == {RecordState.OPEN}
    assert {record.cancelled_at for record in (dossier, case, document)} == {None}


def test_restoring_a_dossier_leaves_cancelled_what_was_cancelled_before(house: House) -> None:
    with house.begin() as work:
        case = a_case(work)
        other = a_case(work, dossier=case.dossier)
        change_case_state(work, case.id, Action.CANCEL, revision=None)
    with house.begin() as work:
        change_dossier_state(work, case.dossier_id, Action.CANCEL, revision=None)
    with house.begin() as work:
        change_dossier_state(work, case.dossier_id, Action.RESTORE, revision=None)
        assert get_case(work, case.id, to=Permission.READ).state is RecordState.CANCELLED
        assert get_case(work, other.id, to=Permission.READ).state is RecordState.OPEN


def test_a_dossier_with_a_closed_case_is_not_cancelled(work: UnitOfWork) -> None:
    case = a_case(work)
    close_case(work, case.id)
    with pytest.raises(TransitionBlocked) as refused:
        change_dossier_state(work, case.dossier_id, Action.CANCEL, revision=None)
    assert [finding.pointer for finding in refused.value.findings] == [case.reference]


@pytest.mark.parametrize("action", [Action.REOPEN, Action.RESTORE])
def test_what_is_open_can_be_neither_reopened_nor_restored(work: UnitOfWork, action: Action) -> None:
    dossier = a_dossier(work)
    with pytest.raises(RecordStateForbids) as refused:
        change_dossier_state(work, dossier.id, action, revision=None)
    assert dossier.reference in refused.value.detail


def test_whoever_saw_an_older_state_is_refused(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    seen = dossier.revision
    change_record(work, dossier, {"title": "Neuer Betreff"}, dossier_id=dossier.id)
    work.session.flush()
    with pytest.raises(Stale):
        get_dossier(work, dossier.id, to=Permission.CLOSE, revision=seen)


def test_a_case_never_ends_up_open_in_a_closed_dossier_however_two_meet(committed_house: House) -> None:
    with committed_house.begin() as work:
        cases = [a_case(work) for _ in range(12)]
        for case in cases:
            close_case(work, case.id)

    def reopen(case_id: UUID) -> None:
        with suppress(EakteError), committed_house.begin() as work:
            change_case_state(work, case_id, Action.REOPEN, revision=None)

    def close(dossier_id: UUID) -> None:
        with suppress(EakteError), committed_house.begin() as work:
            change_dossier_state(work, dossier_id, Action.CLOSE, revision=None)

    with ThreadPoolExecutor(8) as pool:
        for case in cases:
            pool.submit(reopen, case.id)
            pool.submit(close, case.dossier_id)
    with committed_house.begin() as work:
        for case in cases:
            found = get_case(work, case.id, to=Permission.READ)
            assert (found.state, found.dossier.state) in {
                (RecordState.OPEN, RecordState.OPEN),
                (RecordState.CLOSED, RecordState.CLOSED),
            }
