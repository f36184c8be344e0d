"""Quarantine (Quarantäne): what the virus scanner objects to is kept, worked on by nobody and handed out to nobody."""

from pathlib import Path
from uuid import UUID

import structlog

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.documents.models import DocumentVersion, Withheld
from eakte.foundation.settings import ClamdSettings
from eakte.foundation.work import UnitOfWork
from ingest import queries
from ingest.adapters.clamd import find_malware
from ingest.errors import MalwareFound, ReasonMissing
from ingest.messages import ItemQuarantined, ItemReleased, ItemScanned
from ingest.models import IngestItem
from ingest.rules import NEXT_STEP, ItemState
from ingest.service.steps import Claim, claimed_item, put_aside

log = structlog.get_logger()


def refuse_malware(source: Path, settings: ClamdSettings) -> None:
    """Have a file scanned where a scanner is configured.

    Raises MalwareFound, FileTooLargeToScan, and MalwareScannerUnavailable: unscanned, nothing passes.
    """
    malware = find_malware(source, settings)
    if malware is not None:
        raise MalwareFound(malware=malware)


def note_scan(work: UnitOfWork, claimed: Claim) -> None:
    """What was withheld until it is scanned may be handed out now."""
    item = claimed_item(work, claimed)
    if item is None or item.version_id is None:
        return
    version = work.session.get_one(DocumentVersion, item.version_id)
    if version.withheld is Withheld.UNSCANNED:
        version.withheld = None
        work.publish(ItemScanned(record_id=item.id))


def quarantine_item(work: UnitOfWork, claimed: Claim, error: MalwareFound) -> None:
    """Put a file into quarantine, and withhold the document version whose original it is."""
    item = claimed_item(work, claimed)
    if item is None:
        return
    item.malware, item.released_at = str(error.facts["malware"]), None
    _withhold(work, item, Withheld.MALWARE)
    put_aside(work, item, error)
    work.publish(ItemQuarantined(record_id=item.id, changes={"malware": (None, item.malware)}))
    log.error("malware_found", item=str(item.id), malware=item.malware, sha256=item.sha256)


def release_item(work: UnitOfWork, item_id: UUID, *, reason: str) -> IngestItem:
    """Let a file out of quarantine and back on its way; the audit trail keeps who decided that and why.

    Raises ActionForbidden, IngestItemNotFound, ReasonMissing, NotInQuarantine, ItemNotWaiting.
    """
    require_unlimited(work, Permission.RELEASE_QUARANTINE)
    item = queries.get_item(work, item_id, lock=True)
    if not reason.strip():
        raise ReasonMissing
    item.release(work.now)
    _withhold(work, item, None)
    work.session.flush()
    changes = {"state": (ItemState.FAILED, item.state), "malware": (item.malware, None), "reason": (None, reason)}
    work.publish(ItemReleased(record_id=item.id, changes=changes))
    work.defer(NEXT_STEP[item.state](item_id=item.id))
    log.warning("quarantine_released", item=str(item.id), malware=item.malware)
    return item


def withhold_unscanned(work: UnitOfWork, version: DocumentVersion) -> None:
    """Hand out an uploaded original only when it is scanned, where a scanner is configured."""
    if work.settings.clamd.address:
        version.withheld = Withheld.UNSCANNED


def _withhold(work: UnitOfWork, item: IngestItem, why: Withheld | None) -> None:
    if item.version_id is not None:
        work.session.get_one(DocumentVersion, item.version_id).withheld = why
