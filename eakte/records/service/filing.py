"""Opening dossiers and cases, and changing their metadata."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from eakte.access import Confidentiality, Permission
from eakte.access.errors import ActionForbidden
from eakte.access.queries import BERLIN, get_unit
from eakte.foundation.ids import new_id
from eakte.foundation.messages import changes_of
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import LocationMissing
from eakte.records.guards import must_be_free
from eakte.records.held import hold
from eakte.records.messages import CaseCreated, DossierCreated, RecordChanged, RecordEvent
from eakte.records.models import Case, Dossier, Record
from eakte.records.plan_queries import get_entry_for_filing
from eakte.records.queries import get_dossier, is_seen_by, place_of
from eakte.records.rules import Action, Medium, Place, RecordKind, permissions_at, sort_key
from eakte.records.service.numbering import case_values, next_reference

RecordT = TypeVar("RecordT", bound=Record)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a caller may say of any new record; the rest follows from where it is filed."""

    title: str
    remark: str | None = None
    keywords: tuple[str, ...] = ()
    confidentiality: Confidentiality | None = None
    medium: Medium = Medium.ELECTRONIC
    location: str | None = None
    runs_from: date | None = None
    runs_until: date | None = None


def create_dossier(
    work: UnitOfWork,
    entry_id: UUID,
    metadata: Metadata,
    *,
    unit_id: UUID,
    keeping_unit_id: UUID | None = None,
    dossier_type: str | None = None,
) -> Dossier:
    """Open a dossier (Akte anlegen) under a subject unit of the filing plan.

    Raises EntryNotFound, EntryNotALeaf, EntryClosedDown, UnitNotFound, LocationMissing, ActionForbidden.
    """
    entry = get_entry_for_filing(work, entry_id)
    get_unit(work.session, unit_id)
    if keeping_unit_id is not None:
        get_unit(work.session, keeping_unit_id)
    level = metadata.confidentiality or Confidentiality.OPEN
    place = Place(unit_id, tuple(entry.path), frozenset({level.value}))
    if Permission.CREATE_DOSSIER not in permissions_at(work.actor, place):
        raise ActionForbidden(permission=Permission.CREATE_DOSSIER)
    entry.must_take_dossiers(work.now.astimezone(BERLIN).date())
    values = {"plan": entry.plan.key, "entry": entry.code, "year": work.now.astimezone(BERLIN).year}
    reference, number = next_reference(work, entry.plan.dossier_pattern, values)
    dossier = Dossier(
        **common_fields(work, metadata, RecordKind.DOSSIER, reference, number, level, unit_id),
        entry=entry,
        keeping_unit_id=keeping_unit_id,
        dossier_type=dossier_type,
        runs_from=metadata.runs_from,
        runs_until=metadata.runs_until,
        protected=False,
    )
    return add_record(work, dossier, DossierCreated(record_id=dossier.id, dossier_id=dossier.id))


def create_case(
    work: UnitOfWork,
    dossier_id: UUID,
    metadata: Metadata,
    *,
    keeping_unit_id: UUID | None = None,
    case_type: str | None = None,
) -> Case:
    """Open a case (Vorgang anlegen) in an open dossier.

    Raises DossierNotFound, UnitNotFound, RecordStateForbids, LocationMissing, ActionForbidden.
    """
    dossier = get_dossier(work, dossier_id, to=Permission.CREATE_CASE)
    dossier.must_allow(Action.CREATE_CASE)
    if keeping_unit_id is not None:
        get_unit(work.session, keeping_unit_id)
    level = metadata.confidentiality or dossier.confidentiality
    must_reach(work, dossier, level, Permission.CREATE_CASE)
    reference, number = next_reference(work, dossier.entry.plan.case_pattern, case_values(dossier, work.now))
    case = Case(
        **common_fields(work, metadata, RecordKind.CASE, reference, number, level, dossier.unit_id),
        dossier=dossier,
        keeping_unit_id=keeping_unit_id,
        case_type=case_type,
        runs_from=metadata.runs_from,
        runs_until=metadata.runs_until,
    )
    return add_record(work, case, CaseCreated(record_id=case.id, dossier_id=dossier.id))


def must_reach(work: UnitOfWork, record: Record, level: Confidentiality, permission: Permission) -> None:
    """Refuse a level at which the actor would not hold `permission` at this record's place. Raises ActionForbidden."""
    place = place_of(record)
    if permission not in permissions_at(work.actor, replace(place, levels=place.levels | {level.value})):
        raise ActionForbidden(permission=permission)


def common_fields(
    work: UnitOfWork,
    metadata: Metadata,
    kind: RecordKind,
    reference: str,
    number: int,
    level: Confidentiality,
    unit_id: UUID,
    *,
    record_id: UUID | None = None,
) -> dict[str, Any]:
    """The columns every new record starts with. Raises LocationMissing."""
    if metadata.medium is not Medium.ELECTRONIC and not metadata.location:
        raise LocationMissing
    return {
        "id": record_id or new_id(),
        "record_kind": kind,
        "reference": reference,
        "reference_sort": sort_key(reference),
        "number": number,
        "title": metadata.title,
        "remark": metadata.remark,
        "keywords": list(metadata.keywords),
        "confidentiality": level,
        "medium": metadata.medium,
        "location": metadata.location,
        "unit_id": unit_id,
        "created_at": work.now,
        "created_by": work.actor.id,
        "modified_at": work.now,
    }


def add_record(work: UnitOfWork, record: RecordT, event: RecordEvent) -> RecordT:
    """Store a new record and publish `event` with its first values."""
    changes = {field: (None, new) for field, (_, new) in changes_of(record).items() if new is not None}
    work.session.add(record)
    work.session.flush()
    if is_seen_by(work.actor, record):
        hold(work, record)
    work.publish(event.model_copy(update={"changes": changes}))
    return record


def change_record(work: UnitOfWork, record: Record, fields: dict[str, Any], *, dossier_id: UUID) -> None:
    """Set metadata fields of a record loaded for EDIT (bearbeiten); another confidentiality needs PROTECT too.

    Raises RecordStateForbids, TransitionBlocked, UnitNotFound, LocationMissing, ActionForbidden.
    """
    must_be_free(work, record, Action.EDIT)
    if fields.get("keeping_unit_id") is not None:
        get_unit(work.session, fields["keeping_unit_id"])
    level = fields.get("confidentiality", record.confidentiality)
    if level is not record.confidentiality:
        must_reach(work, record, level, Permission.PROTECT)
    for name, value in fields.items():
        setattr(record, name, value)
    if record.medium is not Medium.ELECTRONIC and not record.location:
        raise LocationMissing
    changes = changes_of(record)
    if not changes:
        return
    record.modified_at = work.now
    # A dossier's confidentiality is looked at for everything in it.
    subtree = record.record_kind is not RecordKind.DOCUMENT
    work.publish(RecordChanged(record_id=record.id, dossier_id=dossier_id, changes=changes, subtree=subtree))
