"""People the house knows itself: accounts of staff and specialist systems, and what the audit trail says of them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from eakte.access.models import Identity
from eakte.audit.models import AuditEntry
from eakte.foundation.clock import GERMANY
from eakte.privacy.matching import Hit, Probe
from eakte.privacy.queries.in_records import CHUNK, may_match
from eakte.privacy.registry import Found
from eakte.privacy.rules import Place
from eakte.records.models import Record


def in_accounts(session: Session, probe: Probe) -> Iterator[Found]:
    """Accounts (Konten), each with what the audit trail holds of what it did: how much and when, not each act."""
    columns = (Identity.display_name, Identity.email, Identity.login)
    rows = session.execute(select(Identity.id, *columns).where(may_match(probe, *columns))).all()
    for id_, name, email, login in rows:
        line = ", ".join(one for one in (name, email, login) if one)
        hit = probe.in_text(line)
        if hit is None:
            continue
        yield Found(Place.ACCOUNT, name, "account", Hit(hit.match, line), subject_id=id_)
        acts = _acts_of(session, id_)
        if acts:
            yield Found(Place.AUDIT, name, "actor", Hit(hit.match, acts), subject_id=id_)


def _acts_of(session: Session, identity_id: UUID) -> str:
    statement = select(func.count(), func.min(AuditEntry.at), func.max(AuditEntry.at))
    count, first, last = session.execute(statement.where(AuditEntry.actor_id == identity_id)).one()
    if not count:
        return ""
    days = f"{first.astimezone(GERMANY):%d.%m.%Y} bis {last.astimezone(GERMANY):%d.%m.%Y}"
    return f"{count} Einträge vom {days}"


def in_audit(session: Session, probe: Probe) -> Iterator[Found]:
    """Entries whose old or new values speak of the person, one finding for each record and kind of event."""
    changes, details = cast(AuditEntry.changes, Text), cast(AuditEntry.details, Text)
    statement = (
        select(AuditEntry.record_id, AuditEntry.event, AuditEntry.changes, AuditEntry.details, Record.reference)
        .outerjoin(Record, Record.id == AuditEntry.record_id)
        .where(may_match(probe, changes, details))
        .order_by(AuditEntry.id)
    )
    seen: set[tuple[UUID, str]] = set()
    for record_id, event, changed, told, reference in session.execute(statement, execution_options=CHUNK):
        hit = probe.in_text(" | ".join((*_texts(changed), *_texts(told))))
        if hit is None or (record_id, event) in seen:
            continue
        seen.add((record_id, event))
        is_record = reference is not None
        yield Found(
            Place.AUDIT,
            reference if is_record else event,
            event,
            hit,
            record_id if is_record else None,
            None if is_record else record_id,
        )


def _texts(value: Any) -> Iterator[str]:
    """Every text in something that was JSON."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
