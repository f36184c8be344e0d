"""Taking items from state to state: claims of a step, what came of it, and failures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from pydantic import TypeAdapter

from eakte.documents import service as documents
from eakte.documents.files import StoredFile
from eakte.documents.underway import Made, Underway, give_up, keep
from eakte.foundation.errors import EakteError
from eakte.foundation.storage import Digest
from eakte.foundation.work import BeginWork, UnitOfWork
from ingest import queries
from ingest.errors import TooManyAttempts
from ingest.messages import ItemFailed
from ingest.models import IngestItem
from ingest.products import as_json, from_json, object_ids, told
from ingest.proof.results import SignatureResult
from ingest.recognition.results import Inspection, PageResult, Recognition
from ingest.rules import FILEABLE, NEXT_STEP, ItemState, title_of, wrong_extension

log = structlog.get_logger()

_SIGNATURES = TypeAdapter(Sequence[SignatureResult])


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


def keep_products(begin: BeginWork, claimed: Claim, recognition: Recognition) -> Underway[str]:
    """Put the files that recognition made into the object storage, by name; previews are named by their page."""
    stem = title_of(claimed.file_name)
    text = documents.joined_text(page.text for page in recognition.pages)
    made = {"text": Made(text, f"{stem}.txt", "text/plain")}
    if recognition.archival is not None:
        made["archival"] = Made(recognition.archival, f"{stem}.pdf", "application/pdf")
    if recognition.layout is not None:
        made["layout"] = Made(recognition.layout, f"{stem}.alto.xml.gz", "application/gzip")
    for page in recognition.pages:
        if page.preview is not None:
            made[_preview(page)] = Made(page.preview, f"{stem}-{page.number}.jpg", "image/jpeg")
    return keep(begin, made)


def _preview(page: PageResult) -> str:
    return f"preview-{page.number}"


def note_recognition(
    work: UnitOfWork,
    claimed: Claim,
    recognition: Recognition,
    kept: Underway[str],
    signatures: Sequence[SignatureResult] | None,
    seconds: float,
) -> None:
    """Recognition is done and its files are stored. Raises CameTooLate."""
    item = claimed_item(work, claimed)
    if item is None:
        return
    if item.products is not None:
        give_up(work, object_ids(item.products))
    item.products = _products(recognition, kept.arrive(work), signatures)
    item.page_count = item.page_count or len(recognition.pages)
    item.warnings = [*item.warnings, *(told(one) for one in recognition.warnings if told(one) not in item.warnings)]
    item.seconds += seconds
    item.advance(ItemState.RECOGNISED, work.now)
    work.defer(NEXT_STEP[item.state](item_id=item.id))


def _products(
    recognition: Recognition, files: Mapping[str, StoredFile], signatures: Sequence[SignatureResult] | None
) -> dict[str, Any]:
    kept = {name: as_json(file) for name, file in files.items()}
    return {
        "archival": kept.get("archival"),
        "layout": kept.get("layout"),
        "text": kept["text"],
        "previews": [kept[_preview(page)] for page in recognition.pages if page.preview is not None],
        "signatures": None if signatures is None else _SIGNATURES.dump_python(signatures, mode="json"),
        "pdfa_level": recognition.pdfa_level,
        "findings": [f"{finding.code}: {finding.message}" for finding in recognition.findings],
        "pages": [
            {"confidence": page.confidence, "source": page.source.value, "turned": page.turned, "skew": page.skew}
            for page in recognition.pages
        ],
    }


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
