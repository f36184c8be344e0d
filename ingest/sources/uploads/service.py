"""Uploads in parts: begun, continued, discarded, and given into a batch when all of it is there."""

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import require
from eakte.documents.files import safe_file_name
from eakte.foundation.errors import TooLarge
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Digest, digest_of
from eakte.foundation.work import UnitOfWork
from ingest.adapters.upload_parts import parts_store
from ingest.batches import queries as batch_queries
from ingest.batches.models import BatchFile
from ingest.batches.rules import BatchAction
from ingest.batches.service.receiving import add_file
from ingest.sources.uploads import queries
from ingest.sources.uploads.errors import (
    TooManyUploads,
    UploadDamaged,
    UploadIncomplete,
    UploadOffsetDiffers,
    UploadPartTooLong,
    UploadTakenElsewhere,
)
from ingest.sources.uploads.messages import DiscardParts
from ingest.sources.uploads.models import Upload, UploadPart

_SPOOLED = 8 << 20
_AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class Announced:
    """What the sender says of a file before sending it."""

    file_name: str
    size: int
    sha256: str | None = None


def begin_upload(work: UnitOfWork, announced: Announced) -> Upload:
    """Make room for a file that comes in parts. Raises ActionForbidden, TooLarge, TooManyUploads."""
    require(work, Permission.INGEST)
    settings = work.settings
    if announced.size > settings.ingest.max_file_mb << 20:
        raise TooLarge(limit=f"{settings.ingest.max_file_mb} MB")
    if queries.open_uploads(work.session, work.actor.id, work.now) >= settings.uploads.max_open:
        raise TooManyUploads(limit=settings.uploads.max_open)
    upload = Upload(
        id=new_id(),
        owner_id=work.actor.id,
        file_name=safe_file_name(announced.file_name),
        size=announced.size,
        sha256=announced.sha256,
        offset=0,
        created_at=work.now,
        expires_at=work.now + timedelta(hours=settings.uploads.hours),
    )
    work.session.add(upload)
    work.session.flush()
    return upload


def continue_upload(work: UnitOfWork, upload_id: UUID, offset: int, part: BinaryIO) -> Upload:
    """Keep the next bytes of a file. Of two senders of the same bytes the second is told where it stands now.

    Raises UploadNotFound, UploadOffsetDiffers, UploadPartTooLong, SourceUnavailable; then nothing is kept.
    """
    upload = queries.get_upload(work, upload_id, lock=True)
    if offset != upload.offset:
        raise UploadOffsetDiffers(offset=upload.offset)
    digest = digest_of(part)
    if digest.size > upload.size - upload.offset:
        raise UploadPartTooLong(limit=f"{upload.size - upload.offset} Bytes")
    if digest.size == 0:
        return upload
    parts_store(work.settings).put(upload.id, offset, part, digest)
    work.session.add(UploadPart(upload_id=upload.id, start=offset, size=digest.size, sha256=digest.sha256))
    upload.offset += digest.size
    work.session.flush()
    return upload


def discard_upload(work: UnitOfWork, upload_id: UUID) -> None:
    """Give an upload up; what came of it is removed. Raises UploadNotFound."""
    _discard(work, queries.get_upload(work, upload_id, lock=True))


def discard_expired(work: UnitOfWork) -> None:
    """Remove uploads nobody came back for, and the traces of those that were taken."""
    for upload in queries.expired(work.session, work.now, limit=_AT_A_TIME):
        _discard(work, upload)


def take_upload(work: UnitOfWork, batch_id: UUID, upload_id: UUID) -> BatchFile:
    """Give a complete upload into a batch as a raw scan; a repeat answers the same raw scan.

    Raises ActionForbidden, BatchNotFound, BatchStateForbids, UploadNotFound, UploadIncomplete, UploadDamaged,
    UploadTakenElsewhere, StorageUnavailable, SourceUnavailable; then the upload stays.
    """
    batch = batch_queries.get_batch(work, batch_id)
    upload = queries.get_upload(work, upload_id, lock=True)
    require(work, Permission.INGEST)
    taken = queries.taken_file(work.session, upload)
    if taken is not None:
        if taken.batch_id != batch.id:
            raise UploadTakenElsewhere
        return taken
    batch.must_allow(BatchAction.RECEIVE)
    if not upload.complete:
        raise UploadIncomplete(missing=upload.size - upload.offset)
    with tempfile.SpooledTemporaryFile(_SPOOLED) as whole:
        _assemble(work, upload, whole)  # type: ignore[arg-type]
        file = add_file(work, batch, whole, upload.file_name)  # type: ignore[arg-type]
    upload.taken_as = file.id
    work.session.flush()
    work.defer(DiscardParts(upload_id=upload.id))
    return file


def _assemble(work: UnitOfWork, upload: Upload, target: BinaryIO) -> None:
    store = parts_store(work.settings)
    for part in queries.parts_of(work.session, upload.id):
        store.append_to(target, upload.id, part.start, part.digest)
    if upload.sha256 is not None and digest_of(target) != Digest(upload.sha256, upload.size):
        raise UploadDamaged


def _discard(work: UnitOfWork, upload: Upload) -> None:
    work.session.delete(upload)
    work.session.flush()
    work.defer(DiscardParts(upload_id=upload.id))
