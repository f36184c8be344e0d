"""Requests of data subjects as the officer has them at the API, from the entry to the report."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, Text, cast, event, select

from eakte.access import Role
from eakte.audit.models import AuditEntry
from eakte.foundation.work import Actor, House
from tests.support.disposal import an_entry_to_destroy, closed
from tests.support.factories import AsActor, a_case, a_dossier
from tests.support.privacy import a_letter, work_off_privacy

REQUESTS = "/api/v1/privacy/requests"
PERSON = {"names": ["Erika Müller"], "bornOn": "1980-03-01", "emails": ["erika.mueller@example.org"]}


@pytest.fixture
def officer(as_actor: AsActor, client_of: Callable[[Actor], TestClient]) -> TestClient:
    return client_of(as_actor(Role.DATA_PROTECTION_OFFICER))


def entered(officer: TestClient, kind: str = "access", **fields: object) -> str:
    body = {"kind": kind, "person": PERSON, "receivedOn": "2026-11-02", **fields}
    answer = officer.post(REQUESTS, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def test_an_access_request_goes_from_its_entry_to_the_report(house: House, officer: TestClient) -> None:
    with house.begin() as work:
        letter = a_letter(work, "Frau Erika Müller, geboren am 1. März 1980")
        namesake = a_letter(work, "Erika Müller")
    path = entered(officer, identityCheck="Ausweis gesehen")
    request = officer.get(path)
    assert (request.json()["dueOn"], request.json()["person"]["names"]) == ("2026-12-02", ["Erika Müller"])
    assert officer.post(f"{path}:search").json()["searching"] is True
    assert officer.post(f"{path}:search").json()["code"] == "search-under-way"
    work_off_privacy(house)
    found = officer.get(f"{path}/findings", params={"judgement": "open"}).json()["items"]
    texts = {one["recordId"]: one for one in found if one["place"] == "text"}
    assert (texts[str(letter.id)]["strong"], texts[str(namesake.id)]["strong"]) == (True, False)
    judged = officer.post(f"{path}/findings:judge", json={"judgement": "confirmed", "records": [str(letter.id)]})
    assert judged.json() == {"judged": sum(one["recordId"] == str(letter.id) for one in found)}
    officer.post(f"{path}/findings:judge", json={"judgement": "dismissed", "records": [str(namesake.id)]})
    assert officer.post(f"{path}/reports", json={"withCopies": True}).status_code == 202
    assert officer.get(f"{path}/reports").json()[0]["making"] is True
    work_off_privacy(house)
    (report,) = officer.get(f"{path}/reports").json()
    content = officer.get(f"/api/v1/privacy/reports/{report['id']}/content")
    assert content.headers["cache-control"] == "no-store" and content.headers["etag"] == f'"{report["sha256"]}"'
    with zipfile.ZipFile(io.BytesIO(content.content)) as bundle:
        says = json.loads(bundle.read("auskunft.json"))
        assert [one for one in bundle.namelist() if one.startswith("kopien/")] == says["copies"]
    assert [one["reference"] for one in says["records"]] == [letter.reference]
    etag = officer.get(path).headers["etag"]
    assert officer.post(f"{path}/acts", json={"act": "answer"}, headers={"If-Match": etag}).json()["answeredAt"]
    stale = officer.post(f"{path}/acts", json={"act": "close"}, headers={"If-Match": etag})
    assert stale.json()["code"] == "stale"
    assert officer.post(f"{path}/acts", json={"act": "close"}, headers={"If-Match": "*"}).json()["state"] == "closed"


def test_a_list_says_of_each_request_how_far_it_is(house: House, officer: TestClient) -> None:
    with house.begin() as work:
        letter = a_letter(work, "Frau Erika Müller, geboren am 1. März 1980")
        a_letter(work, "Erika Müller")
    judged, searched, searching, waiting = (entered(officer) for _ in range(4))
    for path in (judged, searched):
        officer.post(f"{path}:search")
    work_off_privacy(house)
    officer.post(f"{judged}/findings:judge", json={"judgement": "confirmed", "records": [str(letter.id)]})
    officer.post(f"{searching}:search")
    listed = {one["id"]: one for one in officer.get(REQUESTS).json()["items"]}
    said = {path: listed[path.rpartition("/")[2]] for path in (judged, searched, searching, waiting)}
    for path, one in said.items():
        found = officer.get(f"{path}/findings", params={"limit": 200}).json()["items"]
        counts = {"open": one["openFindings"], "confirmed": one["confirmedFindings"]}
        assert counts == {name: sum(each["judgement"] == name for each in found) for name in counts}
        assert one["dismissedFindings"] == 0
    assert said[judged]["confirmedFindings"] > 0 < said[judged]["openFindings"]
    assert (said[searched]["confirmedFindings"], said[waiting]["openFindings"]) == (0, 0)
    assert {path for path, one in said.items() if one["searching"]} == {searching}
    assert {path for path, one in said.items() if one["searchedAt"]} == {judged, searched}


@contextmanager
def meanwhile(table: str, happens: Callable[[], None]) -> Iterator[None]:
    """Let something happen right after a table was asked for the first time."""
    waiting = True

    def asked(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal waiting
        if waiting and re.search(rf"^select.*\bfrom {table}\b", statement, re.IGNORECASE | re.DOTALL):
            waiting = False
            happens()

    event.listen(Engine, "after_cursor_execute", asked)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", asked)
    assert not waiting


def test_what_is_made_while_somebody_asks_is_there_or_on_its_way(house: House, officer: TestClient) -> None:
    with house.begin() as work:
        a_letter(work, "Frau Erika Müller, geboren am 1. März 1980")
    path = entered(officer)
    officer.post(f"{path}:search")
    with meanwhile("subject_requests", lambda: work_off_privacy(house)):
        request = officer.get(path).json()
    assert request["searching"] or (request["searchedAt"] and request["confirmedFindings"] + request["openFindings"])
    officer.post(f"{path}/reports", json={"withCopies": False})
    with meanwhile("subject_reports", lambda: work_off_privacy(house)):
        (report,) = officer.get(f"{path}/reports").json()
    assert report["making"] or report["madeAt"]


def test_an_erasure_request_is_decided_listed_and_restricted(house: House, officer: TestClient) -> None:
    with house.begin() as work:
        dossier = a_dossier(work, entry=an_entry_to_destroy(work))
        due, open_ = (a_case(work, dossier=dossier, title="Erika Müller") for _ in range(2))
        closed(work, due)
    path = entered(officer, "erasure")
    officer.post(f"{path}:search")
    work_off_privacy(house)
    records = [str(due.id), str(open_.id)]
    officer.post(f"{path}/findings:judge", json={"judgement": "confirmed", "records": records})
    early = officer.post(f"{path}/acts", json={"act": "answer"}, headers={"If-Match": "*"})
    assert early.json()["code"] == "subject-request-state-forbids"
    told = {one["reference"]: one for one in officer.post(f"{path}:decide").json()}
    assert (told[due.reference]["outcome"], told[open_.reference]["outcome"]) == ("erasable", "unknown")
    listed = officer.post(f"{path}:list-erasable")
    assert listed.json()["reference"].startswith("AV-")
    assert officer.post(f"{path}:restrict").json() == {"restricted": 1}
    again = {one["reference"]: one for one in officer.get(f"{path}/answers").json()}
    assert again[due.reference]["listedOn"] == listed.json()["reference"] and again[open_.reference]["restricted"]
    refused = officer.post(f"{path}:list-erasable")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-erasable")


def test_a_day_or_name_nobody_can_mean_is_refused(officer: TestClient) -> None:
    for wrong in ({"receivedOn": "9999-12-31"}, {"person": {"names": ["Müller"]}}, {"person": {"names": []}}):
        body = {"kind": "access", "person": PERSON, "receivedOn": "2026-11-02", **wrong}
        assert officer.post(REQUESTS, json=body).status_code == 422, wrong


def test_the_time_is_extended_once_with_a_reason(officer: TestClient) -> None:
    path = entered(officer, receivedOn="2126-01-31")
    extended = officer.post(f"{path}:extend", json={"reason": "Umfang der Akten"}, headers={"If-Match": "*"})
    assert (extended.json()["dueOn"], extended.json()["extendedFor"]) == ("2126-04-30", "Umfang der Akten")
    again = officer.post(f"{path}:extend", json={"reason": "noch mehr"}, headers={"If-Match": "*"})
    assert again.json()["code"] == "extension-too-late"
    late = entered(officer, receivedOn="2020-01-31")
    refused = officer.post(f"{late}:extend", json={"reason": "Umfang"}, headers={"If-Match": "*"})
    assert refused.json()["code"] == "extension-too-late"


def test_who_asks_is_put_right_and_kept_out_of_the_trail_and_of_kept_answers(house: House, officer: TestClient) -> None:
    path = entered(officer)
    assert officer.patch(path, json={"note": "ruft an"}).json()["code"] == "precondition-required"
    person = {"names": ["Zenobia Quellwasser", "Erika Müller"]}
    changed = officer.patch(path, json={"person": person, "note": "ruft an"}, headers={"If-Match": "*"})
    assert changed.status_code == 200 and "person" not in changed.json()
    assert officer.get(path).json()["person"]["names"] == person["names"]
    vague = officer.patch(path, json={"person": {"names": ["Quellwasser"]}}, headers={"If-Match": "*"})
    assert vague.json()["code"] == "name-too-vague"
    with house.begin() as work:
        entries = select(cast(AuditEntry.changes, Text) + cast(AuditEntry.details, Text))
        assert not [one for one in work.session.scalars(entries) if "Quellwasser" in one]
    again = officer.post(
        REQUESTS,
        json={"kind": "access", "person": PERSON, "receivedOn": "2026-11-02"},
        headers={"Idempotency-Key": "a"},
    )
    assert "Müller" not in again.text


def test_what_is_due_is_listed_before_what_is_not(officer: TestClient) -> None:
    late, early = entered(officer, receivedOn="2126-01-01"), entered(officer, receivedOn="2020-01-01")
    listed = [f"{REQUESTS}/{one['id']}" for one in officer.get(REQUESTS, params={"limit": 500}).json()["items"]]
    assert listed.index(early) < listed.index(late)
    due = [f"{REQUESTS}/{one['id']}" for one in officer.get(REQUESTS, params={"due": True}).json()["items"]]
    assert early in due and late not in due
