"""Signed PDFs: their bytes stay, the archival rendition lies beside them, and what the signature is worth is kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from eakte.foundation.settings import SealSettings
from eakte.foundation.work import House
from ingest.adapters.sealing import Sealer
from tests.ingest.papers import LETTER, native_pdf
from tests.simulators.seal_authority import SealAuthority
from tests.support.app import app_on
from tests.support.factories import AsActor, a_dossier, a_token
from tests.support.queue import work_off_ingests

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def authority(tmp_path: Path) -> SealAuthority:
    return SealAuthority(tmp_path, YESTERDAY)


@pytest.fixture
def signed(authority: SealAuthority, tmp_path: Path) -> bytes:
    letter = native_pdf(tmp_path / "brief.pdf", LETTER).read_bytes()
    return Sealer(SealSettings(pkcs12=authority.issue_seal("Notarin")), tmp_path).seal_pdf(letter, at=YESTERDAY)


@pytest.mark.parametrize(("trusting", "trust"), [(False, "unknown"), (True, "trusted")])
def test_the_worth_of_a_signature_is_kept_with_its_version(
    house: House, as_actor: AsActor, authority: SealAuthority, signed: bytes, trusting: bool, trust: str
) -> None:
    seal = SealSettings(trust=authority.root_file) if trusting else SealSettings()
    house = House(house.sessions, house.storage, house.settings.model_copy(update={"seal": seal}))
    token = a_token(house, as_actor.with_every_role().id)
    client = TestClient(app_on(house), headers={"Authorization": f"Bearer {token}"})
    with house.begin() as work:
        reference = a_dossier(work).reference
    ingest = client.post("/api/v1/ingests", data={"into": reference}).json()["id"]
    item = client.post(f"/api/v1/ingests/{ingest}/items", files={"file": ("brief.pdf", signed)}).json()
    work_off_ingests(house)
    document = client.get(f"/api/v1/ingest-items/{item['id']}").json()["documentId"]

    (version,) = client.get(f"/api/v1/documents/{document}/versions").json()
    (signature,) = version["signatures"]
    assert (signature["intact"], signature["coversDocument"], signature["trust"]) == (True, True, trust)
    assert signature["signer"].startswith("Notarin")
    assert "unversehrt" in signature["summary"]
    assert "signed" in {warning["code"] for warning in version["warnings"]}
    assert client.get(f"/api/v1/documents/{document}/renditions/original").content == signed
    assert client.get(f"/api/v1/documents/{document}/renditions/archival").content != signed


def test_of_an_unsigned_file_nothing_is_said(house: House, client: TestClient, tmp_path: Path) -> None:
    with house.begin() as work:
        reference = a_dossier(work).reference
    ingest = client.post("/api/v1/ingests", data={"into": reference}).json()["id"]
    content = native_pdf(tmp_path / "brief.pdf", LETTER).read_bytes()
    item = client.post(f"/api/v1/ingests/{ingest}/items", files={"file": ("brief.pdf", content)}).json()
    work_off_ingests(house)
    document = client.get(f"/api/v1/ingest-items/{item['id']}").json()["documentId"]
    assert client.get(f"/api/v1/documents/{document}/versions").json()[0]["signatures"] is None


def test_a_name_that_promises_something_else_is_noted(house: House, client: TestClient) -> None:
    with house.begin() as work:
        reference = a_dossier(work).reference
    ingest = client.post("/api/v1/ingests", data={"into": reference}).json()["id"]
    files = {"file": ("bild.pdf", b"Vermerk")}
    item = client.post(f"/api/v1/ingests/{ingest}/items", files=files).json()
    work_off_ingests(house)
    (warning,) = client.get(f"/api/v1/ingest-items/{item['id']}").json()["warnings"]
    assert warning["code"] == "wrong-extension"
    assert "eine Textdatei" in warning["message"]
