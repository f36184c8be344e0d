"""Every select over uploads; one sees one's own and nobody else's."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eakte.foundation.work import UnitOfWork
from ingest.batches.models import BatchFile
from ingest.sources.uploads.errors import UploadNotFound
from ingest.sources.uploads.models import Upload, UploadPart


def get_upload(work: UnitOfWork, upload_id: UUID, *, lock: bool = False) -> Upload:
    """One's own upload that has not expired. Raises UploadNotFound."""
    statement = select(Upload).where(
        Upload.id == upload_id, Upload.owner_id == work.actor.id, Upload.expires_at > work.now
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    upload = work.session.scalar(statement)
    if upload is None:
        raise UploadNotFound
    return upload


def open_uploads(session: Session, owner_id: UUID, now: datetime) -> int:
    """How many uploads of somebody are neither taken nor expired."""
    statement = select(func.count()).where(
        Upload.owner_id == owner_id, Upload.expires_at > now, Upload.taken_as.is_(None)
    )
    return session.scalar(statement) or 0


def parts_of(session: Session, upload_id: UUID) -> list[UploadPart]:
    """The parts of an upload from its beginning on."""
    statement = select(UploadPart).where(UploadPart.upload_id == upload_id)
    return list(session.scalars(statement.order_by(UploadPart.start)))


def taken_file(session: Session, upload: Upload) -> BatchFile | None:
    """The raw scan an upload became."""
    return session.get(BatchFile, upload.taken_as) if upload.taken_as is not None else None


def expired(session: Session, now: datetime, *, limit: int) -> list[Upload]:
    """Uploads whose time is over; those another worker is at are left to it."""
    statement = select(Upload).where(Upload.expires_at <= now).order_by(Upload.expires_at).limit(limit)
    return list(session.scalars(statement.with_for_update(skip_locked=True)))
