"""Giving reference numbers: in the transaction that uses them, without gaps, never twice."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, Text, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from eakte.access.queries import BERLIN
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Counter, Dossier, Record, ReferenceAlias
from eakte.records.rules import NumberTemplate

# Who keeps references of records that are gone says here how to find the one that had a reference.
Keeper = Callable[[ColumnElement[str]], Select[UUID]]
keepers: list[Keeper] = []


# Every new record asks this, and making it takes longer than asking.
_COUNTING = (
    insert(Counter)
    .values(scope=bindparam("in_scope"), value=1)
    .on_conflict_do_update(index_elements=[Counter.scope], set_={"value": Counter.value + 1})
    .returning(Counter.value)
)


def next_reference(work: UnitOfWork, pattern: str, values: Mapping[str, object]) -> tuple[str, int]:
    """The next free reference of a pattern, and its number.

    The counter's row stays locked until the work ends, so that a work that fails gives its number back.
    A number whose reference was taken over from elsewhere is passed over.
    """
    template = NumberTemplate(pattern)
    scope = {"in_scope": template.scope(values)}
    while True:
        number = work.session.scalars(_COUNTING, scope, execution_options={"populate_existing": True}).one()
        reference = template.reference(values, number)
        if not _is_taken(work.session, reference):
            return reference, number


def same_number(
    work: UnitOfWork, pattern: str, values: Mapping[str, object], number: int, former: str
) -> tuple[str, int]:
    """The reference a record gets in a new place with the number it had; the next free one where that is taken."""
    reference = NumberTemplate(pattern).reference(values, number)
    if reference != former and _is_taken(work.session, reference):
        return next_reference(work, pattern, values)
    return reference, number


def _is_taken(session: Session, reference: str) -> bool:
    """Whether a record has or had this reference, be it gone or not."""
    return session.execute(_having(tuple(keepers)), {"reference": reference}).first() is not None


@cache
def _having(keepers: tuple[Keeper, ...]) -> CompoundSelect[UUID]:
    wanted = bindparam("reference", type_=Text)
    now = select(Record.id).where(Record.reference == wanted)
    once = select(ReferenceAlias.record_id).where(ReferenceAlias.reference == wanted)
    return now.union_all(once, *(keeper(wanted) for keeper in keepers)).limit(1)


def case_values(dossier: Dossier, opened_at: datetime) -> dict[str, object]:
    """What a case's number template can speak of. The year is that of its opening (a legal day in Berlin)."""
    return {
        "plan": dossier.entry.plan.key,
        "entry": dossier.entry.code,
        "year": opened_at.astimezone(BERLIN).year,
        "dossier": dossier.reference,
    }
