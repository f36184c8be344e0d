"""Batches as registry staff have them."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from eakte.access.models import OrganisationalUnit
from eakte.foundation.work import House
from eakte.records.models import Dossier
from tests.support.factories import a_dossier
from tests.support.queue import work_off_ingests

Batch = dict[str, Any]


@pytest.fixture
def dossier(house: House) -> Dossier:
    with house.begin() as work:
        return a_dossier(work)


class Registry:
    """Somebody at the scanner, who opens batches, puts files in and waits for the workers."""

    def __init__(self, client: TestClient, house: House) -> None:
        self.client = client
        self.house = house

    def open(self, **fields: Any) -> Batch:
        answer = self.client.post("/api/v1/batches", json=fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def send(self, batch: Batch, content: bytes, name: str = "stapel.pdf") -> dict[str, Any]:
        answer = self.client.post(f"/api/v1/batches/{batch['id']}/files", files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def scan(self, *files: bytes, **fields: Any) -> Batch:
        """A batch of some files, taken as far as it goes without people."""
        batch = self.open(**fields)
        for number, content in enumerate(files, 1):
            self.send(batch, content, f"stapel-{number}.pdf")
        return self.does(batch, "complete")

    def does(self, batch: Batch, action: str, body: Any = None) -> Batch:
        """Something to the batch, or to a part of it, and what follows from it."""
        answer = self.client.post(f"/api/v1/batches/{batch['id']}{_place(action)}", json=body)
        assert answer.status_code == 200, answer.text
        work_off_ingests(self.house)
        return self.seen(batch)

    def is_refused(self, batch: Batch, action: str, body: Any = None) -> dict[str, Any]:
        answer = self.client.post(f"/api/v1/batches/{batch['id']}{_place(action)}", json=body)
        assert answer.status_code >= 400, answer.text
        return dict(answer.json())

    def seen(self, batch: Batch) -> Batch:
        """The batch with its images and documents."""
        path = f"/api/v1/batches/{batch['id']}"
        parts = {part: self.client.get(f"{path}/{part}").json()["items"] for part in ("images", "documents", "files")}
        return {**self.client.get(path).json(), **parts}

    def proof(self, batch: Batch) -> list[dict[str, Any]]:
        return list(self.client.get(f"/api/v1/batches/{batch['id']}/proof").json()["items"])


def all_good(registry: Registry, batch: Batch) -> Batch:
    """The batch when somebody looked at every document of it and found it good."""
    for document in batch["documents"]:
        batch = registry.does(batch, f"/documents/{document['id']}:check", {"verdict": "good"})
    return batch


def _place(action: str) -> str:
    return action if action.startswith("/") else f":{action}"


@pytest.fixture
def registry(client: TestClient, house: House) -> Registry:
    return Registry(client, house)


@pytest.fixture
def replacing(house: House, dossier: Dossier) -> Callable[..., dict[str, Any]]:
    """The fields of a batch that takes the place of paper."""

    def fields(profile: str = "ersetzend", **more: Any) -> dict[str, Any]:
        with house.begin() as work:
            unit = work.session.get_one(Dossier, dossier.id).unit_id
            key = work.session.get_one(OrganisationalUnit, unit).key
        return {
            "profile": profile,
            "into": dossier.reference,
            "unit": key,
            "device": "Dokumentenscanner",
            "deviceInventory": "SC-0815",
            "workstation": "Scanplatz 1",
            "workstationInventory": "PC-4711",
            **more,
        }

    return fields
