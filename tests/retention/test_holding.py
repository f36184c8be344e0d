"""Legal holds: what they hold, who joins, when a record is free (Löschsperren)."""

from collections.abc import Callable
from datetime import date
from threading import Thread
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from eakte.access import Confidentiality, Role
from eakte.access.errors import ActionForbidden
from eakte.access.queries import BERLIN
from eakte.foundation.work import Actor, House, UnitOfWork
from eakte.records.errors import RecordNotFound
from eakte.records.models import PartyRole
from eakte.records.rules import Action
from eakte.records.service.details import PartyDetails, add_party, set_business_data
from eakte.records.service.filing import change_record
from eakte.records.service.lifecycle import change_case_state, refile_case
from retention.errors import HoldAlreadyReleased, HoldScopeEmpty, RecordsHeldNow
from retention.messages import LockStorage
from retention.queries.holds import held_among
from retention.rules.holding import Scope
from retention.service.holding import add_to_hold, must_be_unheld, release_hold, set_hold
from tests.support.factories import AsActor, a_case, a_document, a_dossier, an_entry

REASON = "Klage 4 K 123/26"


def held(work: UnitOfWork, *ids: UUID) -> set[UUID]:
    return held_among(work.session, ids)


def hold_all(work: UnitOfWork, **scope: object) -> UUID:
    return set_hold(work, reason=REASON, record_ids=[], scope=Scope.model_validate(scope)).id


def test_a_hold_on_a_dossier_holds_what_lies_in_it_and_nothing_beside(work: UnitOfWork) -> None:
    dossier, other = a_dossier(work), a_dossier(work)
    case, beside = a_case(work, dossier=dossier), a_case(work, dossier=other)
    document = a_document(work, case=case)
    set_hold(work, reason=REASON, record_ids=[dossier.id], scope=None)
    assert held(work, dossier.id, case.id, document.id, other.id, beside.id) == {dossier.id, case.id, document.id}


def test_a_held_document_holds_its_case_and_dossier_but_not_the_next_case(work: UnitOfWork) -> None:
    dossier = a_dossier(work)
    case, next_case = a_case(work, dossier=dossier), a_case(work, dossier=dossier)
    document = a_document(work, case=case)
    set_hold(work, reason=REASON, record_ids=[document.id], scope=None)
    assert held(work, dossier.id, case.id, next_case.id) == {dossier.id, case.id}


def test_a_record_is_free_only_when_no_hold_is_left(work: UnitOfWork) -> None:
    case = a_case(work)
    first = set_hold(work, reason=REASON, record_ids=[case.id], scope=None)
    second = set_hold(work, reason="Rechnungsprüfung", record_ids=[case.dossier_id], scope=None)
    release_hold(work, first.id, reason="erledigt", revision=first.revision)
    with pytest.raises(RecordsHeldNow) as refused:
        must_be_unheld(work, [case.id])
    assert [finding.pointer for finding in refused.value.findings] == [case.reference]
    assert second.reference in refused.value.findings[0].message
    release_hold(work, second.id, reason="erledigt", revision=None)
    must_be_unheld(work, [case.id])


def test_a_released_hold_stays_released(work: UnitOfWork) -> None:
    case = a_case(work)
    hold = set_hold(work, reason=REASON, record_ids=[case.id], scope=None)
    release_hold(work, hold.id, reason="erledigt", revision=None)
    for again in (
        lambda: release_hold(work, hold.id, reason="erledigt", revision=None),
        lambda: add_to_hold(work, hold.id, [case.id], revision=None),
    ):
        with pytest.raises(HoldAlreadyReleased):
            again()


@pytest.mark.parametrize("scope", [None, Scope()])
def test_a_hold_must_hold_something(work: UnitOfWork, scope: Scope | None) -> None:
    with pytest.raises(HoldScopeEmpty):
        set_hold(work, reason=REASON, record_ids=[], scope=scope)


# --- saved queries --------------------------------------------------------------------------------------


def test_what_matches_now_is_held_and_what_does_not_is_not(work: UnitOfWork) -> None:
    entry = an_entry(work)
    inside = a_dossier(work, entry=entry, title="Kita Sonnenweg, Neubau")
    a_dossier(work, entry=entry, title="Kita Mondweg")
    outside = a_dossier(work, title="Kita Sonnenweg, Neubau")
    hold_all(work, entry_id=entry.id, words=["sonnenweg", "KITA"])
    assert held(work, inside.id, outside.id) == {inside.id}


def test_words_are_taken_as_they_are_written(work: UnitOfWork) -> None:
    percent, other = a_dossier(work, title="100 % Förderung"), a_dossier(work, title="1000 Förderung")
    hold_all(work, words=["100 %"])
    assert held(work, percent.id, other.id) == {percent.id}


def test_a_hold_by_day_takes_the_legal_day_at_its_word(work: UnitOfWork) -> None:
    today = work.now.astimezone(BERLIN).date()
    dossier = a_dossier(work)
    hold_all(
        work,
        unit_id=dossier.unit_id,
        opened_from=date(2000, 1, 1),
        opened_until=date.fromordinal(today.toordinal() - 1),
    )
    assert not held(work, dossier.id)
    hold_all(work, unit_id=dossier.unit_id, opened_from=today, opened_until=today)
    assert held(work, dossier.id)


def test_whatever_comes_to_match_later_joins_and_stays(work: UnitOfWork) -> None:
    entry, unit_of = an_entry(work), a_dossier(work)
    hold_all(work, words=["Altlast"])
    hold_all(work, party="Muster GmbH")
    hold_all(work, datum_name="klage", datum_value="4 K 123/26")
    hold_all(work, entry_id=entry.id)
    new = a_case(work, dossier=unit_of, title="altlasten am Bahnhof")
    renamed, with_party, with_datum, moved = (a_case(work) for _ in range(4))
    assert held(work, renamed.id, with_party.id, with_datum.id, moved.id) == set()
    change_record(work, renamed, {"title": "Altlastenkataster"}, dossier_id=renamed.dossier_id)
    add_party(work, with_party.id, PartyDetails(PartyRole.PARTICIPANT, "Max", organisation="Die Muster GmbH & Co."))
    set_business_data(work, with_datum.id, {"klage": "4 K 123/26"}, revision=None)
    refile_case(work, moved.id, dossier_id=a_dossier(work, entry=entry).id, revision=None)
    assert held(work, new.id, renamed.id, with_party.id, with_datum.id, moved.id) == {
        new.id,
        renamed.id,
        with_party.id,
        with_datum.id,
        moved.id,
    }
    change_record(work, renamed, {"title": "Kataster"}, dossier_id=renamed.dossier_id)
    assert held(work, renamed.id), "who no longer matches is not let go by that"


def test_a_document_that_matches_holds_its_case(work: UnitOfWork) -> None:
    case = a_case(work)
    hold_all(work, words=["Gutachten"])
    a_document(work, case=case, title="Bodengutachten")
    assert held(work, case.id) == {case.id}


# --- who ------------------------------------------------------------------------------------------------


def test_holds_are_the_business_of_the_whole_house(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        mine = a_dossier(work)
    with (
        house.begin(as_actor(Role.RECORDS_MANAGER, Role.CLERK, entry=mine.entry)) as work,
        pytest.raises(ActionForbidden),
    ):
        set_hold(work, reason=REASON, record_ids=[mine.id], scope=None)


def test_nobody_holds_by_name_what_they_may_not_see(house: House, as_actor: AsActor) -> None:
    with house.begin() as work:
        secret = a_dossier(work, confidentiality=Confidentiality.SECRET)
    with house.begin(as_actor(Role.RECORDS_MANAGER, Role.CLERK)) as work, pytest.raises(RecordNotFound):
        set_hold(work, reason=REASON, record_ids=[secret.id], scope=None)


def test_a_hold_waits_for_who_destroys_and_who_destroys_sees_the_hold(committed_house: House) -> None:
    house = committed_house
    with house.begin() as work:
        case = a_case(work)
    order: list[str] = []

    def hold() -> None:
        with house.begin() as work:
            set_hold(work, reason=REASON, record_ids=[case.id], scope=None)
            order.append("held")

    with house.begin() as work:
        must_be_unheld(work, [case.id])
        holder = Thread(target=hold)
        holder.start()
        holder.join(0.5)
        assert holder.is_alive(), "the hold waits"
        order.append("destroyed")
    holder.join()
    assert order == ["destroyed", "held"]
    with house.begin() as work, pytest.raises(RecordsHeldNow):
        must_be_unheld(work, [case.id])


def test_holds_over_the_api(client: TestClient, house: House) -> None:
    with house.begin() as work:
        dossier = a_dossier(work, title="Deponie Nord")
        case = a_case(work, dossier=dossier)
    made = client.post("/api/v1/retention/holds", json={"reason": REASON, "scope": {"words": ["Deponie"]}})
    assert made.status_code == 201, made.text
    hold = made.json()
    assert (hold["held"], hold["scope"]["words"], hold["releasedAt"]) == (1, ["Deponie"], None)
    address = made.headers["Location"]
    more = client.post(f"{address}:add", json={"records": [str(case.id)]}, headers={"If-Match": made.headers["ETag"]})
    assert more.json()["held"] == 2
    listed = client.get(f"{address}/records").json()["items"]
    assert {(one["reference"], one["matched"]) for one in listed} == {
        (dossier.reference, True),
        (case.reference, False),
    }
    gone = client.post(
        f"{address}:release", json={"reason": "Urteil"}, headers={"If-Match": client.get(address).headers["ETag"]}
    )
    assert gone.json()["releaseReason"] == "Urteil"
    assert [one["id"] for one in client.get("/api/v1/retention/holds?active=false").json()["items"]] == [hold["id"]]


def test_what_is_closed_tells_the_storage_of_its_hold(house: House) -> None:
    def told(work: UnitOfWork) -> int:
        waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name AND args ->> 'record_id' = :id")
        return work.session.scalar(waiting, {"name": LockStorage.name, "id": str(case.id)}) or 0

    with house.begin() as work:
        case = a_case(work)
        change_case_state(work, case.id, Action.CLOSE, revision=None)
        before = told(work)
        hold = set_hold(work, reason=REASON, record_ids=[case.dossier_id], scope=None)
        assert told(work) == before + 1
        release_hold(work, hold.id, reason="Urteil", revision=None)
        assert told(work) == before + 2


def test_nobody_else_sees_holds(house: House, as_actor: AsActor, client_of: Callable[[Actor], TestClient]) -> None:
    assert client_of(as_actor(Role.CLERK)).get("/api/v1/retention/holds").status_code == 403
