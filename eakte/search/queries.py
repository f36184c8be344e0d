"""Reads documents out of the database as the index wants them, many at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from eakte.access.models import OrganisationalUnit
from eakte.access.rules import strictest
from eakte.documents.models import Document, DocumentVersion, PageText
from eakte.foundation.clock import legal_day
from eakte.records.models import Case, Party, Reader, Record, ReferenceAlias
from eakte.search.index import IndexedDocument
from eakte.search.pending import IndexRequest


def documents_of_requests(session: Session, requests: Collection[IndexRequest]) -> list[UUID]:
    """The ids of all documents that some requests concern."""
    ids = [request.record_id for request in requests]
    below = [request.record_id for request in requests if request.subtree]
    case = aliased(Case, flat=True)
    statement = (
        select(Document.id)
        .join(case, Document.case_id == case.id)
        .where(or_(Document.id.in_(ids), Document.case_id.in_(below), case.dossier_id.in_(below)))
    )
    return list(session.scalars(statement))


def records_gone(session: Session, requests: Collection[IndexRequest]) -> list[UUID]:
    """The ids among some requests that no record has any more, since it was destroyed."""
    ids = {request.record_id for request in requests}
    return sorted(ids.difference(session.scalars(select(Record.id).where(Record.id.in_(ids)))))


def all_document_ids(session: Session, chunk: int) -> Iterator[list[UUID]]:
    """Every document's id, in chunks, in the order of filing."""
    last: UUID | None = None
    while True:
        statement = select(Document.__table__.c.id).order_by(Document.__table__.c.id).limit(chunk)
        if last is not None:
            statement = statement.where(Document.__table__.c.id > last)
        ids = list(session.scalars(statement))
        if not ids:
            return
        yield ids
        last = ids[-1]


def indexed_documents(session: Session, ids: Sequence[UUID]) -> list[IndexedDocument]:
    """Documents with the texts of their newest version that has any; unknown ids are left out.

    So are those whose processing is restricted: they are not to be found, whoever searches.
    """
    found = session.scalars(
        select(Document).where(Document.id.in_(ids)).execution_options(populate_existing=True)
    ).unique()
    documents = [document for document in found if not document.processing_restricted]
    ids = [document.id for document in documents]
    texts = _newest_texts(session, ids)
    parties = _names_of_parties(session, documents)
    aliases = _aliases(session, ids)
    readers = _readers(session, {document.case.dossier_id for document in documents if document.case.dossier.protected})
    units = {unit.id: unit.key for unit in session.scalars(select(OrganisationalUnit))}
    return [
        IndexedDocument(
            id=document.id,
            dossier_id=document.case.dossier_id,
            case_id=document.case_id,
            reference=document.reference,
            aliases=(*aliases[document.id], *([document.foreign_reference] if document.foreign_reference else [])),
            title=document.title,
            dossier_title=document.case.dossier.title,
            case_title=document.case.title,
            parties=tuple(parties[document.id]),
            kind=document.document_kind.value,
            entry=document.case.dossier.entry.code,
            entry_path=tuple(document.case.dossier.entry.path),
            unit_id=document.case.dossier.unit_id,
            unit=units[document.case.dossier.unit_id],
            confidentiality=strictest(
                document.confidentiality, document.case.confidentiality, document.case.dossier.confidentiality
            ).value,
            readers=tuple(readers[document.case.dossier_id]) if document.case.dossier.protected else None,
            date=document.letter_date or document.received_on or legal_day(document.created_at),
            pages=tuple(texts[document.id]),
            keywords=(*document.keywords, *filter(None, (document.subtitle, document.refers_to)), *document.enclosures),
        )
        for document in documents
    ]


def _newest_texts(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    newer = aliased(DocumentVersion)
    later_with_text = (
        select(newer.id)
        .where(newer.document_id == DocumentVersion.document_id, newer.number > DocumentVersion.number)
        .where(newer.page_count.is_not(None))
    )
    rows = session.execute(
        select(DocumentVersion.document_id, PageText.text)
        .join(PageText, PageText.version_id == DocumentVersion.id)
        .where(DocumentVersion.document_id.in_(ids), ~later_with_text.exists())
        .order_by(DocumentVersion.document_id, PageText.page)
    )
    texts: dict[UUID, list[str]] = defaultdict(list)
    for document_id, text in rows:
        texts[document_id].append(text)
    return texts


def _names_of_parties(session: Session, documents: Sequence[Document]) -> dict[UUID, list[str]]:
    """Parties of the document itself, its case and its dossier."""
    holders: dict[UUID, list[UUID]] = defaultdict(list)
    for document in documents:
        for record_id in (document.id, document.case_id, document.case.dossier_id):
            holders[record_id].append(document.id)
    names: dict[UUID, list[str]] = defaultdict(list)
    for party in session.scalars(select(Party).where(Party.record_id.in_(list(holders))).order_by(Party.id)):
        for document_id in holders[party.record_id]:
            names[document_id].extend(name for name in (party.name, party.organisation) if name)
    return names


def _aliases(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    aliases: dict[UUID, list[str]] = defaultdict(list)
    for alias in session.scalars(select(ReferenceAlias).where(ReferenceAlias.record_id.in_(ids))):
        aliases[alias.record_id].append(alias.reference)
    return aliases


def _readers(session: Session, dossier_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    readers: dict[UUID, list[UUID]] = defaultdict(list)
    for reader in session.scalars(select(Reader).where(Reader.dossier_id.in_(dossier_ids))):
        readers[reader.dossier_id].append(reader.identity_id)
    return readers
