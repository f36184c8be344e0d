"""Every select over deliveries, and the identity a source works as."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access.models import Identity
from eakte.access.queries import actor_for
from eakte.foundation.work import Actor
from ingest.batches.models import Batch
from ingest.batches.rules import BatchState
from ingest.sources.errors import SourceIdentityUnknown
from ingest.sources.models import SourceArrival, SourceDelivery
from ingest.sources.rules import ArrivalState, DeliveryState


def actor_of_login(session: Session, login: str, now: datetime) -> Actor:
    """The active identity of a login, with today's rights. Raises SourceIdentityUnknown."""
    identity = session.scalar(select(Identity).where(Identity.login == login, Identity.active))
    if identity is None:
        raise SourceIdentityUnknown(login=login)
    return actor_for(session, identity, now)


def get_delivery(session: Session, delivery_id: UUID) -> SourceDelivery:
    """A delivery, locked for this transaction."""
    statement = select(SourceDelivery).where(SourceDelivery.id == delivery_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def open_deliveries(session: Session, source: str) -> list[SourceDelivery]:
    """What a source brought and is not settled, oldest first."""
    statement = select(SourceDelivery).where(
        SourceDelivery.source == source, SourceDelivery.state != DeliveryState.SETTLED
    )
    return list(session.scalars(statement.order_by(SourceDelivery.id)))


def last_of_origin(session: Session, source: str, origin: str) -> SourceDelivery | None:
    """The latest delivery of a name at a source."""
    statement = select(SourceDelivery).where(SourceDelivery.source == source, SourceDelivery.origin == origin)
    return session.scalars(statement.order_by(SourceDelivery.id.desc()).limit(1)).first()


def arrivals_of(session: Session, delivery_id: UUID) -> list[SourceArrival]:
    """The files of a delivery in the order of its stack."""
    statement = select(SourceArrival).where(SourceArrival.delivery_id == delivery_id)
    return list(session.scalars(statement.order_by(SourceArrival.n)))


def get_arrival(session: Session, arrival_id: UUID) -> SourceArrival:
    """A file of a delivery, locked for this transaction."""
    statement = select(SourceArrival).where(SourceArrival.id == arrival_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def expected_of(session: Session, delivery_id: UUID) -> list[SourceArrival]:
    """The files of a delivery that are still to be taken."""
    return [one for one in arrivals_of(session, delivery_id) if one.state is ArrivalState.EXPECTED]


def twin_of(session: Session, delivery: SourceDelivery, content: str) -> Batch | None:
    """The batch of an earlier delivery of the same source with the same files, unless it was rejected."""
    statement = (
        select(Batch)
        .join(SourceDelivery, SourceDelivery.batch_id == Batch.id)
        .where(
            SourceDelivery.source == delivery.source,
            SourceDelivery.content == content,
            SourceDelivery.id != delivery.id,
            Batch.state != BatchState.REJECTED,
        )
    )
    return session.scalars(statement.order_by(SourceDelivery.id).limit(1)).first()
