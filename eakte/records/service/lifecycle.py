"""Closing, reopening, cancelling, restoring and refiling (zdA, zdA aufheben, stornieren, umschreiben)."""

from collections.abc import Iterable
from uuid import UUID

from eakte.access import Permission
from eakte.access.errors import ActionForbidden
from eakte.access.queries import BERLIN, get_unit
from eakte.foundation.errors import Finding
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
from eakte.records.queries import all_cases_of, cases_in_state, get_case, get_dossier
from eakte.records.rules import (
    TRANSITIONS,
    Action,
    Medium,
    NumberTemplate,
    Place,
    RecordState,
    permissions_at,
    sort_key,
)
from eakte.records.service.numbering import next_reference

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
    if action in (Action.CANCEL, Action.RESTORE):
        for case in cases_in_state(work.session, dossier.id, TRANSITIONS[action].source):
            pass_through(work, case, action, dossier_id=dossier.id)
    pass_through(work, dossier, action, dossier_id=dossier.id)
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
    old = record.state
    record.pass_through(action, work.now)
    changes = {"state": (old.value, record.state.value)}
    work.publish(_EVENTS[action](record_id=record.id, dossier_id=dossier_id, changes=changes, subtree=True))


@guards(Action.CLOSE)
def _open_cases(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    if isinstance(record, Dossier):
        for case in cases_in_state(work.session, record.id, RecordState.OPEN):
            yield Finding("case-open", f"Vorgang {case.reference} ist noch in Bearbeitung.", case.reference)


@guards(Action.CLOSE)
def _paper_without_location(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    if record.medium is not Medium.ELECTRONIC and not record.location:
        yield Finding("location-missing", "Der Standort des Papierteils fehlt.", record.reference)


@guards(Action.CANCEL)
def _closed_cases(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    if isinstance(record, Dossier):
        for case in cases_in_state(work.session, record.id, RecordState.CLOSED):
            yield Finding("case-closed", f"Vorgang {case.reference} ist bereits geschlossen.", case.reference)


@guards(Action.REOPEN)
@guards(Action.RESTORE)
@guards(Action.REFILE)
@guards(Action.EDIT)
def _dossier_not_open(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    if isinstance(record, Case) and record.dossier.state is not RecordState.OPEN:
        message = f"Die Akte {record.dossier.reference} ist nicht in Bearbeitung."
        yield Finding("dossier-not-open", message, record.dossier.reference)


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
    changes = {"entry": (dossier.entry.code, entry.code), "unit_id": (str(dossier.unit_id), str(unit_id))}
    moved = dossier.entry_id != entry.id
    dossier.entry, dossier.unit_id = entry, unit_id
    dossier.modified_at = work.now
    for case in all_cases_of(work.session, dossier.id):
        case.unit_id = unit_id
    if moved:
        values = {"plan": entry.plan.key, "entry": entry.code, "year": work.now.astimezone(BERLIN).year}
        reference, number = next_reference(work, entry.plan.dossier_pattern, values)
        changes["reference"] = (dossier.reference, reference)
        rename(work, dossier, reference, number)
        for case in all_cases_of(work.session, dossier.id):
            _renumber_case(work, case)
    work.publish(RecordRefiled(record_id=dossier.id, dossier_id=dossier.id, changes=changes, subtree=True))
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
    old = case.reference
    values = {
        "plan": dossier.entry.plan.key,
        "entry": dossier.entry.code,
        "year": case.created_at.astimezone(BERLIN).year,
        "dossier": dossier.reference,
    }
    reference, number = next_reference(work, dossier.entry.plan.case_pattern, values)
    case.dossier, case.unit_id, case.modified_at = dossier, dossier.unit_id, work.now
    rename(work, case, reference, number)
    changes = {"reference": (old, reference)}
    work.publish(RecordRefiled(record_id=case.id, dossier_id=dossier.id, changes=changes, subtree=True))
    return case


def _renumber_case(work: UnitOfWork, case: Case) -> None:
    """Give a case the reference that its dossier's new one implies; its own number stays."""
    dossier = case.dossier
    values = {
        "plan": dossier.entry.plan.key,
        "entry": dossier.entry.code,
        "year": case.created_at.astimezone(BERLIN).year,
        "dossier": dossier.reference,
    }
    reference = NumberTemplate(dossier.entry.plan.case_pattern).reference(values, case.number)
    changes = {"reference": (case.reference, reference)}
    rename(work, case, reference, case.number)
    work.publish(RecordRefiled(record_id=case.id, dossier_id=dossier.id, changes=changes, subtree=True))


def rename(work: UnitOfWork, record: Record, reference: str, number: int) -> None:
    """Give a record a new reference and keep the old one as its alias."""
    work.session.add(ReferenceAlias(reference=record.reference, record_id=record.id, retired_at=work.now))
    record.reference, record.reference_sort, record.number = reference, sort_key(reference), number
    work.session.flush()
