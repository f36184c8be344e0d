"""Whatever is killed while invoices are paid or refused: no act, order, payment or mail is lost or done twice."""

import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from eakte.access import Confidentiality, Role
from eakte.access.models import IdentityKind
from eakte.access.service import create_identity, grant_role
from eakte.audit.service import verify_audit
from eakte.entrypoints.sweep import OrphanKind, find_orphans
from eakte.foundation.ids import new_id
from tests.simulators.smtp_server import MailServer, mail_server
from tests.support.factories import a_token, a_unit
from tests.support.installation import Installation, until
from tests.support.invoices import a_ubl_invoice
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.service.signing import grant_signing_right

INVOICES, REFUSED, KILLS = 3, 2, 4
ACTS = ("check", "assign", "certify_combined", "complete", "order", "hand_over", "acknowledge_booked", "file")
SUPPLIER = "rechnungen@gruenau.example"
LINES = {"lines": [{"product": "55101", "ledgerAccount": "5241", "percent": "100"}]}

Shape = dict[str, Any]


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def environment(post: MailServer) -> dict[str, str]:
    return {"EAKTE_SMTP__HOST": "127.0.0.1", "EAKTE_SMTP__PORT": str(post.port), "EAKTE_SMTP__TLS": "none"}


def test_approvals_survive_kills(running: Installation, post: MailServer) -> None:
    approve_while_dying(running, post, seed=random.randrange(1 << 32))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(30))
def test_they_do_so_every_time(running: Installation, post: MailServer, seed: int) -> None:
    approve_while_dying(running, post, seed=seed)


class Person:
    """Somebody at a program that repeats what got no answer, with the same key, until it gets one."""

    def __init__(self, running: Installation, token: str) -> None:
        self._http = httpx.Client(
            base_url=f"{running.settings.client.url}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30.0,
        )

    def ask(self, method: str, path: str, *, key: str | None = None, **request: Any) -> httpx.Response:
        headers = {**request.pop("headers", {})}
        if method == "POST":
            headers["Idempotency-Key"] = key or new_id().hex
        while True:
            try:
                answer = self._http.request(method, path, headers=headers, **request)
            except httpx.HTTPError:
                continue
            if answer.status_code < 500 and answer.status_code != 429 and not _is_under_way(answer):
                return answer

    def read(self, path: str, **parameters: Any) -> Shape:
        answer = self.ask("GET", path, params=parameters)
        assert answer.status_code == 200, answer.text
        body: Shape = answer.json()
        return body


def _is_under_way(answer: httpx.Response) -> bool:
    """Whether the first of several tries with a key may still be at work."""
    return answer.status_code == 409 and "Retry-After" in answer.headers


class Office:
    """The people who bring each invoice a step further whenever they look at it, and the finance system."""

    def __init__(self, running: Installation) -> None:
        with running.house.begin() as work:
            self.unit = a_unit(work).id
            people = {
                name: create_identity(work, kind=kind, login=f"{name}-{new_id().hex[-8:]}", display_name=name).id
                for name, kind in (
                    ("Zita", IdentityKind.PERSON),
                    ("Anna", IdentityKind.PERSON),
                    ("Bernd", IdentityKind.PERSON),
                    ("HKR", IdentityKind.CLIENT),
                )
            }
            for name, role in (("Zita", Role.ACCOUNTING), ("HKR", Role.FINANCE_SYSTEM)):
                grant_role(work, people[name], role, max_confidentiality=Confidentiality.CONFIDENTIAL)
            for name in ("Anna", "Bernd"):
                grant_role(work, people[name], Role.CLERK, unit_id=self.unit)
            for name, act in (
                ("Anna", SigningAct.CERTIFY_FACTUAL),
                ("Anna", SigningAct.CERTIFY_ARITHMETIC),
                ("Bernd", SigningAct.ORDER),
            ):
                grant_signing_right(
                    work,
                    people[name],
                    act,
                    unit_id=self.unit,
                    budgets=None,
                    limit=None,
                    valid_from=date(2020, 1, 1),
                    valid_until=None,
                )
        tokens = {name: a_token(running.house, identity) for name, identity in people.items()}
        self.zita, self.anna, self.bernd, self.hkr = (Person(running, tokens[name]) for name in people)
        self.paid: list[UUID] = []

    def refuse(self, invoice_id: str) -> bool:
        """Send it back as soon as it is checked; whether that is done."""
        answer = self.zita.ask("GET", f"/invoices/{invoice_id}/approval")
        if answer.status_code == 200 and answer.json()["step"] == "checked":
            self._act(self.zita, invoice_id, "reject", reason="Der Bestellschein fehlt.", mailTo=SUPPLIER)
        return answer.status_code == 200 and answer.json()["step"] == "rejected"

    def bring_further(self, invoice_id: str) -> bool:
        """Do what its step asks for; whether its way is over."""
        answer = self.zita.ask("GET", f"/invoices/{invoice_id}/approval")
        if answer.status_code == 404:
            return False
        match answer.json()["step"]:
            case "checked":
                self._act(self.zita, invoice_id, "assign", unitId=str(self.unit))
            case "assigned":
                self._book(invoice_id)
                self._act(self.anna, invoice_id, "certify_combined")
            case "certified":
                self._act(self.bernd, invoice_id, "order")
            case "ordered" | "handed_over":
                self._pay()
            case "filed":
                return True
        return False

    def _act(self, person: Person, invoice_id: str, act: str, **more: str) -> None:
        """Once for each state of the invoice that somebody saw."""
        seen = person.ask("GET", f"/invoices/{invoice_id}/approval").headers["ETag"]
        key = f"{invoice_id}-{act}-{seen.strip(chr(34))}"
        body = {"act": act, **more}
        answer = person.ask("POST", f"/invoices/{invoice_id}/acts", key=key, json=body, headers={"If-Match": seen})
        assert answer.status_code in (201, 409, 412), answer.text

    def _book(self, invoice_id: str) -> None:
        seen = self.anna.ask("GET", f"/invoices/{invoice_id}/account-lines").headers["ETag"]
        answer = self.anna.ask("PUT", f"/invoices/{invoice_id}/account-lines", json=LINES, headers={"If-Match": seen})
        assert answer.status_code in (200, 409, 412), answer.text

    def _pay(self) -> None:
        """The finance system pays what it does not know yet, and reports it; it knows orders by their id."""
        claimed = self.hkr.ask("POST", "/invoices/transfers:claim", json={"limit": 10, "leaseSeconds": 1}).json()
        for order in claimed["items"]:
            path = f"/invoices/transfers/{order['id']}"
            self.hkr.ask("POST", f"{path}:acknowledge", json={"lease": claimed["lease"]})
            if UUID(order["id"]) not in self.paid:
                self.paid.append(UUID(order["id"]))
            booking = {"ledgerNumber": f"B-{order['id']}", "bookedOn": "2026-09-09", "paidOn": "2026-09-09"}
            answer = self.hkr.ask("POST", f"{path}:book", json=booking)
            assert answer.status_code == 200, answer.text


def approve_while_dying(running: Installation, post: MailServer, *, seed: int) -> None:
    """Some invoices go their whole way while API and worker are killed at random moments."""
    chance = random.Random(seed)
    sys.stdout.write(f"seed {seed}\n")
    office = Office(running)
    with running.http() as http:
        dossier = http.get("/records", params={"reference": running.new_dossier()}).json()["id"]
    invoices: list[str] = []
    refused: list[str] = []
    staff = threading.Thread(target=work_through, args=(office, dossier, invoices, refused))
    staff.start()
    for _ in range(KILLS):
        threading.Event().wait(chance.uniform(0.2, 1.5))
        victim = chance.choice([running.api, running.worker])
        running.kill(victim)
        running.wait_for(victim)
    staff.join(240)
    assert not staff.is_alive()
    running.wait_for_index()
    everything_was_done_once(running, office, invoices)
    suppliers_were_told_once(office, post, refused)


def work_through(office: Office, dossier: str, invoices: list[str], refused: list[str]) -> None:
    for number in range(INVOICES + REFUSED):
        answer = office.zita.ask(
            "POST",
            "/invoices",
            key=f"rechnung-{number}",
            data={"dossierId": dossier},
            files={"file": ("rechnung.xml", a_ubl_invoice(number=f"RE-{number:04}"))},
        )
        assert answer.status_code == 201, answer.text
        (invoices if number < INVOICES else refused).append(answer.json()["id"])
    ways = [*((office.bring_further, one) for one in invoices), *((office.refuse, one) for one in refused)]

    def all_ended() -> bool:
        ways[:] = [(go_on, one) for go_on, one in ways if not go_on(one)]
        return not ways

    until(all_ended, "all invoices to be filed or refused", timeout_s=200)


def everything_was_done_once(running: Installation, office: Office, invoices: list[str]) -> None:
    assert len(set(invoices)) == INVOICES
    orders = office.hkr.read("/invoices/transfers", limit=100)["items"]
    assert Counter(one["invoice"]["id"] for one in orders) == dict.fromkeys(invoices, 1)
    assert sorted(office.paid) == sorted(UUID(one["id"]) for one in orders)
    assert {one["state"] for one in orders} == {"booked"}
    for invoice_id in invoices:
        acts = [one["act"] for one in office.zita.read(f"/invoices/{invoice_id}/acts")["items"]]
        assert tuple(acts) == ACTS
        case = office.zita.read(f"/invoices/{invoice_id}")["caseId"]
        titles = [one["title"] for one in office.zita.read(f"/cases/{case}/documents")["items"]]
        assert sum(title.startswith("Laufzettel") for title in titles) == 1
        until(lambda case=case: office.zita.read(f"/cases/{case}")["state"] == "closed", "the case to be closed")
    with running.house.begin() as work:
        assert list(verify_audit(work)) == []
    gone = [one for one in find_orphans(running.house, grace_minutes=0) if one.kind is OrphanKind.ROW_WITHOUT_OBJECT]
    assert gone == []


def suppliers_were_told_once(office: Office, post: MailServer, refused: list[str]) -> None:
    """Whether a mail went out is known of each, or known to be unknown where a worker died just then."""
    assert len(set(refused)) == REFUSED
    for invoice_id in refused:
        until(lambda one=invoice_id: _mail(office, one) not in ("waiting", "sending"), "the mail to be settled")
        assert [one["act"] for one in office.zita.read(f"/invoices/{invoice_id}/acts")["items"]] == ["check", "reject"]
        invoice = office.zita.read(f"/invoices/{invoice_id}")
        mails = sum(mail["Subject"].endswith(invoice["number"]) for mail in post.taken)
        assert mails in {"sent": (1,), "doubtful": (0, 1)}[_mail(office, invoice_id)]
        documents = f"/cases/{invoice['caseId']}/documents"
        until(lambda path=documents: _letters(office, path) == 1, "the letter to be in the record")


def _mail(office: Office, invoice_id: str) -> str:
    state: str = office.zita.read(f"/invoices/{invoice_id}/acts")["items"][-1]["mail"]
    return state


def _letters(office: Office, path: str) -> int:
    return sum(one["title"].startswith("Zurückweisung") for one in office.zita.read(path)["items"])
