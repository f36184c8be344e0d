"""What is rearranged is counted anew, and nobody's explanation covers what they did not know of."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from eakte.audit.queries import entries_of
from eakte.foundation.work import House
from eakte.records.models import Dossier
from tests.ingest.batches.conftest import Batch, Registry
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.scans import a_page_image as a_page

Replacing = Callable[..., dict[str, Any]]
OPEN_FILE = b"%PDF-1.7 abgebrochen"


def rearranged(house: House, batch: Batch) -> list[dict[str, Any]]:
    """What the audit trail says of each rearrangement of a batch."""
    with house.begin() as work:
        entries = entries_of(work.session, UUID(batch["id"]), cursor=None, limit=500).items
        return [dict(entry.changes) for entry in entries if entry.event.endswith(".BatchRearranged")]


def codes(batch: Batch) -> list[str]:
    return [finding["code"] for finding in batch["findings"]]


def of(document: dict[str, Any], action: str) -> str:
    return f"/documents/{document['id']}:{action}"


def test_what_does_not_come_out_any_more_is_said_and_audited_and_what_comes_out_is_not(
    registry: Registry, house: House, replacing: Replacing
) -> None:
    batch = registry.scan(a_stack(a_page("Eins"), a_page("Zwei")), **replacing(), expectedDocuments=2)
    (document,) = batch["documents"]
    assert codes(batch) == ["documents-missing"]
    batch = registry.does(batch, of(document, "split"), {"page": 2})
    assert codes(batch) == []
    batch = registry.does(batch, "/images/1:turn", {"clockwise": 180})
    batch = registry.does(batch, of(document, "merge"), {"following": batch["documents"][1]["id"]})
    assert codes(batch) == ["documents-missing"]
    said = [change.get("findings") for change in rearranged(house, batch)]
    assert said == [[["documents-missing"], []], None, [[], ["documents-missing"]]]


def test_an_explanation_is_taken_back_with_what_it_explained(
    registry: Registry, house: House, replacing: Replacing
) -> None:
    pages = a_stack(a_page("Eins"), a_page("Zwei"), a_page("Drei"))
    batch = registry.scan(pages, **replacing(), expectedDocuments=3)
    (document,) = batch["documents"]
    batch = registry.does(batch, "explain", {"reason": "Zwei Verträge gehörten nicht hierher"})
    batch = registry.does(batch, "/images/1:turn", {"clockwise": 180})
    assert batch["explanation"] == "Zwei Verträge gehörten nicht hierher"
    batch = registry.does(batch, of(document, "split"), {"page": 2})
    assert (codes(batch), batch["explanation"]) == (["documents-missing"], None)
    assert rearranged(house, batch)[-1]["explanation"] == ["Zwei Verträge gehörten nicht hierher", None]
    for one in batch["documents"]:
        registry.does(batch, of(one, "check"), {"verdict": "good"})
    assert [error["code"] for error in registry.is_refused(batch, "accept")["errors"]] == ["documents-missing"]
    registry.does(batch, "explain", {"reason": "Ein Vertrag gehörte nicht hierher"})
    assert registry.does(batch, "accept")["progress"] == {"filed": 2}


def test_a_batch_whose_counts_came_apart_after_its_checks_is_explained_before_it_is_released(
    registry: Registry, dossier: Dossier
) -> None:
    stack = a_stack(a_sheet("99.9-XX-2020/1"), a_page("Ziel unbekannt"), a_page("Anlage"))
    batch = registry.scan(stack, expectedDocuments=1)
    assert (batch["state"], batch["findings"], batch["progress"]) == ("accepted", [], {"failed": 1})
    explaining = {"reason": "Es waren zwei Schreiben"}
    assert registry.is_refused(batch, "explain", explaining)["code"] == "batch-state-forbids"
    batch = registry.does(batch, of(batch["documents"][0], "split"), {"page": 2})
    assert codes(batch) == ["documents-surplus"]
    for document in batch["documents"]:
        sent = f"/api/v1/ingest-items/{document['itemId']}:retry"
        assert registry.client.post(sent, json={"into": dossier.reference}).status_code == 200
    refused = registry.is_refused(batch, "release")
    assert "documents-surplus" in [error["code"] for error in refused["errors"]]
    batch = registry.does(batch, "explain", explaining)
    assert batch["progress"] == {"filed": 2}
    assert registry.does(batch, "release")["state"] == "released"


def test_only_documents_that_are_in_the_batch_and_made_of_images_are_rearranged(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    batch = registry.open(**replacing())
    registry.send(batch, a_stack(a_page("Eins"), a_page("Zwei")), "gut.pdf")
    registry.send(batch, OPEN_FILE, "kaputt.pdf")
    batch = registry.does(batch, "complete")
    good, broken = batch["documents"]
    joined = registry.is_refused(batch, of(good, "merge"), {"following": broken["id"]})
    placed = registry.is_refused(batch, "/images/2:place", {"document": broken["id"], "page": 1})
    assert [joined["code"], placed["code"]] == ["document-stays-whole"] * 2
    other = registry.scan(a_stack(a_page("Drei"), a_page("Vier")), **replacing())
    foreign = registry.is_refused(batch, of(other["documents"][0], "split"), {"page": 2})
    batch = registry.does(batch, of(good, "split"), {"page": 2})
    second = batch["documents"][-1]
    batch = registry.does(batch, of(good, "merge"), {"following": second["id"]})
    dissolved = registry.is_refused(batch, of(good, "merge"), {"following": second["id"]})
    assert [foreign["code"], dissolved["code"]] == ["batch-document-not-found"] * 2
    assert [document["pages"] for document in batch["documents"]] == [[1, 2], []]
