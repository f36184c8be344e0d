"""What takes the place of paper is proven, checked again, released, and only then is paper destroyed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from eakte.access.queries import BERLIN
from eakte.documents.models import RenditionKind
from eakte.documents.queries import renditions_of, version_of
from eakte.foundation.work import House
from ingest.batches.models import Batch as BatchRow
from tests.ingest.batches.conftest import Batch, Registry
from tests.ingest.batches.stacks import a_stack
from tests.support.scans import a_page_image as a_page

Replacing = Callable[..., dict[str, Any]]


@pytest.fixture
def filed(registry: Registry, replacing: Replacing) -> Batch:
    """A batch of one letter that was checked and filed."""
    batch = registry.scan(a_stack(a_page("Bescheid"), a_page("Anlage")), **replacing(box="K 17", shelf="R 3"))
    (document,) = batch["documents"]
    registry.does(batch, f"/documents/{document['id']}:check", {"verdict": "good"})
    return registry.does(batch, "accept")


def flip(house: House, batch: Batch, kind: RenditionKind) -> None:
    """Change one bit of a rendition where it is stored."""
    with house.begin() as work:
        version = version_of(work.session, UUID(batch["documents"][0]["id"]), None)
        (rendition,) = [one for one in renditions_of(work.session, version.id) if one.kind is kind]
        content = bytearray(house.storage.read(rendition.key, rendition.digest))
        content[len(content) // 2] ^= 1
        house.storage.put_bytes(rendition.key, bytes(content), media_type=rendition.media_type, hold=False)


def test_a_filed_product_is_sealed_and_the_proof_holds(registry: Registry, filed: Batch) -> None:
    (proof,) = registry.proof(filed)
    assert (proof["holds"], proof["problems"], proof["sealedAs"]) == (True, [], "self_issued_seal")
    note = registry.client.get(f"/api/v1/documents/{filed['documents'][0]['id']}/renditions/transfer_note")
    assert note.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (RenditionKind.ORIGINAL, "Original"),
        (RenditionKind.ARCHIVAL, "Archivfassung"),
        (RenditionKind.TEXT, "Text"),
        (RenditionKind.TRANSFER_NOTE, "Transfervermerk"),
    ],
)
def test_one_changed_bit_is_found_and_named(
    registry: Registry, house: House, filed: Batch, kind: RenditionKind, name: str
) -> None:
    flip(house, filed, kind)
    (proof,) = registry.proof(filed)
    assert not proof["holds"]
    assert any(name in problem and "verändert" in problem for problem in proof["problems"]), proof["problems"]


def test_paper_is_destroyed_only_after_release_buffer_and_backup(
    registry: Registry, house: House, filed: Batch
) -> None:
    how = {"how": "Aktenvernichter P-4, Keller"}
    assert registry.is_refused(filed, "destroy-paper", how)["code"] == "batch-state-forbids"
    released = registry.does(filed, "release")
    assert (released["state"], released["destroyableOn"]) == (
        "released",
        str((datetime.now(BERLIN) + timedelta(days=180)).date()),
    )
    assert registry.is_refused(filed, "destroy-paper", how)["code"] == "paper-still-buffered"
    # Half a year passes.
    long_ago = datetime.now(UTC) - timedelta(days=200)
    with house.begin() as work:
        values = {"released_at": long_ago, "destroyable_on": (long_ago + timedelta(days=180)).date()}
        work.session.execute(update(BatchRow).where(BatchRow.number == filed["number"]).values(**values))
    listed = registry.client.get("/api/v1/paper-destructions").json()["items"]
    assert [(batch["number"], batch["box"], batch["shelf"]) for batch in listed] == [(filed["number"], "K 17", "R 3")]
    assert registry.is_refused(filed, "destroy-paper", how)["code"] == "no-backup-since"
    assert registry.client.post("/api/v1/backup-runs", json={"remark": "Band 12"}).status_code == 201
    destroyed = registry.does(filed, "destroy-paper", how)
    assert (destroyed["state"], destroyed["destroyedBy"]) == ("destroyed", destroyed["createdBy"])


def test_paper_whose_proof_is_broken_is_not_destroyed(registry: Registry, house: House, filed: Batch) -> None:
    registry.does(filed, "release")
    registry.client.post("/api/v1/backup-runs", json={"remark": "Band 12"})
    with house.begin() as work:
        long_ago = datetime.now(UTC) - timedelta(days=200)
        values = {"released_at": long_ago, "destroyable_on": long_ago.date()}
        work.session.execute(update(BatchRow).where(BatchRow.number == filed["number"]).values(**values))
    flip(house, filed, RenditionKind.ARCHIVAL)
    refused = registry.is_refused(filed, "destroy-paper", {"how": "Aktenvernichter"})
    assert refused["code"] == "proof-broken"
    assert any("Archivfassung" in error["message"] for error in refused["errors"])


def test_the_paper_of_a_copy_is_never_destroyed(registry: Registry, dossier: Any) -> None:
    batch = registry.scan(a_stack(a_page("Kopie")), into=dossier.reference)
    registry.does(batch, "release")
    assert registry.is_refused(batch, "destroy-paper", {"how": "egal"})["code"] == "paper-is-kept"


def test_paper_that_is_to_be_replaced_needs_all_a_transfer_note_says(registry: Registry) -> None:
    answer = registry.client.post("/api/v1/batches", json={"profile": "ersetzend", "device": "Scanner"})
    assert (answer.status_code, answer.json()["code"]) == (422, "batch-details-missing")
    assert "Inventarnummer des Scanners" in answer.json()["detail"]


def test_separator_sheets_are_printed_for_dossiers_that_take_documents(registry: Registry, dossier: Any) -> None:
    sheets = registry.client.post("/api/v1/separator-sheets", json={"references": [dossier.reference]})
    assert (sheets.status_code, sheets.content[:5]) == (200, b"%PDF-")
    unknown = registry.client.post("/api/v1/separator-sheets", json={"references": ["99.9-XX-2020/1"]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "target-not-found")
