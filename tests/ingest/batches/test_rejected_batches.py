"""A rejected batch is over: nothing of it is filed later, however far its sheets had come."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eakte.documents.models import Document
from eakte.documents.underway import Underway
from eakte.foundation.work import House
from eakte.records.models import Dossier
from ingest.batches import queries
from ingest.batches.messages import LookAtFile, SplitBatch
from ingest.batches.models import BatchDocument
from ingest.batches.service.receiving import resume_stranded_batches
from ingest.batches.service.splitting import Assembled, assembly_of, send_document
from ingest.batches.tasks import look_at_file, split_batch
from ingest.models import IngestItem
from tests.ingest.batches.conftest import Batch, Registry
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.queue import work_off, work_off_ingests
from tests.support.scans import a_page_image as a_page

Replacing = Callable[..., dict[str, Any]]
REASON = {"reason": "Scanner verschmutzt, neu scannen"}


def just_split(registry: Registry, dossier: Dossier, fields: dict[str, Any]) -> Batch:
    """A batch of two letters that was split, and of which nothing is put together yet."""
    batch = registry.open(**fields)
    pages = [[a_sheet(dossier.reference), a_page(f"Schreiben {number}")] for number in range(1, 3)]
    registry.send(batch, a_stack(*(image for pair in pages for image in pair)))
    assert registry.client.post(f"/api/v1/batches/{batch['id']}:complete").status_code == 200
    work_off(registry.house, {LookAtFile: look_at_file, SplitBatch: split_batch})
    return registry.seen(batch)


def rejected(registry: Registry, batch: Batch) -> None:
    answer = registry.client.post(f"/api/v1/batches/{batch['id']}:reject", json=REASON)
    assert answer.status_code == 200, answer.text


def test_a_batch_rejected_before_its_documents_were_put_together_files_none_of_them(
    registry: Registry, house: House, dossier: Dossier, replacing: Replacing
) -> None:
    batch = just_split(registry, dossier, replacing())
    assert batch["progress"] == {"assembling": 2}
    rejected(registry, batch)
    work_off_ingests(house)
    with house.begin() as work:
        resume_stranded_batches(work)
    work_off_ingests(house)
    batch = registry.seen(batch)
    assert (batch["state"], batch["settled"]) == ("rejected", True)
    with house.begin() as work:
        assert work.session.scalars(select(Document)).all() == []
        assert work.session.scalars(select(IngestItem)).all() == []
        assert queries.stranded_documents(work.session) == []


def test_a_document_whose_batch_was_rejected_while_it_was_put_together_goes_nowhere(
    registry: Registry, house: House, dossier: Dossier, replacing: Replacing
) -> None:
    batch = just_split(registry, dossier, replacing())
    document_id = UUID(batch["documents"][0]["id"])
    with house.begin() as work:
        assembly = assembly_of(work, document_id)
    assert assembly is not None
    rejected(registry, batch)
    with house.begin() as work:
        send_document(work, assembly, Assembled(Underway({}), pages=1))
        assert work.session.get_one(BatchDocument, document_id).item_id is None
        assert work.session.scalars(select(IngestItem)).all() == []


def test_a_rescan_seen_after_its_batch_was_rejected_changes_nothing_and_says_why(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    batch = registry.scan(a_stack(a_page("Unlesbar")), **replacing(into=dossier.reference))
    sent = registry.client.post(
        f"/api/v1/batches/{batch['id']}/images/1:rescan",
        files={"file": ("nachscan.pdf", a_stack(a_page("Jetzt lesbar")))},
    )
    assert sent.status_code == 201, sent.text
    batch = registry.does(batch, "reject", REASON)
    assert [(image["n"], image["kind"]) for image in batch["images"]] == [(1, "page")]
    (_, rescan) = batch["files"]
    assert (rescan["state"], rescan["failureCode"]) == ("unreadable", "batch-state-forbids")
    assert batch["progress"] == {"discarded": 1}
