"""An accounting office: somebody who takes invoices in over the API, and the workers behind it."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from eakte.foundation.work import SYSTEM, House
from eakte.records.models import Dossier
from eakte.search.service import index_of
from tests.support.app import app_on
from tests.support.factories import AsActor, a_dossier, a_token
from tests.support.queue import work_off_ingests

Shape = dict[str, Any]


class Accounting:
    """Sends invoices in, waits for the workers, and reads what came of it."""

    def __init__(self, client: TestClient, house: House, dossier: Dossier) -> None:
        self.client, self.house, self.dossier = client, house, dossier

    def send(self, content: bytes, name: str = "rechnung.xml", *, work_off: bool = True, **place: Any) -> Shape:
        """An invoice into the dossier of invoices, or elsewhere, and its check."""
        where = place or {"dossierId": str(self.dossier.id)}
        answer = self.client.post("/api/v1/invoices", data=where, files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        if work_off:
            work_off_ingests(self.house)
        return self.seen(answer.json()["id"])

    def seen(self, invoice_id: str, part: str = "") -> Shape:
        answer = self.client.get(f"/api/v1/invoices/{invoice_id}{part}")
        assert answer.status_code == 200, answer.text
        body: Shape = answer.json()
        return body

    def listed(self, **wanted: Any) -> list[Shape]:
        answer = self.client.get("/api/v1/invoices", params=wanted)
        assert answer.status_code == 200, answer.text
        items: list[Shape] = answer.json()["items"]
        return items

    def document(self, invoice: Shape) -> Shape:
        body: Shape = self.client.get(f"/api/v1/documents/{invoice['documentId']}").json()
        return body

    def renditions(self, document_id: str) -> dict[str, Shape]:
        """The renditions of a document's newest version by kind, without previews."""
        *_, version = self.client.get(f"/api/v1/documents/{document_id}/versions").json()
        return {one["kind"]: one for one in version["renditions"] if one["kind"] != "preview"}

    def bytes_of(self, document_id: str, kind: str) -> bytes:
        answer = self.client.get(f"/api/v1/documents/{document_id}/renditions/{kind}")
        assert answer.status_code == 200, answer.text
        return answer.content

    def documents_of_case(self, case_id: str) -> list[Shape]:
        items: list[Shape] = self.client.get(f"/api/v1/cases/{case_id}/documents").json()["items"]
        return items


@pytest.fixture
def committed_accounting(committed_house: House) -> Iterator[Accounting]:
    """The same where works really commit and can meet each other, and search can follow."""
    with committed_house.begin(SYSTEM) as work:
        dossier = a_dossier(work, title="Eingangsrechnungen 2026")
    token = a_token(committed_house, AsActor(committed_house).with_every_role().id)
    client = TestClient(app_on(committed_house), headers={"Authorization": f"Bearer {token}"})
    yield Accounting(client, committed_house, dossier)
    index_of(committed_house.settings).close()


@pytest.fixture
def accounting(client: TestClient, house: House) -> Accounting:
    with house.begin(SYSTEM) as work:
        dossier = a_dossier(work, title="Eingangsrechnungen 2026")
    return Accounting(client, house, dossier)
