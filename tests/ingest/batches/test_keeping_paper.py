"""Paper that outlives its scan: who says so says why, and nobody destroys it with the rest of its batch."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from eakte.audit.queries import entries_of
from eakte.foundation.work import Actor, House
from eakte.records.models import Dossier
from ingest.adapters.transfer_note_pdf import note_in
from ingest.batches.models import Batch as BatchRow
from ingest.proof.transfer_note import AnomalyKind, TransferNote
from tests.ingest.batches.conftest import Batch, Registry
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.factories import AsActor
from tests.support.scans import a_page_image as a_page

Replacing = Callable[..., dict[str, Any]]
SEAL = {"reason": "Urschrift mit Siegel"}
HOW = {"how": "Aktenvernichter P-4, Keller"}


@pytest.fixture
def batch(registry: Registry, dossier: Dossier, replacing: Replacing) -> Batch:
    """A batch of a letter of two pages and one of one page, before anybody looked."""
    letter, deed = a_sheet(dossier.reference), a_sheet(dossier.reference)
    stack = a_stack(letter, a_page("Anschreiben"), a_page("Anlage"), deed, a_page("Urkunde"))
    return registry.scan(stack, **replacing(box="K 17"))


def of(batch: Batch, number: int, action: str) -> str:
    """What is done with one document of a batch."""
    (document,) = [one for one in batch["documents"] if one["number"] == number]
    return f"/documents/{document['id']}:{action}"


def kept(batch: Batch) -> list[str | None]:
    return [document["paperKept"] for document in batch["documents"]]


def filed(registry: Registry, batch: Batch) -> Batch:
    for document in batch["documents"]:
        registry.does(batch, of(batch, document["number"], "check"), {"verdict": "good"})
    return registry.does(batch, "accept")


def half_a_year_after_release(registry: Registry, house: House, batch: Batch) -> Batch:
    batch = registry.does(batch, "release")
    long_ago = datetime.now(UTC) - timedelta(days=200)
    with house.begin() as work:
        values = {"released_at": long_ago, "destroyable_on": (long_ago + timedelta(days=180)).date()}
        work.session.execute(update(BatchRow).where(BatchRow.number == batch["number"]).values(**values))
    assert registry.client.post("/api/v1/backup-runs", json={"remark": "Band 12"}).status_code == 201
    return batch


def note_of(registry: Registry, batch: Batch, number: int) -> TransferNote:
    path = of(batch, number, "").removesuffix(":")
    return note_in(registry.client.get(f"/api/v1{path}/renditions/transfer_note").content)


def said_of(house: House, batch: Batch, event: str) -> list[dict[str, Any]]:
    """What the audit trail says of the acts of one kind on a batch."""
    with house.begin() as work:
        entries = entries_of(work.session, UUID(batch["id"]), cursor=None, limit=500).items
        return [dict(entry.changes) for entry in entries if entry.event.endswith(f".{event}")]


def test_kept_paper_is_in_the_transfer_note_on_the_destruction_list_and_in_its_record(
    registry: Registry, house: House, dossier: Dossier, batch: Batch
) -> None:
    batch = registry.does(batch, of(batch, 2, "keep-paper"), SEAL)
    assert kept(batch) == [None, "Urschrift mit Siegel"]
    batch = filed(registry, batch)
    assert note_of(registry, batch, 1).anomalies == ()
    (anomaly,) = note_of(registry, batch, 2).anomalies
    assert (anomaly.kind, anomaly.description) == (AnomalyKind.PAPER_KEPT, "Urschrift mit Siegel")
    assert anomaly.images == (5,)
    (act,) = said_of(house, batch, "PaperKept")
    assert act == {"document": [None, 2], "paper_kept": [None, "Urschrift mit Siegel"]}
    half_a_year_after_release(registry, house, batch)
    (listed,) = registry.client.get("/api/v1/paper-destructions").json()["items"]
    (taken_out,) = listed["keptPaper"]
    assert (taken_out["number"], taken_out["pages"], taken_out["reason"]) == (2, [5], "Urschrift mit Siegel")
    assert taken_out["reference"] == dossier.reference
    registry.does(batch, "destroy-paper", HOW)
    (record,) = said_of(house, batch, "PaperDestroyed")
    assert record["kept"] == [None, [{"document": 2, "reason": "Urschrift mit Siegel"}]]


def test_the_note_names_who_said_that_paper_is_kept_and_when(
    registry: Registry, house: House, batch: Batch, as_actor: AsActor, client_of: Callable[[Actor], TestClient]
) -> None:
    registry.does(batch, of(batch, 1, "keep-paper"), {"reason": "Plan"})
    before = datetime.now(UTC)
    batch = registry.does(batch, of(batch, 1, "keep-paper"), {"reason": "Plan im Format A0"})
    colleague = Registry(client_of(as_actor.with_every_role()), house)
    note = note_of(registry, filed(colleague, batch), 1)
    (anomaly,) = note.anomalies
    assert (anomaly.description, anomaly.images) == ("Plan im Format A0", (2, 3))
    assert anomaly.noted_by == note.operator != note.quality.checked_by
    assert before < anomaly.noted_at < note.quality.checked_at


def test_a_sealed_note_stays_as_it_is_when_paper_is_kept_later(registry: Registry, house: House, batch: Batch) -> None:
    batch = filed(registry, batch)
    half_a_year_after_release(registry, house, batch)
    batch = registry.does(batch, of(batch, 1, "keep-paper"), SEAL)
    assert (batch["state"], kept(batch)) == ("released", ["Urschrift mit Siegel", None])
    assert note_of(registry, batch, 1).anomalies == ()
    assert all(proof["holds"] for proof in registry.proof(batch))
    (listed,) = registry.client.get("/api/v1/paper-destructions").json()["items"]
    assert [one["number"] for one in listed["keptPaper"]] == [1]


def test_a_batch_of_which_everything_is_kept_is_not_destroyed_until_something_is_taken_back(
    registry: Registry, house: House, batch: Batch
) -> None:
    batch = filed(registry, batch)
    half_a_year_after_release(registry, house, batch)
    for number in (1, 2):
        registry.does(batch, of(batch, number, "keep-paper"), SEAL)
    assert registry.is_refused(batch, "destroy-paper", HOW)["code"] == "all-paper-is-kept"
    assert registry.client.get("/api/v1/paper-destructions").json()["items"] == []
    batch = registry.does(batch, of(batch, 1, "release-paper"))
    registry.does(batch, of(batch, 1, "release-paper"))
    assert said_of(house, batch, "PaperReleased") == [
        {"document": [None, 1], "paper_kept": ["Urschrift mit Siegel", None]}
    ]
    assert len(registry.client.get("/api/v1/paper-destructions").json()["items"]) == 1
    batch = registry.does(batch, "destroy-paper", HOW)
    assert (batch["state"], kept(batch)) == ("destroyed", [None, "Urschrift mit Siegel"])
    for action, body in (("keep-paper", SEAL), ("release-paper", None)):
        assert registry.is_refused(batch, of(batch, 2, action), body)["code"] == "batch-state-forbids"


def test_what_is_kept_stays_kept_however_pages_are_arranged(registry: Registry, house: House, batch: Batch) -> None:
    first, second = (document["id"] for document in batch["documents"])
    registry.does(batch, of(batch, 1, "keep-paper"), SEAL)
    batch = registry.does(batch, of(batch, 1, "split"), {"page": 2})
    assert [(one["number"], one["paperKept"]) for one in batch["documents"]] == [
        (1, "Urschrift mit Siegel"),
        (2, None),
        (3, "Urschrift mit Siegel"),
    ]
    part = batch["documents"][2]["id"]
    batch = registry.does(batch, of(batch, 3, "keep-paper"), {"reason": "Prägestempel"})
    batch = registry.does(batch, of(batch, 2, "merge"), {"following": part})
    assert kept(batch) == ["Urschrift mit Siegel", "Prägestempel"]
    batch = registry.does(batch, of(batch, 2, "merge"), {"following": first})
    assert kept(batch) == ["Prägestempel; Urschrift mit Siegel"]
    assert batch["documents"][0]["id"] == second
    inherited = [change["paper_kept"] for change in said_of(house, batch, "BatchRearranged")]
    assert sorted(inherited, key=str) == sorted(
        [
            [None, "Urschrift mit Siegel"],
            [None, "Prägestempel"],
            ["Prägestempel", "Prägestempel; Urschrift mit Siegel"],
        ],
        key=str,
    )


def test_a_page_of_kept_paper_that_moves_to_another_document_is_kept_there(registry: Registry, batch: Batch) -> None:
    registry.does(batch, of(batch, 1, "keep-paper"), SEAL)
    batch = registry.does(batch, "/images/3:place", {"document": batch["documents"][1]["id"], "page": 1})
    assert [one["pages"] for one in batch["documents"]] == [[2], [3, 5]]
    assert kept(batch) == ["Urschrift mit Siegel"] * 2


def test_paper_is_kept_only_of_a_document_of_that_batch_with_a_reason_and_once_it_was_split(
    registry: Registry, replacing: Replacing, batch: Batch
) -> None:
    other = registry.open(**replacing())
    registry.send(other, a_stack(a_page("Anderes")))
    assert registry.is_refused(other, of(batch, 1, "keep-paper"), SEAL)["code"] == "batch-state-forbids"
    other = registry.does(other, "complete")
    assert registry.is_refused(other, of(batch, 1, "keep-paper"), SEAL)["code"] == "batch-document-not-found"
    assert registry.is_refused(batch, of(batch, 1, "keep-paper"), {"reason": " "})["code"] == "request-invalid"
