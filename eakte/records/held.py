"""Records that a work holds: locked or made in its own transaction, so that nobody has to ask for them again."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session, SessionTransaction

from eakte.foundation.work import UnitOfWork
from eakte.records.models import Record

_HELD = "held_records"
_Held = dict[tuple[UUID, UUID], tuple[SessionTransaction, Record]]


def hold(work: UnitOfWork, record: Record) -> None:
    """Note that this work's actor sees a record, and that nobody changes it until the transaction ends."""
    session = work.session
    transaction = session.get_nested_transaction() or session.get_transaction()
    if transaction is not None:
        _held_in(session)[work.actor.id, record.id] = (transaction, record)


def held(work: UnitOfWork, record_id: UUID) -> Record | None:
    """A record that this work's actor holds. What was locked within a savepoint counts as long as that is open."""
    transaction, record = _held_in(work.session).get((work.actor.id, record_id), (None, None))
    return record if transaction is not None and transaction.is_active and record in work.session else None


def let_go(session: Session, record_ids: Iterable[UUID]) -> None:
    """Forget records that are deleted."""
    gone = set(record_ids)
    known = _held_in(session)
    for key in [key for key in known if key[1] in gone]:
        del known[key]


def _held_in(session: Session) -> _Held:
    found: _Held = session.info.setdefault(_HELD, {})
    return found
