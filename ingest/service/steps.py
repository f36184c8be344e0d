"""Taking items from state to state: claims of a step, what came of it, and failures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from pydantic import TypeAdapter

from eakte.documents import service as documents
from eakte.documents.files import StoredFile, derived_id
from eakte.documents.models import object_key
from eakte.foundation.errors import EakteError
from eakte.foundation.storage import Digest, Storage, digest_of
from eakte.foundation.work import UnitOfWork
from ingest import queries
from ingest.errors import TooManyAttempts
from ingest.messages import ItemFailed
from ingest.models import IngestItem
from ingest.products import as_json, from_json, told
from ingest.proof.results import SignatureResult
from ingest.recognition.results import Inspection, Recognition
from ingest.rules import FILEABLE, NEXT_STEP, ItemState, title_of, wrong_extension

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claim:
    """An item somebody works on, in its n-th attempt; what an outdated attempt made is not taken."""

    item_id: UUID
    state: ItemState
    attempt: int
    object_id: UUID
    digest: Digest
    file_name: str
    turns: Mapping[int, int]
    arrived_at: datetime
    released: bool
    page_count: int


def claim(work: UnitOfWork, item_id: UUID, *, expected: frozenset[ItemState]) -> Claim | None:
    """Begin an attempt at a step; None when that step is done or the item failed for good meanwhile."""
    item = queries.get_item(work, item_id, lock=True)
    if item.state not in expected or item.object_id is None:
        return None
    item.attempts += 1
    if item.attempts > work.settings.ingest.attempts:
        put_aside(work, item, TooManyAttempts(attempts=item.attempts - 1))
        return None
    turns = {int(page): turn for page, turn in item.turns.items()}
    return Claim(
        item.id,
        item.state,
        item.attempts,
        item.object_id,
        item.digest,
        item.file_name,
        turns,
        item.received_at,
        item.released_at is not None,
        item.page_count or 0,
    )


def claimed_item(work: UnitOfWork, claimed: Claim) -> IngestItem | None:
    """The item of an attempt, locked; None when the attempt is outdated."""
    item = queries.get_item(work, claimed.item_id, lock=True)
    return item if (item.state, item.attempts) == (claimed.state, claimed.attempt) else None


def give_back(work: UnitOfWork, claimed: Claim, reason: EakteError) -> None:
    """End an attempt that never really began, so that it does not count, and say why the item waits."""
    item = claimed_item(work, claimed)
    if item is not None:
        item.attempts -= 1
        item.wait(reason)


def note_inspection(work: UnitOfWork, claimed: Claim, inspection: Inspection, seconds: float) -> None:
    """The file is what it is: checked, and one document until separators say otherwise."""
    item = claimed_item(work, claimed)
    if item is None:
        return
    item.media_type, item.page_count = inspection.media_type.value, inspection.pages or None
    misnamed = wrong_extension(item.file_name, inspection.media_type)
    found = [misnamed, *inspection.warnings] if misnamed is not None else inspection.warnings
    item.warnings = [*item.warnings, *(told(one) for one in found if told(one) not in item.warnings)]
    item.seconds += seconds
    item.advance(ItemState.SPLIT, work.now)
    work.defer(NEXT_STEP[item.state](item_id=item.id))


def store_products(
    storage: Storage, claimed: Claim, recognition: Recognition, signatures: Sequence[SignatureResult] | None
) -> dict[str, Any]:
    """Put what recognition made into the object storage, under ids of this attempt; answers where it is."""

    def put(path: Path | None, what: str, media_type: str, file_name: str) -> dict[str, Any] | None:
        if path is None:
            return None
        object_id = derived_id(claimed.object_id, f"{what}/{claimed.attempt}")
        with path.open("rb") as stream:
            digest = digest_of(stream)
            storage.put(object_key(object_id), stream, digest, media_type=media_type)
        return as_json(StoredFile(object_id, file_name, media_type, digest))

    stem = title_of(claimed.file_name)
    text_id = derived_id(claimed.object_id, f"text/{claimed.attempt}")
    text = documents.joined_text(page.text for page in recognition.pages)
    text_digest = storage.put_bytes(object_key(text_id), text, media_type="text/plain")
    return {
        "archival": put(recognition.archival, "archival", "application/pdf", f"{stem}.pdf"),
        "layout": put(recognition.layout, "layout", "application/gzip", f"{stem}.alto.xml.gz"),
        "text": as_json(StoredFile(text_id, f"{stem}.txt", "text/plain", text_digest)),
        "previews": [
            put(page.preview, f"preview-{page.number}", "image/jpeg", f"{stem}-{page.number}.jpg")
            for page in recognition.pages
            if page.preview is not None
        ],
        "signatures": TypeAdapter(Sequence[SignatureResult]).dump_python(signatures, mode="json")
        if signatures is not None
        else None,
        "pdfa_level": recognition.pdfa_level,
        "findings": [f"{finding.code}: {finding.message}" for finding in recognition.findings],
        "pages": [
            {"confidence": page.confidence, "source": page.source.value, "turned": page.turned, "skew": page.skew}
            for page in recognition.pages
        ],
    }


def note_recognition(
    work: UnitOfWork, claimed: Claim, recognition: Recognition, products: dict[str, Any], seconds: float
) -> None:
    """Recognition is done and its products are stored."""
    item = claimed_item(work, claimed)
    if item is None:
        return
    item.products = products
    item.page_count = item.page_count or len(recognition.pages)
    item.warnings = [*item.warnings, *(told(one) for one in recognition.warnings if told(one) not in item.warnings)]
    item.seconds += seconds
    item.advance(ItemState.RECOGNISED, work.now)
    work.defer(NEXT_STEP[item.state](item_id=item.id))


def fail_item(
    work: UnitOfWork, item_id: UUID, error: EakteError, *, claimed: Claim | None = None, seconds: float = 0.0
) -> None:
    """Put an item into the work list. An outdated attempt's failure does not count."""
    item = queries.get_item(work, item_id, lock=True)
    if claimed is None or item.attempts == claimed.attempt:
        item.seconds += seconds
        put_aside(work, item, error)


def text_file_of(work: UnitOfWork, item_id: UUID) -> tuple[StoredFile, UUID] | None:
    """Where the texts of a recognised item are, and who brought it."""
    item = queries.get_item(work, item_id)
    if item.state not in FILEABLE or item.products is None:
        return None
    return from_json(item.products["text"]), item.ingest.created_by


def put_aside(work: UnitOfWork, item: IngestItem, error: EakteError) -> IngestItem:
    """Put an item into the work list."""
    item.fail(error, work.now)
    work.session.add(item)
    work.session.flush()
    changes = {"state": (item.failed_in, item.state), "code": (None, item.failure_code)}
    work.publish(ItemFailed(record_id=item.id, changes=changes))
    log.warning("ingest_item_failed", item=str(item.id), code=item.failure_code)
    return item
