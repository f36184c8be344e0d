"""What retention says of records that are gone: that they were destroyed, to whoever could have seen them."""

from typing import assert_never
from uuid import UUID

from eakte.access import Permission
from eakte.foundation.clock import legal_day
from eakte.foundation.work import UnitOfWork
from eakte.records.models import FilingPlanEntry
from eakte.records.plan_rules import DisposalCode
from eakte.records.queries import epitaphs
from eakte.records.rules import Place, permissions_at
from eakte.records.service.numbering import keepers
from retention.errors import RecordDestroyed, TombstoneNotFound
from retention.models.disposal import Tombstone
from retention.queries import destroying as queries
from retention.queries.lists import must_see_lists


def get_tombstone(work: UnitOfWork, record_id: UUID) -> Tombstone:
    """What stays of a record, for who disposes; others are told the day and the list when they ask for the record.

    Raises TombstoneNotFound, ActionForbidden.
    """
    must_see_lists(work)
    found = queries.tombstone(work.session, record_id)
    if found is None:
        raise TombstoneNotFound
    return found


def _destroyed(work: UnitOfWork, wanted: UUID | str) -> RecordDestroyed | None:
    """The error for a record that is gone; None for those who were never told that it is there."""
    match wanted:
        case UUID():
            found = queries.tombstone(work.session, wanted)
        case str():
            found = queries.tombstone_of_reference(work.session, wanted)
        case _:
            assert_never(wanted)
    if found is None or not _could_have_seen(work, found):
        return None
    how = "an das Archiv abgegeben" if found.decision is DisposalCode.ARCHIVE else "vernichtet"
    day = f"{legal_day(found.erased_at):%d.%m.%Y}"
    return RecordDestroyed(reference=found.reference, day=day, how=how, list=found.list_reference)


def _could_have_seen(work: UnitOfWork, tombstone: Tombstone) -> bool:
    """Whether the actor would see the record if it were still there; of a protected one the readers are forgotten."""
    if work.actor.everything:
        return True
    entry = work.session.get(FilingPlanEntry, tombstone.entry_id)
    path = tuple(entry.path) if entry is not None else (tombstone.entry_id,)
    place = Place(tombstone.unit_id, path, frozenset(tombstone.levels))
    return not tombstone.protected and Permission.READ in permissions_at(work.actor, place)


epitaphs.append(_destroyed)
keepers.append(queries.with_reference)
