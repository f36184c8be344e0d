"""Whatever is sent to the API, it answers: never with a 5xx, and always with a problem that says what is wrong."""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import hypothesis
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck
from hypothesis.errors import Unsatisfiable
from pydantic import SecretStr
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from eakte.access import Confidentiality, Role
from eakte.access.service import grant_role, issue_token
from eakte.documents.queries import version_of
from eakte.entrypoints.api import ROUTERS
from eakte.entrypoints.house import open_house
from eakte.foundation.embedded import EmbeddedPostgres
from eakte.foundation.ids import new_id
from eakte.foundation.settings import DatabaseSettings, Settings
from eakte.foundation.storage import Storage
from eakte.foundation.work import House
from eakte.records.models import PartyRole
from eakte.records.service.details import PartyDetails, add_party, link_records
from ingest.models import Ingest, IngestItem
from tests.support.app import app_on
from tests.support.approval import a_given_order
from tests.support.factories import (
    AsActor,
    a_case,
    a_client,
    a_document,
    a_dossier,
    a_token,
    a_unit,
    an_entry,
)
from tests.support.privacy import a_made_report, a_request
from tests.support.scans import a_scan
from xrechnung.approval.service.beginning import begin_approval
from xrechnung.service.receiving import note_invoice

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
NO_HURRY = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True, "database": None}
# Parts of an upload are plain bytes under a name of tus' own.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
PROBLEM_KEYS = {"type", "title", "status", "detail", "instance", "code", "errors", "traceId"}


@dataclass(frozen=True)
class Target:
    """The application, a token of somebody who may do nearly everything, and records that are really there."""

    app: FastAPI
    token: str
    known: dict[str, list[UUID]]


@pytest.fixture(scope="module")
def house(
    postgres: EmbeddedPostgres, clone_database: Callable[[str], str], storage: Storage, settings: Settings
) -> Iterator[House]:
    """A house of its own, where works really commit, for all routes."""
    dsn = SecretStr(postgres.dsn_of(clone_database(f"eakte_{new_id().hex}")))
    with open_house(settings.model_copy(update={"database": DatabaseSettings(dsn=dsn)})) as house:
        yield house


@pytest.fixture(scope="module")
def target(house: House) -> Target:
    token = a_token(house, AsActor(house).with_every_role().id)
    known: dict[str, list[UUID]] = {}

    def remember(parameter: str, thing: Any) -> None:
        known.setdefault(parameter, []).append(thing.id)

    with house.begin() as work:
        for _ in range(3):
            unit, entry = a_unit(work), an_entry(work)
            dossier = a_dossier(work, unit=unit, entry=entry)
            case = a_case(work, dossier=dossier)
            document = a_document(work, case=case, content=a_scan("Brief"))
            identity = a_client(work)
            remember("identity_id", identity)
            remember("grant_id", grant_role(work, identity.id, Role.CLERK, max_confidentiality=Confidentiality.OPEN))
            remember("token_id", issue_token(work, identity.id, label="Anbindung")[0])
            remember("plan_id", entry.plan)
            remember("entry_id", entry)
            remember("dossier_id", dossier)
            remember("case_id", case)
            remember("document_id", document)
            remember("record_id", document)
            remember("party_id", add_party(work, document.id, PartyDetails(PartyRole.APPLICANT, "Anna Muster")))
            invoice = note_invoice(work, document, version_of(work.session, document.id, None))
            remember("invoice_id", invoice)
            remember("order_id", a_given_order(work, begin_approval(work, invoice)))
            subject_request = a_request(work)
            remember("request_id", subject_request)
            remember("report_id", a_made_report(work, subject_request))
            remember("link_id", link_records(work, document.id, case.id, note=None))
        for ingest in work.session.query(Ingest):
            remember("ingest_id", ingest)
        for item in work.session.query(IngestItem):
            remember("item_id", item)
    return Target(app_on(house), token, known)


@pytest.fixture(scope="module")
def api(target: Target) -> BaseSchema:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", target.app)


def routes() -> Iterator[tuple[str, str]]:
    """Path and method of everything in the OpenAPI document."""
    for router in ROUTERS:
        for route in iter_route_contexts(router.routes):
            yield from ((f"/api/v1{route.path}", method) for method in sorted(route.methods or ()))


@pytest.mark.parametrize(("path", "method"), list(routes()))
def test_every_route_answers_whatever_is_sent(api: BaseSchema, target: Target, path: str, method: str) -> None:
    send_many(api, target, path, method, examples=4)


@pytest.mark.soak
@pytest.mark.parametrize(("path", "method"), list(routes()))
def test_every_route_answers_for_long(api: BaseSchema, target: Target, path: str, method: str) -> None:
    send_many(api, target, path, method, examples=400)


def send_many(api: BaseSchema, target: Target, path: str, method: str, *, examples: int) -> None:
    """Requests that keep to the OpenAPI document, and as many that do not."""
    operation = api[path][method]
    for mode in GenerationMode:

        @hypothesis.settings(max_examples=examples, **NO_HURRY)
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def send_made_up(case: Case) -> None:
            send(case, target)

        with contextlib.suppress(Unsatisfiable):
            send_made_up()


def send(case: Case, target: Target) -> None:
    """Send a made-up request, to a record that exists as often as to one that does not."""
    for name, value in (case.path_parameters or {}).items():
        if name in target.known and is_uuid(value) and UUID(str(value)).int % 4:
            ids = target.known[name]
            case.path_parameters[name] = str(ids[UUID(str(value)).int % len(ids)])
    response = case.call_and_validate(headers={"Authorization": f"Bearer {target.token}"}, checks=CHECKS)
    if case.method.upper() != "HEAD":
        must_be_a_problem(response)


def is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def must_be_a_problem(response: Response) -> None:
    """RFC 9457, with a stable code and a German title."""
    if response.status_code < 400:
        return
    assert response.headers["content-type"] == ["application/problem+json"]
    problem = response.json()
    assert set(problem) == PROBLEM_KEYS
    assert problem["status"] == response.status_code
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", problem["code"])
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["title"].endswith(".")
