"""After a restore (Wiederherstellung): what the ledger says is erased, and is back, is erased again.

A backup of the database brings back rows of records that were destroyed after it was made, and with their objects they
would be whole again. The ledger lies in the object storage, so it knows. What somebody holds now is not touched: a
hold goes before the ledger, and a person decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eakte.documents.erasing import doom, doomed_objects, erase_documents, forget_doomed, spare_shared
from eakte.documents.models import object_key
from eakte.foundation.clock import legal_day
from eakte.foundation.storage import Storage
from eakte.foundation.work import BeginWork, UnitOfWork
from eakte.records.models import Record
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import RecordKind
from eakte.records.service.erasing import erase_case, erase_dossier
from retention.errors import LedgerDamaged
from retention.messages import ListActed, ListChanged, RecordDisposed
from retention.models.disposal import DisposalItem, Tombstone
from retention.queries import destroying as queries
from retention.queries.arrays import among
from retention.queries.holds import held_among, lock_against_holds
from retention.queries.lists import locked_list
from retention.rules.disposal import FINAL, ItemState, ListAct, ListState
from retention.rules.ledger import PREFIX, opened_entry
from retention.service.destroying import forget_retention
from retention.service.erasing import conclude, finish, set_tombstone


@dataclass(frozen=True, slots=True)
class Returned:
    """An entry of the ledger of which something is back, or whose tombstones are lost.

    `records` are the rows that are there again, `held` those of them that somebody holds now.
    """

    key: str
    entry: Mapping[str, Any]
    records: tuple[UUID, ...]
    lost_tombstones: int
    held: tuple[UUID, ...]

    @property
    def record_id(self) -> UUID:
        return UUID(self.entry["gone"][0]["record_id"])

    @property
    def record_kind(self) -> RecordKind:
        return RecordKind(self.entry["gone"][0]["record_kind"])

    @property
    def reference(self) -> str:
        return str(self.entry["gone"][0]["reference"])

    @property
    def list_reference(self) -> str:
        return str(self.entry["gone"][0]["list_reference"])


def find_returned(begin: BeginWork, storage: Storage) -> Iterator[Returned]:
    """Compare the ledger with the database, entry by entry, in constant memory. Raises LedgerDamaged."""
    for key, _ in storage.keys(PREFIX):
        entry = opened_entry(storage.read_unchecked(key))
        if entry is None:
            raise LedgerDamaged(key=key)
        with begin() as work:
            found = _compare(work, key, entry)
        if found is not None:
            yield found


def _compare(work: UnitOfWork, key: str, entry: Mapping[str, Any]) -> Returned | None:
    ids = [UUID(one["record_id"]) for one in entry["gone"]]
    back = tuple(work.session.scalars(select(Record.id).where(among(Record.id, ids))))
    stones = len(list(work.session.scalars(select(Tombstone.record_id).where(among(Tombstone.record_id, ids)))))
    if not back and stones == len(ids):
        return None
    return Returned(key, entry, back, len(ids) - stones, tuple(held_among(work.session, back)))


def reconcile(begin: BeginWork, storage: Storage) -> Iterator[tuple[Returned, bool]]:
    """Erase everything again that is back, and say of each whether it went; cases before the dossiers they lie in."""
    for kind in (RecordKind.CASE, RecordKind.DOSSIER):
        for returned in find_returned(begin, storage):
            if returned.record_kind is kind:
                yield returned, erase_again(begin, storage, returned)


def erase_again(begin: BeginWork, storage: Storage, returned: Returned) -> bool:
    """Erase what is back, rows first and then objects. Safe to repeat.

    False where somebody holds it, or where a dossier holds a case that nobody has destroyed.
    """
    with begin() as work:
        if not _erase_rows(work, returned.entry):
            return False
        object_ids = doomed_objects(work.session, returned.record_id)
    for object_id in object_ids:
        storage.erase(object_key(object_id), bypass_governance=True)
    with begin() as work:
        forget_doomed(work, object_ids)
        _finish(work, returned)
    return True


def _erase_rows(work: UnitOfWork, entry: Mapping[str, Any]) -> bool:
    lock_against_holds(work.session)
    taken_with = UUID(entry["gone"][0]["record_id"])
    ids = {kind: [UUID(one["record_id"]) for one in entry["gone"] if one["record_kind"] == kind] for kind in RecordKind}
    everything = [one for some in ids.values() for one in some]
    statement = select(Record.id, Record.record_kind).where(among(Record.id, everything)).order_by(Record.id)
    back = {row[0]: row[1] for row in work.session.execute(statement.with_for_update())}
    if held_among(work.session, list(back)):
        return False
    cases, dossiers = _there(back, ids[RecordKind.CASE]), _there(back, ids[RecordKind.DOSSIER])
    if any(case not in cases for dossier in dossiers for case, _ in queries.cases_in(work.session, dossier)):
        return False
    for plain in entry["gone"]:
        set_tombstone(work, plain)
    doom(work, (UUID(one) for one in entry["objects"]), taken_with)
    # What was filed in them since the backup is not in the ledger, but it cannot stay without them.
    documents = {*_there(back, ids[RecordKind.DOCUMENT]), *(one for case in cases for one in _inside(work, case))}
    forget_retention(work, [*documents, *cases, *dossiers])
    erase_documents(work, sorted(documents), taken_with=taken_with)
    for case_id in cases:
        erase_case(work, case_id)
    for dossier_id in dossiers:
        erase_dossier(work, dossier_id)
    spare_shared(work, taken_with)
    return True


def _inside(work: UnitOfWork, case_id: UUID) -> Sequence[UUID]:
    return queries.documents_in(work.session, case_id)


def _there(back: Mapping[UUID, RecordKind], ids: Sequence[UUID]) -> list[UUID]:
    return [one for one in ids if one in back]


def _finish(work: UnitOfWork, returned: Returned) -> None:
    """Bring the item of the restored list to its end, where that list is back too, and say what was done."""
    statement = select(DisposalItem).where(
        DisposalItem.record_id == returned.record_id, DisposalItem.state.not_in(FINAL)
    )
    item = work.session.scalars(statement.with_for_update()).first()
    gone = returned.entry["gone"][0]
    list_id = UUID(gone["list_id"])
    if item is not None and item.list_id == list_id:
        item.decision, item.archive_reference = DisposalCode(gone["decision"]), gone["archive_reference"]
        finish(work, item)
        _end_list(work, list_id, gone)
        return
    if item is not None:
        why = f"Mit dem Verzeichnis {returned.list_reference} ausgesondert."
        item.state, item.failure = ItemState.WITHDRAWN, why
        work.session.flush()
        told = {"withdrawn": (None, item.reference), "why": (None, why)}
        work.publish(ListChanged(record_id=item.list_id, changes=told))
    changes = {"reference": (returned.reference, None), "erased_again": (None, gone["erased_at"])}
    work.publish(RecordDisposed(record_id=returned.record_id, list_id=list_id, changes=changes))


def _end_list(work: UnitOfWork, list_id: UUID, gone: Mapping[str, Any]) -> None:
    """End a list that came back from before its review or release, and on which nothing is left to do.

    Who reviewed and released it, the tombstone knows.
    """
    list_ = locked_list(work.session, list_id)
    if list_ is None or queries.has_items(work.session, list_id, [one for one in ItemState if one not in FINAL]):
        return
    parts = {part: UUID(person["id"]) for part, person in gone["persons"].items()}
    if list_.released_by is None and "released" in parts:
        before, list_.state = list_.state, ListState.APPRAISED
        list_.reviewed_by, list_.undecided_by = parts.get("reviewed"), parts.get("undecided_confirmed")
        list_.released_by = parts["released"]
        list_.destroy_from = legal_day(datetime.fromisoformat(gone["erased_at"]))
        work.session.flush()
        changes = {"state": (before.value, list_.state.value), "released_by": (None, str(list_.released_by))}
        work.publish(ListActed(record_id=list_id, act=ListAct.RELEASE.value, changes=changes))
    conclude(work, list_id)
