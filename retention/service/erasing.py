"""The end of an item: its ledger entry, its objects in the storage, and that it is done.

What is between two works here may happen twice without harm: an entry overwrites itself, an erased object is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import insert, inspect

from eakte.documents.erasing import doomed_objects, forget_doomed
from eakte.documents.models import object_key
from eakte.foundation.storage import Storage
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_rules import DisposalCode
from retention.messages import ListActed, RecordDisposed, WriteReport
from retention.models.disposal import DisposalItem, Tombstone
from retention.queries import destroying as queries
from retention.queries.lists import locked_list
from retention.rules.disposal import FINAL, ItemState, ListState
from retention.rules.ledger import ledger_key, sealed_entry

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Burial:
    """An item whose rows are gone: what is written in the ledger, and which objects are to be erased."""

    item_id: UUID
    position: int
    record_id: UUID
    entry: bytes
    object_ids: tuple[UUID, ...]


def next_burial(work: UnitOfWork, list_id: UUID, *, after: int) -> Burial | None:
    """The next item of a list that is to be ended."""
    item = queries.next_erasing(work.session, list_id, after=after)
    if item is None:
        return None
    object_ids = tuple(doomed_objects(work.session, item.record_id))
    return Burial(item.id, item.position, item.record_id, entry_of(work, item.record_id, object_ids), object_ids)


def entry_of(work: UnitOfWork, record_id: UUID, object_ids: tuple[UUID, ...]) -> bytes:
    """The ledger entry of a record that is gone."""
    gone = [as_plain(tombstone) for tombstone in queries.tombstones_with(work.session, record_id)]
    return sealed_entry(gone, [str(one) for one in object_ids])


def bury(storage: Storage, burial: Burial) -> None:
    """Write the ledger, then erase; in this order, so that nothing is gone that no ledger names.

    Raises StorageUnavailable, ObjectLocked.
    """
    storage.put_bytes(ledger_key(burial.record_id), burial.entry, media_type="application/json")
    for object_id in burial.object_ids:
        storage.erase(object_key(object_id), bypass_governance=True)


def finish_burial(work: UnitOfWork, burial: Burial) -> None:
    """Say that an item is done. Doing it twice changes nothing."""
    item = work.session.get(DisposalItem, burial.item_id, with_for_update=True)
    if item is None or item.state is not ItemState.ERASING:
        return
    forget_doomed(work, burial.object_ids)
    finish(work, item)


def finish(work: UnitOfWork, item: DisposalItem) -> None:
    """Give an item whose record is erased its last state."""
    tombstone = queries.tombstone(work.session, item.record_id)
    handed_over = tombstone is not None and tombstone.decision is DisposalCode.ARCHIVE
    item.state = ItemState.HANDED_OVER if handed_over else ItemState.DESTROYED
    item.finished_at, item.failure = work.now, None
    work.session.flush()
    changes = {"reference": (item.reference, None), "state": (None, item.state.value)}
    work.publish(RecordDisposed(record_id=item.record_id, list_id=item.list_id, changes=changes))


def conclude(work: UnitOfWork, list_id: UUID) -> None:
    """When everything on a list is done, have its report written. Doing it twice changes nothing."""
    list_ = locked_list(work.session, list_id)
    if list_ is None or list_.released_by is None:
        return
    left = [state for state in ItemState if state not in FINAL]
    if list_.state is ListState.APPRAISED and not queries.has_items(work.session, list_id, left):
        list_.state = ListState.CARRIED_OUT
        work.session.flush()
        changes = {"state": (ListState.APPRAISED.value, list_.state.value)}
        work.publish(ListActed(record_id=list_.id, act=ListState.CARRIED_OUT.value, changes=changes))
    if list_.state is ListState.CARRIED_OUT:
        work.defer(WriteReport(list_id=list_id))


# --- tombstones as plain values -----------------------------------------------------------------------------------


def as_plain(tombstone: Tombstone) -> dict[str, Any]:
    """A tombstone as the ledger keeps it."""
    columns = inspect(Tombstone).column_attrs
    return {column.key: _plain(getattr(tombstone, column.key)) for column in columns}


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
        case _:
            return value


def set_tombstone(work: UnitOfWork, plain: Mapping[str, Any]) -> None:
    """Set a tombstone as the ledger keeps it, where a restore has lost it."""
    if work.session.get(Tombstone, UUID(plain["record_id"])) is not None:
        return
    values = {}
    for column in inspect(Tombstone).column_attrs:
        value, kind = plain[column.key], column.columns[0].type.python_type
        values[column.key] = _typed(value, kind)
    work.session.execute(insert(Tombstone), [values])


def _typed(value: Any, kind: type) -> Any:
    if value is None or isinstance(value, kind):
        return value
    return kind.fromisoformat(value) if kind in (date, datetime) else kind(value)
