"""A sheet that was overlooked is given in while its batch is checked (Nachtragen), and takes its place."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.documents.models import Document
from eakte.foundation.work import House
from eakte.records.models import Dossier
from ingest.adapters.transfer_note_pdf import note_in
from ingest.batches.messages import LookAtFile
from ingest.batches.models import BatchFile
from ingest.batches.service.receiving import claim_file, resume_stranded_batches
from ingest.batches.tasks import look_at_file
from ingest.messages import FileItem
from ingest.proof.transfer_note import AnomalyKind
from ingest.tasks import file_item
from tests.ingest.batches.conftest import Batch, Registry, all_good
from tests.ingest.batches.stacks import a_sheet, a_stack, an_empty_side
from tests.ingest.batches.test_counting_anew import rearranged
from tests.support.queue import work_off, work_off_ingests
from tests.support.scans import a_page_image as a_page

Replacing = Callable[..., dict[str, Any]]
UNREADABLE = b"%PDF-1.7 abgebrochen"


def gives_in(registry: Registry, batch: Batch, document: dict[str, Any], content: bytes, page: int) -> dict[str, Any]:
    """A file with a missing sheet, which no worker has seen yet."""
    sent = registry.client.post(
        f"/api/v1/batches/{batch['id']}/documents/{document['id']}:insert-pages",
        files={"file": ("fehlt.pdf", content)},
        data={"page": str(page)},
    )
    assert sent.status_code == 201, sent.text
    return dict(sent.json())


def inserts(registry: Registry, batch: Batch, document: dict[str, Any], content: bytes, page: int) -> Batch:
    gives_in(registry, batch, document, content, page)
    work_off_ingests(registry.house)
    return registry.seen(batch)


def test_a_batch_is_not_settled_before_somebody_saw_what_was_given_in(registry: Registry, replacing: Replacing) -> None:
    batch = registry.scan(a_stack(a_page("Seite eins"), a_page("Seite drei")), **replacing())
    assert batch["settled"]
    gives_in(registry, batch, batch["documents"][0], a_stack(a_page("Seite zwei")), 2)
    assert not registry.seen(batch)["settled"]
    work_off_ingests(registry.house)
    assert registry.seen(batch)["settled"]


def test_an_overlooked_sheet_takes_its_place_the_count_comes_out_and_the_note_says_so(
    registry: Registry, house: House, replacing: Replacing
) -> None:
    fields = replacing(expectedSheets=3)
    batch = all_good(registry, registry.scan(a_stack(a_page("Seite eins"), a_page("Seite drei")), **fields))
    (document,) = batch["documents"]
    batch = registry.does(batch, "explain", {"reason": "Doppeleinzug, wird nachgetragen"})
    batch = inserts(registry, batch, document, a_stack(a_page("Seite zwei")), 2)
    assert (batch["documents"][0]["pages"], batch["documents"][0]["verdict"]) == ([1, 3, 2], None)
    added = batch["images"][2]
    assert (added["n"], added["kind"], added["reason"], added["page"]) == (3, "page", "inserted", 2)
    assert (batch["counts"]["images"], batch["counts"]["rescans"], batch["counts"]["pages"]) == (3, 0, 3)
    assert (batch["findings"], batch["explanation"]) == ([], None)
    assert rearranged(house, batch) == [
        {
            "documents": [None, [1]],
            "inserted": [None, [3]],
            "page": [None, 2],
            "findings": [["sheets-missing"], []],
            "explanation": ["Doppeleinzug, wird nachgetragen", None],
        }
    ]
    assert [error["code"] for error in registry.is_refused(batch, "accept")["errors"]] == ["document-unchecked"]
    all_good(registry, batch)
    batch = registry.does(batch, "accept")
    path = f"/api/v1/documents/{document['id']}/renditions"
    text = registry.client.get(f"{path}/text").text
    assert text.index("Seite eins") < text.index("Seite zwei") < text.index("Seite drei")
    note = note_in(registry.client.get(f"{path}/transfer_note").content)
    (anomaly,) = note.anomalies
    assert (note.images, anomaly.kind, anomaly.images) == ((1, 3, 2), AnomalyKind.OTHER, (3,))
    assert "nachgetragen: Bild 3" in anomaly.description
    (step,) = [step for step in note.steps if step.name.startswith("Nachtragen")]
    assert (step.performer, step.done_at) == (note.operator, note.captured_at)
    (proof,) = registry.proof(batch)
    assert proof["holds"], proof


def test_blank_pages_and_sheets_of_the_file_are_judged_as_those_of_the_stack_and_stay_out(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    batch = registry.scan(a_stack(a_sheet(dossier.reference), a_page("Eins")), **replacing())
    missing = a_stack(a_sheet("99.9-XX-2020/1"), a_page("Zwei"), an_empty_side(), a_page("Drei"), an_empty_side())
    batch = inserts(registry, batch, batch["documents"][0], missing, 99)
    assert [(image["kind"], image["reason"]) for image in batch["images"]] == [
        ("separator", "separator-sheet"),
        ("page", "written"),
        ("separator", "separator-sheet"),
        ("page", "inserted"),
        ("blank", "blank"),
        ("page", "inserted"),
        ("blank", "blank"),
    ]
    (document,) = batch["documents"]
    assert (document["pages"], document["reference"]) == ([2, 4, 6], dossier.reference)
    shown = [registry.client.get(f"/api/v1/batches/{batch['id']}/images/{n}/preview") for n in range(1, 8)]
    assert {preview.status_code for preview in shown} == {200}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (a_stack(an_empty_side(), an_empty_side()), "nothing-to-insert"),
        (a_stack(a_sheet("99.9-XX-2020/1")), "nothing-to-insert"),
        (UNREADABLE, "broken-pdf"),
        (b"", "empty-upload"),
    ],
    ids=["only blank pages", "only a separator", "unreadable", "empty"],
)
def test_a_file_without_a_page_with_content_says_so_and_changes_nothing_else(
    registry: Registry, house: House, replacing: Replacing, content: bytes, code: str
) -> None:
    batch = all_good(registry, registry.scan(a_stack(a_page("Eins")), **replacing(expectedImages=2)))
    after = inserts(registry, batch, batch["documents"][0], content, 1)
    file = after["files"][1]
    assert (file["state"], file["failureCode"]) == ("unreadable", code)
    assert file["failureMessage"]
    same = ("images", "documents", "counts", "findings", "progress", "state")
    assert {name: after[name] for name in same} == {name: batch[name] for name in same}
    assert rearranged(house, batch) == []


def test_the_same_bytes_are_told_and_not_inserted(registry: Registry, replacing: Replacing) -> None:
    sheet = a_stack(a_page("Eins"))
    batch = registry.scan(sheet, **replacing())
    told = gives_in(registry, batch, batch["documents"][0], sheet, 2)
    assert (told["state"], told["duplicateOf"]) == ("duplicate", batch["files"][0]["id"])
    work_off_ingests(registry.house)
    assert registry.seen(batch)["documents"][0]["pages"] == [1]


def test_a_look_that_is_asked_for_twice_or_was_broken_off_inserts_a_page_once(
    registry: Registry, house: House, replacing: Replacing
) -> None:
    batch = registry.scan(a_stack(a_page("Eins")), **replacing())
    told = gives_in(registry, batch, batch["documents"][0], a_stack(a_page("Zwei")), 2)
    job = LookAtFile(file_id=UUID(told["id"]))
    with house.begin() as work:
        # A worker that was killed while it looked.
        assert claim_file(work, job.file_id) is not None
    look_at_file(job, house.begin)
    look_at_file(job, house.begin)
    with house.begin() as work:
        resume_stranded_batches(work)
    work_off_ingests(house)
    batch = registry.seen(batch)
    assert (batch["documents"][0]["pages"], batch["counts"]["images"]) == ([1, 2], 2)
    assert len(rearranged(house, batch)) == 1


# --- what others decided meanwhile ----------------------------------------------------------------------------


def test_a_batch_is_not_accepted_while_a_sheet_that_was_given_in_has_not_got_its_place(
    registry: Registry, replacing: Replacing
) -> None:
    batch = all_good(registry, registry.scan(a_stack(a_page("Eins")), **replacing()))
    gives_in(registry, batch, batch["documents"][0], a_stack(a_page("Zwei")), 2)
    assert [error["code"] for error in registry.is_refused(batch, "accept")["errors"]] == ["file-unseen"]


def test_a_sheet_seen_after_its_batch_was_rejected_or_its_document_dissolved_changes_nothing_and_says_why(
    registry: Registry, replacing: Replacing
) -> None:
    batch = registry.scan(a_stack(a_page("Eins"), a_page("Zwei")), **replacing())
    (first,) = batch["documents"]
    batch = registry.does(batch, f"/documents/{first['id']}:split", {"page": 2})
    gives_in(registry, batch, batch["documents"][1], a_stack(a_page("Drei")), 1)
    merged = {"following": batch["documents"][1]["id"]}
    batch = registry.does(batch, f"/documents/{first['id']}:merge", merged)
    assert (batch["files"][1]["state"], batch["files"][1]["failureCode"]) == ("unreadable", "batch-document-not-found")
    assert ([one["pages"] for one in batch["documents"]], batch["counts"]["images"]) == ([[1, 2]], 2)
    gives_in(registry, batch, first, a_stack(a_page("Vier")), 1)
    batch = registry.does(batch, "reject", {"reason": "Scanner verschmutzt"})
    assert (batch["files"][2]["state"], batch["files"][2]["failureCode"]) == ("unreadable", "batch-state-forbids")
    assert batch["counts"]["images"] == 2


def test_a_sheet_seen_after_its_document_was_filed_changes_nothing_and_says_why(
    registry: Registry, house: House, dossier: Dossier
) -> None:
    batch = registry.scan(a_stack(a_sheet("99.9-XX-2020/1"), a_page("Ziel unbekannt")))
    (document,) = batch["documents"]
    gives_in(registry, batch, document, a_stack(a_page("Zwei")), 2)
    sent = f"/api/v1/ingest-items/{document['itemId']}:retry"
    assert registry.client.post(sent, json={"into": dossier.reference}).status_code == 200
    work_off(house, {FileItem: file_item})
    work_off_ingests(house)
    batch = registry.seen(batch)
    assert (batch["files"][1]["state"], batch["files"][1]["failureCode"]) == ("unreadable", "document-already-filed")
    assert batch["progress"] == {"filed": 1}
    with house.begin() as work:
        assert len(work.session.scalars(select(Document)).all()) == 1
        raw = work.session.scalars(select(BatchFile).where(BatchFile.batch_id == UUID(batch["id"]))).all()
        assert all(file.object_id is not None for file in raw)


def test_a_sheet_is_inserted_only_into_a_document_of_images_of_that_batch(
    registry: Registry, replacing: Replacing
) -> None:
    batch = registry.open(**replacing())
    registry.send(batch, a_stack(a_page("Eins")), "gut.pdf")
    registry.send(batch, UNREADABLE, "kaputt.pdf")
    batch = registry.does(batch, "complete")
    other = registry.scan(a_stack(a_page("Anderes")), **replacing())
    sheet = {"file": ("fehlt.pdf", a_stack(a_page("Zwei")))}
    codes = []
    for document, page in ((batch["documents"][1], 1), (other["documents"][0], 1), (batch["documents"][0], 0)):
        path = f"/api/v1/batches/{batch['id']}/documents/{document['id']}:insert-pages"
        codes.append(registry.client.post(path, files=sheet, data={"page": str(page)}).json()["code"])
    assert codes == ["document-stays-whole", "batch-document-not-found", "request-invalid"]
    assert len(registry.seen(batch)["files"]) == 2
