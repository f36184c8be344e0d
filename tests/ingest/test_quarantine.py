"""Quarantine: what the virus scanner finds is kept, handed out to nobody, and released only by those who may."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from eakte.access import Role
from eakte.foundation.settings import ClamdSettings
from eakte.foundation.work import Actor, House
from ingest.errors import MalwareScannerUnavailable
from tests.simulators.clamd import EICAR, Fault, nobody, scanner
from tests.support.app import app_on
from tests.support.factories import AsActor, a_case, a_dossier, a_token
from tests.support.queue import work_off_ingests

VIRUS = b"Rechnung im Anhang\n" + EICAR


def house_with(house: House, address: str) -> House:
    settings = house.settings.model_copy(update={"clamd": ClamdSettings(address=address, timeout_s=1.0)})
    return House(house.sessions, house.storage, settings)


class Desk:
    """Somebody with rights at a house with a virus scanner."""

    def __init__(self, house: House, actor: Actor) -> None:
        self.house = house
        token = a_token(house, actor.id)
        self.client = TestClient(app_on(house), headers={"Authorization": f"Bearer {token}"})

    def receive(self, content: bytes) -> dict[str, Any]:
        with self.house.begin() as work:
            reference = a_dossier(work).reference
        ingest = self.client.post("/api/v1/ingests", data={"into": reference}).json()["id"]
        files = {"file": ("rechnung.txt", content)}
        item = self.client.post(f"/api/v1/ingests/{ingest}/items", files=files).json()
        work_off_ingests(self.house)
        return self.item(item["id"])

    def item(self, item_id: str) -> dict[str, Any]:
        return dict(self.client.get(f"/api/v1/ingest-items/{item_id}").json())

    def asks(self, item: dict[str, Any], action: str, **body: Any) -> tuple[int, dict[str, Any]]:
        answer = self.client.post(f"/api/v1/ingest-items/{item['id']}:{action}", json=body)
        return answer.status_code, answer.json()


@pytest.fixture
def desk_at(house: House, as_actor: AsActor) -> Callable[[str], Desk]:
    return lambda address: Desk(house_with(house, address), as_actor.with_every_role())


def test_a_clean_file_is_filed(desk_at: Callable[[str], Desk]) -> None:
    with scanner() as address:
        item = desk_at(address).receive(b"Vermerk")
    assert (item["state"], item["inQuarantine"], item["malware"]) == ("filed", False, None)


def test_malware_waits_in_the_work_list_and_its_original_is_handed_out_to_nobody(
    desk_at: Callable[[str], Desk],
) -> None:
    with scanner() as address:
        desk = desk_at(address)
        item = desk.receive(VIRUS)
    assert (item["state"], item["failureCode"], item["inQuarantine"]) == ("failed", "malware-found", True)
    assert item["malware"] == "Eicar-Test-Signature"
    assert "Quarantäne" in item["failureMessage"]
    refused = desk.client.get(f"/api/v1/ingest-items/{item['id']}/original")
    assert (refused.status_code, refused.json()["code"]) == (409, "in-quarantine")


def test_repeating_the_check_leaves_malware_in_quarantine(desk_at: Callable[[str], Desk]) -> None:
    with scanner() as address:
        desk = desk_at(address)
        item = desk.receive(VIRUS)
        assert desk.asks(item, "retry")[0] == 200
        work_off_ingests(desk.house)
    assert desk.item(item["id"])["failureCode"] == "malware-found"


def test_a_false_alarm_is_released_with_a_reason_and_then_filed(desk_at: Callable[[str], Desk]) -> None:
    with scanner() as address:
        desk = desk_at(address)
        item = desk.receive(VIRUS)
        assert desk.asks(item, "release-from-quarantine", reason="  .  ".strip())[0] == 422
        assert desk.asks(item, "release-from-quarantine", reason="Fehlalarm, vom Hersteller bestätigt")[0] == 200
        work_off_ingests(desk.house)
        after = desk.item(item["id"])
    assert (after["state"], after["inQuarantine"], after["malware"]) == ("filed", False, "Eicar-Test-Signature")
    assert desk.client.get(f"/api/v1/ingest-items/{item['id']}/original").content == VIRUS


def test_what_is_not_in_quarantine_is_not_released(desk_at: Callable[[str], Desk]) -> None:
    with scanner() as address:
        desk = desk_at(address)
        item = desk.receive(b"Vermerk")
        status, problem = desk.asks(item, "release-from-quarantine", reason="Fehlalarm")
    assert (status, problem["code"]) == (409, "not-in-quarantine")


def test_the_registry_may_not_release(house: House, as_actor: AsActor) -> None:
    with scanner() as address:
        desk = Desk(house_with(house, address), as_actor(Role.REGISTRY))
        status, problem = desk.asks(desk.receive(VIRUS), "release-from-quarantine", reason="Fehlalarm")
    assert (status, problem["code"]) == (403, "action-forbidden")


@pytest.mark.parametrize("fault", [None, Fault.SLOW, Fault.GARBAGE])
def test_while_the_scanner_is_in_trouble_nothing_passes_and_nothing_fails(
    desk_at: Callable[[str], Desk], fault: Fault | None
) -> None:
    with scanner(fault or Fault.NONE) as address:
        desk = desk_at(nobody() if fault is None else address)
        with pytest.raises(MalwareScannerUnavailable):
            desk.receive(b"Vermerk")
    items = desk.client.get("/api/v1/ingest-items", params={"state": "received"}).json()["items"]
    assert [item["state"] for item in items] == ["received"]


def test_an_uploaded_original_is_withheld_until_it_is_scanned(house: House, as_actor: AsActor) -> None:
    with scanner() as address:
        desk = Desk(house_with(house, address), as_actor.with_every_role())
        with desk.house.begin() as work:
            case = a_case(work)
        document = desk.client.post(f"/api/v1/cases/{case.id}/documents", json={"title": "Rechnung"}).json()["id"]
        versions = f"/api/v1/documents/{document}/versions"
        for content, withheld in ((b"Vermerk", None), (VIRUS, "malware")):
            uploaded = desk.client.post(versions, files={"file": ("a.txt", content)}).json()
            assert uploaded["withheld"] == "unscanned"
            before = desk.client.get(f"/api/v1/documents/{document}/renditions/original")
            assert (before.status_code, before.json()["code"]) == (409, "content-withheld")
            work_off_ingests(desk.house)
            assert desk.client.get(versions).json()[-1]["withheld"] == withheld
            after = desk.client.get(f"/api/v1/documents/{document}/renditions/original")
            assert after.status_code == (200 if withheld is None else 409)


def test_malware_in_a_stack_fails_as_its_file(house: House, as_actor: AsActor) -> None:
    with scanner() as address:
        desk = Desk(house_with(house, address), as_actor.with_every_role())
        batch = desk.client.post("/api/v1/batches", json={}).json()["id"]
        sent = desk.client.post(f"/api/v1/batches/{batch}/files", files={"file": ("stapel.pdf", VIRUS)})
        assert sent.status_code == 201
        work_off_ingests(desk.house)
        files = desk.client.get(f"/api/v1/batches/{batch}/files").json()
    (file,) = files["items"] if isinstance(files, dict) else files
    assert file["failureCode"] == "malware-found"
