"""Legal holds: setting, releasing, and letting what matches later join."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from eakte.access import Permission
from eakte.access.queries import BERLIN, require_unlimited
from eakte.foundation.errors import Finding
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from eakte.records.queries import get_record
from eakte.records.service.numbering import next_reference
from retention.errors import HoldAlreadyReleased, HoldScopeEmpty, RecordsHeldNow
from retention.messages import HoldReleased, HoldSet, LockStorage, RecordsHeld
from retention.models.holds import HeldRecord, LegalHold
from retention.queries.holds import (
    closed_around,
    get_hold,
    hindrances,
    lock_against_holds,
    lock_holds,
    matching,
    records_of,
    scoped_holds,
)
from retention.rules.holding import Scope

_REFERENCE = "LS-{year}/{number:04}"
_SCOPED = "scoped_holds"


def set_hold(work: UnitOfWork, *, reason: str, record_ids: Collection[UUID], scope: Scope | None) -> LegalHold:
    """Hold some records by name, and whatever matches a saved query now or later (Löschsperre setzen).

    It waits for a destruction that is under way; what that one took is gone and no longer found. Raises
    HoldScopeEmpty, RecordNotFound, ActionForbidden for whoever has the right in a corner of the house only.
    """
    if scope is not None and scope.asks_for_nothing:
        scope = None
    if scope is None and not record_ids:
        raise HoldScopeEmpty
    require_unlimited(work, Permission.MANAGE_HOLDS)
    lock_holds(work.session)
    for record_id in record_ids:
        get_record(work, record_id, to=Permission.MANAGE_HOLDS)
    reference, _ = next_reference(work, _REFERENCE, {"year": work.now.astimezone(BERLIN).year})
    hold = LegalHold(
        id=new_id(),
        reference=reference,
        reason=reason,
        scope=None if scope is None else scope.model_dump(mode="json", exclude_defaults=True),
        set_by=work.actor.id,
        set_at=work.now,
    )
    work.session.add(hold)
    work.session.flush()
    work.session.info.pop(_SCOPED, None)
    work.publish(HoldSet(record_id=hold.id, changes={"reason": (None, reason), "scope": (None, hold.scope)}))
    _hold(work, hold, record_ids, matched=False)
    if scope is not None:
        _hold(work, hold, work.session.scalars(matching(scope)).all(), matched=True)
    return hold


def add_to_hold(work: UnitOfWork, hold_id: UUID, record_ids: Collection[UUID], *, revision: int | None) -> LegalHold:
    """Put more records under a hold in force. Raises HoldNotFound, HoldAlreadyReleased, RecordNotFound."""
    lock_holds(work.session)
    hold = get_hold(work, hold_id, revision=revision, change=True)
    if hold.released_at is not None:
        raise HoldAlreadyReleased
    for record_id in record_ids:
        get_record(work, record_id, to=Permission.MANAGE_HOLDS)
    _hold(work, hold, record_ids, matched=False)
    return hold


def release_hold(work: UnitOfWork, hold_id: UUID, *, reason: str, revision: int | None) -> LegalHold:
    """Release a hold (Löschsperre aufheben); a record is free when no other one holds it.

    Raises HoldNotFound, HoldAlreadyReleased, ActionForbidden.
    """
    hold = get_hold(work, hold_id, revision=revision, change=True)
    if hold.released_at is not None:
        raise HoldAlreadyReleased
    hold.released_by, hold.released_at, hold.release_reason = work.actor.id, work.now, reason
    work.session.flush()
    work.session.info.pop(_SCOPED, None)
    work.publish(HoldReleased(record_id=hold.id, changes={"release_reason": (None, reason)}))
    tell_storage(work, records_of(work.session, hold.id))
    return hold


def join_holds(work: UnitOfWork, record_id: UUID) -> None:
    """Put a record that came or changed, and what lies in it, under the holds whose saved query it matches now.

    Nothing leaves a hold because it no longer matches: who held it had a reason.
    """
    info = work.session.info
    if _SCOPED not in info:
        info[_SCOPED] = [(hold.id, Scope.model_validate(hold.scope)) for hold in scoped_holds(work.session)]
    for hold_id, scope in info[_SCOPED]:
        found = work.session.scalars(matching(scope, within=record_id)).all()
        if found:
            _hold(work, work.session.get_one(LegalHold, hold_id), found, matched=True)


def must_be_unheld(work: UnitOfWork, record_ids: Collection[UUID]) -> None:
    """Make sure that nothing keeps some dossiers or cases, and that nothing comes to keep them before this work ends.

    Raises RecordsHeldNow with everything that does.
    """
    lock_against_holds(work.session)
    found = hindrances(work.session, record_ids)
    if found:
        findings = [Finding("record-held", one.sentence, one.reference) for one in found]
        raise RecordsHeldNow(findings=findings, count=len(findings))


def _hold(work: UnitOfWork, hold: LegalHold, record_ids: Iterable[UUID], *, matched: bool) -> None:
    rows = [
        {"hold_id": hold.id, "record_id": record_id, "matched": matched, "since": work.now}
        for record_id in dict.fromkeys(record_ids)
    ]
    if not rows:
        return
    added = work.session.scalars(
        insert(HeldRecord).on_conflict_do_nothing().returning(HeldRecord.record_id), rows
    ).all()
    if added:
        work.publish(RecordsHeld(record_id=hold.id, records=list(added)))
        tell_storage(work, added)


def tell_storage(work: UnitOfWork, record_ids: Iterable[UUID]) -> None:
    """What is closed has storage locks, and those follow the hold; what is open is held by the storage anyway."""
    for record_id in closed_around(work.session, list(record_ids)):
        work.defer(LockStorage(record_id=record_id))
