"""Writing and verifying the audit trail."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
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
    lane, length, head = _free_lane(session)
    rows = []
    for position, told in enumerate(events, length + 1):
        row = {
            "id": told.id,
            "lane": lane,
            "position": position,
            "at": told.at,
            "actor_id": told.actor.id,
            "actor_name": told.actor.name,
            "event": told.event,
            "record_id": told.record_id,
            "changes": told.changes,
            "details": told.details,
            "previous_hash": head,
        }
        head = entry_hash(told.key, _signed(row), head)
        rows.append(row | {"hash": head})
    session.execute(insert(AuditEntry), rows)
    length += len(rows)
    seal = lane_seal(events[-1].key, lane, length, head)
    session.execute(_SET_END, {"lane": lane, "length": length, "head": head, "seal": seal})


_events = Gathered(_write_entries)


# Made once: making a statement costs as much as asking it.
_FREE = (
    select(AuditLane.lane, AuditLane.length, AuditLane.head)
    .order_by(AuditLane.lane)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_SET_END = text("UPDATE audit_lanes SET length = :length, head = :head, seal = :seal WHERE lane = :lane")


def _free_lane(session: Session) -> tuple[int, int, str]:
    """Number, length and last hash of the lane this transaction writes to: a free one, or a new one. Never waits."""
    free = session.execute(_FREE).first()
    if free is not None:
        return free.lane, free.length, free.head
    number = session.execute(select(LANE_NUMBERS.next_value())).scalar_one()
    session.execute(insert(AuditLane), {"lane": number, "length": 0, "head": GENESIS, "seal": ""})
    return number, 0, GENESIS


_SIGNED = ("id", "lane", "position", "at", "actor_id", "actor_name", "event", "record_id", "changes", "details")


def _signed(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {"id": str(row["id"]), "actor_id": str(row["actor_id"]), "record_id": str(row["record_id"])}
    return {name: row[name] for name in _SIGNED} | plain | {"at": row["at"].timestamp()}


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
    content = _signed({name: getattr(entry, name) for name in _SIGNED})
    return Link(str(entry.id), entry.lane, entry.position, entry.previous_hash, entry.hash, content)
