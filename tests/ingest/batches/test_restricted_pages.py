"""Previews of a stack show pages of documents that are filed by now: a restriction of these closes them, too."""

import pytest
from sqlalchemy import select

from eakte.access import Role
from eakte.audit.models import AuditEntry
from eakte.documents.models import Document
from eakte.foundation.work import Actor, House
from eakte.records.errors import ProcessingRestricted
from eakte.records.rules import RestrictionGround
from eakte.records.service.restricting import restrict_record
from ingest.batches.models import Batch
from ingest.batches.queries import documents_of
from ingest.batches.views import preview_of
from ingest.models import IngestItem
from ingest.products import as_json
from tests.support.factories import LETTER, AsActor, a_batch, a_document, a_unit, store_original_bytes

PREVIEW = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@pytest.fixture
def clerk(as_actor: AsActor) -> Actor:
    return as_actor(Role.REGISTRY)


@pytest.fixture
def filed(house: House, clerk: Actor) -> tuple[Batch, Document]:
    """A stack that a clerk scanned, whose one document is filed."""
    with house.begin() as work:
        unit = a_unit(work)
    with house.begin(clerk) as work:
        batch = a_batch(work, unit=unit)
    with house.begin() as work:
        document = a_document(work, content=LETTER)
        item = work.session.scalars(select(IngestItem).where(IngestItem.document_id == document.id)).one()
        item.products = {"previews": [as_json(store_original_bytes(work, PREVIEW, "1.jpg"))], "pages": [{}]}
        (part,) = documents_of(work.session, batch.id)
        part.item = item
    return batch, document


def test_a_preview_of_a_restricted_document_is_refused_even_to_who_scanned_it(
    house: House, as_actor: AsActor, clerk: Actor, filed: tuple[Batch, Document]
) -> None:
    batch, document = filed
    officer = as_actor(Role.REGISTRY, Role.DATA_PROTECTION_OFFICER)
    with house.begin(clerk) as work:
        assert preview_of(work, work.session.get_one(Batch, batch.id), 1).file_name == "1.jpg"
    with house.begin() as work:
        restrict_record(work, document.case_id, ground=RestrictionGround.CLAIMS, reason="Klage", until=None)
    with house.begin(clerk) as work, pytest.raises(ProcessingRestricted):
        preview_of(work, work.session.get_one(Batch, batch.id), 1)
    with house.begin(officer) as work:
        assert preview_of(work, work.session.get_one(Batch, batch.id), 1)
    with house.begin() as work:
        readers = select(AuditEntry.actor_id).where(
            AuditEntry.event == "records.RecordRead", AuditEntry.record_id == document.id
        )
        assert work.session.scalars(readers).all() == [officer.id]
