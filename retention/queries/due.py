"""What is due (fällig): pages of it in the order of days, for who may dispose of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from eakte.access import Permission
from eakte.access.queries import require, unit_and_below
from eakte.foundation.aliases import settled
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier, FilingPlanEntry, Record
from eakte.records.plan_rules import DisposalCode
from eakte.records.queries import may_at
from retention.models.rules import RecordRetention

_record = settled(aliased(Record.__table__, name="due_record"))
_case = settled(aliased(Case.__table__, name="due_case"))
_dossier = settled(aliased(Dossier, flat=True))


@dataclass(frozen=True, slots=True)
class WantedDue:
    """What of it: due on a day at the latest, below an entry, of a unit and those below it, with an appraisal code."""

    by: date
    entry_id: UUID | None = None
    unit_id: UUID | None = None
    code: DisposalCode | None = None


def due(work: UnitOfWork, wanted: WantedDue, *, cursor: str | None, limit: int) -> Page[RecordRetention]:
    """Periods that are over, the oldest first, where the actor may dispose of the record. Raises ActionForbidden."""
    require(work, Permission.DISPOSE)
    levels: list[Any] = [_record.c.confidentiality, _dossier.confidentiality]
    statement = (
        select(RecordRetention)
        .join(_record, _record.c.id == RecordRetention.record_id)
        .outerjoin(_case, _case.c.id == RecordRetention.record_id)
        .join(_dossier, _dossier.id == func.coalesce(_case.c.dossier_id, RecordRetention.record_id))
        .where(RecordRetention.due_on <= wanted.by, may_at(work.actor, Permission.DISPOSE, _dossier, levels))
    )
    if wanted.entry_id is not None:
        below = select(FilingPlanEntry.id).where(FilingPlanEntry.path.contains([wanted.entry_id]))
        statement = statement.where(_dossier.entry_id.in_(below))
    if wanted.unit_id is not None:
        statement = statement.where(_dossier.unit_id.in_(sorted(unit_and_below(work.session, wanted.unit_id))))
    if wanted.code is not None:
        statement = statement.where(RecordRetention.disposal == wanted.code)
    order = (RecordRetention.due_on, RecordRetention.record_id)
    return page_of(work.session, statement, order, cursor=cursor, limit=limit)
