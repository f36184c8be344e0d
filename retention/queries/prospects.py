"""What retention knows of records somebody wants erased: as what they would be disposed of, and what is gone."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eakte.documents.models import Document
from eakte.records.models import Record
from retention.models.disposal import Tombstone
from retention.models.rules import RecordRetention
from retention.queries.arrays import among


def disposed_as(session: Session, record_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """For each of some records that are there, the dossier or case it is disposed of as: a document with its case."""
    document = Document.__table__
    statement = (
        select(Record.__table__.c.id, func.coalesce(document.c.case_id, Record.__table__.c.id))
        .outerjoin(document, document.c.id == Record.__table__.c.id)
        .where(among(Record.__table__.c.id, record_ids))
    )
    return dict(session.execute(statement).all())


def gone_among(session: Session, record_ids: Collection[UUID]) -> set[UUID]:
    """Those of some records that were destroyed or transferred."""
    return set(session.scalars(select(Tombstone.record_id).where(among(Tombstone.record_id, record_ids))))


def periods_of(session: Session, record_ids: Collection[UUID]) -> dict[UUID, RecordRetention]:
    """The periods of those of some dossiers and cases that are closed."""
    statement = select(RecordRetention).where(among(RecordRetention.record_id, record_ids))
    return {one.record_id: one for one in session.scalars(statement)}
