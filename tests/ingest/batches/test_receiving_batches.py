"""Raw scans arrive while others decide: a sender who hears that a file is there can rely on it."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.foundation.work import House
from eakte.records.models import Dossier
from ingest.batches.errors import BatchStateForbids
from ingest.batches.models import BatchFile
from ingest.batches.service.receiving import complete_batch, receive_file
from tests.ingest.batches.conftest import Batch, Registry
from tests.ingest.batches.stacks import a_sheet, a_stack
from tests.support.queue import work_off_ingests
from tests.support.scans import a_page_image as a_page

Replacing = Callable[..., dict[str, Any]]


class SlowScan(io.BytesIO):
    """A raw scan whose bytes take so long that somebody does something meanwhile."""

    def __init__(self, content: bytes, meanwhile: Callable[[], object]) -> None:
        super().__init__(content)
        self._meanwhile: Callable[[], object] | None = meanwhile

    def read(self, size: int | None = -1, /) -> bytes:
        if self._meanwhile is not None:
            self._meanwhile, act = None, self._meanwhile
            act()
        return super().read(size)


@pytest.mark.parametrize("content", [a_stack(a_page("Zu spät")), b""], ids=["a scan", "an empty file"])
def test_a_file_that_is_still_being_stored_when_its_batch_is_completed_is_refused(
    registry: Registry, house: House, dossier: Dossier, content: bytes
) -> None:
    batch = registry.open(into=dossier.reference)
    registry.send(batch, a_stack(a_page("Rechtzeitig")))

    def completed_by_somebody() -> None:
        with house.begin() as work:
            complete_batch(work, UUID(batch["id"]))

    with pytest.raises(BatchStateForbids), house.begin() as work:
        receive_file(work, UUID(batch["id"]), SlowScan(content, completed_by_somebody), "spaet.pdf")
    with house.begin() as work:
        names = work.session.scalars(select(BatchFile.file_name).where(BatchFile.batch_id == UUID(batch["id"])))
        assert names.all() == ["stapel.pdf"]


def rescan(registry: Registry, batch: Batch, n: int) -> None:
    """A better scan of a page, which no worker has seen yet."""
    sent = registry.client.post(
        f"/api/v1/batches/{batch['id']}/images/{n}:rescan",
        files={"file": ("nachscan.pdf", a_stack(a_page("Jetzt lesbar")))},
    )
    assert sent.status_code == 201, sent.text


def test_a_batch_is_not_accepted_while_a_rescan_has_not_taken_the_place_of_its_page(
    registry: Registry, house: House, dossier: Dossier, replacing: Replacing
) -> None:
    batch = registry.scan(a_stack(a_page("Unlesbar"), a_page("Gut")), **replacing(into=dossier.reference))
    (document,) = batch["documents"]
    registry.does(batch, f"/documents/{document['id']}:check", {"verdict": "good"})
    rescan(registry, batch, 1)
    (blocker,) = registry.is_refused(batch, "accept")["errors"]
    assert (blocker["code"], "nachscan.pdf" in blocker["message"]) == ("file-unseen", True)
    work_off_ingests(house)
    assert registry.seen(batch)["documents"][0]["pages"] == [3, 2]
    registry.does(batch, f"/documents/{document['id']}:check", {"verdict": "good"})
    assert registry.does(batch, "accept")["progress"] == {"filed": 1}


def test_a_batch_is_not_released_while_a_rescan_is_on_its_way(
    registry: Registry, dossier: Dossier, replacing: Replacing
) -> None:
    stack = a_stack(a_sheet("99.9-XX-2020/1"), a_page("Ziel unbekannt"))
    batch = registry.scan(stack, **replacing(into=dossier.reference))
    registry.does(batch, f"/documents/{batch['documents'][0]['id']}:check", {"verdict": "good"})
    batch = registry.does(batch, "accept")
    rescan(registry, batch, 2)
    assert "file-unseen" in [error["code"] for error in registry.is_refused(batch, "release")["errors"]]
