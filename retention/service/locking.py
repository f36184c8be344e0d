"""The storage follows the periods (Objektsperren): until when it refuses to delete, and what it holds without end."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import structlog

from eakte.documents.models import object_key
from eakte.foundation.storage import ObjectMissing, Storage
from eakte.foundation.work import BeginWork, UnitOfWork
from retention.messages import LockStorage, StorageTold
from retention.queries.holds import held_among
from retention.queries.locks import CaseObject, objects_of
from retention.queries.periods import period_of, to_lock
from retention.rules.locking import OPEN, Lock, lock_for

log = structlog.get_logger()

_PAGE = 200


@dataclass(frozen=True, slots=True)
class _Page:
    lock: Lock
    objects: list[CaseObject]


def lock_storage(begin: BeginWork, record_id: UUID) -> None:
    """Tell the storage how long to keep the objects of a case, and note it; a repeat says the same again.

    Nothing is open while the storage is asked. Where the case was reopened, held or computed anew meanwhile, it is
    told again.
    """
    after: UUID | None = None
    first: Lock | None = None
    while True:
        with begin() as work:
            page = _Page(_lock_of(work, record_id), objects_of(work.session, record_id, after, _PAGE))
            storage = work.storage
        first = first or page.lock
        for one in page.objects:
            _tell(storage, one, first)
        if len(page.objects) < _PAGE:
            break
        after = page.objects[-1].object_id
    with begin() as work:
        _note(work, record_id, first)


def _lock_of(work: UnitOfWork, record_id: UUID) -> Lock:
    period = period_of(work.session, record_id)
    if period is None:
        return OPEN
    return lock_for(
        period.outcome,
        last_day=period.last_day,
        mode=period.lock_mode,
        lock_from=period.lock_from,
        under_hold=record_id in held_among(work.session, [record_id]),
        now=work.now,
    )


def _tell(storage: Storage, one: CaseObject, lock: Lock) -> None:
    """Retention first, so that nothing is ever free in between; it is extended and never shortened.

    An object that documents of another case have too stays held: that case may be open.
    """
    key = object_key(one.object_id)
    try:
        if lock.until is not None:
            storage.retain(key, lock.until, lock.mode)
        storage.hold(key, on=lock.held or one.shared)
    except ObjectMissing:
        # Fixity checks and `eakte sweep` report it; the others are locked all the same.
        log.error("object_to_lock_missing", object=str(one.object_id))


def _note(work: UnitOfWork, record_id: UUID, told: Lock) -> None:
    now_wanted = _lock_of(work, record_id)
    if now_wanted.held != told.held or now_wanted.last_day != told.last_day or now_wanted.mode != told.mode:
        work.defer(LockStorage(record_id=record_id))
        return
    period = period_of(work.session, record_id)
    if period is None or period.locked_until == told.last_day:
        return
    changes = {"locked_until": (_plain(period.locked_until), _plain(told.last_day))}
    period.locked_until = told.last_day
    work.session.flush()
    work.publish(StorageTold(record_id=record_id, changes=changes))


def _plain(day: date | None) -> str | None:
    return None if day is None else str(day)


def lock_what_is_behind(begin: BeginWork, *, batch: int = 100) -> int:
    """Lock every case the storage was told too little of: once a day, since windows end and rules change; how many."""
    count, after = 0, None
    while True:
        with begin() as work:
            behind = to_lock(work.session, after, work.now, batch)
        for record_id in behind:
            lock_storage(begin, record_id)
        count += len(behind)
        if len(behind) < batch:
            return count
        after = behind[-1]
