"""Giving reference numbers: in the transaction that uses them, without gaps, never twice."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from eakte.foundation.work import UnitOfWork
from eakte.records.models import Counter, Record, ReferenceAlias
from eakte.records.rules import NumberTemplate


def next_reference(work: UnitOfWork, pattern: str, values: Mapping[str, object]) -> tuple[str, int]:
    """The next free reference of a pattern, and its number.

    The counter's row stays locked until the work ends, so that a work that fails gives its number back.
    A number whose reference was taken over from elsewhere is passed over.
    """
    template = NumberTemplate(pattern)
    scope = template.scope(values)
    upsert = (
        insert(Counter)
        .values(scope=scope, value=1)
        .on_conflict_do_update(index_elements=[Counter.scope], set_={"value": Counter.value + 1})
        .returning(Counter.value)
    )
    while True:
        number = work.session.scalars(upsert, execution_options={"populate_existing": True}).one()
        reference = template.reference(values, number)
        taken = (
            select(Record.id)
            .where(Record.reference == reference)
            .union(select(ReferenceAlias.record_id).where(ReferenceAlias.reference == reference))
        )
        if work.session.execute(taken).first() is None:
            return reference, number
