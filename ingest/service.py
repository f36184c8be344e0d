"""Receiving files, taking them from state to state, and filing what became of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import structlog

from eakte.access import Permission
from eakte.access.queries import BERLIN, require
from eakte.documents import queries as document_queries
from eakte.documents import service as documents
from eakte.documents.errors import EmptyUpload
from eakte.documents.files import StoredFile, derived_id, safe_file_name, store_original
from eakte.documents.models import Document, DocumentKind, DocumentSource, DocumentVersion, RenditionKind, object_key
from eakte.foundation.errors import EakteError, Finding, NotFound
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Digest, Storage, digest_of
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier, Record
from eakte.records.queries import get_case, get_dossier, get_record, get_record_by_reference
from eakte.records.rules import Action
from eakte.records.service.filing import Metadata, create_case
from ingest import queries
from ingest.errors import (
    OriginalMissing,
    PageCountMismatch,
    ReasonMissing,
    TargetNotFound,
    TargetNotSuitable,
    TooManyAttempts,
)
from ingest.messages import IngestOpened, ItemDiscarded, ItemFailed, ItemFiled, ItemReceived, ItemRetried
from ingest.models import Ingest, IngestItem
from ingest.recognition.results import Inspection, Recognition
from ingest.rules import NEXT_STEP, ItemState, Reconciliation, title_of

log = structlog.get_logger()


# --- receiving --------------------------------------------------------------------------------------------


def open_ingest(work: UnitOfWork, reference: str, *, source: DocumentSource = DocumentSource.SCAN) -> Ingest:
    """Open an ingest into the dossier or case with this reference.

    Raises TargetNotFound, TargetNotSuitable, RecordStateForbids, ActionForbidden, before any file is taken.
    """
    require(work, Permission.INGEST)
    target = _target(work, reference)
    ingest = Ingest(
        id=new_id(), source=source, target_id=target.id, created_at=work.now, created_by=work.actor.id, case_id=None
    )
    if isinstance(target, Case):
        ingest.case_id = target.id
    work.session.add(ingest)
    work.session.flush()
    work.publish(IngestOpened(record_id=ingest.id, changes={"target": (None, target.reference)}))
    return ingest


def _target(work: UnitOfWork, reference: str) -> Record:
    try:
        target = get_record_by_reference(work, reference, to=Permission.FILE_DOCUMENT)
    except NotFound as error:
        raise TargetNotFound(reference=reference) from error
    match target:
        case Dossier():
            target.must_allow(Action.CREATE_CASE)
        case Case():
            target.must_allow(Action.FILE_DOCUMENT)
        case _:
            raise TargetNotSuitable(reference=reference)
    return target


def receive(work: UnitOfWork, ingest_id: UUID, stream: BinaryIO, file_name: str) -> IngestItem:
    """Take a file in: the original is stored unchanged, then it becomes an item and starts on its way.

    An empty file becomes a failed item, since there is nothing to keep. Raises IngestNotFound, TooLarge,
    StorageUnavailable; then nothing is stored and the sender still has it.
    """
    ingest = queries.get_ingest(work, ingest_id)
    limit = work.settings.ingest.max_file_mb << 20
    try:
        stored = store_original(work.storage, stream, file_name, max_bytes=limit)
    except EmptyUpload as error:
        item = _new_item(work, ingest, safe_file_name(file_name), "application/x-empty", digest_of(stream), None)
        return _failed(work, item, error)
    twin = queries.twin_in(work.session, ingest.id, stored.digest.sha256)
    item = _new_item(work, ingest, stored.file_name, stored.media_type, stored.digest, stored.object_id)
    if twin is not None:
        message = f"Dieselbe Datei kam in diesem Eingang schon als „{twin.file_name}“."
        item.warnings = [_told(Finding("duplicate", message, str(twin.id)))]
    return _on_its_way(work, item)


def receive_version(work: UnitOfWork, document: Document, version: DocumentVersion) -> None:
    """Have renditions made of an original that was uploaded to a document directly."""
    original = document_queries.rendition(work.session, version.id, RenditionKind.ORIGINAL, None)
    if queries.item_of_object(work.session, original.object_id) is not None:
        return
    ingest = Ingest(
        id=new_id(),
        source=document.source,
        target_id=document.case_id,
        case_id=document.case_id,
        created_at=work.now,
        created_by=work.actor.id,
    )
    work.session.add(ingest)
    work.session.flush()
    item = _new_item(work, ingest, original.file_name, original.media_type, original.digest, original.object_id)
    item.document_id, item.version_id = document.id, version.id
    _on_its_way(work, item)


def _new_item(
    work: UnitOfWork, ingest: Ingest, file_name: str, media_type: str, digest: Digest, object_id: UUID | None
) -> IngestItem:
    return IngestItem(
        id=new_id(),
        ingest=ingest,
        file_name=file_name,
        state=ItemState.RECEIVED,
        object_id=object_id,
        media_type=media_type,
        size=digest.size,
        sha256=digest.sha256,
        warnings=[],
        attempts=0,
        seconds=0.0,
        created_at=work.now,
        changed_at=work.now,
    )


def _on_its_way(work: UnitOfWork, item: IngestItem) -> IngestItem:
    work.session.add(item)
    work.session.flush()
    changes = {"file_name": (None, item.file_name), "sha256": (None, item.sha256), "size": (None, item.size)}
    work.publish(ItemReceived(record_id=item.id, changes=changes))
    work.defer(NEXT_STEP[item.state](item_id=item.id))
    return item


def _failed(work: UnitOfWork, item: IngestItem, error: EakteError) -> IngestItem:
    item.fail(error, work.now)
    work.session.add(item)
    work.session.flush()
    changes = {"state": (item.failed_in, item.state), "code": (None, item.failure_code)}
    work.publish(ItemFailed(record_id=item.id, changes=changes))
    log.warning("ingest_item_failed", item=str(item.id), code=item.failure_code)
    return item


# --- steps ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """An item somebody works on, in its n-th attempt; what an outdated attempt made is not taken."""

    item_id: UUID
    state: ItemState
    attempt: int
    object_id: UUID
    digest: Digest
    file_name: str


def claim(work: UnitOfWork, item_id: UUID, *, expected: frozenset[ItemState]) -> Claim | None:
    """Begin an attempt at a step; None when that step is done or the item failed for good meanwhile."""
    item = queries.get_item(work, item_id, lock=True)
    if item.state not in expected or item.object_id is None:
        return None
    item.attempts += 1
    if item.attempts > work.settings.ingest.attempts:
        _failed(work, item, TooManyAttempts(attempts=item.attempts - 1))
        return None
    return Claim(item.id, item.state, item.attempts, item.object_id, item.digest, item.file_name)


def _claimed(work: UnitOfWork, claimed: Claim) -> IngestItem | None:
    item = queries.get_item(work, claimed.item_id, lock=True)
    return item if (item.state, item.attempts) == (claimed.state, claimed.attempt) else None


def give_back(work: UnitOfWork, claimed: Claim) -> None:
    """End an attempt that never really began, so that it does not count."""
    item = _claimed(work, claimed)
    if item is not None:
        item.attempts -= 1


def note_inspection(work: UnitOfWork, claimed: Claim, inspection: Inspection, seconds: float) -> None:
    """The file is what it is: checked, and one document until separators say otherwise."""
    item = _claimed(work, claimed)
    if item is None:
        return
    item.media_type, item.page_count = inspection.media_type.value, inspection.pages
    item.warnings = [*item.warnings, *map(_told, inspection.warnings)]
    item.seconds += seconds
    item.advance(ItemState.SPLIT, work.now)
    work.defer(NEXT_STEP[item.state](item_id=item.id))


def store_products(storage: Storage, claimed: Claim, recognition: Recognition) -> dict[str, Any]:
    """Put what recognition made into the object storage, under ids of this attempt; answers where it is."""

    def put(path: Path, what: str, media_type: str, file_name: str) -> dict[str, Any]:
        object_id = derived_id(claimed.object_id, f"{what}/{claimed.attempt}")
        with path.open("rb") as stream:
            digest = digest_of(stream)
            storage.put(object_key(object_id), stream, digest, media_type=media_type)
        return _as_json(StoredFile(object_id, file_name, media_type, digest))

    stem = title_of(claimed.file_name)
    text_id = derived_id(claimed.object_id, f"text/{claimed.attempt}")
    text = documents.joined_text(page.text for page in recognition.pages)
    text_digest = storage.put_bytes(object_key(text_id), text, media_type="text/plain")
    return {
        "archival": put(recognition.archival, "archival", "application/pdf", f"{stem}.pdf"),
        "text": _as_json(StoredFile(text_id, f"{stem}.txt", "text/plain", text_digest)),
        "previews": [
            put(page.preview, f"preview-{page.number}", "image/jpeg", f"{stem}-{page.number}.jpg")
            for page in recognition.pages
        ],
        "pdfa_level": recognition.pdfa_level,
        "findings": [f"{finding.code}: {finding.message}" for finding in recognition.findings],
        "pages": [
            {"confidence": page.confidence, "source": page.source.value, "turned": page.turned, "skew": page.skew}
            for page in recognition.pages
        ],
    }


def _as_json(file: StoredFile) -> dict[str, Any]:
    return {**asdict(file), "object_id": str(file.object_id)}


def _from_json(file: dict[str, Any]) -> StoredFile:
    return StoredFile(UUID(file["object_id"]), file["file_name"], file["media_type"], Digest(**file["digest"]))


def note_recognition(
    work: UnitOfWork, claimed: Claim, recognition: Recognition, products: dict[str, Any], seconds: float
) -> None:
    """Recognition is done and its products are stored."""
    item = _claimed(work, claimed)
    if item is None:
        return
    item.products = products
    item.warnings = [*item.warnings, *(_told(one) for one in recognition.warnings if _told(one) not in item.warnings)]
    item.seconds += seconds
    item.advance(ItemState.RECOGNISED, work.now)
    work.defer(NEXT_STEP[item.state](item_id=item.id))


def file_item(work: UnitOfWork, item_id: UUID, texts: Sequence[str]) -> None:
    """Verify, review and file an item, all in one work, as the person who brought it.

    Raises PageCountMismatch and whatever filing refuses.
    """
    item = queries.get_item(work, item_id, lock=True)
    if item.state not in (ItemState.RECOGNISED, ItemState.VERIFIED, ItemState.REVIEWED) or item.products is None:
        return
    _verify(work, item, texts)
    item.advance(ItemState.REVIEWED, work.now)
    made = _made(work, item, texts)
    if item.version_id is not None and item.document_id is not None:
        document = document_queries.get_document(work, item.document_id, to=Permission.FILE_DOCUMENT)
        version = work.session.get_one(DocumentVersion, item.version_id)
    else:
        document = _filed(work, item)
        version = document_queries.version_of(work.session, document.id, None)
        item.document_id, item.version_id = document.id, version.id
    documents.attach_renditions(work, document, version, made)
    item.advance(ItemState.FILED, work.now)
    work.session.flush()
    changes = {"state": (ItemState.REVIEWED, ItemState.FILED), "document": (None, str(document.id))}
    work.publish(ItemFiled(record_id=item.id, changes=changes))


def _verify(work: UnitOfWork, item: IngestItem, texts: Sequence[str]) -> None:
    pages = Reconciliation(item.page_count or 0, len(texts))
    if not pages.holds:
        raise PageCountMismatch(expected=pages.expected, found=pages.found)
    if item.products is not None and item.products["pdfa_level"] is None:
        message = "Die Archivfassung erfüllt PDF/A nicht; die Befunde stehen bei der Fassung."
        item.warnings = [*item.warnings, _told(Finding("pdfa-not-reached", message))]
    item.advance(ItemState.VERIFIED, work.now)


def _made(work: UnitOfWork, item: IngestItem, texts: Sequence[str]) -> documents.MadeRenditions:
    products = item.products or {}
    confidences = [page["confidence"] for page in products["pages"]]
    return documents.MadeRenditions(
        archival=_from_json(products["archival"]),
        pdfa_level=products["pdfa_level"],
        check_report=products["findings"],
        text=_from_json(products["text"]),
        pages=list(zip(texts, confidences, strict=True)),
        previews=[_from_json(file) for file in products["previews"]],
        warnings=item.warnings,
    )


def _filed(work: UnitOfWork, item: IngestItem) -> Document:
    assert item.object_id is not None
    original = StoredFile(item.object_id, item.file_name, item.media_type, item.digest)
    details = documents.DocumentDetails(
        kind=DocumentKind.INCOMING,
        received_on=item.created_at.astimezone(BERLIN).date(),
        source=item.ingest.source,
    )
    return documents.file_document(work, _case_for(work, item), Metadata(title_of(item.file_name)), details, original)


def _case_for(work: UnitOfWork, item: IngestItem) -> UUID:
    """The case an item goes to: the one named, or one made for its ingest in the dossier named."""
    ingest = queries.lock_ingest(work.session, item.ingest_id)
    if ingest.case_id is not None:
        return get_case(work, ingest.case_id, to=Permission.FILE_DOCUMENT).id
    assert ingest.target_id is not None
    dossier = get_dossier(work, ingest.target_id, to=Permission.CREATE_CASE)
    day = ingest.created_at.astimezone(BERLIN)
    case = create_case(work, dossier.id, Metadata(f"Eingang vom {day:%d.%m.%Y, %H:%M} Uhr"))
    ingest.case_id = case.id
    return case.id


def resume_stranded(work: UnitOfWork) -> int:
    """Give every item on its way that lost its job a new one; answers how many there were.

    A job is lost when the queue gave up on it, after hours of a neighbour's trouble for example.
    """
    items = queries.stranded(work.session)
    for item in items:
        work.defer(NEXT_STEP[item.state](item_id=item.id))
        log.warning("ingest_item_resumed", item=str(item.id), state=item.state.value)
    return len(items)


def text_file_of(work: UnitOfWork, item_id: UUID) -> tuple[StoredFile, UUID] | None:
    """Where the texts of a recognised item are, and who brought it."""
    item = queries.get_item(work, item_id)
    if item.state not in (ItemState.RECOGNISED, ItemState.VERIFIED, ItemState.REVIEWED) or item.products is None:
        return None
    return _from_json(item.products["text"]), item.ingest.created_by


def fail_item(
    work: UnitOfWork, item_id: UUID, error: EakteError, *, claimed: Claim | None = None, seconds: float = 0.0
) -> None:
    """Put an item into the work list. An outdated attempt's failure does not count."""
    item = queries.get_item(work, item_id, lock=True)
    if claimed is None or item.attempts == claimed.attempt:
        item.seconds += seconds
        _failed(work, item, error)


def _told(finding: Finding) -> dict[str, str]:
    return {"code": finding.code, "message": finding.message}


# --- the work list ----------------------------------------------------------------------------------------


def retry_item(work: UnitOfWork, item_id: UUID, *, into: str | None) -> IngestItem:
    """Send a failed item on its way again, to another target if one is named.

    Raises IngestItemNotFound, ItemNotWaiting, OriginalMissing, TargetNotFound, TargetNotSuitable.
    """
    item = queries.get_item(work, item_id, lock=True)
    if item.object_id is None:
        raise OriginalMissing
    if into is not None:
        item.ingest = open_ingest(work, into, source=item.ingest.source)
    item.retry(work.now)
    work.session.flush()
    work.publish(ItemRetried(record_id=item.id, changes={"state": (ItemState.FAILED, item.state)}))
    work.defer(NEXT_STEP[item.state](item_id=item.id))
    return item


def discard_item(work: UnitOfWork, item_id: UUID, *, reason: str) -> IngestItem:
    """Decide that a failed file is not to be filed (Verwerfen), for a reason that the audit trail keeps.

    It stops standing in the way of closing; its original stays where it is. Raises IngestItemNotFound,
    ItemNotWaiting, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    item = queries.get_item(work, item_id, lock=True)
    item.discard(work.now)
    work.session.flush()
    changes = {"state": (ItemState.FAILED, item.state), "reason": (None, reason)}
    work.publish(ItemDiscarded(record_id=item.id, changes=changes))
    return item


def original_of(work: UnitOfWork, item_id: UUID) -> tuple[IngestItem, str]:
    """An item and the key of its original, whatever became of it: for whoever brought it, or may read its target.

    Raises IngestItemNotFound, RecordNotFound, ActionForbidden, OriginalMissing.
    """
    item = queries.get_item(work, item_id)
    if item.ingest.created_by != work.actor.id and item.ingest.target_id is not None:
        get_record(work, item.ingest.target_id, to=Permission.READ_CONTENT)
    if item.object_id is None:
        raise OriginalMissing
    return item, object_key(item.object_id)
