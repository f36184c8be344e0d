"""The objects of a case's documents, for the locks of the storage."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from eakte.documents.models import Document, DocumentVersion, Rendition
from eakte.foundation.aliases import settled

_documents = Document.__table__
_others = settled(Document.__table__.alias("other_document"))


@dataclass(frozen=True, slots=True)
class CaseObject:
    """An object of a case's documents; `shared` where documents of another case have it too."""

    object_id: UUID
    shared: bool


def objects_of(session: Session, case_id: UUID, after: UUID | None, limit: int) -> list[CaseObject]:
    """The objects of every rendition of every version of the documents in a case, in the order of their ids."""
    elsewhere, other_version = aliased(Rendition), aliased(DocumentVersion)
    shared = (
        select(elsewhere.id)
        .join(other_version, other_version.id == elsewhere.version_id)
        .join(_others, _others.c.id == other_version.document_id)
        .where(elsewhere.object_id == Rendition.object_id, _others.c.case_id != case_id)
        .exists()
    )
    statement = (
        select(Rendition.object_id, shared)
        .join(DocumentVersion, DocumentVersion.id == Rendition.version_id)
        .join(_documents, and_(_documents.c.id == DocumentVersion.document_id, _documents.c.case_id == case_id))
        .distinct()
    )
    if after is not None:
        statement = statement.where(Rendition.object_id > after)
    rows = session.execute(statement.order_by(Rendition.object_id).limit(limit))
    return [CaseObject(row[0], row[1]) for row in rows]
