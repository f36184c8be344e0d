"""Destruction (Vernichtung), item by item: rows first, in one transaction each, then the ledger, then the objects.

The point of no return of an item is the commit of `destroy_item`: its rows are gone, its tombstone stands, its objects
are doomed. Whatever dies after that is resumed by `resume_destruction`; before it nothing has happened.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, insert

from eakte.access import Permission
from eakte.documents.erasing import detach_document, erase_documents, spare_shared
from eakte.documents.queries import get_document
from eakte.foundation.clock import legal_day
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_rules import DisposalCode
from eakte.records.queries import get_case
from eakte.records.rules import RecordKind, RecordState
from eakte.records.service.erasing import erase_case, erase_dossier
from retention.messages import CarryOutList, EraseObjects, ListChanged, LockStorage
from retention.models.disposal import DisposalItem, DisposalList, Tombstone
from retention.models.holds import HeldRecord
from retention.models.rules import EnteredDate, RecordRetention, RuleAssignment
from retention.queries import destroying as queries
from retention.queries.arrays import among
from retention.queries.candidates import recheck
from retention.queries.destroying import Remembered
from retention.queries.holds import lock_against_holds
from retention.queries.lists import locked_list, names_of
from retention.rules.disposal import ItemState, ListState
from retention.rules.readiness import OBSTACLE_WORDS, Obstacle
from retention.service.listing import withdraw

log = structlog.get_logger()


class Fate(StrEnum):
    """What became of an item when its turn came."""

    GONE = "gone"
    WITHDRAWN = "withdrawn"
    WAITS = "waits"
    NOTHING = "nothing"
    """It is not its turn any more: withdrawn, gone, or its list is cancelled."""


def destroy_item(work: UnitOfWork, list_id: UUID, item_id: UUID) -> Fate:
    """Destroy one dossier or case, or find that it cannot go; looks at everything again, locked.

    What is no longer ready is withdrawn with the reason. What the archive has taken over waits instead, and so does a
    dossier until its cases on the list are gone.
    """
    list_ = locked_list(work.session, list_id)
    item = queries.lock_item(work.session, item_id) if list_ is not None else None
    if list_ is None or item is None or not list_.may_begin(legal_day(work.now)):
        return Fate.NOTHING
    lock_against_holds(work.session)
    queries.lock_records(work.session, item)
    judged = next(
        (one for one in recheck(work, list_, item.record_id) if one.standing.record_id == item.record_id), None
    )
    if judged is None:
        return _wait(work, item, "der Datensatz fehlt; bitte die Systembetreuung verständigen")
    if judged.ready:
        return _let_go(work, list_, item)
    if item.state is ItemState.CONFIRMED:
        return _wait(work, item, judged.why)
    withdraw(work, list_, [judged])
    _tell_withdrawn(work, list_, item, judged.why)
    return Fate.WITHDRAWN


def _let_go(work: UnitOfWork, list_: DisposalList, item: DisposalItem) -> Fate:
    inside = queries.cases_in(work.session, item.record_id) if item.record_kind is RecordKind.DOSSIER else []
    if any(state is not RecordState.CANCELLED for _, state in inside):
        return _wait(work, item, "ein Vorgang der Akte ist noch da")
    cases = [case_id for case_id, _ in inside] or [item.record_id]
    if item.record_kind is RecordKind.DOSSIER and not inside:
        cases = []
    if not all(_detach_what_is_needed(work, list_, case_id) for case_id in cases):
        return _wait_for_link(work, list_, item)
    _erase(work, list_, item, cases)
    return Fate.GONE


def _wait(work: UnitOfWork, item: DisposalItem, why: str) -> Fate:
    if item.failure != why:
        item.failure = why
        work.session.flush()
        work.publish(ListChanged(record_id=item.list_id, changes={"waits": (None, item.reference), "why": (None, why)}))
    return Fate.WAITS


def _wait_for_link(work: UnitOfWork, list_: DisposalList, item: DisposalItem) -> Fate:
    why = OBSTACLE_WORDS[Obstacle.LINKED]
    if item.state is ItemState.CONFIRMED:
        return _wait(work, item, why)
    item.state, item.failure = ItemState.WITHDRAWN, why
    work.session.flush()
    _tell_withdrawn(work, list_, item, why)
    return Fate.WITHDRAWN


def _tell_withdrawn(work: UnitOfWork, list_: DisposalList, item: DisposalItem, why: str) -> None:
    work.publish(ListChanged(record_id=list_.id, changes={"withdrawn": (None, item.reference), "why": (None, why)}))


# --- documents that are needed elsewhere ------------------------------------------------------------------------


def _detach_what_is_needed(work: UnitOfWork, list_: DisposalList, case_id: UUID) -> bool:
    """Move documents that a kept record refers to into the case of that one; False where a dossier refers to one.

    A dossier holds no documents itself, so there is no place for it: a person has to decide.
    """
    referrers = queries.kept_referrers(work.session, case_id, list_.id)
    homes = {one.document_id: one.case_id for one in reversed(referrers) if one.case_id is not None}
    if any(one.document_id not in homes for one in referrers):
        return False
    for document_id, home in homes.items():
        document = get_document(work, document_id, to=Permission.READ)
        detach_document(work, document, get_case(work, home, to=Permission.READ))
    for home in set(homes.values()):
        work.defer(LockStorage(record_id=home))
    return True


# --- erasing ----------------------------------------------------------------------------------------------------


def _erase(work: UnitOfWork, list_: DisposalList, item: DisposalItem, cases: list[UUID]) -> None:
    record_id = item.record_id
    documents = {case_id: queries.documents_in(work.session, case_id) for case_id in cases}
    everything = [*dict.fromkeys([record_id, *cases]), *(one for some in documents.values() for one in some)]
    _remember(work, list_, item, everything)
    forget_retention(work, everything)
    for case_id in cases:
        erase_documents(work, documents[case_id], taken_with=record_id)
        erase_case(work, case_id)
    if item.record_kind is RecordKind.DOSSIER:
        erase_dossier(work, record_id)
    spare_shared(work, record_id)
    item.state, item.failure = ItemState.ERASING, None
    work.session.flush()
    work.publish(ListChanged(record_id=list_.id, changes={"erased": (None, item.reference)}))
    if not queries.erasing_is_asked_for(work.session, list_.id):
        work.defer(EraseObjects(list_id=list_.id))


def _remember(work: UnitOfWork, list_: DisposalList, item: DisposalItem, record_ids: list[UUID]) -> None:
    """Set the tombstones of everything that goes with an item."""
    aliases = queries.aliases_among(work.session, record_ids)
    persons = persons_of(work, list_)
    rows = [
        {
            **_tombstone_row(one),
            "taken_with": item.record_id,
            "former_references": aliases.get(one.record_id, []),
            "decision": DisposalCode.ARCHIVE if item.state is ItemState.CONFIRMED else DisposalCode.DESTROY,
            "archive_reference": item.archive_reference,
            "list_id": list_.id,
            "list_reference": list_.reference,
            "persons": persons if one.record_id == item.record_id else {},
            "erased_at": work.now,
        }
        for one in queries.remembered(work.session, record_ids)
    ]
    work.session.execute(insert(Tombstone), rows)


def _tombstone_row(one: Remembered) -> dict[str, Any]:
    return {
        "record_id": one.record_id,
        "record_kind": one.record_kind,
        "reference": one.reference,
        "entry_code": one.entry_code,
        "entry_id": one.entry_id,
        "unit_id": one.unit_id,
        "levels": [level.value for level in one.levels],
        "protected": one.protected,
        "created_on": legal_day(one.created_at),
        "closed_on": None if one.closed_at is None else legal_day(one.closed_at),
        "retained_until": one.retained_until,
    }


def persons_of(work: UnitOfWork, list_: DisposalList) -> dict[str, dict[str, str]]:
    """Who had which part in a list: identity and name as it is now."""
    parts = {
        "drawn_up": list_.created_by,
        "reviewed": list_.reviewed_by,
        "undecided_confirmed": list_.undecided_by,
        "released": list_.released_by,
    }
    names = names_of(work.session, parts.values())
    return {
        part: {"id": str(person), "name": names.get(person, "E-Akte")}
        for part, person in parts.items()
        if person is not None
    }


def forget_retention(work: UnitOfWork, record_ids: Iterable[UUID]) -> None:
    """Delete what retention itself knows of records: periods, exceptions, dates, and holds that were released."""
    ids = list(record_ids)
    for table in (RecordRetention, RuleAssignment, EnteredDate, HeldRecord):
        work.session.execute(delete(table).where(among(table.record_id, ids)))


def note_failure(work: UnitOfWork, item_id: UUID, why: str) -> None:
    """Say what keeps an item from going, so that people see it."""
    item = work.session.get(DisposalItem, item_id, with_for_update=True)
    if item is not None:
        _wait(work, item, why)


# --- going on -----------------------------------------------------------------------------------------------------


def resume_destruction(work: UnitOfWork) -> None:
    """Begin what is released and whose day has come, and go on with what lost its job."""
    for list_ in queries.released_lists(work.session, legal_day(work.now)):
        if queries.is_asked_for(work.session, list_.id):
            continue
        if list_.state is ListState.CARRIED_OUT or queries.can_go_on(work.session, list_.id):
            work.defer(CarryOutList(list_id=list_.id))


def retry_what_waits(work: UnitOfWork) -> None:
    """Once a day: try again what could not go yesterday, say because of a hold that may be released by now."""
    for list_ in queries.released_lists(work.session, legal_day(work.now)):
        if not queries.is_asked_for(work.session, list_.id):
            work.defer(CarryOutList(list_id=list_.id))
