"""Opening batches, taking raw scans in, and seeing what their images are."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

import structlog
from pydantic import TypeAdapter

from eakte.access import Permission
from eakte.access.queries import BERLIN, require, unit_by_key
from eakte.documents.errors import EmptyUpload
from eakte.documents.files import safe_file_name, store_original
from eakte.documents.models import DocumentSource
from eakte.documents.underway import Underway
from eakte.foundation.errors import EakteError
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Digest, digest_of
from eakte.foundation.work import UnitOfWork
from eakte.records.service.numbering import next_reference
from ingest.batches import queries
from ingest.batches.errors import BatchDetailsMissing, BatchIsEmpty
from ingest.batches.messages import (
    AssembleDocuments,
    BatchCompleted,
    BatchFileReceived,
    BatchOpened,
    LookAtFile,
    SealProduct,
    SplitBatch,
)
from ingest.batches.models import Batch, BatchFile
from ingest.batches.rules import BatchAction, BatchState, Expected, FileState, Purpose
from ingest.errors import TooManyAttempts
from ingest.products import as_json
from ingest.service.receiving import target_of
from ingest.splitting.looks import FileLook

log = structlog.get_logger()

NUMBER = "S-{year}-{number:05}"
STANDARD_PROFILE = "standard"
_LOOK = TypeAdapter(FileLook)


@dataclass(frozen=True, slots=True)
class BatchDetails:
    """What the operator says of a batch before scanning; `into` is where documents without a target go."""

    profile: str = STANDARD_PROFILE
    into: str | None = None
    unit: str | None = None
    device: str | None = None
    device_inventory: str | None = None
    workstation: str | None = None
    workstation_inventory: str | None = None
    box: str | None = None
    shelf: str | None = None
    expected: Expected = field(default_factory=Expected)
    source: DocumentSource = DocumentSource.SCAN
    source_key: str | None = None


def open_batch(work: UnitOfWork, details: BatchDetails) -> Batch:
    """Begin a stack (Stapel anlegen).

    Raises ActionForbidden, ScanProfileNotFound, UnitNotFound, BatchDetailsMissing, and for its target TargetNotFound,
    TargetNotSuitable, RecordStateForbids, all before a sheet is scanned.
    """
    require(work, Permission.INGEST)
    profile = queries.profile_by_key(work.session, details.profile)
    if profile.purpose is Purpose.REPLACEMENT:
        _must_be_provable(details)
    if details.into is not None:
        target_of(work, details.into)
    number, _ = next_reference(work, NUMBER, {"year": work.now.astimezone(BERLIN).year})
    batch = Batch(
        id=new_id(),
        number=number,
        state=BatchState.OPEN,
        profile=profile,
        procedure=f"{profile.procedure} {profile.procedure_version}",
        second_person=profile.second_person,
        source=details.source,
        source_key=details.source_key,
        unit_id=unit_by_key(work.session, details.unit).id if details.unit is not None else None,
        into=details.into,
        device=details.device,
        device_inventory=details.device_inventory,
        workstation=details.workstation,
        workstation_inventory=details.workstation_inventory,
        box=details.box,
        shelf=details.shelf,
        expected_sheets=details.expected.sheets,
        expected_images=details.expected.images,
        expected_documents=details.expected.documents,
        sample_seed=secrets.randbits(62),
        findings=[],
        remarks=[],
        created_at=work.now,
        created_by=work.actor.id,
    )
    work.session.add(batch)
    work.session.flush()
    changes = {"number": (None, number), "profile": (None, profile.key), "procedure": (None, batch.procedure)}
    work.publish(BatchOpened(record_id=batch.id, changes=changes))
    return batch


def _must_be_provable(details: BatchDetails) -> None:
    """Paper is only replaced when its transfer note can say where and with what it was scanned (TR-03138 A.NB.4)."""
    wanted = ("unit", "device", "device_inventory", "workstation", "workstation_inventory")
    missing = [_PROVEN_BY[name] for name in wanted if not getattr(details, name)]
    if missing:
        raise BatchDetailsMissing(missing=", ".join(missing))


_PROVEN_BY = {
    "unit": "Organisationseinheit",
    "device": "Scanner",
    "device_inventory": "Inventarnummer des Scanners",
    "workstation": "Arbeitsplatz",
    "workstation_inventory": "Inventarnummer des Arbeitsplatzes",
}


@dataclass(frozen=True, slots=True)
class Correction:
    """What a file is for that comes while its batch is checked: a better scan of an image, or pages of a document."""

    rescan_of: UUID | None = None
    insert_into: UUID | None = None
    insert_page: int | None = None


def receive_file(
    work: UnitOfWork,
    batch_id: UUID,
    stream: BinaryIO,
    file_name: str,
    *,
    received_at: datetime | None = None,
    fetched: bool = False,
) -> BatchFile:
    """Take a raw scan in: stored unchanged, and looked at by a worker. The same bytes again are told, not kept.

    It arrives now unless it reached a mailbox of ours before. What a source `fetched`, nobody gave in.

    Raises ActionForbidden, BatchNotFound, BatchStateForbids, TooLarge, StorageUnavailable; then the sender still
    has the file.
    """
    require(work, Permission.INGEST)
    batch = queries.get_batch(work, batch_id)
    batch.must_allow(BatchAction.RECEIVE)
    return add_file(work, batch, stream, file_name, received_at=received_at, fetched=fetched)


def add_file(
    work: UnitOfWork,
    batch: Batch,
    stream: BinaryIO,
    file_name: str,
    *,
    corrects: Correction | None = None,
    received_at: datetime | None = None,
    fetched: bool = False,
) -> BatchFile:
    """Store a raw scan and have it looked at.

    Storing takes its time, and somebody may have decided about the batch meanwhile. Raises BatchStateForbids, TooLarge,
    StorageUnavailable; then nothing of it counts, and the sender still has the file.
    """
    try:
        stored = store_original(work.storage, stream, file_name, max_bytes=work.settings.ingest.max_file_mb << 20)
    except EmptyUpload as error:
        batch = _still_open(work, batch, corrects)
        empty = digest_of(stream)
        file = _row(work, batch, safe_file_name(file_name), "application/x-empty", empty, fetched, corrects)
        note_failure(file, error)
        return _received(work, file)
    batch = _still_open(work, batch, corrects)
    twin = queries.twin_in(work.session, batch.id, stored.digest.sha256)
    file = _row(work, batch, stored.file_name, stored.media_type, stored.digest, fetched, corrects)
    file.object_id = stored.object_id
    file.received_at = min(received_at or work.now, work.now)
    if twin is not None:
        file.state, file.duplicate_of = FileState.DUPLICATE, twin.id
    _received(work, file)
    if twin is None:
        work.defer(LookAtFile(file_id=file.id))
    return file


def _still_open(work: UnitOfWork, batch: Batch, corrects: Correction | None) -> Batch:
    """The batch, locked: one of two senders of the same bytes has to come first, and nobody closes it now."""
    batch = queries.get_batch(work, batch.id, lock=True)
    batch.must_allow(BatchAction.RECEIVE if corrects is None else BatchAction.ARRANGE)
    return batch


def _row(
    work: UnitOfWork,
    batch: Batch,
    file_name: str,
    media_type: str,
    digest: Digest,
    fetched: bool,
    corrects: Correction | None,
) -> BatchFile:
    what_for = corrects or Correction()
    return BatchFile(
        id=new_id(),
        batch_id=batch.id,
        file_name=file_name,
        state=FileState.RECEIVED,
        media_type=media_type,
        size=digest.size,
        sha256=digest.sha256,
        attempts=0,
        rescan_of=what_for.rescan_of,
        insert_into=what_for.insert_into,
        insert_page=what_for.insert_page,
        received_at=work.now,
        received_by=None if fetched else work.actor.id,
    )


def _received(work: UnitOfWork, file: BatchFile) -> BatchFile:
    work.session.add(file)
    work.session.flush()
    changes = {
        "file_name": (None, file.file_name),
        "sha256": (None, file.sha256),
        "size": (None, file.size),
        "duplicate_of": (None, str(file.duplicate_of) if file.duplicate_of else None),
    }
    work.publish(BatchFileReceived(record_id=file.batch_id, changes=changes))
    return file


def complete_batch(work: UnitOfWork, batch_id: UUID) -> Batch:
    """Say that all files are there (Stapel abschließen), which lets it be split.

    Raises ActionForbidden, BatchNotFound, BatchStateForbids, BatchIsEmpty.
    """
    require(work, Permission.INGEST)
    batch = queries.get_batch(work, batch_id, lock=True)
    batch.must_allow(BatchAction.COMPLETE)
    if not queries.files_of(work.session, batch.id):
        raise BatchIsEmpty
    batch.move_to(BatchState.SPLITTING, BatchAction.COMPLETE)
    batch.completed_at = work.now
    work.session.flush()
    work.publish(BatchCompleted(record_id=batch.id, changes={"state": (BatchState.OPEN, batch.state)}))
    _split_when_seen(work, batch)
    return batch


def _split_when_seen(work: UnitOfWork, batch: Batch) -> None:
    if batch.state is BatchState.SPLITTING and not queries.unseen_files(work.session, batch.id):
        work.defer(SplitBatch(batch_id=batch.id))


# --- looking ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sight:
    """A file somebody looks at, in its n-th attempt."""

    file_id: UUID
    attempt: int
    object_id: UUID
    digest: Digest


def claim_file(work: UnitOfWork, file_id: UUID) -> Sight | None:
    """Begin to look at a file; None when that is done or was given up."""
    file = queries.get_file(work, file_id, lock=True)
    if file.state is not FileState.RECEIVED or file.object_id is None:
        return None
    file.attempts += 1
    if file.attempts > work.settings.ingest.attempts:
        give_file_up(work, file.id, TooManyAttempts(attempts=file.attempts - 1))
        return None
    return Sight(file.id, file.attempts, file.object_id, file.digest)


def note_look(work: UnitOfWork, sight: Sight, look: FileLook, previews: Underway[int]) -> BatchFile | None:
    """Keep what was seen on a file; the last one lets the batch be split. None for an outdated attempt.

    `previews` are those of some of its images, by frame. Raises CameTooLate.
    """
    file = queries.get_file(work, sight.file_id, lock=True)
    if file.state is not FileState.RECEIVED or file.attempts != sight.attempt:
        return None
    file.state, file.look, file.media_type = FileState.SEEN, _LOOK.dump_python(look, mode="json"), look.media_type
    file.previews = {str(frame): as_json(one) for frame, one in previews.arrive(work).items()}
    file.failure_code = file.failure_message = None
    return _seen(work, file)


def give_file_up(work: UnitOfWork, file_id: UUID, error: EakteError) -> None:
    """Note that the images of a file cannot be told apart; it becomes a document of its own, with its reason."""
    file = queries.get_file(work, file_id, lock=True)
    if file.state is FileState.RECEIVED:
        note_failure(file, error)
        _seen(work, file)


def give_sight_back(work: UnitOfWork, sight: Sight, reason: EakteError) -> None:
    """End an attempt that never really began, so that it does not count, and say why the file waits."""
    file = queries.get_file(work, sight.file_id, lock=True)
    if file.state is FileState.RECEIVED and file.attempts == sight.attempt:
        file.attempts -= 1
        file.failure_code, file.failure_message = reason.code(), str(reason)


def look_of(file: BatchFile) -> FileLook | None:
    """What was seen on a file."""
    return None if file.look is None else _LOOK.validate_python(file.look)


def note_failure(file: BatchFile, error: EakteError) -> None:
    """Say at a file why nothing came of it."""
    file.state, file.failure_code, file.failure_message = FileState.UNREADABLE, error.code(), str(error)


def _seen(work: UnitOfWork, file: BatchFile) -> BatchFile:
    # The batch is locked so that of two files seen at once one knows that it is the last.
    batch = queries.get_batch(work, file.batch_id, lock=True)
    work.session.flush()
    _split_when_seen(work, batch)
    return file


def resume_stranded_batches(work: UnitOfWork) -> None:
    """Give files, batches and documents that lost their job a new one."""
    for file in queries.stranded_files(work.session):
        work.defer(LookAtFile(file_id=file.id))
        log.warning("batch_file_resumed", file=str(file.id))
    for batch in queries.stranded_batches(work.session):
        _split_when_seen(work, batch)
    for batch_id in queries.stranded_documents(work.session):
        work.defer(AssembleDocuments(batch_id=batch_id))
        log.warning("batch_assembly_resumed", batch=str(batch_id))
    for document_id in queries.unsealed_products(work.session):
        work.defer(SealProduct(document_id=document_id))
        log.warning("batch_seal_resumed", document=str(document_id))
