"""Idempotency-Key: the answer to a POST is kept with the work it did, and given again to a repeat."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.errors import Conflict, Invalid
from eakte.foundation.table import Table
from eakte.foundation.work import UnitOfWork


class IdempotencyKeyReused(Invalid):
    """Dieser Idempotency-Key gehört zu einer anderen Anfrage."""

    advice = "Bitte für jede neue Anfrage einen neuen Schlüssel erzeugen, am besten eine UUID."


class IdempotencyKeyInProgress(Conflict):
    """Dieselbe Anfrage wird gerade bearbeitet."""

    advice = "Bitte in einigen Sekunden mit demselben Schlüssel wiederholen."


class KeptAnswer(Table):
    """What was answered to one POST of one identity, until the sweep forgets it after 30 days."""

    __tablename__ = "kept_answers"
    identity_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


def claim_key(work: UnitOfWork, key: str, request_hash: str) -> KeptAnswer | None:
    """Take `key` for this work, or find the answer that an earlier work kept under it.

    Waits up to 10 s for a concurrent work with the same key. Raises IdempotencyKeyReused when the earlier
    request was another one, IdempotencyKeyInProgress when it is not done.
    """
    session = work.session
    row = {"identity_id": work.actor.id, "key": key, "request_hash": request_hash, "created_at": work.now}
    try:
        session.execute(text("SET LOCAL lock_timeout = '10s'"))
        claimed = session.execute(
            insert(KeptAnswer).values(row).on_conflict_do_nothing().returning(KeptAnswer.key)
        ).first()
        session.execute(text("SET LOCAL lock_timeout = DEFAULT"))
    except OperationalError as error:
        raise IdempotencyKeyInProgress from error
    if claimed is not None:
        return None
    kept = session.scalars(
        select(KeptAnswer).where(KeptAnswer.identity_id == work.actor.id, KeptAnswer.key == key)
    ).one()
    if kept.request_hash != request_hash:
        raise IdempotencyKeyReused
    return kept


def keep_answer(work: UnitOfWork, key: str, *, status: int, headers: dict[str, str], body: bytes) -> None:
    """Store what this work answers, in its own transaction."""
    work.session.execute(
        update(KeptAnswer)
        .where(KeptAnswer.identity_id == work.actor.id, KeptAnswer.key == key)
        .values(status=status, headers=headers, body=body)
    )
