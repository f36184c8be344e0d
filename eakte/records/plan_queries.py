"""Every select over filing plans. The plan is open to everybody in the house; changing it is not."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.queries import require
from eakte.foundation.table import must_be_at
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import EntryNotFound, PlanNotFound
from eakte.records.models import FilingPlan, FilingPlanEntry


def get_plan(work: UnitOfWork, plan_id: UUID, *, to: Permission | None = None, revision: int | None = None) -> FilingPlan:
    """Load a plan, for reading or `to` manage it. Raises PlanNotFound, ActionForbidden, Stale."""
    plan = work.session.get(FilingPlan, plan_id)
    if plan is None:
        raise PlanNotFound
    if to is not None:
        require(work, to)
    must_be_at(plan.revision, revision)
    return plan


def get_entry(
    work: UnitOfWork, entry_id: UUID, *, to: Permission | None = None, revision: int | None = None
) -> FilingPlanEntry:
    """Load an entry, for reading or `to` manage it. Raises EntryNotFound, ActionForbidden, Stale."""
    entry = work.session.get(FilingPlanEntry, entry_id)
    if entry is None:
        raise EntryNotFound(entry=entry_id)
    if to is not None:
        require(work, to)
    must_be_at(entry.revision, revision)
    return entry


def entry_by_code(session: Session, code: str, *, plan_key: str | None = None) -> FilingPlanEntry:
    """The entry with this code; in the newest plan that has it, unless one is named. Raises EntryNotFound."""
    statement = (
        select(FilingPlanEntry)
        .join(FilingPlan, FilingPlanEntry.plan_id == FilingPlan.id)
        .where(FilingPlanEntry.code == code)
        .order_by(FilingPlan.created_at.desc())
    )
    if plan_key is not None:
        statement = statement.where(FilingPlan.key == plan_key)
    entry = session.scalars(statement.limit(1)).first()
    if entry is None:
        raise EntryNotFound(entry=code)
    return entry
