"""Every select over disposal lists and what is on them."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from eakte.access import Permission
from eakte.access.errors import ActionForbidden
from eakte.access.models import Identity
from eakte.access.queries import holds_everywhere, require_unlimited
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.table import must_be_at
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier, Record
from eakte.records.plan_rules import DisposalCode
from eakte.records.queries import may_at
from eakte.records.rules import RecordKind, RecordState
from retention.errors import DisposalItemNotFound, DisposalListNotFound
from retention.models.disposal import DisposalItem, DisposalList
from retention.rules.disposal import BEGUN, FINAL, ItemState, ListFacts, ListState

DISPOSAL = (Permission.DISPOSE, Permission.REVIEW_DISPOSAL, Permission.RELEASE_DISPOSAL)
_AT_A_TIME = 2000


def must_see_lists(work: UnitOfWork) -> None:
    """Lists go across the whole house, so they need a right of disposal for the whole house. Raises ActionForbidden."""
    if not any(holds_everywhere(work, permission) for permission in DISPOSAL):
        raise ActionForbidden(permission=Permission.REVIEW_DISPOSAL)


def get_list(
    work: UnitOfWork, list_id: UUID, *, to: Permission | None = None, revision: int | None = None
) -> DisposalList:
    """Load a list to read it, or locked to do something with it.

    Raises DisposalListNotFound, ActionForbidden, Stale.
    """
    must_see_lists(work)
    statement = select(DisposalList).where(DisposalList.id == list_id)
    if to is not None:
        require_unlimited(work, to)
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = work.session.scalar(statement)
    if found is None:
        raise DisposalListNotFound
    must_be_at(found.revision, revision)
    return found


def locked_list(session: Session, list_id: UUID) -> DisposalList | None:
    """The list, kept as it is by others until this work ends."""
    statement = select(DisposalList).where(DisposalList.id == list_id)
    return session.scalar(statement.with_for_update().execution_options(populate_existing=True))


def lists(work: UnitOfWork, *, state: ListState | None, cursor: str | None, limit: int) -> Page[DisposalList]:
    """Lists in the order they were drawn up. Raises ActionForbidden."""
    must_see_lists(work)
    statement = select(DisposalList)
    if state is not None:
        statement = statement.where(DisposalList.state == state)
    return page_of(work.session, statement, (DisposalList.id,), cursor=cursor, limit=limit)


def facts_of(session: Session, list_: DisposalList, today: date) -> ListFacts:
    """What the acts on a list depend on."""
    counts = counts_of(session, list_.id)
    begun = sum(count for (state, _), count in counts.items() if state in BEGUN)
    undecided = counts.get((ItemState.LISTED, None), 0)
    released, may_begin = list_.released_by is not None, list_.may_begin(today)
    return ListFacts(list_.state, list_.procedure, released, may_begin, begun, undecided)


def counts_of(session: Session, list_id: UUID) -> dict[tuple[ItemState, DisposalCode | None], int]:
    """How many items of a list are in which state, with which decision."""
    statement = select(DisposalItem.state, DisposalItem.decision, func.count()).where(DisposalItem.list_id == list_id)
    rows = session.execute(statement.group_by(DisposalItem.state, DisposalItem.decision))
    return {(row[0], row[1]): row[2] for row in rows}


def items(
    work: UnitOfWork, list_: DisposalList, *, state: ItemState | None, cursor: str | None, limit: int
) -> Page[DisposalItem]:
    """What is on a list, in the order it is worked off."""
    statement = select(DisposalItem).where(DisposalItem.list_id == list_.id)
    if state is not None:
        statement = statement.where(DisposalItem.state == state)
    return page_of(work.session, statement, (DisposalItem.position, DisposalItem.id), cursor=cursor, limit=limit)


def all_items(session: Session, list_id: UUID) -> Iterator[DisposalItem]:
    """Every item of a list, streamed."""
    statement = select(DisposalItem).where(DisposalItem.list_id == list_id).order_by(DisposalItem.position)
    for item in session.scalars(statement.execution_options(yield_per=_AT_A_TIME)):
        yield item
        session.expunge(item)


def get_item(work: UnitOfWork, list_: DisposalList, item_id: UUID) -> DisposalItem:
    """An item, locked. Raises DisposalItemNotFound."""
    statement = select(DisposalItem).where(DisposalItem.id == item_id, DisposalItem.list_id == list_.id)
    item = work.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if item is None:
        raise DisposalItemNotFound
    return item


def last_position(session: Session, list_id: UUID) -> int:
    return session.scalar(select(func.max(DisposalItem.position)).where(DisposalItem.list_id == list_id)) or 0


def dossier_items(session: Session, list_id: UUID, dossier_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The items of some dossiers that are on a list, by dossier."""
    statement = select(DisposalItem.record_id, DisposalItem.id).where(
        DisposalItem.list_id == list_id, DisposalItem.record_id.in_(dossier_ids)
    )
    return dict(session.execute(statement).all())


def active_item_around(session: Session, record: Record) -> tuple[DisposalItem, DisposalList] | None:
    """The item by which a dossier or case is about to be disposed of, itself or with the dossier it lies in."""
    ids = [record.id] if record.container is None else [record.id, record.container.id]
    statement = (
        select(DisposalItem, DisposalList)
        .join(DisposalList, DisposalList.id == DisposalItem.list_id)
        .where(DisposalItem.record_id.in_(ids), DisposalItem.state.not_in(FINAL))
    )
    row = session.execute(statement.limit(1)).first()
    return None if row is None else (row[0], row[1])


def titles_shown(work: UnitOfWork, record_ids: Collection[UUID]) -> set[UUID]:
    """Those of some records whose titles the actor may see, by a right of disposal at the record's own place."""
    record, case, dossier = Record.__table__, Case.__table__, aliased(Dossier, flat=True)
    statement = (
        select(record.c.id)
        .outerjoin(case, case.c.id == record.c.id)
        .join(dossier, dossier.id == func.coalesce(case.c.dossier_id, record.c.id))
        .where(record.c.id.in_(record_ids))
    )
    levels = [record.c.confidentiality, dossier.confidentiality]
    reach = or_(*(may_at(work.actor, permission, dossier, levels) for permission in DISPOSAL))
    return set(work.session.scalars(statement.where(reach)))


def names_of(session: Session, identity_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Display names by identity; the house itself has none."""
    ids = {one for one in identity_ids if one is not None}
    rows = session.execute(select(Identity.id, Identity.display_name).where(Identity.id.in_(ids)))
    return dict(rows.all())


def report_place(session: Session, reference: str) -> tuple[UUID, RecordKind] | None:
    """The open dossier or case of this reference, in which a report can be filed."""
    statement = select(Record.id, Record.record_kind).where(
        Record.reference == reference, Record.state == RecordState.OPEN, Record.record_kind != RecordKind.DOCUMENT
    )
    row = session.execute(statement).first()
    return None if row is None else (row[0], row[1])
