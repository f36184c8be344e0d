"""Every select over ingests and items; one sees one's own, the registry sees those into its places."""

from collections.abc import Callable, Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, func, literal, or_, select, true, union
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.models import Identity
from eakte.access.queries import actor_for
from eakte.documents.models import Rendition, RenditionKind
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.jobs import is_queued
from eakte.foundation.work import SYSTEM, Actor, UnitOfWork
from eakte.records.models import Record
from eakte.records.queries import cases_where, dossiers_where, open_cases_of
from ingest.errors import IngestItemNotFound, IngestNotFound
from ingest.models import WAITS_FOR_CONVERSION, Ingest, IngestItem
from ingest.rules import DONE, NEXT_STEP, SETTLED, ItemState

visible_origins: list[Callable[[Actor], Select[UUID]]] = []
"""Who knows what files came together with says here which of that an actor may see."""


def _mine(actor: Actor) -> ColumnElement[bool]:
    """One's own ingests, those into places where one manages what comes in, and those of origins one may see."""
    if actor.everything:
        return true()
    managed = [places(actor, Permission.MANAGE_INGEST) for places in (dossiers_where, cases_where)]
    origins = [ids(actor) for ids in visible_origins]
    return or_(
        Ingest.created_by == actor.id,
        *(Ingest.target_id.in_(ids) for ids in managed),
        *(Ingest.origin_id.in_(ids) for ids in origins),
    )


def get_ingest(work: UnitOfWork, ingest_id: UUID) -> Ingest:
    """Raises IngestNotFound."""
    ingest = work.session.scalar(select(Ingest).where(Ingest.id == ingest_id, _mine(work.actor)))
    if ingest is None:
        raise IngestNotFound
    return ingest


def get_item(work: UnitOfWork, item_id: UUID, *, lock: bool = False) -> IngestItem:
    """Raises IngestItemNotFound."""
    statement = select(IngestItem).join(IngestItem.ingest).where(IngestItem.id == item_id, _mine(work.actor))
    if lock:
        statement = statement.with_for_update(of=IngestItem).execution_options(populate_existing=True)
    item = work.session.scalar(statement)
    if item is None:
        raise IngestItemNotFound
    return item


def lock_ingest(session: Session, ingest_id: UUID) -> Ingest:
    """The ingest, locked, so that only one of its items makes the case for all."""
    statement = select(Ingest).where(Ingest.id == ingest_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def ingest_of_origin(
    session: Session, origin_id: UUID | None, target_id: UUID | None, *, created_by: UUID, review: bool
) -> Ingest | None:
    """The ingest of somebody for what came together from `origin_id` and goes to `target_id`."""
    statement = select(Ingest).where(
        Ingest.origin_id == origin_id,
        Ingest.target_id == target_id,
        Ingest.created_by == created_by,
        Ingest.review == review,
    )
    return session.scalars(statement.order_by(Ingest.id).limit(1)).first()


def ingests(work: UnitOfWork, *, cursor: str | None, limit: int) -> Page[Ingest]:
    statement = select(Ingest).where(_mine(work.actor))
    return page_of(work.session, statement, (Ingest.id,), cursor=cursor, limit=limit)


def items(
    work: UnitOfWork, *, ingest_id: UUID | None, state: ItemState | None, cursor: str | None, limit: int
) -> Page[IngestItem]:
    """Items in order of arrival; with `state=failed` and no ingest this is the work list."""
    statement = select(IngestItem).join(IngestItem.ingest).where(_mine(work.actor))
    if ingest_id is not None:
        statement = statement.where(IngestItem.ingest_id == ingest_id)
    if state is not None:
        statement = statement.where(IngestItem.state == state)
    return page_of(work.session, statement, (IngestItem.id,), cursor=cursor, limit=limit)


def counts(session: Session, ingest_id: UUID) -> dict[ItemState, int]:
    """How many items of an ingest are in each state."""
    rows = session.execute(
        select(IngestItem.state, func.count()).where(IngestItem.ingest_id == ingest_id).group_by(IngestItem.state)
    )
    return {row[0]: row[1] for row in rows}


def references_of(session: Session, document_ids: Collection[UUID]) -> dict[UUID, str]:
    """The references of the documents that items became."""
    rows = session.execute(select(Record.id, Record.reference).where(Record.id.in_(document_ids)))
    return {row[0]: row[1] for row in rows}


def twin_in(session: Session, ingest_id: UUID, sha256: str) -> IngestItem | None:
    """An earlier item of the same ingest with the same bytes."""
    statement = select(IngestItem).where(IngestItem.ingest_id == ingest_id, IngestItem.sha256 == sha256)
    return session.scalars(statement.order_by(IngestItem.id).limit(1)).first()


def original_without_item(session: Session, version_id: UUID) -> Rendition | None:
    """The original of a version; None for one that came through an ingest."""
    item = select(IngestItem.id).where(IngestItem.object_id == Rendition.object_id)
    statement = select(Rendition).where(Rendition.version_id == version_id, Rendition.kind == RenditionKind.ORIGINAL)
    return session.scalar(statement.where(~item.exists()))


def unsettled_into(work: UnitOfWork, record_id: UUID) -> list[tuple[IngestItem, bool]]:
    """Items on their way into a case, or a dossier and its open cases, or waiting in the work list.

    Each with whether the actor may know it, which is whoever sees the case it goes to.
    """
    place = func.coalesce(Ingest.case_id, Ingest.target_id)
    seen = or_(place == record_id, place.in_(cases_where(work.actor, Permission.READ)))
    inside = union(select(literal(record_id, Uuid)), open_cases_of(record_id))
    statement = (
        select(IngestItem, seen)
        .join(IngestItem.ingest)
        .where(IngestItem.state.not_in(DONE))
        .where(or_(Ingest.target_id.in_(inside), Ingest.case_id.in_(inside)))
    )
    return [(row[0], row[1]) for row in work.session.execute(statement.order_by(IngestItem.id))]


def stranded(session: Session) -> list[IngestItem]:
    """Items on their way for which no job waits or runs."""
    on_its_way = is_queued(set(NEXT_STEP.values()), item_id=IngestItem.id)
    waits = and_(IngestItem.state == ItemState.VERIFIED, Ingest.review)
    statement = select(IngestItem).join(IngestItem.ingest).where(IngestItem.state.not_in(SETTLED), ~waits, ~on_its_way)
    return list(session.scalars(statement.order_by(IngestItem.id)))


def waiting_for_conversion(session: Session) -> list[IngestItem]:
    """Filed items that told they wait for an office program; those it could not read are not tried again."""
    statement = select(IngestItem).where(IngestItem.state == ItemState.FILED, WAITS_FOR_CONVERSION)
    return list(session.scalars(statement.order_by(IngestItem.id).with_for_update(of=IngestItem, skip_locked=True)))


def actor_of(work: UnitOfWork, identity_id: UUID) -> Actor:
    """Who opened an ingest, with today's rights."""
    identity = work.session.get(Identity, identity_id)
    if identity is None or not identity.active:
        return SYSTEM if identity_id == SYSTEM.id else Actor(identity_id, "")
    return actor_for(work.session, identity, work.now)
