"""Restricting the processing of records, and lifting that (Einschränkung der Verarbeitung, Art. 18 DSGVO)."""

from datetime import date
from uuid import UUID

from eakte.access import Permission
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import AlreadyRestricted, NotRestricted
from eakte.records.keeping import lock_keeping
from eakte.records.messages import RestrictionLifted, RestrictionSet
from eakte.records.models import Record, Restriction
from eakte.records.queries import dossier_id_of, get_record
from eakte.records.restriction_queries import own_restriction
from eakte.records.rules import RestrictionGround


def restrict_record(
    work: UnitOfWork,
    record_id: UUID,
    *,
    ground: RestrictionGround,
    reason: str,
    until: date | None,
    revision: int | None = None,
) -> Restriction:
    """Restrict the processing of a record and of what lies in it, whatever its state.

    It is not found by searching any more, its contents are shown to few, and nothing changes in it until somebody
    lifts that; `until` is the day on which to think of it. It waits for a destruction that is under way; what that one
    took is no longer found.

    Raises RecordNotFound, AlreadyRestricted, ActionForbidden, Stale.
    """
    lock_keeping(work.session)
    record = get_record(work, record_id, to=Permission.RESTRICT_PROCESSING, revision=revision)
    if record.restricted:
        raise AlreadyRestricted(reference=record.reference)
    restriction = Restriction(ground=ground, reason=reason, until=until, set_by=work.actor.id)
    _set(work, record, restriction)
    return restriction


def carry_restriction(work: UnitOfWork, record: Record, inherited: Restriction) -> None:
    """Restrict a record by itself that was moved out of what it had its restriction from. Only disposal moves it."""
    if not record.processing_restricted:
        again = Restriction(
            ground=inherited.ground, reason=inherited.reason, until=inherited.until, set_by=inherited.set_by
        )
        _set(work, record, again)


def _set(work: UnitOfWork, record: Record, restriction: Restriction) -> None:
    restriction.id, restriction.record_id, restriction.set_at = new_id(), record.id, work.now
    work.session.add(restriction)
    _mark(work, record, restricted=True)
    wanted = {"ground": restriction.ground, "reason": restriction.reason, "until": restriction.until}
    changes = {name: (None, value) for name, value in wanted.items() if value is not None}
    work.publish(RestrictionSet(record_id=record.id, dossier_id=dossier_id_of(record), changes=changes, subtree=True))


def lift_restriction(work: UnitOfWork, record_id: UUID, *, reason: str, revision: int | None = None) -> None:
    """Lift a record's own restriction (Einschränkung aufheben); one of what it lies in stays.

    The person concerned is told before (Art. 18 (3) DSGVO).

    Raises RecordNotFound, NotRestricted, ActionForbidden, Stale.
    """
    record = get_record(work, record_id, to=Permission.RESTRICT_PROCESSING, revision=revision)
    restriction = own_restriction(work.session, record.id)
    if restriction is None:
        raise NotRestricted(reference=record.reference)
    restriction.lifted_by, restriction.lifted_at, restriction.lift_reason = work.actor.id, work.now, reason
    _mark(work, record, restricted=False)
    changes: dict[str, tuple[object, object]] = {"ground": (restriction.ground, None), "reason": (None, reason)}
    work.publish(
        RestrictionLifted(record_id=record.id, dossier_id=dossier_id_of(record), changes=changes, subtree=True)
    )


def _mark(work: UnitOfWork, record: Record, *, restricted: bool) -> None:
    record.restricted, record.modified_at = restricted, work.now
    work.session.flush()
