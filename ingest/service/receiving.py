"""Receiving files: where they go is settled before they are taken, and the original is stored before anything else."""

from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import require
from eakte.documents.errors import EmptyUpload
from eakte.documents.files import safe_file_name, store_original
from eakte.documents.models import Document, DocumentSource, DocumentVersion
from eakte.foundation.errors import Finding, NotFound
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Digest, digest_of
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier, Record
from eakte.records.queries import get_record_by_reference
from eakte.records.rules import Action
from ingest import queries
from ingest.errors import TargetNotFound, TargetNotSuitable
from ingest.messages import IngestOpened, ItemReceived
from ingest.models import Ingest, IngestItem
from ingest.products import told
from ingest.rules import NEXT_STEP, ItemState
from ingest.service.quarantine import withhold_unscanned
from ingest.service.steps import put_aside


def open_ingest(work: UnitOfWork, reference: str, *, source: DocumentSource = DocumentSource.SCAN) -> Ingest:
    """Open an ingest into the dossier or case with this reference.

    Raises TargetNotFound, TargetNotSuitable, RecordStateForbids, ActionForbidden, before any file is taken.
    """
    require(work, Permission.INGEST)
    return add_ingest(work, target_of(work, reference), source=source)


def add_ingest(
    work: UnitOfWork,
    target: Record | None,
    *,
    source: DocumentSource,
    origin_id: UUID | None = None,
    source_key: str | None = None,
    review: bool = False,
) -> Ingest:
    """An ingest into a dossier or case that may take documents, or into a place that turns out later."""
    ingest = Ingest(
        id=new_id(),
        source=source,
        target_id=target.id if target is not None else None,
        case_id=target.id if isinstance(target, Case) else None,
        origin_id=origin_id,
        source_key=source_key,
        review=review,
        created_at=work.now,
        created_by=work.actor.id,
    )
    work.session.add(ingest)
    work.session.flush()
    changes = {"target": (None, target.reference if target is not None else None)}
    work.publish(IngestOpened(record_id=ingest.id, changes=changes))
    return ingest


def ingest_beside(work: UnitOfWork, ingest: Ingest, target: Record) -> Ingest:
    """The ingest into `target` for files of the same origin as `ingest`, which is locked so that only one is made."""
    queries.lock_ingest(work.session, ingest.id)
    known = queries.ingest_of_origin(
        work.session, ingest.origin_id, target.id, created_by=ingest.created_by, review=ingest.review
    )
    return known or add_ingest_like(work, ingest, target)


def add_ingest_like(work: UnitOfWork, ingest: Ingest, target: Record) -> Ingest:
    """An ingest into another place for what came as the files of `ingest` did."""
    return add_ingest(
        work,
        target,
        source=ingest.source,
        origin_id=ingest.origin_id,
        source_key=ingest.source_key,
        review=ingest.review,
    )


def target_of(work: UnitOfWork, reference: str) -> Record:
    """The dossier or case with this reference, if it takes documents now.

    Raises TargetNotFound, TargetNotSuitable, RecordStateForbids, ActionForbidden.
    """
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
        item = new_item(work, ingest, safe_file_name(file_name), "application/x-empty", digest_of(stream), None)
        return put_aside(work, item, error)
    twin = queries.twin_in(work.session, ingest.id, stored.digest.sha256)
    item = new_item(work, ingest, stored.file_name, stored.media_type, stored.digest, stored.object_id)
    if twin is not None:
        message = f"Dieselbe Datei kam in diesem Eingang schon als „{twin.file_name}“."
        item.warnings = [told(Finding("duplicate", message, str(twin.id)))]
    return set_on_its_way(work, item)


def receive_version(
    work: UnitOfWork, document: Document, version: DocumentVersion, *, patience: timedelta = timedelta(0)
) -> None:
    """Have renditions made of an original that was uploaded to a document directly.

    Nobody minds if they wait for `patience`; the virus scanner never does.
    """
    original = queries.original_without_item(work.session, version.id)
    if original is None:
        return
    ingest = Ingest(
        id=new_id(),
        source=document.source,
        target_id=document.case_id,
        case_id=document.case_id,
        review=False,
        created_at=work.now,
        created_by=work.actor.id,
    )
    item = new_item(
        work,
        ingest,
        original.file_name,
        original.media_type,
        original.digest,
        original.object_id,
        received_at=version.received_at,
    )
    item.document_id, item.version_id = document.id, version.id
    withhold_unscanned(work, version)
    set_on_its_way(work, item, patience=timedelta(0) if version.withheld else patience)


def new_item(
    work: UnitOfWork,
    ingest: Ingest,
    file_name: str,
    media_type: str,
    digest: Digest,
    object_id: UUID | None,
    *,
    received_at: datetime | None = None,
) -> IngestItem:
    """A file that begins its way; it arrives now unless it arrived before."""
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
        announced=[],
        turns={},
        attempts=0,
        seconds=0.0,
        received_at=received_at or work.now,
        created_at=work.now,
        changed_at=work.now,
    )


def set_on_its_way(work: UnitOfWork, item: IngestItem, *, patience: timedelta = timedelta(0)) -> IngestItem:
    work.session.add(item)
    work.session.flush()
    changes = {"file_name": (None, item.file_name), "sha256": (None, item.sha256), "size": (None, item.size)}
    work.publish(ItemReceived(record_id=item.id, changes=changes))
    work.defer(NEXT_STEP[item.state](item_id=item.id), after=patience)
    return item
