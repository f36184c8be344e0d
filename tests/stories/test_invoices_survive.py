"""Whatever is killed while invoices come in: each is kept once, judged once, with its attachments once."""

import hashlib
import random
import sys
import threading
from collections import Counter
from typing import Any

import httpx
import pytest

from eakte.audit.service import verify_audit
from tests.support.installation import Installation, until
from tests.support.invoices import a_cii_invoice, a_hybrid_pdf, a_ubl_invoice, with_attachment
from tests.support.leftovers import unexplained
from tests.support.scans import a_scan

INVOICES, KILLS = 12, 6


def test_invoices_survive_kills(running: Installation) -> None:
    take_in_while_dying(running, seed=random.randrange(1 << 32))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_they_do_so_every_time(running: Installation, seed: int) -> None:
    take_in_while_dying(running, seed=seed)


def an_invoice(number: int) -> tuple[str, bytes]:
    """In turn: with an attachment, hybrid, refused."""
    name = f"RE-{number:04}"
    match number % 3:
        case 0:
            return "a.xml", with_attachment(a_ubl_invoice(number=name), a_scan(f"Anlage {number}"), name="a.png")
        case 1:
            return "b.pdf", a_hybrid_pdf(a_cii_invoice(number=name))
    return "c.xml", a_ubl_invoice(number=name, gross="1.00")


def take_in_while_dying(running: Installation, *, seed: int) -> None:
    """Send invoices as a specialist system does, which repeats what got no answer, while API and worker die."""
    chance = random.Random(seed)
    sys.stdout.write(f"seed {seed}\n")
    with running.http() as http:
        reference = running.new_dossier()
        dossier = http.get("/records", params={"reference": reference}).json()["id"]
        sender = threading.Thread(target=send_all, args=(http, dossier))
        sender.start()
        for _ in range(KILLS):
            threading.Event().wait(chance.uniform(0.2, 1.5))
            victim = chance.choice([running.api, running.worker, running.worker])
            running.kill(victim)
            running.wait_for(victim)
        sender.join(300)
        assert not sender.is_alive()
        running.wait_for(running.api)
        until(lambda: settled(http), "all invoices to be checked", timeout_s=240)
        running.wait_for_index()
        everything_is_there_once(running, http)


def send_all(http: httpx.Client, dossier: str) -> None:
    for number in range(INVOICES):
        name, content = an_invoice(number)
        while True:
            try:
                answer = http.post(
                    "/invoices",
                    data={"dossierId": dossier},
                    files={"file": (name, content)},
                    headers={"Idempotency-Key": f"rechnung-{number}"},
                )
            except httpx.HTTPError:
                continue
            if answer.status_code == 201:
                break


def settled(http: httpx.Client) -> bool:
    return not http.get("/invoices", params={"state": "received"}).json()["items"]


def everything_is_there_once(running: Installation, http: httpx.Client) -> None:
    invoices: list[dict[str, Any]] = http.get("/invoices", params={"limit": 100}).json()["items"]
    assert [one["number"] for one in invoices] == [f"RE-{number:04}" for number in range(INVOICES)]
    for number, one in enumerate(invoices):
        assert (one["state"], one["twins"]) == ("refused" if number % 3 == 2 else "checked", 0)
        documents = http.get(f"/cases/{one['caseId']}/documents").json()["items"]
        assert len(documents) == (2 if number % 3 == 0 else 1)
        (version,) = http.get(f"/documents/{one['documentId']}/versions").json()
        kinds = Counter(each["kind"] for each in version["renditions"] if each["kind"] != "preview")
        assert {"original", "archival", "text", "verdict", "data", "view"} <= kinds.keys()
        assert set(kinds.values()) == {1}
        original = http.get(f"/documents/{one['documentId']}/renditions/original").content
        assert original == an_invoice(number)[1]
    with running.house.begin() as work:
        assert list(verify_audit(work)) == []
    sent = [hashlib.sha256(an_invoice(number)[1]).hexdigest() for number in range(INVOICES)]
    assert unexplained(running.house, sent) == []
