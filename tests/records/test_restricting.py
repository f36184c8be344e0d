"""Restriction of processing (Art. 18 DSGVO): who restricts, what it covers, what is refused meanwhile, and its end."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from eakte.access import Permission, Role
from eakte.access.errors import ActionForbidden
from eakte.audit.models import AuditEntry
from eakte.documents.queries import get_document
from eakte.documents.service import add_version, change_document_state, refile_document
from eakte.foundation.errors import Stale
from eakte.foundation.work import Actor, House, UnitOfWork
from eakte.records.errors import (
    AlreadyRestricted,
    NotRestricted,
    ProcessingRestricted,
    RecordNotFound,
    RecordRestricted,
    TransitionBlocked,
)
from eakte.records.keeping import lock_against_keeping
from eakte.records.models import Case, Dossier, PartyRole, Record
from eakte.records.queries import get_record
from eakte.records.restriction_queries import restriction_of, restrictions_of
from eakte.records.rules import Action, RecordState, RestrictionGround
from eakte.records.schemas import actions_on
from eakte.records.service.details import PartyDetails, add_party, link_records, protect_dossier, set_business_data
from eakte.records.service.filing import change_record
from eakte.records.service.lifecycle import change_case_state, change_dossier_state, refile_case, refile_dossier
from eakte.records.service.restricting import lift_restriction, restrict_record
from tests.support.factories import LETTER, AsActor, a_case, a_document, a_dossier, an_entry, store_original_bytes
from tests.support.recognised import a_recognised_document

REASON = "Anschrift bestritten"


def restrict(work: UnitOfWork, record: Record, ground: RestrictionGround = RestrictionGround.ACCURACY) -> None:
    restrict_record(work, record.id, ground=ground, reason=REASON, until=None)


def test_a_restricted_dossier_restricts_what_lies_in_it_and_nothing_beside(work: UnitOfWork) -> None:
    dossier, other = a_dossier(work), a_case(work)
    case = a_case(work, dossier=dossier)
    document = a_document(work, case=case)
    restrict(work, dossier)
    assert [one.processing_restricted for one in (dossier, case, document, other)] == [True, True, True, False]
    found = restriction_of(work.session, document)
    assert found is not None and (found.record_id, found.ground) == (dossier.id, RestrictionGround.ACCURACY)
    assert restriction_of(work.session, other) is None


def test_the_nearest_restriction_is_the_one_that_is_told(work: UnitOfWork) -> None:
    case = a_case(work)
    document = a_document(work, case=case)
    restrict(work, case.dossier)
    restrict_record(work, document.id, ground=RestrictionGround.CLAIMS, reason="Klage", until=date(2027, 3, 1))
    found = restriction_of(work.session, document)
    assert found is not None and (found.ground, found.until) == (RestrictionGround.CLAIMS, date(2027, 3, 1))


def test_a_record_is_restricted_once_at_a_time_and_its_history_is_kept(work: UnitOfWork) -> None:
    case = a_case(work)
    restrict(work, case)
    with pytest.raises(AlreadyRestricted):
        restrict(work, case, RestrictionGround.CLAIMS)
    lift_restriction(work, case.id, reason="Anschrift berichtigt")
    with pytest.raises(NotRestricted):
        lift_restriction(work, case.id, reason="noch einmal")
    restrict(work, case, RestrictionGround.CLAIMS)
    history = restrictions_of(work.session, case.id)
    assert [(one.ground, one.lift_reason) for one in history] == [
        (RestrictionGround.CLAIMS, None),
        (RestrictionGround.ACCURACY, "Anschrift berichtigt"),
    ]


def test_a_restriction_does_not_end_by_itself(house: House) -> None:
    with house.begin() as work:
        case = a_case(work)
        yesterday = work.now.date() - timedelta(days=1)
        restrict_record(work, case.id, ground=RestrictionGround.OBJECTION, reason=REASON, until=yesterday)
    with house.begin() as work:
        assert get_record(work, case.id, to=Permission.READ).processing_restricted


def test_lifting_leaves_what_is_inherited(work: UnitOfWork) -> None:
    case = a_case(work)
    restrict(work, case)
    restrict(work, case.dossier)
    lift_restriction(work, case.id, reason="erledigt")
    assert case.processing_restricted
    with pytest.raises(NotRestricted):
        lift_restriction(work, case.id, reason="erledigt")
    lift_restriction(work, case.dossier_id, reason="erledigt")
    assert not case.processing_restricted


def test_closed_and_cancelled_records_are_restricted_too(work: UnitOfWork) -> None:
    closed, cancelled = a_case(work), a_case(work)
    change_case_state(work, closed.id, Action.CLOSE, revision=None)
    change_case_state(work, cancelled.id, Action.CANCEL, revision=None)
    for case, action in ((closed, Action.REOPEN), (cancelled, Action.RESTORE)):
        restrict(work, case)
        with pytest.raises(RecordRestricted):
            change_case_state(work, case.id, action, revision=None)
        lift_restriction(work, case.id, reason="erledigt")
        assert change_case_state(work, case.id, action, revision=None).state is RecordState.OPEN


Change = Callable[[UnitOfWork, Dossier, Case, UUID], object]
CHANGES: dict[str, Change] = {
    "edit a dossier": lambda work, dossier, case, document: change_record(
        work, dossier, {"title": "anders"}, dossier_id=dossier.id
    ),
    "open a case": lambda work, dossier, case, document: a_case(work, dossier=dossier),
    "close a case": lambda work, dossier, case, document: change_case_state(work, case.id, Action.CLOSE, revision=None),
    "cancel a dossier": lambda work, dossier, case, document: change_dossier_state(
        work, dossier.id, Action.CANCEL, revision=None
    ),
    "refile a case": lambda work, dossier, case, document: refile_case(
        work, case.id, dossier_id=a_dossier(work).id, revision=None
    ),
    "refile a case into it": lambda work, dossier, case, document: refile_case(
        work, a_case(work).id, dossier_id=dossier.id, revision=None
    ),
    "refile a dossier": lambda work, dossier, case, document: refile_dossier(
        work, dossier.id, entry_id=an_entry(work).id, unit_id=None, revision=None
    ),
    "file a document": lambda work, dossier, case, document: a_document(work, case=case),
    "refile a document": lambda work, dossier, case, document: refile_document(
        work, document, case_id=a_case(work).id, revision=None
    ),
    "refile a document into it": lambda work, dossier, case, document: refile_document(
        work, a_document(work).id, case_id=case.id, revision=None
    ),
    "cancel a document": lambda work, dossier, case, document: change_document_state(
        work, document, Action.CANCEL, revision=None
    ),
    "name a party": lambda work, dossier, case, document: add_party(
        work, case.id, PartyDetails(PartyRole.APPLICANT, "Anna Muster")
    ),
    "set business data": lambda work, dossier, case, document: set_business_data(
        work, document, {"flurstueck": "7"}, revision=None
    ),
    "link it": lambda work, dossier, case, document: link_records(work, case.id, a_case(work).id, note=None),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_changes_in_a_restricted_dossier(work: UnitOfWork, change: Change) -> None:
    case = a_case(work)
    document = a_document(work, case=case)
    restrict(work, case.dossier)
    with pytest.raises(RecordRestricted):
        change(work, case.dossier, case, document.id)


def test_a_restricted_document_takes_no_version(work: UnitOfWork) -> None:
    document = a_document(work, content=LETTER)
    restrict(work, document)
    with pytest.raises(RecordRestricted):
        add_version(work, document.id, store_original_bytes(work, LETTER))


def test_what_takes_along_something_restricted_is_refused(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    case = a_case(work, dossier=dossier)
    document = a_document(work, case=case)
    restrict(work, document)
    refusals: tuple[Callable[[], Any], ...] = (
        lambda: refile_dossier(work, dossier.id, entry_id=an_entry(work).id, unit_id=None, revision=None),
        lambda: refile_case(work, case.id, dossier_id=a_dossier(work).id, revision=None),
        lambda: change_case_state(work, case.id, Action.CANCEL, revision=None),
        lambda: change_dossier_state(work, dossier.id, Action.CANCEL, revision=None),
    )
    for refused in refusals:
        with pytest.raises(TransitionBlocked) as blocked:
            refused()
        assert [(one.code, one.pointer) for one in blocked.value.findings] == [
            ("processing-restricted", document.reference)
        ]
    closed = change_case_state(work, case.id, Action.CLOSE, revision=None)
    assert closed.state is RecordState.CLOSED, "closing changes nothing of what lies in it"


def test_a_restricted_dossier_may_still_be_protected_and_offers_nothing_else(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    restrict(work, dossier)
    assert actions_on(work, dossier) == [Action.PROTECT]
    assert protect_dossier(work, dossier.id, protected=True, readers=[], revision=None).protected


def test_contents_are_refused_to_whoever_may_not_restrict(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        document = a_recognised_document(work, "Die Anschrift stimmt nicht.")
        restrict(work, document.case)
    for roles in ((Role.CLERK,), (Role.HEAD, Role.RECORDS_MANAGER, Role.ADMINISTRATOR, Role.REGISTRY)):
        with house.begin(as_actor(*roles)) as work:
            assert get_document(work, document.id, to=Permission.READ).title == document.title
            with pytest.raises(ProcessingRestricted):
                get_document(work, document.id, to=Permission.READ_CONTENT)
    with house.begin(as_actor(Role.DATA_PROTECTION_OFFICER)) as work:
        assert get_document(work, document.id, to=Permission.READ_CONTENT)


def test_restricting_needs_the_right_at_the_very_place(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        mine, foreign = a_case(work), a_case(work)
    officer = as_actor(Role.DATA_PROTECTION_OFFICER, entry=mine.dossier.entry)
    with house.begin(as_actor(Role.CLERK, Role.RECORDS_MANAGER)) as work, pytest.raises(ActionForbidden):
        restrict(work, mine)
    with house.begin(officer) as work:
        restrict(work, mine)
    with house.begin(officer) as work, pytest.raises(RecordNotFound):
        restrict(work, foreign)
    with house.begin(as_actor(Role.CLERK)) as work, pytest.raises(ActionForbidden):
        lift_restriction(work, mine.id, reason="weg damit")


def test_restricting_and_lifting_are_in_the_trail_with_ground_and_reason(house: House, as_actor: AsActor) -> None:
    officer = as_actor(Role.DATA_PROTECTION_OFFICER)
    with house.begin() as work:
        case = a_case(work)
    with house.begin(officer) as work:
        restrict(work, case)
        lift_restriction(work, case.id, reason="berichtigt")
    with house.begin() as work:
        statement = select(AuditEntry).where(AuditEntry.record_id == case.id, AuditEntry.actor_id == officer.id)
        entries = work.session.scalars(statement.order_by(AuditEntry.id)).all()
    assert [(one.event, one.changes) for one in entries] == [
        ("records.RestrictionSet", {"ground": [None, "accuracy"], "reason": [None, REASON]}),
        ("records.RestrictionLifted", {"ground": ["accuracy", None], "reason": [None, "berichtigt"]}),
    ]


def test_a_restriction_waits_for_who_disposes_of_records(committed_house: House) -> None:
    house = committed_house
    with house.begin() as work:
        case = a_case(work)
    order: list[str] = []

    def do() -> None:
        with house.begin() as work:
            restrict(work, case)
            order.append("restricted")

    with house.begin() as work:
        lock_against_keeping(work.session)
        restricting = Thread(target=do)
        restricting.start()
        restricting.join(0.5)
        assert restricting.is_alive(), "it waits"
        order.append("destroyed")
    restricting.join()
    assert order == ["destroyed", "restricted"]


# --- over the API -------------------------------------------------------------------------------------------


def test_restrictions_over_the_api(client: TestClient, house: House) -> None:
    with house.begin() as work:
        document = a_recognised_document(work, "Die Anschrift stimmt nicht.")
        case = document.case
    address = f"/api/v1/records/{case.id}"
    wish = {"ground": "accuracy", "reason": REASON, "until": "2027-01-31"}
    tag = {"If-Match": client.get(address).headers["ETag"]}
    assert client.post(f"{address}:restrict", json=wish).status_code == 428
    done = client.post(f"{address}:restrict", json=wish, headers=tag)
    assert done.status_code == 200, done.text
    in_force = done.json()["inForce"]
    assert (in_force["reference"], in_force["ground"], in_force["until"]) == (case.reference, "accuracy", "2027-01-31")
    assert client.post(f"{address}:restrict", json=wish, headers=tag).status_code == 412
    again = client.post(f"{address}:restrict", json=wish, headers={"If-Match": "*"})
    assert (again.status_code, again.json()["code"]) == (409, "already-restricted")
    shown = client.get(f"/api/v1/documents/{document.id}").json()
    assert (shown["processingRestricted"], shown["allowedActions"]) == (True, [])
    inherited = client.get(f"/api/v1/records/{document.id}/restriction").json()
    assert (inherited["inForce"]["recordId"], inherited["history"]) == (str(case.id), [])
    changed = client.patch(f"/api/v1/cases/{case.id}", json={"title": "anders"}, headers={"If-Match": "*"})
    assert (changed.status_code, changed.json()["code"]) == (409, "record-restricted")
    due = client.get("/api/v1/restrictions?active=true&until=2027-01-31").json()["items"]
    assert [one["reference"] for one in due] == [case.reference]
    assert client.get("/api/v1/restrictions?until=2027-01-30").json()["items"] == []
    end = client.post(
        f"{address}:lift-restriction", json={"reason": "berichtigt"}, headers={"If-Match": done.headers["ETag"]}
    )
    assert (end.status_code, end.json()["inForce"]) == (200, None)
    assert [one["liftReason"] for one in end.json()["history"]] == ["berichtigt"]
    assert not client.get(f"/api/v1/documents/{document.id}").json()["processingRestricted"]


def test_every_way_to_the_bytes_of_a_restricted_document_is_closed(
    house: House, as_actor: AsActor, client_of: Callable[[Actor], TestClient]
) -> None:
    with house.begin() as work:
        document = a_recognised_document(work, "Die Anschrift stimmt nicht.")
        dossier = document.case.dossier
    clerk, officer = client_of(as_actor(Role.CLERK)), client_of(as_actor(Role.DATA_PROTECTION_OFFICER))
    base = f"/api/v1/documents/{document.id}/renditions"
    ways = [f"{base}/{kind}" for kind in ("original", "archival", "text", "text?page=1", "preview", "layout")]
    assert {clerk.get(way).status_code for way in ways} == {200}
    with house.begin() as work:
        restrict(work, dossier)
    for way in ways:
        refused = clerk.get(way)
        assert (refused.status_code, refused.json()["code"]) == (403, "processing-restricted"), way
        assert document.reference in refused.json()["detail"]
        assert officer.get(way).status_code == 200, way
    metadata = clerk.get(f"/api/v1/documents/{document.id}")
    assert (metadata.status_code, metadata.json()["processingRestricted"]) == (200, True)
    assert clerk.get(f"/api/v1/documents/{document.id}/versions").status_code == 200


def test_nothing_is_brought_into_what_is_restricted(client: TestClient, house: House) -> None:
    with house.begin() as work:
        document = a_document(work)
        case = document.case
        restrict(work, case.dossier)
    file = {"file": ("brief.pdf", LETTER)}
    answers = [
        client.post("/api/v1/ingests", data={"into": case.reference}),
        client.post("/api/v1/ingests", data={"into": case.dossier.reference}),
        client.post(f"/api/v1/cases/{case.id}/documents", json={"title": "Nachtrag"}),
        client.post(f"/api/v1/dossiers/{case.dossier_id}/cases", json={"title": "Nachtrag"}),
        client.post(f"/api/v1/documents/{document.id}/versions", files=file),
        client.post("/api/v1/invoices", data={"caseId": str(case.id)}, files=file),
        client.post("/api/v1/invoices", data={"dossierId": str(case.dossier_id)}, files=file),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(409, "record-restricted")}


def test_only_who_may_restrict_reads_why(
    house: House, as_actor: AsActor, client_of: Callable[[Actor], TestClient]
) -> None:
    with house.begin() as work:
        case = a_case(work)
        restrict(work, case)
    clerk = client_of(as_actor(Role.CLERK))
    assert clerk.get(f"/api/v1/records/{case.id}/restriction").status_code == 403
    assert clerk.get("/api/v1/restrictions").status_code == 403
    assert REASON not in clerk.get(f"/api/v1/cases/{case.id}").text


def test_who_saw_another_state_does_not_restrict(work: UnitOfWork) -> None:
    case = a_case(work)
    with pytest.raises(Stale):
        restrict_record(
            work, case.id, ground=RestrictionGround.CLAIMS, reason=REASON, until=None, revision=case.revision + 1
        )
