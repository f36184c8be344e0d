"""Writing and verifying the audit trail."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.audit import queries
from eakte.audit.models import LANE_NUMBERS, AuditEntry, AuditLane
from eakte.audit.rules import GENESIS, Flaw, Link, entry_hash, judge_lane, lane_seal
from eakte.foundation.gathering import Gathered
from eakte.foundation.ids import new_id
from eakte.foundation.messages import Event, on
from eakte.foundation.settings import Settings
from eakte.foundation.work import Actor, UnitOfWork


@dataclass(frozen=True, slots=True)
class _Told:
    """An event as its work told it; the entry is chained when the work commits."""

    key: bytes
    id: UUID
    at: datetime
    actor: Actor
    event: str
    record_id: UUID
    changes: dict[str, Any]
    details: dict[str, Any]


@on(Event)
def write_entry(work: UnitOfWork, event: Event) -> None:
    """Every event becomes one audit entry, chained in the transaction it describes, at its end."""
    details = event.model_dump(mode="json", exclude={"record_id"})
    changes = json.loads(json.dumps(details.pop("changes")))
    told = _Told(_key(work.settings), new_id(), work.now, work.actor, event.name, event.record_id, changes, details)
    _events.add(work.session, told)


def _write_entries(session: Session, events: Sequence[_Told]) -> None:
    """Chain the entries of one transaction, one behind the other."""
    lane = _free_lane(session)
    for told in events:
        entry = AuditEntry(
            id=told.id,
            lane=lane.lane,
            position=lane.length + 1,
            at=told.at,
            actor_id=told.actor.id,
            actor_name=told.actor.name,
            event=told.event,
            record_id=told.record_id,
            changes=told.changes,
            details=told.details,
            previous_hash=lane.head,
        )
        entry.hash = entry_hash(told.key, _signed(entry), lane.head)
        session.add(entry)
        lane.length, lane.head = entry.position, entry.hash
    lane.seal = lane_seal(events[-1].key, lane.lane, lane.length, lane.head)
    session.flush()


_events = Gathered(_write_entries)


def _free_lane(session: Session) -> AuditLane:
    """The lane this transaction writes to: a free one, or a new one. Never waits."""
    free = select(AuditLane).order_by(AuditLane.lane).limit(1).with_for_update(skip_locked=True)
    lane = session.scalar(free.execution_options(populate_existing=True))
    if lane is None:
        number = session.scalar(select(LANE_NUMBERS.next_value()))
        lane = AuditLane(lane=number, length=0, head=GENESIS, seal="")
        session.add(lane)
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
