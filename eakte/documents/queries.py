"""Every select over documents; visibility is built in, and loading names its purpose."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Uuid, any_, bindparam, delete, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from eakte.access import Permission
from eakte.documents.errors import DocumentNotFound, RenditionMissing, VersionNotFound
from eakte.documents.models import Document, DocumentVersion, PageText, Rendition, RenditionKind
from eakte.foundation.aliases import settled
from eakte.foundation.columns import columns_from
from eakte.foundation.cursors import Page, page_of
from eakte.foundation.work import Actor, UnitOfWork
from eakte.records.models import Case, Dossier, FilingPlanEntry, Record
from eakte.records.queries import absent, load, loaders, may_at, open_cases_of
from eakte.records.rules import Place, RecordKind, RecordState


def visible_documents(actor: Actor) -> Select[Document]:
    statement, case, dossier = _with_what_they_lie_in()
    return statement.where(_may(actor, Permission.READ, case, dossier))


def _may(actor: Actor, permission: Permission, case: type[Case], dossier: type[Dossier]) -> ColumnElement[bool]:
    """SQL: whether the actor has a permission for a document in this case of this dossier."""
    levels = [Document.confidentiality, case.confidentiality, dossier.confidentiality]
    return may_at(actor, permission, dossier, levels)


@cache
def _with_what_they_lie_in() -> tuple[Select[Document], type[Case], type[Dossier]]:
    """Documents with case and dossier in one join that both rights and loading use.

    Made once: an alias of a joined-table class costs more than asking the database.
    """
    case, dossier = settled(aliased(Case, flat=True)), settled(aliased(Dossier, flat=True))
    to_case, to_dossier = Document.case.of_type(case), case.dossier.of_type(dossier)
    loaded = contains_eager(to_case).contains_eager(to_dossier)
    return select(Document).join(to_case).join(to_dossier).options(loaded), case, dossier


def documents_where(actor: Actor, permission: Permission) -> Select[UUID]:
    """The ids of the documents for which the actor has a permission, for filters of other packages."""
    _, case, dossier = _with_what_they_lie_in()
    statement = select(Document.id).join(Document.case.of_type(case)).join(case.dossier.of_type(dossier))
    return statement.where(_may(actor, permission, case, dossier))


def get_document(work: UnitOfWork, document_id: UUID, *, to: Permission, revision: int | None = None) -> Document:
    """Load a document for one purpose. Raises DocumentNotFound, ActionForbidden, Stale."""
    inside = select(Document.case_id).where(Document.id == document_id)
    missing = partial(absent, work, document_id, DocumentNotFound())
    return load(
        work, Document, document_id, visible_documents, to=to, revision=revision, missing=missing, inside=inside
    )


loaders[RecordKind.DOCUMENT] = get_document


def document_for_house(session: Session, document_id: UUID) -> Document | None:
    """A document whoever may see it, for what is decided about it and not shown."""
    return session.get(Document, document_id)


def case_id_of(session: Session, document_id: UUID) -> UUID:
    """The case a document lies in, for who loads that next."""
    return session.scalars(select(Document.case_id).where(Document.id == document_id)).one()


def documents(
    work: UnitOfWork,
    *,
    case_id: UUID | None,
    modified_after: datetime | None,
    external_key: str | None,
    cursor: str | None,
    limit: int,
) -> Page[Document]:
    """Visible documents in the order of their references. `external_key` is one of the asking client's own."""
    statement = visible_documents(work.actor)
    if case_id is not None:
        statement = statement.where(Document.case_id == case_id)
    if modified_after is not None:
        statement = statement.where(Document.modified_at > modified_after)
    if external_key is not None:
        statement = statement.where(Document.external_client == work.actor.id, Document.external_key == external_key)
    return page_of(work.session, statement, (Document.reference_sort, Document.id), cursor=cursor, limit=limit)


class SeenDocument:
    """A document in a list of hits: its own columns, and what rights and lists need of its case and dossier.

    One row, because loading what a document lies in takes longer than loading the document.
    """

    def __init__(self, columns: Row[*tuple[Any, ...]]) -> None:
        self.columns = columns

    @property
    def place(self) -> Place:
        of = self.columns
        levels = (of.confidentiality, of.case_confidentiality, of.dossier_confidentiality)
        return Place(of.dossier_unit_id, tuple(of.entry_path), frozenset(level.value for level in levels))

    @property
    def lies_in_open(self) -> bool:
        return self.columns.case_state is RecordState.OPEN and self.columns.dossier_state is RecordState.OPEN

    @property
    def processing_restricted(self) -> bool:
        """Whether its processing is restricted, by itself or by what it lies in."""
        return bool(self.columns.restricted or self.columns.case_restricted or self.columns.dossier_restricted)


def visible_among(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, SeenDocument]:
    """Those of some documents that the actor may see, by id."""
    if not ids:
        # The database would look through all documents for none.
        return {}
    rows = columns_from(work.session, _visible_among(work.actor), {"ids": list(ids)})
    return {row.id: SeenDocument(row) for row in rows}


@lru_cache(maxsize=128)
def _visible_among(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Kept for whoever has these rights: making the statement takes longer than asking."""
    _, case, dossier = _with_what_they_lie_in()
    own = (getattr(Document, attribute.key) for attribute in Document.__mapper__.column_attrs)
    return (
        select(
            *own,
            case.state.label("case_state"),
            case.restricted.label("case_restricted"),
            case.confidentiality.label("case_confidentiality"),
            case.dossier_id.label("dossier_id"),
            dossier.title.label("dossier_title"),
            dossier.state.label("dossier_state"),
            dossier.restricted.label("dossier_restricted"),
            dossier.confidentiality.label("dossier_confidentiality"),
            dossier.unit_id.label("dossier_unit_id"),
            FilingPlanEntry.path.label("entry_path"),
        )
        .join(Document.case.of_type(case))
        .join(case.dossier.of_type(dossier))
        .join(dossier.entry)
        .where(_may(actor, Permission.READ, case, dossier))
        .where(Document.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    )


def document_of_external_key(session: Session, client_id: UUID, key: str) -> Document | None:
    return session.scalar(select(Document).where(Document.external_client == client_id, Document.external_key == key))


def documents_of_cases(
    session: Session, case_ids: Collection[UUID], state: RecordState | None = None
) -> list[Document]:
    """All documents of some cases, visible or not, for cascades."""
    statement = select(Document).where(Document.case_id.in_(case_ids)).order_by(Document.number)
    if state is not None:
        statement = statement.where(Document.state == state)
    return list(session.scalars(statement))


def reached_from(record: Record) -> ColumnElement[bool]:
    """SQL: whether a document goes along with a record that changes its state.

    That is the document itself, what lies in a case, and what lies in the open cases of a dossier.
    """
    match record:
        case Dossier():
            return Document.case_id.in_(open_cases_of(record.id))
        case Case():
            return Document.case_id == record.id
        case _:
            return Document.id == record.id


def restricted_documents_in(session: Session, record_id: UUID) -> list[Document]:
    """Documents in a case or dossier that have a restriction of their own, visible or not."""
    statement, case, _ = _with_what_they_lie_in()
    inside = or_(Document.case_id == record_id, case.dossier_id == record_id)
    return list(session.scalars(statement.where(Document.restricted, inside).order_by(Document.reference_sort)))


def version_of(session: Session, document_id: UUID, number: int | None) -> DocumentVersion:
    """A version by number, or the newest. Callers load the document first. Raises VersionNotFound."""
    statement = select(DocumentVersion).where(DocumentVersion.document_id == document_id)
    if number is not None:
        statement = statement.where(DocumentVersion.number == number)
    version = session.scalars(statement.order_by(DocumentVersion.number.desc()).limit(1)).first()
    if version is None:
        raise VersionNotFound
    return version


def versions_of(session: Session, document_id: UUID) -> list[DocumentVersion]:
    statement = select(DocumentVersion).where(DocumentVersion.document_id == document_id)
    return list(session.scalars(statement.order_by(DocumentVersion.number)))


def renditions_of(session: Session, version_id: UUID) -> list[Rendition]:
    statement = select(Rendition).where(Rendition.version_id == version_id)
    return list(session.scalars(statement.order_by(Rendition.kind, Rendition.page)))


def rendition(session: Session, version_id: UUID, kind: RenditionKind, page: int | None) -> Rendition:
    """Raises RenditionMissing."""
    statement = select(Rendition).where(Rendition.version_id == version_id, Rendition.kind == kind)
    statement = statement.where(Rendition.page == page if page is not None else Rendition.page.is_(None))
    found = session.scalar(statement)
    if found is None:
        raise RenditionMissing
    return found


def remove_text(session: Session, version_id: UUID) -> Sequence[UUID]:
    """Take out the text of a version, which a better one follows; answers of which objects no row speaks now."""
    session.execute(delete(PageText).where(PageText.version_id == version_id))
    texts = delete(Rendition).where(Rendition.version_id == version_id, Rendition.kind == RenditionKind.TEXT)
    return session.scalars(texts.returning(Rendition.object_id)).all()


def next_version_number(session: Session, document_id: UUID) -> int:
    newest = session.scalar(select(func.max(DocumentVersion.number)).where(DocumentVersion.document_id == document_id))
    return (newest or 0) + 1
