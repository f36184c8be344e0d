"""What queue and API still keep of records that are gone."""

import re
from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import delete, select, text, tuple_
from sqlalchemy.orm import Session

from eakte.foundation.idempotency import KeptAnswer

_JOBS = text(
    """
    DELETE FROM procrastinate_jobs WHERE status <> 'doing' AND EXISTS (
        SELECT FROM jsonb_each_text(args) AS argument WHERE argument.value = ANY(:ids)
    )
    """
)
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def forget_traces(session: Session, record_ids: Collection[UUID]) -> None:
    """Delete jobs that name some records, and the answers kept for repeated requests that do."""
    session.execute(_JOBS, {"ids": [str(one) for one in record_ids]})
    named = list(_answers_naming(session, {str(one).encode() for one in record_ids}))
    for start in range(0, len(named), 1000):
        keys = tuple_(KeptAnswer.identity_id, KeptAnswer.key).in_(named[start : start + 1000])
        session.execute(delete(KeptAnswer).where(keys), execution_options={"synchronize_session": False})


def _answers_naming(session: Session, ids: set[bytes]) -> Iterator[tuple[UUID, str]]:
    statement = select(KeptAnswer.identity_id, KeptAnswer.key, KeptAnswer.body).where(KeptAnswer.body.is_not(None))
    for identity_id, key, body in session.execute(statement, execution_options={"yield_per": 1000}):
        if not ids.isdisjoint(_UUID.findall(body or b"")):
            yield identity_id, key
