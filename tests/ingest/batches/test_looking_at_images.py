"""Whoever answers for paper that is destroyed looks at what a machine left out of the documents."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from eakte.access import Role
from eakte.access.errors import ActionForbidden
from eakte.documents.models import Document, object_key
from eakte.entrypoints.sweep import find_orphans
from eakte.foundation.work import Actor, House
from eakte.records.errors import ProcessingRestricted
from eakte.records.models import Dossier
from eakte.records.rules import RestrictionGround
from eakte.records.service.restricting import restrict_record
from ingest.batches.errors import BatchFileNotFound
from ingest.batches.models import Batch, BatchFile
from ingest.batches.queries import documents_of
from ingest.batches.rules import FileState
from ingest.batches.views import raw_scan_of
from ingest.models import IngestItem
from tests.ingest.batches.conftest import Registry
from tests.ingest.batches.stacks import a_sheet, a_stack, an_empty_side
from tests.support.factories import LETTER, AsActor, a_batch, a_document, a_unit
from tests.support.queue import work_off_ingests
from tests.support.scans import a_page_image as a_page


def dark_share(jpeg: bytes) -> float:
    """How much of a preview is dark, 0 to 1."""
    gray = Image.open(io.BytesIO(jpeg)).convert("L")
    return sum(gray.histogram()[:128]) / (gray.width * gray.height)


def test_separators_and_blank_pages_have_a_preview_and_say_how_blank_they_are(
    registry: Registry, house: House, dossier: Dossier
) -> None:
    stack = a_stack(a_sheet(dossier.reference), a_page("Bescheid"), an_empty_side())
    batch = registry.scan(stack)
    assert [image["kind"] for image in batch["images"]] == ["separator", "page", "blank"]
    previews = [
        registry.client.get(f"/api/v1/batches/{batch['id']}/images/{image['n']}/preview") for image in batch["images"]
    ]
    assert [(one.status_code, one.headers["Content-Type"]) for one in previews] == [(200, "image/jpeg")] * 3
    sheet, _, blank = (dark_share(one.content) for one in previews)
    assert blank < 0.001 < sheet
    scores = [image["blankScore"] for image in batch["images"]]
    assert scores[2] > 0.999 > max(scores[:2])
    (file,) = batch["files"]
    raw = registry.client.get(f"/api/v1/batches/{batch['id']}/files/{file['id']}/content")
    assert (raw.status_code, raw.content == stack) == (200, True)
    with house.begin() as work:
        kept = work.session.get_one(BatchFile, UUID(file["id"])).previews
    assert set(kept) == {"1", "3"}
    stray = {orphan.key for orphan in find_orphans(house, grace_minutes=0)}
    assert stray.isdisjoint(object_key(UUID(one["object_id"])) for one in kept.values())


def test_a_rejected_and_a_replaced_page_can_still_be_looked_at(
    registry: Registry, replacing: Callable[..., dict[str, Any]]
) -> None:
    batch = registry.scan(a_stack(a_page("Notizzettel"), a_page("Unlesbar"), a_page("Gut")), **replacing())
    path = f"/api/v1/batches/{batch['id']}/images"
    before = [registry.client.get(f"{path}/{n}/preview").content for n in (1, 2)]
    batch = registry.does(batch, "/images/1:reject", {"reason": "Notizzettel"})
    sent = registry.client.post(f"{path}/2:rescan", files={"file": ("neu.pdf", a_stack(a_page("Jetzt lesbar")))})
    assert sent.status_code == 201, sent.text
    work_off_ingests(registry.house)
    assert [image["kind"] for image in registry.seen(batch)["images"]] == ["rejected", "rejected", "page", "page"]
    assert [registry.client.get(f"{path}/{n}/preview").content for n in (1, 2)] == before


@pytest.fixture
def clerk(as_actor: AsActor) -> Actor:
    return as_actor(Role.REGISTRY)


@pytest.fixture
def filed(house: House, clerk: Actor) -> tuple[Batch, BatchFile, Document]:
    """A stack that a clerk scanned, its raw scan, and the document filed from it."""
    with house.begin() as work:
        unit = a_unit(work)
    with house.begin(clerk) as work:
        batch = a_batch(work, unit=unit)
    with house.begin() as work:
        document = a_document(work, content=LETTER)
        (part,) = documents_of(work.session, batch.id)
        part.item = work.session.scalars(select(IngestItem).where(IngestItem.document_id == document.id)).one()
        (file,) = work.session.scalars(select(BatchFile).where(BatchFile.batch_id == batch.id))
        file.state = FileState.SEEN
    return batch, file, document


def test_a_raw_scan_is_for_those_who_check_and_closed_with_a_document_on_it(
    house: House, as_actor: AsActor, clerk: Actor, filed: tuple[Batch, BatchFile, Document]
) -> None:
    batch, file, document = filed
    with house.begin(clerk) as work:
        assert raw_scan_of(work, batch, file.id).object_id == file.object_id
    with house.begin(as_actor(Role.CLERK)) as work, pytest.raises(ActionForbidden):
        raw_scan_of(work, batch, file.id)
    with house.begin() as work:
        restrict_record(work, document.case_id, ground=RestrictionGround.CLAIMS, reason="Klage", until=None)
    with house.begin(clerk) as work, pytest.raises(ProcessingRestricted):
        raw_scan_of(work, batch, file.id)


def test_a_raw_scan_is_asked_for_by_its_own_batch_once_it_was_seen_to_be_harmless(
    house: House, clerk: Actor, filed: tuple[Batch, BatchFile, Document]
) -> None:
    batch, file, _ = filed
    with house.begin() as work:
        unit = a_unit(work)
    with house.begin(clerk) as work:
        other = a_batch(work, unit=unit)
        with pytest.raises(BatchFileNotFound):
            raw_scan_of(work, other, file.id)
        work.session.get_one(BatchFile, file.id).state = FileState.UNREADABLE
        work.session.flush()
        with pytest.raises(BatchFileNotFound):
            raw_scan_of(work, batch, file.id)
