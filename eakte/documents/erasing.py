"""Erasing documents for good (Vernichtung): their rows now, their objects by a job, and nothing that others still need.

Only disposal calls this, for records whose retention is over; it asks nobody and checks nothing. Other packages forget
what they know of a document when `DocumentsErasing` is published, doom their own objects, and register in `speakers`
a function that tells which objects they still speak of.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from eakte.documents.messages import DocumentDetached, DocumentsErasing
from eakte.documents.models import Document, DocumentVersion, DoomedObject, PageText, Rendition
from eakte.documents.service import reference_values
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case
from eakte.records.restriction_queries import restriction_of
from eakte.records.service.erasing import delete_records, erase_details
from eakte.records.service.lifecycle import rename
from eakte.records.service.numbering import next_reference
from eakte.records.service.restricting import carry_restriction

Speaker = Callable[[Session, Collection[UUID]], Iterable[UUID]]
_AT_A_TIME = 1000


def _of_renditions(session: Session, object_ids: Collection[UUID]) -> Iterable[UUID]:
    return session.scalars(select(Rendition.object_id).where(Rendition.object_id.in_(object_ids)))


speakers: list[Speaker] = [_of_renditions]


def erase_documents(work: UnitOfWork, document_ids: Sequence[UUID], *, taken_with: UUID) -> None:
    """Delete every row of some documents and note their objects; `taken_with` is the record that takes them along."""
    for ids in _chunks(document_ids):
        work.publish(DocumentsErasing(record_id=taken_with, documents=ids))
        _erase_rows(work, ids, taken_with)


def _erase_rows(work: UnitOfWork, ids: list[UUID], taken_with: UUID) -> None:
    session = work.session
    versions = select(DocumentVersion.id).where(DocumentVersion.document_id.in_(ids))
    doom(work, session.scalars(select(Rendition.object_id).where(Rendition.version_id.in_(versions))), taken_with)
    session.execute(delete(Rendition).where(Rendition.version_id.in_(versions)))
    session.execute(delete(PageText).where(PageText.version_id.in_(versions)))
    session.execute(delete(DocumentVersion).where(DocumentVersion.document_id.in_(ids)))
    erase_details(work, ids)
    delete_records(session, Document, ids)


def doom(work: UnitOfWork, object_ids: Iterable[UUID], record_id: UUID) -> None:
    """Note objects that are to be erased with a record; before it ends, `spare_shared` takes out what is shared."""
    for ids in _chunks(list(dict.fromkeys(object_ids))):
        rows = [{"object_id": one, "record_id": record_id, "doomed_at": work.now} for one in ids]
        work.session.execute(insert(DoomedObject).on_conflict_do_nothing(), rows)


def spare_shared(work: UnitOfWork, record_id: UUID) -> None:
    """Take out of the doomed objects of a record those that somebody else still speaks of. After all rows are gone."""
    doomed = doomed_objects(work.session, record_id)
    for ids in _chunks(doomed):
        spoken = spoken_of(work.session, ids)
        if spoken:
            forget_doomed(work, spoken)


def spoken_of(session: Session, object_ids: Collection[UUID]) -> set[UUID]:
    """The objects of which somebody still speaks."""
    return {one for speaker in speakers for one in speaker(session, object_ids)}


def doomed_objects(session: Session, record_id: UUID) -> list[UUID]:
    return list(session.scalars(select(DoomedObject.object_id).where(DoomedObject.record_id == record_id)))


def forget_doomed(work: UnitOfWork, object_ids: Collection[UUID]) -> None:
    """The objects are gone, or stay."""
    for ids in _chunks(list(object_ids)):
        work.session.execute(delete(DoomedObject).where(DoomedObject.object_id.in_(ids)))


def detach_document(work: UnitOfWork, document: Document, into: Case) -> None:
    """Move a document out of a case that goes into one that is kept longer, whatever the states of the two.

    It gets a reference of its new place; the former one stays as its alias. Where its processing was restricted, it
    stays so.
    """
    restriction = restriction_of(work.session, document)
    former, pattern = document.case.reference, into.dossier.entry.plan.document_pattern
    renamed = next_reference(work, pattern, reference_values(into, document.created_at))
    changes = {**rename(work, document, *renamed), "case": (former, into.reference)}
    document.case, document.unit_id, document.modified_at = into, into.unit_id, work.now
    work.session.flush()
    work.publish(DocumentDetached(record_id=document.id, dossier_id=into.dossier_id, changes=changes))
    if restriction is not None:
        carry_restriction(work, document, restriction)


def _chunks(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), _AT_A_TIME):
        yield list(ids[start : start + _AT_A_TIME])
