"""A stack is rearranged at the very moment a worker is busy with it: nothing outdated is taken, and nothing stays."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.documents.models import ObjectUnderway, object_key
from eakte.entrypoints.sweep import find_orphans
from eakte.foundation.messages import Job
from eakte.foundation.work import SYSTEM, Actor, BeginWork, House, UnitOfWork
from eakte.records.models import Dossier
from ingest.batches.messages import AssembleDocuments, LookAtFile, SplitBatch
from ingest.batches.tasks import assemble_documents, look_at_file, split_batch
from ingest.messages import CheckItem, RecognizeItem
from ingest.tasks import check_item, recognize_item
from tests.ingest.batches.conftest import Registry
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.queue import Handler, work_off, work_off_ingests
from tests.support.scans import a_page_image as a_page

LOOKING: dict[type[Job], Handler] = {LookAtFile: look_at_file, SplitBatch: split_batch}
ASSEMBLING: dict[type[Job], Handler] = {AssembleDocuments: assemble_documents}
RECOGNISING: dict[type[Job], Handler] = {CheckItem: check_item, RecognizeItem: recognize_item}


def noted(house: House) -> set[UUID]:
    with house.sessions() as session:
        return set(session.scalars(select(ObjectUnderway.object_id)))


def meanwhile(house: House, act: Callable[[], None]) -> BeginWork:
    """Works of a worker; as soon as it has stored something that no row speaks of, something happens, once."""
    waiting = [act]

    @contextmanager
    def begin(actor: Actor = SYSTEM) -> Iterator[UnitOfWork]:
        if waiting and noted(house):
            waiting.pop()()
        with house.begin(actor) as work:
            yield work

    return begin


@pytest.mark.parametrize(
    ("before", "busy"), [(LOOKING, ASSEMBLING), (LOOKING | ASSEMBLING, RECOGNISING)], ids=["put together", "recognised"]
)
def test_what_was_made_of_an_earlier_arrangement_is_not_taken_and_will_be_erased(
    registry: Registry,
    house: House,
    dossier: Dossier,
    before: Mapping[type[Job], Handler],
    busy: Mapping[type[Job], Handler],
) -> None:
    batch = registry.open(expectedImages=5)
    pages = [a_page(f"Seite {number}") for number in ("eins", "zwei", "drei")]
    registry.send(batch, a_stack(a_sheet(dossier.reference), *pages))
    registry.client.post(f"/api/v1/batches/{batch['id']}:complete")
    work_off(house, before)
    rejected = f"/api/v1/batches/{batch['id']}/images/3:reject"

    def reject_a_page() -> None:
        assert registry.client.post(rejected, json={"reason": "Doppelt eingezogen"}).status_code == 200

    work_off(house, busy, meanwhile(house, reject_a_page))
    outdated = noted(house)
    assert outdated
    work_off_ingests(house)
    assert [one["pages"] for one in registry.seen(batch)["documents"] if one["pages"]] == [[2, 4]]
    assert noted(house) == outdated
    strays = {orphan.key for orphan in find_orphans(house, grace_minutes=0)}
    assert strays.isdisjoint(object_key(one) for one in outdated)
