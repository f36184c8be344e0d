"""What a report says of a record beside what was found in it: purpose, origin, recipients, documents."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access import Permission
from eakte.access.models import OrganisationalUnit
from eakte.documents.models import Document, DocumentVersion
from eakte.foundation.errors import NotFound
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case, Dossier, Party, PartyRole, Record
from eakte.records.queries import get_record, path_of
from eakte.records.rules import RecordKind


@dataclass(frozen=True, slots=True)
class Described:
    """A record as a report describes it. `purpose` is the class of the filing plan; `inside` are its documents."""

    record: Record
    purpose: str
    dossier: str
    unit: str
    recipients: tuple[Party, ...]
    inside: tuple[tuple[Document, int | None], ...]


def describe(work: UnitOfWork, record_id: UUID) -> Described | None:
    """A record with its surroundings; None when it is gone. Callers reach everywhere."""
    try:
        record = get_record(work, record_id, to=Permission.READ)
    except NotFound:
        return None
    dossier = path_of(record)[-1]
    assert isinstance(dossier, Dossier)
    unit = work.session.get_one(OrganisationalUnit, dossier.unit_id)
    documents = _documents_of(work.session, record)
    concerned = [record.id, *(document.id for document, _ in documents)]
    return Described(
        record,
        purpose=f"{dossier.entry.code} {dossier.entry.title}",
        dossier=f"{dossier.reference} {dossier.title}",
        unit=f"{unit.key} {unit.name}",
        recipients=tuple(_recipients(work.session, concerned)),
        inside=tuple(documents),
    )


def _documents_of(session: Session, record: Record) -> list[tuple[Document, int | None]]:
    """The document itself or those of the dossier or case, each with the pages of its newest version."""
    newest = (
        select(DocumentVersion.page_count)
        .where(DocumentVersion.document_id == Document.id)
        .order_by(DocumentVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = select(Document, newest)
    if record.record_kind is RecordKind.DOCUMENT:
        statement = statement.where(Document.id == record.id)
    elif record.record_kind is RecordKind.CASE:
        statement = statement.where(Document.case_id == record.id)
    else:
        inside = select(Case.__table__.c.id).where(Case.__table__.c.dossier_id == record.id)
        statement = statement.where(Document.case_id.in_(inside))
    return [(document, pages) for document, pages in session.execute(statement.order_by(Document.reference_sort))]


def _recipients(session: Session, record_ids: Collection[UUID]) -> list[Party]:
    statement = select(Party).where(Party.record_id.in_(record_ids), Party.role == PartyRole.RECIPIENT)
    return list(session.scalars(statement.order_by(Party.id)))
