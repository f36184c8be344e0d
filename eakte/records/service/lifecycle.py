"""Closing, reopening, cancelling, restoring and refiling (zdA, zdA aufheben, stornieren, umschreiben)."""

from collections.abc import Iterable
from uuid import UUID

from eakte.access import Permission
from eakte.access.errors import ActionForbidden
from eakte.access.queries import BERLIN, get_unit
from eakte.foundation.errors import Finding
from eakte.foundation.messages import changes_of
from eakte.foundation.work import UnitOfWork
from eakte.records.guards import guards, must_be_free
from eakte.records.messages import (
    RecordCancelled,
    RecordClosed,
    RecordEvent,
    RecordRefiled,
    RecordReopened,
    RecordRestored,
)
from eakte.records.models import Case, Dossier, Record, ReferenceAlias
from eakte.records.plan_queries import get_entry_for_filing
from eakte.records.queries import all_cases_of, cases_in_state, get_case, get_dossier, permissions_on
from eakte.records.rules import (
    TRANSITIONS,
    Action,
    Medium,
    Place,
    RecordState,
    permissions_at,
    sort_key,
)
from eakte.records.service.numbering import case_values, next_reference, same_number

_EVENTS: dict[Action, type[RecordEvent]] = {
    Action.CLOSE: RecordClosed,
    Action.REOPEN: RecordReopened,
    Action.CANCEL: RecordCancelled,
    Action.RESTORE: RecordRestored,
}


def change_dossier_state(work: UnitOfWork, dossier_id: UUID, action: Action, *, revision: int | None) -> Dossier:
    """Close, reopen, cancel or restore a dossier; cancelling and restoring reach everything in it.

    Raises DossierNotFound, ActionForbidden, Stale, RecordStateForbids, TransitionBlocked.
    """
    dossier = get_dossier(work, dossier_id, to=TRANSITIONS[action].permission, revision=revision)
    must_be_free(work, dossier, action)
    cancelled_at = dossier.cancelled_at
    pass_through(work, dossier, action, dossier_id=dossier.id)
    if action in (Action.CANCEL, Action.RESTORE):
        for case in cases_in_state(work.session, dossier.id, TRANSITIONS[action].source):
            # What was cancelled before its dossier was, stays cancelled.
            if case.cancelled_at == cancelled_at:
                pass_through(work, case, action, dossier_id=dossier.id)
    return dossier


def change_case_state(work: UnitOfWork, case_id: UUID, action: Action, *, revision: int | None) -> Case:
    """Close, reopen, cancel or restore a case.

    Raises CaseNotFound, ActionForbidden, Stale, RecordStateForbids, TransitionBlocked.
    """
    case = get_case(work, case_id, to=TRANSITIONS[action].permission, revision=revision)
    must_be_free(work, case, action)
    pass_through(work, case, action, dossier_id=case.dossier_id)
    return case


def pass_through(work: UnitOfWork, record: Record, action: Action, *, dossier_id: UUID) -> None:
    """Take a record through one transition and tell it."""
    record.pass_through(action, work.now)
    changes = changes_of(record)
    changes.pop("modified_at", None)
    work.session.flush()
    work.publish(_EVENTS[action](record_id=record.id, dossier_id=dossier_id, changes=changes, subtree=True))


@guards(Action.CLOSE)
def _open_cases(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    if isinstance(record, Dossier):
        for case in cases_in_state(work.session, record.id, RecordState.OPEN):
            name = _name_of(work, case)
            yield Finding("case-open", f"{name or _HIDDEN} ist noch in Bearbeitung.", name and case.reference)


@guards(Action.CLOSE)
def _paper_without_location(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    if record.medium is not Medium.ELECTRONIC and not record.location:
        yield Finding("location-missing", "Der Standort des Papierteils fehlt.", record.reference)


@guards(Action.CANCEL)
def _closed_cases(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    if isinstance(record, Dossier):
        for case in cases_in_state(work.session, record.id, RecordState.CLOSED):
            name = _name_of(work, case)
            yield Finding("case-closed", f"{name or _HIDDEN} ist bereits geschlossen.", name and case.reference)


@guards(Action.REFILE)
def _cases_beyond_reach(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    if isinstance(record, Dossier):
        for case in all_cases_of(work.session, record.id):
            if Permission.REFILE not in permissions_on(work.actor, case):
                name = _name_of(work, case)
                yield Finding("case-forbidden", f"{name or _HIDDEN} darf nicht mit umziehen.", name and case.reference)


@guards(Action.REFILE)
@guards(Action.CANCEL)
@guards(Action.RESTORE)
def _restricted_cases(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    if isinstance(record, Dossier):
        for case in all_cases_of(work.session, record.id):
            if case.restricted:
                name = _name_of(work, case)
                message = f"{name or _HIDDEN} bleibt, wie er ist: Seine Verarbeitung ist eingeschränkt."
                yield Finding("processing-restricted", message, name and case.reference)


_HIDDEN = "Ein Vorgang, den Sie nicht sehen dürfen,"


def _name_of(work: UnitOfWork, case: Case) -> str:
    """How a blocker calls a case; nothing when the actor may not know it."""
    return f"Vorgang {case.reference}" if Permission.READ in permissions_on(work.actor, case) else ""


# --- refiling -----------------------------------------------------------------------------------------


def refile_dossier(
    work: UnitOfWork, dossier_id: UUID, *, entry_id: UUID, unit_id: UUID | None, revision: int | None
) -> Dossier:
    """Move a dossier under another entry or unit (Umschreiben); it and everything in it get new references.

    The former references stay as aliases. Raises DossierNotFound, EntryNotFound, EntryNotALeaf,
    EntryClosedDown, UnitNotFound, ActionForbidden, Stale, RecordStateForbids, TransitionBlocked.
    """
    dossier = get_dossier(work, dossier_id, to=Permission.REFILE, revision=revision)
    must_be_free(work, dossier, Action.REFILE)
    entry = get_entry_for_filing(work, entry_id)
    entry.must_take_dossiers(work.now.astimezone(BERLIN).date())
    unit_id = unit_id or dossier.unit_id
    get_unit(work.session, unit_id)
    target = Place(unit_id, tuple(entry.path), frozenset({dossier.confidentiality.value}))
    if Permission.REFILE not in permissions_at(work.actor, target):
        raise ActionForbidden(permission=Permission.REFILE)
    moved = dossier.entry_id != entry.id
    if not moved and dossier.unit_id == unit_id:
        return dossier
    changes: dict[str, tuple[object, object]] = {}
    if moved:
        changes["entry"] = (dossier.entry.code, entry.code)
        values = {"plan": entry.plan.key, "entry": entry.code, "year": work.now.astimezone(BERLIN).year}
        changes |= rename(work, dossier, *next_reference(work, entry.plan.dossier_pattern, values))
    if dossier.unit_id != unit_id:
        changes["unit_id"] = (dossier.unit_id, unit_id)
    dossier.entry, dossier.unit_id, dossier.modified_at = entry, unit_id, work.now
    work.session.flush()
    work.publish(RecordRefiled(record_id=dossier.id, dossier_id=dossier.id, changes=changes, subtree=True))
    for case in all_cases_of(work.session, dossier.id):
        _follow_dossier(work, case, moved=moved)
    return dossier


def refile_case(work: UnitOfWork, case_id: UUID, *, dossier_id: UUID, revision: int | None) -> Case:
    """Move a case into another open dossier (Umschreiben); it and its documents get new references.

    Raises CaseNotFound, DossierNotFound, ActionForbidden, Stale, RecordStateForbids, TransitionBlocked.
    """
    case = get_case(work, case_id, to=Permission.REFILE, revision=revision)
    must_be_free(work, case, Action.REFILE)
    dossier = get_dossier(work, dossier_id, to=Permission.CREATE_CASE)
    dossier.must_allow(Action.CREATE_CASE)
    if case.dossier_id == dossier.id:
        return case
    pattern, values = dossier.entry.plan.case_pattern, case_values(dossier, case.created_at)
    changes = rename(work, case, *next_reference(work, pattern, values))
    case.dossier, case.unit_id, case.modified_at = dossier, dossier.unit_id, work.now
    work.session.flush()
    work.publish(RecordRefiled(record_id=case.id, dossier_id=dossier.id, changes=changes, subtree=True))
    return case


def _follow_dossier(work: UnitOfWork, case: Case, *, moved: bool) -> None:
    """Take a case along with its refiled dossier; its own number stays."""
    dossier = case.dossier
    changes: dict[str, tuple[object, object]] = {}
    if moved:
        pattern, values = dossier.entry.plan.case_pattern, case_values(dossier, case.created_at)
        changes |= rename(work, case, *same_number(work, pattern, values, case.number, case.reference))
    if case.unit_id != dossier.unit_id:
        changes["unit_id"] = (case.unit_id, dossier.unit_id)
        case.unit_id = dossier.unit_id
    case.modified_at = work.now
    work.session.flush()
    work.publish(RecordRefiled(record_id=case.id, dossier_id=dossier.id, changes=changes, subtree=True))


def rename(work: UnitOfWork, record: Record, reference: str, number: int) -> dict[str, tuple[object, object]]:
    """Give a record a reference, keep the former one as its alias, and say what changed."""
    former = record.reference
    if former == reference:
        return {}
    # A record that comes back to a former place may have had this very alias.
    work.session.merge(ReferenceAlias(reference=former, record_id=record.id, retired_at=work.now))
    record.reference, record.reference_sort, record.number = reference, sort_key(reference), number
    return {"reference": (former, reference)}
