"""Every select over filing plans. The plan is open to everybody in the house; changing it is not."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, any_, cast, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.table import must_be_at
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import EntryNotFound, PlanNotFound
from eakte.records.models import Dossier, FilingPlan, FilingPlanEntry
from eakte.records.plan_rules import FOLDS, folded


def get_plan(
    work: UnitOfWork, plan_id: UUID, *, to: Permission | None = None, revision: int | None = None
) -> FilingPlan:
    """Load a plan, for reading or `to` manage it, then locked. Raises PlanNotFound, ActionForbidden, Stale."""
    statement = select(FilingPlan).where(FilingPlan.id == plan_id)
    if to is not None:
        require_unlimited(work, to)
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    plan = work.session.scalar(statement)
    if plan is None:
        raise PlanNotFound
    must_be_at(plan.revision, revision)
    return plan


def get_entry(
    work: UnitOfWork, entry_id: UUID, *, to: Permission | None = None, revision: int | None = None
) -> FilingPlanEntry:
    """Load an entry, for reading or `to` manage it, which needs the right for it and what lies below.

    A managed entry is locked together with its plan, so that nobody changes the tree meanwhile.
    Raises EntryNotFound, ActionForbidden, Stale.
    """
    entry = work.session.get(FilingPlanEntry, entry_id)
    if entry is None:
        raise EntryNotFound(entry=entry_id)
    if to is not None:
        require_unlimited(work, to, below=entry.path)
        lock_plan(work.session, entry.plan_id)
        work.session.refresh(entry, with_for_update={"of": FilingPlanEntry})
    must_be_at(entry.revision, revision)
    return entry


def get_entry_for_filing(work: UnitOfWork, entry_id: UUID) -> FilingPlanEntry:
    """Load an entry under which a dossier is about to lie, and keep it a leaf until then. Raises EntryNotFound."""
    lock = select(FilingPlanEntry.id).where(FilingPlanEntry.id == entry_id)
    work.session.scalar(lock.with_for_update(read=True, key_share=True))
    entry = work.session.get(FilingPlanEntry, entry_id, populate_existing=True)
    if entry is None:
        raise EntryNotFound(entry=entry_id)
    return entry


def lock_plan(session: Session, plan_id: UUID) -> None:
    """Let one work at a time change the tree of a plan."""
    session.execute(select(FilingPlan.id).where(FilingPlan.id == plan_id).with_for_update(key_share=True))


def lock_entries(session: Session, plan_id: UUID) -> None:
    """Let no dossier come under any entry of a plan until this work ends."""
    session.execute(select(FilingPlanEntry.id).where(FilingPlanEntry.plan_id == plan_id).with_for_update())


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


def plan_by_key(session: Session, key: str) -> FilingPlan | None:
    return session.scalar(select(FilingPlan).where(FilingPlan.key == key))


def plans(work: UnitOfWork, *, cursor: str | None, limit: int) -> Page[FilingPlan]:
    """Every filing plan in the order of keys."""
    return page_of(work.session, select(FilingPlan), (FilingPlan.key, FilingPlan.id), cursor=cursor, limit=limit)


def entries(
    work: UnitOfWork,
    *,
    plan_id: UUID | None = None,
    parent_id: UUID | None = None,
    top_level: bool = False,
    valid_at: date | None = None,
    code: str | None = None,
    words: str | None = None,
    cursor: str | None,
    limit: int,
) -> Page[FilingPlanEntry]:
    """Entries in the order of their codes: of a plan, of a parent, the topmost, those valid on a day, with a code.

    Every one of `words` must occur in code or titles, whatever its case and however its umlauts are written.
    """
    statement = select(FilingPlanEntry)
    if plan_id is not None:
        statement = statement.where(FilingPlanEntry.plan_id == plan_id)
    if parent_id is not None:
        statement = statement.where(FilingPlanEntry.parent_id == parent_id)
    if top_level:
        statement = statement.where(FilingPlanEntry.parent_id.is_(None))
    if valid_at is not None:
        statement = _valid_at(statement, valid_at)
    if code is not None:
        statement = statement.where(FilingPlanEntry.code == code)
    for word in folded(words or "").split():
        statement = statement.where(_searched().contains(word, autoescape=True))
    order = (FilingPlanEntry.code_sort, FilingPlanEntry.id)
    return page_of(work.session, statement, order, cursor=cursor, limit=limit)


def _valid_at(statement: Select[FilingPlanEntry], day: date) -> Select[FilingPlanEntry]:
    closed_on = cast(func.timezone("Europe/Berlin", FilingPlanEntry.closed_down_at), Date)
    return statement.where(
        or_(FilingPlanEntry.valid_from.is_(None), FilingPlanEntry.valid_from <= day),
        or_(FilingPlanEntry.valid_until.is_(None), FilingPlanEntry.valid_until >= day),
        or_(FilingPlanEntry.closed_down_at.is_(None), closed_on > day),
    )


def _searched() -> ColumnElement[str]:
    """SQL twin of `folded`, over code and titles."""
    text: ColumnElement[str] = func.lower(
        func.concat_ws(" ", FilingPlanEntry.code, FilingPlanEntry.title, FilingPlanEntry.short_title)
    )
    # lower() leaves capital umlauts alone where the database's locale is C.
    for capital, small in (("Ä", "ä"), ("Ö", "ö"), ("Ü", "ü"), *FOLDS):
        text = func.replace(text, capital, small)
    return text


def entries_of(session: Session, plan_id: UUID) -> list[FilingPlanEntry]:
    """Every entry of a plan, in the order of codes."""
    statement = select(FilingPlanEntry).where(FilingPlanEntry.plan_id == plan_id)
    return list(session.scalars(statement.order_by(FilingPlanEntry.code_sort, FilingPlanEntry.id)))


def entries_below(session: Session, entry: FilingPlanEntry) -> list[FilingPlanEntry]:
    """An entry and every one below it."""
    statement = select(FilingPlanEntry).where(FilingPlanEntry.path.contains([entry.id]))
    return list(session.scalars(statement.order_by(func.cardinality(FilingPlanEntry.path), FilingPlanEntry.code_sort)))


def entry_with_code(session: Session, plan_id: UUID, code: str) -> FilingPlanEntry | None:
    statement = select(FilingPlanEntry).where(FilingPlanEntry.plan_id == plan_id, FilingPlanEntry.code == code)
    return session.scalar(statement)


def has_children(session: Session, entry_id: UUID) -> bool:
    return bool(session.scalar(select(exists().where(FilingPlanEntry.parent_id == entry_id))))


def holds_dossiers(session: Session, entry_id: UUID) -> bool:
    """Whether dossiers lie under this very entry. The entry must be locked by the caller."""
    return bool(session.scalar(select(exists().where(Dossier.entry_id == entry_id))))


def spread_logging(session: Session, *above: UUID) -> None:
    """Have some entries and what lies below them say whether reading is logged: by their own word or one above."""
    session.flush()
    outer = aliased(FilingPlanEntry)
    said = exists().where(outer.id == any_(FilingPlanEntry.path), outer.log_reading)
    statement = update(FilingPlanEntry).where(FilingPlanEntry.path.overlap(list(above)))
    statement = statement.where(FilingPlanEntry.reading_logged != said).values(reading_logged=said)
    session.execute(statement, execution_options={"synchronize_session": "fetch"})


def used_entries(session: Session, plan_id: UUID) -> Mapping[UUID, Any]:
    """The entries of a plan under which dossiers lie, with their paths."""
    statement = (
        select(FilingPlanEntry.id, FilingPlanEntry.path)
        .where(FilingPlanEntry.plan_id == plan_id)
        .where(exists().where(Dossier.entry_id == FilingPlanEntry.id))
    )
    return {row.id: row.path for row in session.execute(statement)}
