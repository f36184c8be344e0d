"""What every HTTP edge shares: problems, ETags, strict shapes, German messages."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from eakte.foundation import errors
from eakte.foundation.errors import EakteError, Finding
from eakte.foundation.german import in_german
from eakte.foundation.http import Shape
from eakte.foundation.ids import new_id
from eakte.foundation.problems import status_of
from eakte.foundation.work import House
from tests.support.factories import a_dossier

PROBLEM = "application/problem+json"


@pytest.fixture
def dossier_id(house: House) -> UUID:
    with house.begin() as work:
        return a_dossier(work).id


class LampBroken(errors.Conflict):
    """Die Lampe ist kaputt."""

    advice = "Bitte {lamp} auswechseln."


# --- problems -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.Unauthenticated, 401),
        (errors.Forbidden, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (errors.Stale, 412),
        (errors.TooLarge, 413),
        (errors.Invalid, 422),
        (errors.Unavailable, 503),
        (LampBroken, 409),
        (EakteError, 500),
    ],
)
def test_each_kind_of_error_has_its_status(kind: type[EakteError], status: int) -> None:
    assert status_of(kind()) == status


def test_an_error_becomes_a_problem_with_code_title_advice_and_findings(own_app: FastAPI) -> None:
    def broken() -> None:
        raise LampBroken(lamp="Birne 7", findings=[Finding("filament", "Der Glühfaden ist durch.", "/lamp")])

    own_app.add_api_route("/broken", broken)
    answer = TestClient(own_app).get("/broken")
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (409, PROBLEM)
    assert problem.pop("traceId") == answer.headers["x-trace-id"]
    assert problem == {
        "type": "/problems/lamp-broken",
        "title": "Die Lampe ist kaputt.",
        "status": 409,
        "detail": "Bitte Birne 7 auswechseln.",
        "instance": "/broken",
        "code": "lamp-broken",
        "errors": [{"pointer": "/lamp", "code": "filament", "message": "Der Glühfaden ist durch."}],
    }


class FakeDriverError(Exception):
    """What psycopg would have raised."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("", {}, FakeDriverError("40P01")), 409, "changed-meanwhile"),
        (OperationalError("", {}, FakeDriverError("55P03")), 409, "changed-meanwhile"),
        (OperationalError("", {}, FakeDriverError("57P01")), 503, "database-unavailable"),
        (IntegrityError("", {}, FakeDriverError("23505")), 409, "changed-meanwhile"),
        (DataError("", {}, FakeDriverError("22021")), 422, "value-not-storable"),
    ],
)
def test_what_the_database_refuses_is_a_problem_too(own_app: FastAPI, error: Exception, status: int, code: str) -> None:
    def refused() -> None:
        raise error

    own_app.add_api_route("/refused", refused)
    answer = TestClient(own_app).get("/refused")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("retry-after" in answer.headers) is (status == 503)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/gibtesnicht", 404, "address-not-found"),
        ("DELETE", "/api/v1/me", 405, "method-not-allowed"),
    ],
)
def test_what_the_framework_refuses_is_a_problem_too(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["code"], answer.headers["content-type"]) == (status, code, PROBLEM)


# --- forms ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("announced", [{"content-length": "200"}, {"transfer-encoding": "chunked"}])
def test_of_a_form_nothing_is_read_for_somebody_unknown(anonymous: TestClient, announced: dict[str, str]) -> None:
    read = []

    def body() -> Iterator[bytes]:
        read.append("some")
        yield b""

    headers = {"content-type": "multipart/form-data; boundary=x", **announced}
    assert anonymous.post("/api/v1/invoices", content=body(), headers=headers).status_code == 401
    assert read == []


# --- ETags ----------------------------------------------------------------------------------------------


def test_a_change_needs_the_etag_of_what_was_seen(client: TestClient, dossier_id: UUID) -> None:
    address = f"/api/v1/dossiers/{dossier_id}"
    seen = client.get(address).headers["etag"]
    change = {"title": "Neuer Betreff"}
    assert client.patch(address, json=change).status_code == 428
    assert client.patch(address, json=change).json()["code"] == "precondition-required"
    changed = client.patch(address, json=change, headers={"If-Match": seen})
    assert (changed.status_code, changed.json()["title"]) == (200, "Neuer Betreff")
    assert changed.headers["etag"] != seen
    stale = client.patch(address, json={"title": "Zu spät"}, headers={"If-Match": seen})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert client.get(address).headers["etag"] == changed.headers["etag"]


@pytest.mark.parametrize("header", ['W/"1"', "1", '"eins"', '"1", "2"', '"99999999999"', ""])
def test_an_etag_that_is_none_of_ours_is_stale(client: TestClient, dossier_id: UUID, header: str) -> None:
    answer = client.patch(f"/api/v1/dossiers/{dossier_id}", json={"title": "x"}, headers={"If-Match": header})
    assert answer.status_code == 412


def test_a_star_matches_whatever_is_there(client: TestClient, dossier_id: UUID) -> None:
    answer = client.post(f"/api/v1/dossiers/{dossier_id}:close", headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")


@pytest.mark.parametrize("form", ["{}", "W/{}", '"0", {}', '{}, W/"7"'])
def test_what_is_known_is_not_sent_again(client: TestClient, dossier_id: UUID, form: str) -> None:
    address = f"/api/v1/dossiers/{dossier_id}"
    seen = client.get(address).headers["etag"]
    answer = client.get(address, headers={"If-None-Match": form.format(seen)})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", seen)
    assert client.get(address, headers={"If-None-Match": '"0"'}).status_code == 200


def test_identities_have_an_etag_too(client: TestClient) -> None:
    made = client.post("/api/v1/identities", json={"kind": "client", "login": "bau", "displayName": "Bauamt"})
    address = made.headers["location"]
    assert client.patch(address, json={"active": False}).status_code == 428
    changed = client.patch(address, json={"active": False}, headers={"If-Match": made.headers["etag"]})
    assert (changed.status_code, changed.json()["active"]) == (200, False)
    assert client.patch(address, json={"active": True}, headers={"If-Match": made.headers["etag"]}).status_code == 412


# --- strict shapes --------------------------------------------------------------------------------------


def test_an_unknown_parameter_is_refused_and_named(client: TestClient) -> None:
    answer = client.get("/api/v1/dossiers", params={"modified_after": "2026-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown-parameter")
    assert "modified_after" in answer.json()["detail"]


def test_an_unknown_field_is_refused_and_named(client: TestClient) -> None:
    answer = client.post("/api/v1/organisational-units", json={"key": "63", "name": "Bau", "farbe": "rot"})
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/body/farbe", "extra-forbidden")
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed-request"),
        (b"", 422, "request-invalid"),
        (b"[]", 422, "request-invalid"),
        (b"null", 422, "request-invalid"),
        (b'{"key": 5, "name": []}', 422, "request-invalid"),
        (b'{"key": "a\\u0000b", "name": "Bau"}', 422, "request-invalid"),
        (b'{"key": "63", "name": "\\ud800"}', 422, "request-invalid"),
        (b"\xff\xfe", 400, "malformed-request"),
        (b"[" * 100_000, 400, "malformed-request"),
    ],
)
def test_a_body_that_is_none_is_refused(client: TestClient, body: bytes, status: int, code: str) -> None:
    answer = client.post("/api/v1/organisational-units", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nul_is_refused_wherever_it_hides(client: TestClient, dossier_id: UUID) -> None:
    address = f"/api/v1/dossiers/{dossier_id}"
    nul = client.patch(address, json={"keywords": ["a\x00b"]}, headers={"If-Match": "*"})
    assert (nul.status_code, "NUL" in nul.json()["errors"][0]["message"]) == (422, True)
    data = f"/api/v1/records/{dossier_id}/business-data"
    assert client.patch(data, json={"a": "\x00"}, headers={"If-Match": "*"}).status_code == 422
    assert client.patch(data, json={"\x00": "a"}, headers={"If-Match": "*"}).status_code == 422
    assert client.get("/api/v1/records", params={"reference": "a\x00"}).status_code == 400
    assert client.get("/api/v1/records/%00").status_code in (400, 422)
    assert client.get("/api/v1/filing-plan-entries", params={"q": "\x00"}).status_code == 400


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"limit": "0"}, "Der Wert muss mindestens 1 sein."),
        ({"limit": "501"}, "Der Wert darf höchstens 500 sein."),
        ({"limit": "viele"}, "Erwartet wird eine ganze Zahl."),
        ({"state": "offen"}, "Erlaubt ist nur: 'open', 'closed' oder 'cancelled'."),
        ({"entryId": "63"}, "Das ist keine UUID."),
        ({"modifiedAfter": "gestern"}, "Erwartet wird ein Zeitpunkt nach ISO 8601."),
        ({"modifiedAfter": "2026-01-01T00:00:00"}, "Dem Zeitpunkt fehlt die Zeitzone."),
    ],
)
def test_wrong_parameters_are_explained_in_german(client: TestClient, parameters: dict[str, str], message: str) -> None:
    answer = client.get("/api/v1/dossiers", params=parameters)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["message"]) == (422, message)
    assert error["pointer"] == f"/query/{next(iter(parameters))}"


class Sample(Shape):
    """Some fields of every kind."""

    text: str
    number: int
    flags: list[bool]


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ({}, ["Die Angabe fehlt."] * 3),
        (
            {"text": 5, "number": "x", "flags": "y"},
            ["Erwartet wird ein Text.", "Erwartet wird eine ganze Zahl.", "Erwartet wird eine Liste."],
        ),
        ({"text": "x" * 100_001, "number": 1, "flags": []}, ["Der Text darf höchstens 100000 Zeichen haben."]),
        (
            {"text": "x", "number": 1.5, "flags": ["vielleicht"]},
            ["Erwartet wird eine ganze Zahl.", "Erwartet wird „true“ oder „false“."],
        ),
        ({"text": "x", "number": 1, "flags": [], "more": 1}, ["Dieses Feld ist unbekannt."]),
        ({"text": "\x00", "number": 1, "flags": []}, ["Das Zeichen NUL und einzelne Surrogate sind nicht erlaubt."]),
    ],
)
def test_what_pydantic_finds_is_said_in_german(value: Any, messages: list[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        Sample.model_validate(value)
    assert [in_german(dict(item)) for item in refused.value.errors()] == messages


def test_a_sentence_without_its_facts_is_still_one() -> None:
    assert in_german({"type": "string_too_short"}) == "Der Text braucht mindestens … Zeichen."
    assert in_german({"type": "something_new"}) == "Der Wert ist hier nicht erlaubt."


def test_every_parameter_is_camel_case_outside(app: FastAPI) -> None:
    snakes = [
        f"{method} {path}: {parameter['name']}"
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and ("_" in parameter["name"] or parameter["name"] != parameter["name"].strip())
    ]
    assert snakes == []


def test_every_api_route_is_strict(app: FastAPI, client: TestClient) -> None:
    """A router that forgot `route_class=ApiRoute` would let unknown parameters pass."""
    lax = []
    for path, operations in app.openapi()["paths"].items():
        if "get" in operations:
            address = path.replace("{kind}", "original")
            for parameter in operations["get"].get("parameters", ()):
                address = address.replace(f"{{{parameter['name']}}}", str(new_id()))
            if client.get(address, params={"gibtesnicht": "1"}).status_code != 400:
                lax.append(path)
    assert lax == []


def test_who_is_unknown_is_told_that_and_nothing_of_how_to_ask(app: FastAPI, client: TestClient) -> None:
    asked = {"limit": "viele"}
    assert client.get("/api/v1/dossiers", params=asked).status_code == 422
    assert TestClient(app).get("/api/v1/dossiers", params=asked).status_code == 401


def test_the_openapi_document_has_german_titles_and_problems(app: FastAPI) -> None:
    document = app.openapi()
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"] != operation["operationId"], (method, path)
            assert {"401", "422"} <= operation["responses"].keys(), (method, path)
