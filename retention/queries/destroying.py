"""Every select that destruction needs: what comes next, what goes with it, what still needs a document in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from eakte.access import Confidentiality
from eakte.documents.models import Document
from eakte.foundation.jobs import is_queued
from eakte.records.models import Case, Dossier, FilingPlanEntry, Record, RecordLink, ReferenceAlias
from eakte.records.plan_rules import DisposalCode
from eakte.records.rules import RecordKind, RecordState
from retention.messages import CarryOutList, EraseObjects, WriteReport
from retention.models.disposal import DisposalItem, DisposalList, Tombstone
from retention.models.rules import RecordRetention
from retention.queries.arrays import among
from retention.rules.disposal import FINAL, ItemState, ListState

_GOES = or_(
    and_(DisposalItem.state == ItemState.LISTED, DisposalItem.decision == DisposalCode.DESTROY),
    DisposalItem.state == ItemState.CONFIRMED,
)
"""What a released list lets go: destroyed by decision, or taken over by the archive."""


def next_item(session: Session, list_id: UUID, *, after: int) -> tuple[UUID, int] | None:
    """The next item of a list that can go, and its position."""
    statement = select(DisposalItem.id, DisposalItem.position).where(
        DisposalItem.list_id == list_id, _GOES, DisposalItem.position > after
    )
    row = session.execute(statement.order_by(DisposalItem.position).limit(1)).first()
    return None if row is None else (row[0], row[1])


def lock_item(session: Session, item_id: UUID) -> DisposalItem | None:
    """The item, if it can still go."""
    statement = select(DisposalItem).where(DisposalItem.id == item_id, _GOES)
    return session.scalar(statement.with_for_update().execution_options(populate_existing=True))


def lock_records(session: Session, item: DisposalItem) -> None:
    """Keep a dossier or case, and everything in it, from being changed; from the outside in, as everybody locks."""
    if item.record_kind is RecordKind.CASE:
        around = select(Case.__table__.c.dossier_id).where(Case.__table__.c.id == item.record_id)
        session.execute(select(Record.id).where(Record.id.in_(around)).with_for_update(read=True))
    session.execute(select(Record.id).where(Record.id == item.record_id).with_for_update())
    if item.record_kind is RecordKind.DOSSIER:
        inside = select(Case.__table__.c.id).where(Case.__table__.c.dossier_id == item.record_id)
        session.execute(select(Record.id).where(Record.id.in_(inside)).order_by(Record.id).with_for_update())
    session.execute(select(Record.id).where(Record.id.in_(_documents_in(item))).order_by(Record.id).with_for_update())


def _documents_in(item: DisposalItem) -> Select[UUID]:
    documents, cases = Document.__table__, Case.__table__
    inside = select(cases.c.id).where(or_(cases.c.id == item.record_id, cases.c.dossier_id == item.record_id))
    return select(documents.c.id).where(documents.c.case_id.in_(inside))


def cases_in(session: Session, dossier_id: UUID) -> list[tuple[UUID, RecordState]]:
    """What is left in a dossier."""
    statement = select(Record.id, Record.state).join(Case.__table__, Case.__table__.c.id == Record.id)
    rows = session.execute(statement.where(Case.__table__.c.dossier_id == dossier_id).order_by(Record.number))
    return [(row[0], row[1]) for row in rows]


def documents_in(session: Session, case_id: UUID) -> list[UUID]:
    documents = Document.__table__.c
    return list(session.scalars(select(documents.id).where(documents.case_id == case_id).order_by(documents.id)))


@dataclass(frozen=True, slots=True)
class Referrer:
    """A record that is kept and refers to a document in a case that goes; `case_id` is None for a dossier."""

    document_id: UUID
    reference: str
    case_id: UUID | None


def kept_referrers(session: Session, case_id: UUID, list_id: UUID) -> list[Referrer]:
    """Who refers to a document in a case and stays, whoever is kept longest first.

    Who lies in the case or is its dossier does not count, nor who is cancelled or goes with the same list.
    """
    target, source = aliased(Document.__table__), aliased(Document.__table__)
    around = aliased(Case.__table__)
    own = select(Case.__table__.c.dossier_id).where(Case.__table__.c.id == case_id).scalar_subquery()
    going = (
        select(DisposalItem.id)
        .where(DisposalItem.list_id == list_id, DisposalItem.state.not_in(FINAL))
        .where(or_(DisposalItem.decision == DisposalCode.DESTROY, DisposalItem.state == ItemState.CONFIRMED))
        .where(DisposalItem.record_id.in_([around.c.id, around.c.dossier_id, Record.id]))
    )
    statement = (
        select(RecordLink.target_id, Record.reference, around.c.id)
        .join(target, target.c.id == RecordLink.target_id)
        .join(Record, Record.id == RecordLink.source_id)
        .outerjoin(source, source.c.id == Record.id)
        .outerjoin(around, around.c.id == func.coalesce(source.c.case_id, Record.id))
        .outerjoin(RecordRetention, RecordRetention.record_id == around.c.id)
        .where(target.c.case_id == case_id, Record.state != RecordState.CANCELLED, Record.id != own)
        .where(around.c.id.is_distinct_from(case_id), ~going.exists())
        .order_by(RecordLink.target_id, RecordRetention.due_on.desc().nulls_first(), Record.reference)
    )
    return [Referrer(*row) for row in session.execute(statement)]


# --- what stays -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a tombstone tells of a record, besides why it is gone."""

    record_id: UUID
    record_kind: RecordKind
    reference: str
    entry_code: str
    entry_id: UUID
    unit_id: UUID
    levels: Sequence[Confidentiality]
    protected: bool
    created_at: datetime
    closed_at: datetime | None
    retained_until: Any


def remembered(session: Session, record_ids: Sequence[UUID]) -> list[Remembered]:
    """What is to be remembered of some records of one kind."""
    document, case, dossier = aliased(Document.__table__), aliased(Case.__table__), aliased(Dossier, flat=True)
    in_case = aliased(Record.__table__)
    case_id = func.coalesce(document.c.case_id, Record.id)
    statement = (
        select(
            Record.id,
            Record.record_kind,
            Record.reference,
            FilingPlanEntry.code,
            dossier.entry_id,
            dossier.unit_id,
            Record.confidentiality,
            in_case.c.confidentiality,
            dossier.confidentiality,
            dossier.protected,
            Record.created_at,
            Record.closed_at,
            RecordRetention.last_day,
        )
        .outerjoin(document, document.c.id == Record.id)
        .outerjoin(case, case.c.id == case_id)
        .outerjoin(in_case, in_case.c.id == case.c.id)
        .join(dossier, dossier.id == func.coalesce(case.c.dossier_id, Record.id))
        .join(FilingPlanEntry, FilingPlanEntry.id == dossier.entry_id)
        .outerjoin(RecordRetention, RecordRetention.record_id == func.coalesce(document.c.case_id, Record.id))
        .where(among(Record.id, record_ids))
    )
    return [_as_remembered(*row) for row in session.execute(statement)]


def _as_remembered(*row: Any) -> Remembered:
    levels = [level for level in dict.fromkeys(row[6:9]) if level is not None]
    return Remembered(row[0], row[1], row[2], row[3], row[4], row[5], levels, row[9], row[10], row[11], row[12])


def aliases_among(session: Session, record_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The former references of some records."""
    rows = session.execute(
        select(ReferenceAlias.record_id, ReferenceAlias.reference)
        .where(among(ReferenceAlias.record_id, list(record_ids)))
        .order_by(ReferenceAlias.retired_at)
    )
    found: dict[UUID, list[str]] = {}
    for record_id, reference in rows:
        found.setdefault(record_id, []).append(reference)
    return found


def tombstone(session: Session, record_id: UUID) -> Tombstone | None:
    return session.get(Tombstone, record_id)


def tombstone_of_reference(session: Session, reference: str) -> Tombstone | None:
    """Of a record that has or had this reference."""
    return session.scalars(select(Tombstone).where(_had(reference)).limit(1)).first()


def with_reference(reference: ColumnElement[str]) -> Select[UUID]:
    """The records that are gone and had a reference: it is never given again."""
    return select(Tombstone.record_id).where(_had(reference))


def _had(reference: str | ColumnElement[str]) -> ColumnElement[bool]:
    return or_(Tombstone.reference == reference, Tombstone.former_references.has_key(reference))


def tombstones_with(session: Session, record_id: UUID) -> list[Tombstone]:
    """Of a record that was on a list, and of everything it took along; itself first."""
    statement = select(Tombstone).where(Tombstone.taken_with == record_id)
    return list(session.scalars(statement.order_by(Tombstone.record_id != record_id, Tombstone.record_id)))


def items_and_tombstones(session: Session, list_id: UUID) -> Iterator[tuple[DisposalItem, Tombstone | None]]:
    """Every item of a list, in its order, with what stays of what is gone; streamed."""
    gone = and_(Tombstone.record_id == DisposalItem.record_id, Tombstone.list_id == DisposalItem.list_id)
    statement = select(DisposalItem, Tombstone).outerjoin(Tombstone, gone).where(DisposalItem.list_id == list_id)
    rows = session.execute(statement.order_by(DisposalItem.position), execution_options={"yield_per": 1000})
    for item, tombstone in rows:
        yield item, tombstone
        session.expunge(item)
        if tombstone is not None:
            session.expunge(tombstone)


def ids_gone_with(session: Session, list_id: UUID) -> Iterable[Sequence[UUID]]:
    """The ids of all records that went with a list, many at a time."""
    statement = select(Tombstone.record_id).where(Tombstone.list_id == list_id)
    return session.scalars(statement, execution_options={"yield_per": 10_000}).partitions()


# --- what is left to do ------------------------------------------------------------------------------------------


def next_erasing(session: Session, list_id: UUID, *, after: int) -> DisposalItem | None:
    """The next item of a list whose rows are gone and whose objects are not."""
    statement = select(DisposalItem).where(
        DisposalItem.list_id == list_id, DisposalItem.state == ItemState.ERASING, DisposalItem.position > after
    )
    return session.scalars(statement.order_by(DisposalItem.position).limit(1)).first()


def has_items(session: Session, list_id: UUID, states: Iterable[ItemState]) -> bool:
    statement = select(DisposalItem.id).where(DisposalItem.list_id == list_id, DisposalItem.state.in_(states))
    return bool(session.scalar(select(statement.exists())))


def is_asked_for(session: Session, list_id: UUID) -> bool:
    """Whether a job is to look after the destruction of a list anyway."""
    jobs = (CarryOutList, EraseObjects, WriteReport)
    statement = select(is_queued(jobs, list_id=DisposalList.id)).where(DisposalList.id == list_id)
    return bool(session.scalar(statement))


def erasing_is_asked_for(session: Session, list_id: UUID) -> bool:
    statement = select(is_queued([EraseObjects], list_id=DisposalList.id)).where(DisposalList.id == list_id)
    return bool(session.scalar(statement))


def released_lists(session: Session, today: date) -> list[DisposalList]:
    """Lists whose destruction has begun or may begin, and those whose report is not filed."""
    running = DisposalList.state.in_([ListState.APPRAISED, ListState.CARRIED_OUT])
    statement = select(DisposalList).where(running, DisposalList.released_by.is_not(None))
    lists = session.scalars(statement.order_by(DisposalList.id))
    return [one for one in lists if one.state is ListState.CARRIED_OUT or one.may_begin(today)]


def can_go_on(session: Session, list_id: UUID) -> bool:
    """Whether something on a list can go that was not tried today in vain, or its objects are still there."""
    statement = select(DisposalItem.id).where(
        DisposalItem.list_id == list_id,
        or_(and_(_GOES, DisposalItem.failure.is_(None)), DisposalItem.state == ItemState.ERASING),
    )
    return bool(session.scalar(select(statement.exists())))
