"""Writing and verifying the audit trail."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.audit import queries
from eakte.audit.models import LANE_NUMBERS, AuditEntry, AuditLane
from eakte.audit.rules import GENESIS, Flaw, Link, entry_hash, judge_lane, lane_seal
from eakte.foundation.ids import new_id
from eakte.foundation.messages import Event, on
from eakte.foundation.settings import Settings
from eakte.foundation.work import UnitOfWork

_LANE = "audit_lane"


@on(Event)
def write_entry(work: UnitOfWork, event: Event) -> None:
    """Every event becomes one audit entry, chained in the transaction it describes."""
    lane = _lane_of(work.session)
    content = event.model_dump(mode="json")
    changes = content.pop("changes")
    record_id = content.pop("record_id")
    entry = AuditEntry(
        id=new_id(),
        lane=lane.lane,
        position=lane.length + 1,
        at=work.now,
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        event=event.name,
        record_id=event.record_id,
        changes=json.loads(json.dumps(changes)),
        details=content,
        previous_hash=lane.head,
    )
    assert str(entry.record_id) == record_id
    entry.hash = entry_hash(_key(work.settings), _signed(entry), lane.head)
    lane.length, lane.head = entry.position, entry.hash
    lane.seal = lane_seal(_key(work.settings), lane.lane, lane.length, lane.head)
    work.session.add(entry)


def _lane_of(session: Session) -> AuditLane:
    """The lane this transaction writes to: one it holds already, a free one, or a new one. Never waits."""
    held: AuditLane | None = session.info.get(_LANE)
    if held is not None and held in session:
        return held
    lane = session.scalar(select(AuditLane).order_by(AuditLane.lane).limit(1).with_for_update(skip_locked=True))
    if lane is None:
        number = session.scalar(select(LANE_NUMBERS.next_value()))
        lane = AuditLane(lane=number, length=0, head=GENESIS, seal="")
        session.add(lane)
        session.flush()
    session.info[_LANE] = lane
    return lane


def _signed(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "lane": entry.lane,
        "position": entry.position,
        "at": entry.at.timestamp(),
        "actor_id": str(entry.actor_id),
        "actor_name": entry.actor_name,
        "event": entry.event,
        "record_id": str(entry.record_id),
        "changes": entry.changes,
        "details": entry.details,
    }


def _key(settings: Settings) -> bytes:
    return settings.audit.key.get_secret_value().encode()


def verify_audit(work: UnitOfWork) -> Iterator[Flaw]:
    """Every changed, missing or inserted entry, lane by lane, in constant memory."""
    require_unlimited(work, Permission.MANAGE_SYSTEM)
    key = _key(work.settings)
    known = {lane.lane: lane for lane in queries.lanes(work.session)}
    for number in sorted(known):
        lane = known[number]
        links = (_link(entry) for entry in queries.entries_of_lane(work.session, number, lane.length))
        yield from judge_lane(key, number, links, lane.length, lane.head, lane.seal)
    for entry in queries.entries_outside_lanes(work.session):
        yield Flaw("inserted", entry.lane, entry.position, str(entry.id), "Der Eintrag wurde nachträglich eingefügt.")


def _link(entry: AuditEntry) -> Link:
    return Link(str(entry.id), entry.lane, entry.position, entry.previous_hash, entry.hash, _signed(entry))
