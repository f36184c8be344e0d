"""What programs ask: where an invoice stands, what was done with it, what may be done, and who may sign."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.foundation.ids import new_id
from tests.support.approval import Town
from tests.support.factories import a_token
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Act
from xrechnung.rules import InvoiceState

As = Callable[[str], TestClient]


@pytest.fixture
def as_person(app: FastAPI, town: Town) -> As:
    """Makes an HTTP client that acts as somebody of the town."""

    def as_person(name: str) -> TestClient:
        token = a_token(town.house, town.people[name])
        return TestClient(app, headers={"Authorization": f"Bearer {token}", "If-Match": "*"})

    return as_person


def test_an_invoice_is_approved_over_the_api(town: Town, as_person: As) -> None:
    invoice_id = town.invoice()
    path = f"/api/v1/invoices/{invoice_id}"
    zita, anna, bernd = as_person("Zita"), as_person("Anna"), as_person("Bernd")
    assigned = zita.post(f"{path}/acts", json={"act": "assign", "unitId": str(town.units["Parks"])})
    assert (assigned.status_code, assigned.json()["toStep"]) == (201, "assigned")
    town.account("Anna", invoice_id)
    seen = anna.get(f"{path}/approval")
    assert (seen.json()["step"], seen.json()["missing"]) == ("assigned", ["arithmetic", "factual"])
    headers = {"If-Match": seen.headers["ETag"]}
    assert anna.post(f"{path}/acts", json={"act": "certify_combined"}, headers=headers).status_code == 201
    again = anna.post(f"{path}/acts", json={"act": "certify_combined"}, headers=headers)
    assert (again.status_code, again.json()["code"]) == (412, "stale")
    assert bernd.post(f"{path}/acts", json={"act": "order"}).status_code == 201
    standing = bernd.get(f"{path}/approval").json()
    assert (standing["step"], standing["orderState"], standing["accountLines"]) == ("ordered", "open", 1)
    history = [(act["act"], (act["person"] or {}).get("name")) for act in anna.get(f"{path}/acts").json()["items"]]
    assert history == [
        ("check", None),
        ("assign", "Zita"),
        ("certify_combined", "Anna"),
        ("complete", None),
        ("order", "Bernd"),
    ]


def test_whoever_may_not_sign_is_told_why_and_who_could(town: Town, as_person: As) -> None:
    town.person("Carla", Role.HEAD, unit="Parks")
    town.may_sign("Carla", SigningAct.ORDER, limit="50000")
    invoice_id = town.invoice(gross="10000.01")
    town.may_sign("Anna", SigningAct.CERTIFY_FACTUAL, SigningAct.CERTIFY_ARITHMETIC, SigningAct.ORDER)
    town.assign(invoice_id, "Parks", by="Zita")
    town.account("Anna", invoice_id)
    town.act("Anna", invoice_id, Act.CERTIFY_COMBINED)
    offers = {one["act"]: one for one in as_person("Bernd").get(path_of(invoice_id, "allowed-actions")).json()["items"]}
    order = offers["order"]
    assert not order["allowed"]
    assert "Befugnis" in order["obstacle"]
    assert [one["name"] for one in order["whoCould"]] == ["Carla"]
    assert offers["return"] == {
        "act": "return",
        "allowed": True,
        "needsReason": True,
        "obstacle": None,
        "whoCould": [],
    }


def path_of(invoice_id: object, what: str) -> str:
    return f"/api/v1/invoices/{invoice_id}/{what}"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"act": "pay_myself"}, 422, "request-invalid"),
        ({"act": "reject"}, 422, "reason-missing"),
        ({"act": "assign"}, 422, "target-unit-missing"),
        ({"act": "mark_duplicate", "reason": "doppelt"}, 422, "original-invoice-missing"),
        ({"act": "order"}, 409, "act-not-possible"),
        ({"act": "check"}, 409, "act-not-possible"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(
    town: Town, as_person: As, body: dict[str, str], status: int, code: str
) -> None:
    answer = as_person("Zita").post(path_of(town.invoice(), "acts"), json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_act_names_the_state_it_was_decided_on(town: Town, as_person: As) -> None:
    zita = as_person("Zita")
    del zita.headers["If-Match"]
    answer = zita.post(path_of(town.invoice(), "acts"), json={"act": "cancel", "reason": "Irrläufer"})
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition-required")


def test_an_act_sent_twice_is_done_once(town: Town, as_person: As) -> None:
    invoice_id, zita = town.invoice(), as_person("Zita")
    headers = {"Idempotency-Key": new_id().hex}
    body = {"act": "hold", "reason": "Rückfrage beim Lieferanten"}
    answers = [zita.post(path_of(invoice_id, "acts"), json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    acts = zita.get(path_of(invoice_id, "acts")).json()["items"]
    assert [act["act"] for act in acts] == ["check", "hold"]


def test_whoever_works_on_an_invoice_reads_it_wherever_it_is_filed(town: Town, as_person: As) -> None:
    invoice_id = town.invoice(state=InvoiceState.CHECKED)
    anna = as_person("Anna")
    paths = [f"/api/v1/invoices/{invoice_id}", *(path_of(invoice_id, what) for what in ("verdict", "original", "acts"))]
    assert {anna.get(path).status_code for path in paths} == {404}
    town.assign(invoice_id, "Parks", by="Zita")
    assert {anna.get(path).status_code for path in paths} == {200}
    assert anna.get(f"/api/v1/documents/{anna.get(paths[0]).json()['documentId']}").status_code == 404


def test_an_invoice_under_check_is_not_in_the_workflow_yet(town: Town, as_person: As) -> None:
    invoice_id = town.invoice(begin=False)
    answer = as_person("Zita").get(path_of(invoice_id, "approval"))
    assert (answer.status_code, answer.json()["code"]) == (404, "approval-not-begun")


def test_who_may_sign_is_entered_by_somebody_else_and_can_be_taken_back(town: Town, as_person: As) -> None:
    town.person("Ada", Role.ADMINISTRATOR, everywhere=True)
    ada, bernd = as_person("Ada"), as_person("Bernd")
    right = {"personId": str(town.people["Bernd"]), "act": "certify_technical", "limit": "500.00"}
    granted = ada.post("/api/v1/signing-rights", json={**right, "validFrom": "2026-01-01"})
    assert granted.status_code == 201
    assert [one["act"] for one in bernd.get("/api/v1/me/signing-rights").json()["items"]] == [
        "order",
        "certify_technical",
    ]
    own = {**right, "personId": str(town.people["Ada"]), "validFrom": "2026-01-01"}
    assert ada.post("/api/v1/signing-rights", json=own).json()["code"] == "signing-right-invalid"
    assert bernd.get("/api/v1/signing-rights").status_code == 403
    revoked = ada.post(f"/api/v1/signing-rights/{granted.json()['id']}:revoke")
    assert revoked.json()["revokedAt"] is not None
    listed = ada.get("/api/v1/signing-rights", params={"personId": right["personId"], "inForceOn": "2026-11-01"})
    assert [one["act"] for one in listed.json()["items"]] == ["order"]
