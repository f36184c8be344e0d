"""Idempotency-Key: a repeat gets the first answer, and nothing is done twice."""

import hashlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import func, select

from eakte.access import Role
from eakte.access.models import ApiToken, OrganisationalUnit
from eakte.foundation.idempotency import KeptAnswer
from eakte.foundation.work import Actor, House
from tests.support.app import app_on
from tests.support.factories import AsActor, a_client, a_dossier, a_plan, a_token

UNITS = "/api/v1/organisational-units"


def post(client: TestClient, body: dict[str, Any], key: str = "4711", path: str = UNITS) -> Response:
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def units(house: House) -> int:
    with house.sessions() as session:
        return session.scalar(select(func.count()).select_from(OrganisationalUnit)) or 0


def test_a_repeat_gets_the_first_answer_and_does_nothing(house: House, client: TestClient) -> None:
    first = post(client, {"key": "63", "name": "Bau"})
    again = post(client, {"key": "63", "name": "Bau"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert units(house) == 1


def test_a_repeat_brings_location_and_etag_again(client: TestClient) -> None:
    body = {"key": "stadt", "name": "Aktenplan"}
    first, again = (post(client, body, path="/api/v1/filing-plans") for _ in range(2))
    for header in ("location", "etag"):
        assert again.headers[header] == first.headers[header]


def test_the_same_key_for_another_request_is_refused(client: TestClient) -> None:
    assert post(client, {"key": "63", "name": "Bau"}).status_code == 201
    other = post(client, {"key": "64", "name": "Brand"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    elsewhere = post(client, {"key": "63", "name": "Bau"}, path="/api/v1/filing-plans")
    assert elsewhere.json()["code"] == "idempotency-key-reused"


@pytest.mark.parametrize(
    ("place", "name", "content"),
    [(0, "a.pdf", b"zwei"), (0, "b.pdf", b"eins"), (1, "a.pdf", b"eins"), (0, "a.pdf", b"einsundzwei")],
    ids=["bytes", "name", "field", "length"],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_the_same_key_for_another_form_is_refused(
    client: TestClient, house: House, place: int, name: str, content: bytes, chunked: bool
) -> None:
    """Also when the other file is as long as the first, or nobody says how long it is."""
    with house.begin() as work:
        places = [a_dossier(work).reference for _ in range(2)]

    def upload(place: int, name: str, content: bytes) -> Response:
        path, key = "/api/v1/ingests", {"Idempotency-Key": "4711"}
        form = client.build_request(
            "POST", path, data={"into": places[place]}, files={"files": (name, content)}, headers=key
        )
        if not chunked:
            return client.send(form)
        body = form.read()
        headers = {**key, "Content-Type": form.headers["content-type"]}
        return client.post(path, content=iter([body[:50], body[50:]]), headers=headers)

    first, again, other = upload(0, "a.pdf", b"eins"), upload(0, "a.pdf", b"eins"), upload(place, name, content)
    assert first.status_code == 201, first.text
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true"), "its boundary is another"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_the_same_key_for_another_plan_file_is_refused(client: TestClient, house: House) -> None:
    with house.begin() as work:
        path = f"/api/v1/filing-plans/{a_plan(work).id}:import"
    headers = {"Idempotency-Key": "4711", "Content-Type": "text/csv"}
    head = "code;parent;kind;title\n"
    assert client.post(path, content=f"{head}0;;main_group;Rat\n", headers=headers).status_code == 200
    other = client.post(path, content=f"{head}1;;main_group;Amt\n", headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_everybody_has_their_own_keys(
    house: House, client_of: Callable[[Actor], TestClient], as_actor: AsActor
) -> None:
    first, second = (client_of(as_actor(Role.ADMINISTRATOR)) for _ in range(2))
    assert post(first, {"key": "63", "name": "Bau"}).status_code == 201
    assert post(second, {"key": "64", "name": "Brand"}).status_code == 201
    assert units(house) == 2


def test_a_refused_request_leaves_the_key_free(house: House, client: TestClient) -> None:
    assert post(client, {"key": "63"}).status_code == 422
    assert post(client, {"key": "63", "name": "Bau"}, key="other").status_code == 201
    assert post(client, {"key": "63", "name": "Bau"}).json()["code"] == "unit-key-taken"
    assert post(client, {"key": "64", "name": "Brand"}).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "mit leer", "ä", "x" * 201])
def test_a_key_has_a_shape(client: TestClient, key: str) -> None:
    answer = client.post(UNITS, json={"key": "1", "name": "x"}, headers={"Idempotency-Key": key.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


def test_a_tokens_secret_is_answered_once_and_never_kept(house: House, client: TestClient) -> None:
    with house.begin() as work:
        identity = a_client(work)
    path = f"/api/v1/identities/{identity.id}/tokens"
    first = post(client, {"label": "Fachverfahren"}, path=path)
    again = post(client, {"label": "Fachverfahren"}, path=path)
    assert (first.status_code, again.status_code, again.content) == (201, 201, b"")
    assert again.headers["cache-control"] == "no-store"
    with house.sessions() as session:
        kept = session.scalars(select(KeptAnswer)).one()
        assert kept.body == b""
        assert first.json()["secret"] not in str(kept.headers)
        assert session.scalar(select(func.count()).where(ApiToken.identity_id == identity.id)) == 1


def test_a_password_cannot_be_guessed_from_what_is_kept(house: House, client: TestClient) -> None:
    body = {"kind": "person", "login": "a", "displayName": "A", "password": "Ein langes Kennwort"}
    assert post(client, body, path="/api/v1/identities").status_code == 201
    with house.sessions() as session:
        kept = session.scalars(select(KeptAnswer)).one()
    plain = hashlib.sha256(b"POST /api/v1/identities?\n" + json.dumps(body, separators=(",", ":")).encode())
    assert kept.request_hash != plain.hexdigest()


def test_the_same_request_at_the_same_time_is_done_once(committed_house: House, as_actor: AsActor) -> None:
    admin = AsActor(committed_house)(Role.ADMINISTRATOR)
    token = a_token(committed_house, admin.id)
    app = app_on(committed_house)
    start = threading.Barrier(8, timeout=30)

    def ask(_: int) -> Response:
        start.wait()
        return post(TestClient(app, headers={"Authorization": f"Bearer {token}"}), {"key": "63", "name": "Bau"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 7
    assert units(committed_house) == 1
