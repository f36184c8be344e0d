"""Setting up filing plan entries and closing them down (Aktenplan pflegen, Stilllegung)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from eakte.access import Permission
from eakte.foundation.ids import new_id
from eakte.foundation.messages import changes_of
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import EntryCodeTaken, EntryInUse, RetentionInvalid, ValidityInvalid
from eakte.records.messages import EntryChanged, EntryClosedDownEvent, EntryCreated
from eakte.records.models import FilingPlanEntry
from eakte.records.plan_queries import (
    entries_below,
    entry_with_code,
    get_entry,
    get_plan,
    has_children,
    holds_dossiers,
    lock_plan,
    spread_logging,
)
from eakte.records.plan_rules import DisposalCode, EntryKind, retention_is_sound
from eakte.records.rules import sort_key


@dataclass(frozen=True, slots=True)
class EntryDetails:
    """What a caller may say of a new entry."""

    code: str
    title: str
    kind: EntryKind
    short_title: str | None = None
    retention_years: int | None = None
    retention_unlimited: bool = False
    disposal: DisposalCode = DisposalCode.APPRAISE
    log_reading: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


def create_entry(
    work: UnitOfWork, plan_id: UUID, details: EntryDetails, *, parent_id: UUID | None = None
) -> FilingPlanEntry:
    """Set up an entry at the top of a plan or below a group.

    Raises PlanNotFound, EntryNotFound, EntryCodeTaken, EntryCannotHoldEntries, ParentClosedDown,
    ValidityInvalid, RetentionInvalid, ActionForbidden.
    """
    if parent_id is None:
        get_plan(work, plan_id, to=Permission.MANAGE_PLAN)
        parent = None
    else:
        parent = get_entry(work, parent_id, to=Permission.MANAGE_PLAN)
        parent.must_take_entries()
        plan_id = parent.plan_id
    if entry_with_code(work.session, plan_id, details.code) is not None:
        raise EntryCodeTaken(entry=details.code)
    return add_entry(work, plan_id, details, parent)


def add_entry(
    work: UnitOfWork, plan_id: UUID, details: EntryDetails, parent: FilingPlanEntry | None
) -> FilingPlanEntry:
    """Store a new entry whose place has been judged. Raises ValidityInvalid, RetentionInvalid."""
    entry_id = new_id()
    entry = FilingPlanEntry(
        id=entry_id,
        plan_id=plan_id,
        parent_id=parent.id if parent is not None else None,
        path=[*(parent.path if parent is not None else ()), entry_id],
        kind=details.kind,
        code=details.code,
        code_sort=sort_key(details.code),
        title=details.title,
        short_title=details.short_title,
        retention_years=details.retention_years,
        retention_unlimited=details.retention_unlimited,
        disposal=details.disposal,
        log_reading=details.log_reading,
        reading_logged=details.log_reading or (parent is not None and parent.reading_logged),
        valid_from=details.valid_from,
        valid_until=details.valid_until,
    )
    must_be_consistent(entry)
    changes = {name: change for name, change in changes_of(entry).items() if change[1] is not None}
    work.session.add(entry)
    work.session.flush()
    work.publish(EntryCreated(record_id=entry.id, changes=changes))
    return entry


def change_entry(work: UnitOfWork, entry_id: UUID, fields: dict[str, Any], *, revision: int | None) -> FilingPlanEntry:
    """Change an entry's titles, kind, retention, disposal, validity, or whether reading below it is logged.

    Its code and its place stay.

    Raises EntryNotFound, EntryInUse, EntryCannotHoldEntries, ValidityInvalid, RetentionInvalid,
    ActionForbidden, Stale.
    """
    entry = get_entry(work, entry_id, to=Permission.MANAGE_PLAN, revision=revision)
    becomes_leaf = fields.get("kind", entry.kind) is EntryKind.SUBJECT_UNIT
    if becomes_leaf and entry.kind is not EntryKind.SUBJECT_UNIT and has_children(work.session, entry.id):
        raise EntryInUse(entry=entry.code)
    if not becomes_leaf and entry.kind is EntryKind.SUBJECT_UNIT and holds_dossiers(work.session, entry.id):
        raise EntryInUse(entry=entry.code)
    for name, value in fields.items():
        setattr(entry, name, value)
    must_be_consistent(entry)
    if tell_change(work, entry) and "log_reading" in fields:
        spread_logging(work.session, entry.id)
    return entry


def must_be_consistent(entry: FilingPlanEntry) -> None:
    """Raises ValidityInvalid, RetentionInvalid."""
    if entry.valid_from is not None and entry.valid_until is not None and entry.valid_from > entry.valid_until:
        raise ValidityInvalid
    if not retention_is_sound(entry.retention_years, unlimited=entry.retention_unlimited):
        raise RetentionInvalid


def tell_change(work: UnitOfWork, entry: FilingPlanEntry) -> bool:
    """Publish what was set on an entry; whether there was anything."""
    changes = changes_of(entry)
    if changes:
        work.session.flush()
        work.publish(EntryChanged(record_id=entry.id, changes=changes))
    return bool(changes)


def close_down_entry(work: UnitOfWork, entry_id: UUID, *, revision: int | None) -> FilingPlanEntry:
    """Close an entry and everything below it down (Stilllegung): no new dossiers, those there stay as they are.

    Doing it twice changes nothing. Raises EntryNotFound, ActionForbidden, Stale.
    """
    entry = get_entry(work, entry_id, to=Permission.MANAGE_PLAN, revision=revision)
    lock_plan(work.session, entry.plan_id)
    close_down(work, entry, work.now)
    return entry


def close_down(work: UnitOfWork, entry: FilingPlanEntry, at: datetime) -> bool:
    """Close an entry of a locked plan and what lies below it down as of an instant; whether anything was open."""
    still_open = [below for below in entries_below(work.session, entry) if below.closed_down_at is None]
    for below in still_open:
        below.closed_down_at = at
        work.session.flush()
        work.publish(EntryClosedDownEvent(record_id=below.id, changes={"closed_down_at": (None, at)}))
    return bool(still_open)
