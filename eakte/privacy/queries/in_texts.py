"""People on the pages of documents: the texts themselves, and which of them the search index does not answer for."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from eakte.documents.models import Document, DocumentVersion, PageText
from eakte.privacy.matching import Probe
from eakte.privacy.registry import Found
from eakte.privacy.rules import Place
from eakte.records.models import Case, Dossier, Record
from eakte.search import pending
from eakte.search.queries import documents_of_requests

_MOST_PENDING = 100_000


def in_pages(session: Session, probe: Probe, document_ids: Collection[UUID]) -> Iterator[Found]:
    """Pages of some documents that speak of the person, of every version that has a text."""
    statement = (
        select(DocumentVersion.document_id, Record.reference, DocumentVersion.number, PageText.page, PageText.text)
        .join(PageText, PageText.version_id == DocumentVersion.id)
        .join(Record, Record.id == DocumentVersion.document_id)
        .where(DocumentVersion.document_id.in_(document_ids))
        .order_by(Record.reference_sort, DocumentVersion.number, PageText.page)
    )
    for document_id, reference, version, page, text in session.execute(statement, execution_options={"yield_per": 200}):
        hit = probe.in_text(text)
        if hit is not None:
            yield Found(Place.TEXT, reference, "text", hit, document_id, page=page, version=version)


def documents_beside_index(session: Session) -> set[UUID]:
    """Documents the index does not answer for: protected, restricted, changed a moment ago, or with older versions.

    Protected ones it shows to their readers only, restricted ones it does not have, and of the others it knows the
    newest version alone.
    """
    case = aliased(Case, flat=True)
    dossier = aliased(Dossier, flat=True)
    hidden = (
        select(Document.id)
        .join(case, case.id == Document.case_id)
        .join(dossier, dossier.id == case.dossier_id)
        .where(or_(dossier.protected, Document.restricted, case.restricted, dossier.restricted))
    )
    with_text = select(PageText.version_id).where(PageText.version_id == DocumentVersion.id).exists()
    older = (
        select(DocumentVersion.document_id)
        .where(with_text)
        .group_by(DocumentVersion.document_id)
        .having(func.count() > 1)
    )
    waiting = documents_of_requests(session, pending.oldest_requests(session, _MOST_PENDING))
    return {*session.scalars(hidden), *session.scalars(older), *waiting}
