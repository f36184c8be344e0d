"""The work list (Arbeitsliste): what failed is sent on again or put away, and what lost its job gets a new one."""

from uuid import UUID

import structlog

from eakte.access import Permission
from eakte.access.queries import require
from eakte.documents.models import object_key
from eakte.documents.service import read_content
from eakte.foundation.work import UnitOfWork
from eakte.records.queries import get_record
from ingest import queries
from ingest.errors import InQuarantine, OriginalMissing, ReasonMissing
from ingest.messages import ItemDiscarded, ItemRetried, ItemWithdrawn
from ingest.models import IngestItem
from ingest.rules import NEXT_STEP, ItemState
from ingest.service.receiving import add_ingest_like, target_of

log = structlog.get_logger()


def retry_item(work: UnitOfWork, item_id: UUID, *, into: str | None) -> IngestItem:
    """Send a failed item on its way again, to another target if one is named.

    Raises IngestItemNotFound, ItemNotWaiting, OriginalMissing, TargetNotFound, TargetNotSuitable.
    """
    item = queries.get_item(work, item_id, lock=True)
    if item.object_id is None:
        raise OriginalMissing
    if into is not None:
        require(work, Permission.INGEST)
        item.ingest = add_ingest_like(work, item.ingest, target_of(work, into))
    # Whoever sends it on has seen what stood in the way.
    item.obstacle = None
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


def withdraw_item(work: UnitOfWork, item: IngestItem, *, reason: str) -> None:
    """Take an unfiled item off its way, because something else takes its place. Raises ItemNotWaiting."""
    before = item.state
    item.withdraw(reason, work.now)
    work.session.flush()
    changes = {"state": (before, item.state), "reason": (None, reason)}
    work.publish(ItemWithdrawn(record_id=item.id, changes=changes))


def original_of(work: UnitOfWork, item_id: UUID) -> tuple[IngestItem, str]:
    """An item and the key of its original, whatever became of it: for whoever brought it, or may read its target.

    Raises IngestItemNotFound, RecordNotFound, ActionForbidden, ProcessingRestricted, OriginalMissing, InQuarantine.
    """
    item = queries.get_item(work, item_id)
    if item.ingest.created_by != work.actor.id:
        if item.ingest.target_id is not None:
            get_record(work, item.ingest.target_id, to=Permission.READ_CONTENT)
        else:
            require(work, Permission.READ_CONTENT)
    if item.document_id is not None:
        read_content(work, item.document_id)
    if item.object_id is None:
        raise OriginalMissing
    if item.in_quarantine:
        raise InQuarantine(malware=item.malware)
    return item, object_key(item.object_id)


def resume_stranded(work: UnitOfWork) -> int:
    """Give every item on its way that lost its job a new one; answers how many there were.

    A job is lost when the queue gave up on it, after hours of a neighbour's trouble for example.
    """
    items = queries.stranded(work.session)
    for item in items:
        work.defer(NEXT_STEP[item.state](item_id=item.id))
        log.warning("ingest_item_resumed", item=str(item.id), state=item.state.value)
    return len(items)
