"""Hanging rules on the plan, and local exceptions of single records (örtliche Ausnahme)."""

from dataclasses import dataclass
from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_queries import get_entry
from eakte.records.queries import get_record
from eakte.records.rules import RecordKind
from retention.errors import AssignmentNotFound, AssignmentPlaceInvalid, NotKeptByItself, ReasonMissing
from retention.messages import RuleAssigned
from retention.models.rules import RuleAssignment
from retention.queries.rules import assignment_at, get_assignment, get_rule
from retention.rules.inheritance import Inheritance


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule hangs or a date holds: an entry of the plan, or a dossier or case."""

    entry_id: UUID | None = None
    record_id: UUID | None = None


def assign_rule(
    work: UnitOfWork, rule_id: UUID, place: Place, *, inheritance: Inheritance, reason: str | None = None
) -> RuleAssignment:
    """Hang a rule on an entry, or on a dossier or case as an exception; again there, it changes how it stands.

    The plan is for who manages retention there and below; an exception needs the right to override and a reason, also
    where it is shorter than what it replaces: both are audited. Raises RuleNotFound, EntryNotFound, RecordNotFound,
    ActionForbidden, AssignmentPlaceInvalid, ReasonMissing, NotKeptByItself.
    """
    rule = get_rule(work, rule_id)
    _must_be_allowed_at(work, place)
    if place.record_id is not None and not (reason or "").strip():
        raise ReasonMissing
    found = assignment_at(work.session, rule.id, entry_id=place.entry_id, record_id=place.record_id)
    before = None if found is None else found.inheritance.value
    if found is None:
        found = RuleAssignment(id=new_id(), rule_id=rule.id, entry_id=place.entry_id, record_id=place.record_id)
        work.session.add(found)
    found.inheritance, found.reason = inheritance, reason
    found.assigned_by, found.assigned_at = work.actor.id, work.now
    work.session.flush()
    work.session.refresh(found)
    changes: dict[str, tuple[object, object]] = {
        "rule": (rule.name if before is not None else None, rule.name),
        "inheritance": (before, inheritance.value),
        "reason": (None, reason),
    }
    _tell(work, found, changes)
    return found


def unassign_rule(work: UnitOfWork, assignment_id: UUID, *, reason: str | None = None) -> None:
    """Take a rule off an entry or a record; that of a record needs a reason too.

    Raises AssignmentNotFound, ActionForbidden, ReasonMissing.
    """
    found = get_assignment(work.session, assignment_id)
    place = Place(found.entry_id, found.record_id)
    _must_be_allowed_at(work, place)
    if place.record_id is not None and not (reason or "").strip():
        raise ReasonMissing
    changes: dict[str, tuple[object, object]] = {
        "rule": (found.rule.name, None),
        "inheritance": (found.inheritance.value, None),
        "reason": (None, reason),
    }
    work.session.delete(found)
    work.session.flush()
    _tell(work, found, changes)


def _must_be_allowed_at(work: UnitOfWork, place: Place) -> None:
    if (place.entry_id is None) == (place.record_id is None):
        raise AssignmentPlaceInvalid
    if place.entry_id is not None:
        entry = get_entry(work, place.entry_id)
        require_unlimited(work, Permission.MANAGE_RETENTION, below=entry.path)
    elif place.record_id is not None:
        record = get_record(work, place.record_id, to=Permission.OVERRIDE_RETENTION)
        if record.record_kind is RecordKind.DOCUMENT:
            raise NotKeptByItself


def _tell(work: UnitOfWork, one: RuleAssignment, changes: dict[str, tuple[object, object]]) -> None:
    place = one.entry_id or one.record_id
    if place is None:
        raise AssignmentNotFound
    work.publish(RuleAssigned(record_id=place, rule_id=one.rule_id, at_entry=one.entry_id is not None, changes=changes))
