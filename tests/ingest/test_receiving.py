"""Files come in over the API: what is wrong is said with a code and a German sentence, and no original is lost."""

import hashlib
import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import func, select

from eakte.access import Confidentiality, Role
from eakte.audit.models import AuditEntry
from eakte.documents.models import object_key
from eakte.foundation.settings import StorageSettings
from eakte.foundation.storage import StorageUnavailable
from eakte.foundation.work import Actor, House
from eakte.records.rules import Action
from eakte.records.service.lifecycle import change_dossier_state
from ingest.messages import CheckItem
from ingest.models import Ingest, IngestItem
from ingest.rules import ItemState
from ingest.service.steps import claim
from ingest.tasks import check_item
from tests.simulators import storage_fails
from tests.support.app import app_on
from tests.support.factories import AsActor, a_case, a_document, a_dossier, a_token, a_unit
from tests.support.queue import work_off_ingests
from tests.support.scans import a_scan

FILE_PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'


@pytest.fixture
def dossier(house: House) -> str:
    with house.begin() as work:
        return a_dossier(work).reference


@pytest.fixture
def ingest(client: TestClient, dossier: str) -> str:
    return str(client.post("/api/v1/ingests", data={"into": dossier}).json()["id"])


def send(client: TestClient, ingest: str, content: bytes, name: str = "brief.pdf") -> dict[str, Any]:
    answer = client.post(f"/api/v1/ingests/{ingest}/items", files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def client_on(house: House, as_actor: AsActor) -> TestClient:
    """Somebody with every role, at a house whose settings or storage are not the usual ones."""
    token = a_token(house, as_actor.with_every_role().id)
    return TestClient(app_on(house), headers={"Authorization": f"Bearer {token}"})


def settled(client: TestClient, house: House, item: dict[str, Any]) -> dict[str, Any]:
    work_off_ingests(house)
    body: dict[str, Any] = client.get(f"/api/v1/ingest-items/{item['id']}").json()
    return body


def refused(answer: Response, status: int, code: str, *words: str) -> None:
    """The answer is a problem with this code, and its German detail names what matters."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert problem["title"].endswith(".")
    for word in words:
        assert word in problem["detail"] + str(problem["errors"])


def count(house: House, table: type[Ingest] | type[IngestItem]) -> int:
    with house.sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


# --- where it goes --------------------------------------------------------------------------------------


def test_an_unknown_reference_is_named(client: TestClient) -> None:
    answer = client.post("/api/v1/ingests", data={"into": "99.99-1999/0001"})
    refused(answer, 404, "target-not-found", "99.99-1999/0001", "Bitte das Aktenzeichen prüfen")


def test_a_dossier_that_one_may_not_see_is_as_unknown_as_one_that_is_not_there(
    house: House, as_actor: AsActor, client_of: Callable[[Actor], TestClient], dossier: str
) -> None:
    with house.begin() as work:
        elsewhere = a_unit(work)
    stranger = client_of(as_actor(Role.CLERK, unit=elsewhere))
    refused(stranger.post("/api/v1/ingests", data={"into": dossier}), 404, "target-not-found", dossier)


def test_who_may_only_read_may_not_file(
    as_actor: AsActor, client_of: Callable[[Actor], TestClient], dossier: str
) -> None:
    reader = client_of(as_actor(Role.AUDITOR))
    refused(reader.post("/api/v1/ingests", data={"into": dossier}), 403, "action-forbidden")


def test_a_closed_dossier_takes_nothing(client: TestClient, house: House) -> None:
    with house.begin() as work:
        dossier = a_dossier(work)
        change_dossier_state(work, dossier.id, Action.CLOSE, revision=None)
    answer = client.post("/api/v1/ingests", data={"into": dossier.reference}, files={"files": ("a.png", a_scan("a"))})
    refused(answer, 409, "record-state-forbids")
    assert count(house, IngestItem) == 0


def test_a_document_is_no_place_for_documents(client: TestClient, house: House) -> None:
    with house.begin() as work:
        reference = a_document(work).reference
    refused(client.post("/api/v1/ingests", data={"into": reference}), 409, "target-not-suitable", reference)


def test_a_dossier_is_not_closed_while_a_file_is_on_its_way_into_it(
    client: TestClient, house: House, ingest: str, dossier: str
) -> None:
    item = send(client, ingest, a_scan("Nachzügler"), "brief.png")
    path = f"/api/v1/dossiers/{client.get('/api/v1/records', params={'reference': dossier}).json()['id']}:close"
    refused(client.post(path, headers={"If-Match": "*"}), 409, "transition-blocked", "brief.png")
    assert settled(client, house, item)["state"] == "filed"


def test_a_dossier_is_not_cancelled_while_a_file_is_on_its_way_into_one_of_its_cases(
    client: TestClient, client_of: Callable[[Actor], TestClient], as_actor: AsActor, house: House
) -> None:
    with house.begin() as work:
        case = a_case(work, dossier=a_dossier(work))
        secret = a_case(work, dossier=case.dossier, confidentiality=Confidentiality.SECRET)
        elsewhere = a_case(work)
        cases = [one.reference for one in (case, secret, elsewhere)]
        cancel = f"/api/v1/dossiers/{case.dossier_id}:cancel"
    for number, into in enumerate(cases):
        ingest = client.post("/api/v1/ingests", data={"into": into}).json()["id"]
        send(client, ingest, a_scan("Nachzügler"), f"brief{number}.png")

    def blockers(asking: TestClient) -> dict[str, str]:
        answer = asking.post(cancel, headers={"If-Match": "*"})
        refused(answer, 409, "transition-blocked")
        assert {one["code"] for one in answer.json()["errors"]} == {"ingest-open"}
        return {one["message"]: one["pointer"] for one in answer.json()["errors"]}

    first, second = "Die Datei „brief0.png“ ist", "Die Datei „brief1.png“ ist"
    rest = " im Eingang noch nicht abgelegt."
    assert set(blockers(client)) == {first + rest, second + rest}
    unseen = "Eine Datei, die Sie nicht sehen dürfen, ist" + rest
    seen = blockers(client_of(as_actor(Role.CLERK, Role.RECORDS_MANAGER)))
    assert set(seen) == {first + rest, unseen}
    assert not seen[unseen], "what is not named is not pointed at"
    work_off_ingests(house)
    assert client.post(cancel, headers={"If-Match": "*"}).status_code == 200


# --- what it is -----------------------------------------------------------------------------------------


def encrypted_pdf() -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(target, encryption=pikepdf.Encryption(owner="o", user="u"))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        pytest.param(
            b"GIF89a\x01\x00\x01\x00\x80\x00\x00;", "unsupported-file-type", "Angenommen werden", id="wrong type"
        ),
        pytest.param(encrypted_pdf(), "encrypted-pdf", "Passwort", id="encrypted PDF"),
        pytest.param(b"%PDF-1.7\nkaputt\n%%EOF\n", "broken-pdf", "beschädigt", id="broken PDF"),
        pytest.param(a_scan("halb")[:900], "broken-image", "beschädigt", id="broken image"),
    ],
)
def test_what_cannot_be_read_waits_in_the_work_list_with_its_reason_and_its_original(
    client: TestClient, house: House, ingest: str, content: bytes, code: str, word: str
) -> None:
    item = settled(client, house, send(client, ingest, content))
    assert (item["state"], item["failureCode"]) == ("failed", code)
    assert word in item["failureMessage"]
    listed = client.get("/api/v1/ingest-items", params={"state": "failed"}).json()["items"]
    assert item["id"] in [one["id"] for one in listed]
    original = client.get(f"/api/v1/ingest-items/{item['id']}/original")
    assert original.content == content
    assert hashlib.sha256(content).hexdigest() == item["sha256"]


def test_an_empty_file_is_noted_and_nothing_of_it_is_stored(client: TestClient, ingest: str) -> None:
    item = send(client, ingest, b"", "leer.pdf")
    assert (item["state"], item["failureCode"], item["size"]) == ("failed", "empty-upload", 0)
    assert "Bitte die Datei prüfen" in item["failureMessage"]
    refused(client.get(f"/api/v1/ingest-items/{item['id']}/original"), 404, "original-missing", "leer")
    refused(client.post(f"/api/v1/ingest-items/{item['id']}:retry", json={}), 404, "original-missing")


def test_a_discarded_file_no_longer_stands_in_the_way_of_closing(
    client: TestClient, house: House, ingest: str, dossier: str
) -> None:
    item = send(client, ingest, b"", "leer.pdf")
    path = f"/api/v1/dossiers/{client.get('/api/v1/records', params={'reference': dossier}).json()['id']}:close"
    refused(client.post(path, headers={"If-Match": "*"}), 409, "transition-blocked", "leer.pdf")
    refused(client.post(f"/api/v1/ingest-items/{item['id']}:discard", json={"reason": "   "}), 422, "reason-missing")
    discarded = client.post(f"/api/v1/ingest-items/{item['id']}:discard", json={"reason": "war leer"})
    assert discarded.json()["state"] == "discarded"
    refused(client.post(f"/api/v1/ingest-items/{item['id']}:retry", json={}), 404, "original-missing")
    assert client.post(path, headers={"If-Match": "*"}).json()["state"] == "closed"


def test_a_discarded_file_keeps_its_original_and_its_reason(client: TestClient, house: House, ingest: str) -> None:
    item = settled(client, house, send(client, ingest, b"%PDF-1.7\nkaputt\n"))
    client.post(f"/api/v1/ingest-items/{item['id']}:discard", json={"reason": "doppelt eingereicht"})
    assert client.get(f"/api/v1/ingest-items/{item['id']}/original").content == b"%PDF-1.7\nkaputt\n"
    with house.sessions() as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.event == "ingest.ItemDiscarded")).one()
    assert told.changes["reason"] == [None, "doppelt eingereicht"]


def test_only_what_failed_can_be_repeated(client: TestClient, house: House, ingest: str) -> None:
    item = settled(client, house, send(client, ingest, a_scan("Brief"), "brief.png"))
    refused(client.post(f"/api/v1/ingest-items/{item['id']}:retry", json={}), 409, "item-not-waiting", "filed")


def test_a_failed_file_can_be_sent_on_its_way_again(client: TestClient, house: House, ingest: str) -> None:
    item = settled(client, house, send(client, ingest, b"%PDF-1.7\nkaputt\n"))
    again = client.post(f"/api/v1/ingest-items/{item['id']}:retry", json={})
    assert again.status_code == 200
    assert again.json()["state"] == "received"
    assert settled(client, house, item)["failureCode"] == "broken-pdf"


@pytest.mark.parametrize(
    ("sent", "kept", "title"),
    [
        ("../../etc/passwd.png", "passwd.png", "passwd"),
        ("..\\..\\windows\\brief.png", "brief.png", "brief"),
        ("/etc/shadow", "shadow", "shadow"),
        ("a\u0308nderung.png", "änderung.png", "änderung"),
        ("rechnung\u202egnp.exe", "rechnunggnp.exe", "rechnunggnp"),
        ("CON.png", "_CON.png", "CON"),
        ("...", "ohne-name", "ohne-name"),
        ("ä" * 300 + ".png", None, None),
    ],
)
def test_names_are_shown_and_never_used_as_paths(
    client: TestClient, house: House, ingest: str, sent: str, kept: str | None, title: str | None
) -> None:
    item = send(client, ingest, a_scan("Brief"), sent)
    assert kept is None or item["fileName"] == kept
    assert len(item["fileName"].encode()) <= 200
    filed = settled(client, house, item)
    document = client.get(f"/api/v1/documents/{filed['documentId']}").json()
    assert title is None or document["title"] in (title, f"_{title}")


# --- how it is sent -------------------------------------------------------------------------------------


def test_a_form_with_unknown_fields_is_refused(client: TestClient, house: House, dossier: str) -> None:
    answer = client.post("/api/v1/ingests", data={"into": dossier, "prio": "hoch"})
    refused(answer, 422, "request-invalid", "unbekannt", "/body/prio")
    assert count(house, Ingest) == 0


def test_a_form_without_its_file_is_refused(client: TestClient, ingest: str) -> None:
    answer = client.post(f"/api/v1/ingests/{ingest}/items", data={})
    refused(answer, 422, "request-invalid", "Die Angabe fehlt")


def test_a_text_where_a_file_belongs_is_refused(client: TestClient, ingest: str) -> None:
    answer = client.post(f"/api/v1/ingests/{ingest}/items", data={"file": "kein Datei-Teil"})
    refused(answer, 422, "request-invalid", "/body/file")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"egal"),
        ("multipart/form-data; boundary=x", b"--y\r\nkein Kopf"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nab',
        ),
        ("multipart/form-data; boundary=" + "x" * 5000, b"egal"),
    ],
)
def test_a_broken_multipart_body_is_refused(
    client: TestClient, house: House, ingest: str, content_type: str, body: bytes
) -> None:
    answer = client.post(f"/api/v1/ingests/{ingest}/items", content=body, headers={"Content-Type": content_type})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert count(house, IngestItem) == 0


def test_nobody_unknown_gets_as_far_as_sending_a_file(anonymous: TestClient, ingest: str) -> None:
    """Even a body that is none is not looked at before the token."""
    headers = {"Content-Type": "multipart/form-data"}
    answer = anonymous.post(f"/api/v1/ingests/{ingest}/items", content=b"kein Formular", headers=headers)
    refused(answer, 401, "unauthenticated", "anmelden")


def test_a_file_that_is_too_large_is_refused_before_it_is_stored(house: House, as_actor: AsActor, ingest: str) -> None:
    small = house.settings.model_copy(update={"ingest": house.settings.ingest.model_copy(update={"max_file_mb": 1})})
    strict = House(house.sessions, house.storage, small)
    client = TestClient(
        app_on(strict), headers={"Authorization": f"Bearer {a_token(house, as_actor.with_every_role().id)}"}
    )
    answer = client.post(f"/api/v1/ingests/{ingest}/items", files={"file": ("groß.pdf", b"%PDF" + bytes(1 << 20))})
    refused(answer, 413, "too-large", "1 MB")
    assert count(house, IngestItem) == 0


def test_a_body_that_is_too_large_is_refused_before_it_is_read(house: House, as_actor: AsActor, ingest: str) -> None:
    small = house.settings.model_copy(update={"api": house.settings.api.model_copy(update={"max_upload_mb": 1})})
    token = a_token(house, as_actor.with_every_role().id)
    client = TestClient(
        app_on(House(house.sessions, house.storage, small)), headers={"Authorization": f"Bearer {token}"}
    )
    path = f"/api/v1/ingests/{ingest}/items"
    refused(client.post(path, files={"file": ("groß.pdf", bytes(3 << 20))}), 413, "too-large", "2 MB")
    # Without a length the body is counted while it comes.
    chunks = iter([FILE_PART, *[bytes(1 << 20)] * 3, b"\r\n--x--\r\n"])
    answer = client.post(path, content=chunks, headers={"Content-Type": "multipart/form-data; boundary=x"})
    refused(answer, 413, "too-large", "2 MB")


def test_a_text_that_is_too_large_is_refused(client: TestClient) -> None:
    body = b'{"title": "' + b"x" * (33 << 20) + b'"}'
    answer = client.post("/api/v1/dossiers", content=body, headers={"Content-Type": "application/json"})
    refused(answer, 413, "too-large", "32 MB")


def test_many_files_can_come_with_the_ingest(client: TestClient, house: House, dossier: str) -> None:
    files = [("files", (f"{number}.png", a_scan(f"Brief {number}"))) for number in range(3)]
    answer = client.post("/api/v1/ingests", data={"into": dossier}, files=files)
    assert answer.status_code == 201, answer.text
    assert [item["fileName"] for item in answer.json()["items"]] == ["0.png", "1.png", "2.png"]
    work_off_ingests(house)
    ingest = client.get(answer.headers["location"]).json()
    assert ingest["counts"] == {"filed": 3}
    assert ingest["settled"] is True


def test_the_same_file_twice_is_kept_twice_and_said(client: TestClient, ingest: str) -> None:
    content = a_scan("zweimal")
    first, second = send(client, ingest, content, "eins.png"), send(client, ingest, content, "zwei.png")
    assert first["warnings"] == []
    assert [one["code"] for one in second["warnings"]] == ["duplicate"]
    assert "eins.png" in second["warnings"][0]["message"]


def test_an_upload_repeated_with_its_key_arrives_once(client: TestClient, house: House, ingest: str) -> None:
    def upload() -> Response:
        files = {"file": ("brief.png", a_scan("einmal"))}
        return client.post(f"/api/v1/ingests/{ingest}/items", files=files, headers={"Idempotency-Key": "einmal"})

    first, second = upload(), upload()
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert count(house, IngestItem) == 1


# --- neighbours in trouble ------------------------------------------------------------------------------


def test_without_the_object_storage_nothing_is_half_stored(
    house: House, storage_settings: StorageSettings, as_actor: AsActor, ingest: str
) -> None:
    off = House(house.sessions, storage_fails.switched_off(storage_settings), house.settings)
    client = TestClient(
        app_on(off), headers={"Authorization": f"Bearer {a_token(house, as_actor.with_every_role().id)}"}
    )
    answer = client.post(f"/api/v1/ingests/{ingest}/items", files={"file": ("brief.png", a_scan("Brief"))})
    refused(answer, 503, "storage-unavailable", "nichts gespeichert")
    assert answer.headers["retry-after"]
    assert count(house, IngestItem) == 0


def test_an_outage_of_the_object_storage_is_never_blamed_on_the_file(
    client: TestClient, house: House, storage_settings: StorageSettings, ingest: str
) -> None:
    item = send(client, ingest, a_scan("Brief"), "brief.png")
    off = House(house.sessions, storage_fails.switched_off(storage_settings), house.settings)
    for _ in range(house.settings.ingest.attempts + 2):
        with pytest.raises(StorageUnavailable):
            check_item(CheckItem(item_id=UUID(item["id"])), off.begin)
    assert settled(client, house, item)["state"] == "filed"


def test_a_file_that_ends_every_attempt_is_given_up_and_kept(client: TestClient, house: House, ingest: str) -> None:
    item = send(client, ingest, a_scan("Brief"), "brief.png")
    for _ in range(house.settings.ingest.attempts):
        with house.begin() as work:
            assert claim(work, UUID(item["id"]), expected=frozenset({ItemState.RECEIVED})) is not None
    after = settled(client, house, item)
    assert (after["state"], after["failureCode"]) == ("failed", "too-many-attempts")
    assert "Das Original ist erhalten" in after["failureMessage"]
    assert client.get(f"/api/v1/ingest-items/{item['id']}/original").content == a_scan("Brief")


def test_an_original_that_was_damaged_is_neither_delivered_nor_recognised(
    client: TestClient, house: House, ingest: str
) -> None:
    item = send(client, ingest, a_scan("Brief"), "brief.png")
    storage_fails.damages(house.storage, original_key(house, item), b"etwas anderes")
    refused(client.get(f"/api/v1/ingest-items/{item['id']}/original"), 409, "object-damaged", "Systembetreuung")
    after = settled(client, house, item)
    assert (after["state"], after["failureCode"]) == ("failed", "object-damaged")


def test_an_original_that_is_gone_is_said_to_be_gone(client: TestClient, house: House, ingest: str) -> None:
    item = send(client, ingest, a_scan("Brief"), "brief.png")
    storage_fails.forgets(house.storage, original_key(house, item))
    refused(client.get(f"/api/v1/ingest-items/{item['id']}/original"), 404, "object-missing", "Systembetreuung")
    assert settled(client, house, item)["failureCode"] == "object-missing"


def original_key(house: House, item: dict[str, Any]) -> str:
    with house.sessions() as session:
        object_id = session.get_one(IngestItem, UUID(item["id"])).object_id
    assert object_id is not None
    return object_key(object_id)


# --- who sees it ----------------------------------------------------------------------------------------


def test_one_sees_ones_own_ingests_and_the_registry_sees_all(
    house: House, as_actor: AsActor, client_of: Callable[[Actor], TestClient], dossier: str
) -> None:
    mine, other, registry = (client_of(as_actor(role)) for role in (Role.CLERK, Role.CLERK, Role.REGISTRY))
    ingest = mine.post("/api/v1/ingests", data={"into": dossier}).json()["id"]
    item = send(mine, ingest, a_scan("Brief"), "brief.png")
    assert mine.get(f"/api/v1/ingests/{ingest}").status_code == 200
    refused(other.get(f"/api/v1/ingests/{ingest}"), 404, "ingest-not-found")
    refused(other.get(f"/api/v1/ingest-items/{item['id']}"), 404, "ingest-item-not-found")
    refused(other.post(f"/api/v1/ingests/{ingest}/items", files={"file": ("a", b"a")}), 404, "ingest-not-found")
    assert registry.get(f"/api/v1/ingest-items/{item['id']}").status_code == 200


def test_a_cursor_of_another_list_is_refused(client: TestClient, ingest: str) -> None:
    for number in range(3):
        send(client, ingest, a_scan(f"Brief {number}"), f"{number}.png")
    first = client.get(f"/api/v1/ingests/{ingest}/items", params={"limit": 2}).json()
    rest = client.get(f"/api/v1/ingests/{ingest}/items", params={"limit": 2, "cursor": first["next"]}).json()
    assert [item["fileName"] for item in first["items"] + rest["items"]] == ["0.png", "1.png", "2.png"]
    refused(client.get("/api/v1/dossiers", params={"cursor": first["next"]}), 422, "invalid-cursor", "von vorn")
    refused(client.get("/api/v1/ingests", params={"cursor": "quatsch"}), 422, "invalid-cursor", "von vorn")
