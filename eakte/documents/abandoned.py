"""Files of which no row speaks, since a job came to nothing or a better file took their place, are erased."""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update

from eakte.documents.erasing import spoken_of
from eakte.documents.messages import EraseAbandoned
from eakte.documents.models import ObjectUnderway, object_key
from eakte.foundation.jobs import is_queued
from eakte.foundation.storage import ObjectLocked
from eakte.foundation.work import UnitOfWork

log = structlog.get_logger()

# Nothing that makes files takes as long.
ABANDONED_AFTER = timedelta(days=1)
_AT_A_TIME = 50


def resume_erasing(work: UnitOfWork) -> None:
    """Have the queue erase what was given up long enough ago."""
    abandoned = select(ObjectUnderway.object_id).where(ObjectUnderway.noted_at < work.now - ABANDONED_AFTER)
    if work.session.scalar(select(abandoned.exists() & ~is_queued([EraseAbandoned]))):
        work.defer(EraseAbandoned())


def erase_abandoned(work: UnitOfWork) -> int:
    """Erase objects that were given up, some at a time; answers how many were looked at.

    What the storage still locks waits another day. Raises StorageUnavailable; then a repeat finds what is left.
    """
    session = work.session
    abandoned = (
        select(ObjectUnderway.object_id)
        .where(ObjectUnderway.noted_at < work.now - ABANDONED_AFTER)
        .order_by(ObjectUnderway.noted_at)
        .limit(_AT_A_TIME)
        .with_for_update(skip_locked=True)
    )
    ids = set(session.scalars(abandoned))
    locked = {one for one in ids - spoken_of(session, ids) if not _erased(work, one)}
    session.execute(delete(ObjectUnderway).where(ObjectUnderway.object_id.in_(ids - locked)))
    session.execute(update(ObjectUnderway).where(ObjectUnderway.object_id.in_(locked)).values(noted_at=work.now))
    return len(ids)


def _erased(work: UnitOfWork, object_id: UUID) -> bool:
    try:
        work.storage.erase(object_key(object_id))
    except ObjectLocked:
        return False
    log.info("abandoned_object_erased", object=str(object_id))
    return True
