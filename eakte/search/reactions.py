"""Whatever happens to a record, the search index must learn of it, in the same transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from eakte.documents.messages import DocumentsErasing
from eakte.foundation.gathering import Gathered
from eakte.foundation.ids import new_id
from eakte.foundation.jobs import defer_job
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.records.messages import RecordEvent
from eakte.search.messages import UpdateIndex
from eakte.search.pending import IndexRequest


@on(RecordEvent)
def ask_for_update(work: UnitOfWork, event: RecordEvent) -> None:
    """Note the record; one job for a work brings the index up to date."""
    _note(work, event.record_id, subtree=event.subtree)


@on(DocumentsErasing)
def forget_documents(work: UnitOfWork, event: DocumentsErasing) -> None:
    """What is destroyed must not be found any more; the index finds its row gone and forgets it."""
    for document_id in event.documents:
        _note(work, document_id, subtree=False)


def _note(work: UnitOfWork, record_id: UUID, *, subtree: bool) -> None:
    _records.add(work.session, (record_id, subtree))


def _ask(session: Session, records: Sequence[tuple[UUID, bool]]) -> None:
    """Note each record once, and one job for them all."""
    rows = [
        {"id": new_id(), "record_id": record_id, "subtree": subtree} for record_id, subtree in dict.fromkeys(records)
    ]
    session.execute(insert(IndexRequest), rows)
    defer_job(session, UpdateIndex())


_records = Gathered(_ask)
