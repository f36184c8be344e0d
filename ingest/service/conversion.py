"""Archival renditions that had to wait (Nachkonvertierung): office files filed where no office program was."""

import shutil
from pathlib import Path
from uuid import UUID

import structlog

from eakte.foundation.settings import IngestSettings
from eakte.foundation.work import UnitOfWork
from ingest import queries
from ingest.messages import ItemReopened
from ingest.models import IngestItem
from ingest.rules import NEXT_STEP, ItemState

log = structlog.get_logger()


def office_program(settings: IngestSettings) -> Path | None:
    """The program that lays office files out, if it is installed here."""
    found = shutil.which(settings.soffice) if settings.soffice else None
    return Path(found).resolve() if found is not None else None


def convert_item(work: UnitOfWork, item_id: UUID) -> IngestItem:
    """Try again to make the archival rendition of a filed office file.

    Raises IngestItemNotFound, NotWaitingForConversion.
    """
    return _reopened(work, queries.get_item(work, item_id, lock=True))


def convert_waiting(work: UnitOfWork) -> int:
    """Send all files on that waited for an office program, now that one is installed; answers how many."""
    if office_program(work.settings.ingest) is None:
        return 0
    waiting = queries.waiting_for_conversion(work.session)
    for item in waiting:
        _reopened(work, item)
    if waiting:
        log.info("conversions_resumed", items=len(waiting))
    return len(waiting)


def _reopened(work: UnitOfWork, item: IngestItem) -> IngestItem:
    item.convert(work.now)
    work.session.flush()
    work.publish(ItemReopened(record_id=item.id, changes={"state": (ItemState.FILED, item.state)}))
    work.defer(NEXT_STEP[item.state](item_id=item.id))
    return item
