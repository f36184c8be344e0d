"""Whatever happens to a record, the search index must learn of it, in the same transaction."""

from uuid import UUID

from eakte.documents.messages import DocumentsErasing
from eakte.foundation.ids import new_id
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.records.messages import RecordEvent
from eakte.search.messages import UpdateIndex
from eakte.search.pending import IndexRequest

_ASKED = "index_update_asked"


@on(RecordEvent)
def ask_for_update(work: UnitOfWork, event: RecordEvent) -> None:
    """Note the record; one job per work brings the index up to date."""
    _note(work, event.record_id, subtree=event.subtree)


@on(DocumentsErasing)
def forget_documents(work: UnitOfWork, event: DocumentsErasing) -> None:
    """What is destroyed must not be found any more; the index finds its row gone and forgets it."""
    for document_id in event.documents:
        _note(work, document_id, subtree=False)


def _note(work: UnitOfWork, record_id: UUID, *, subtree: bool) -> None:
    work.session.add(IndexRequest(id=new_id(), record_id=record_id, subtree=subtree))
    if _ASKED not in work.session.info:
        work.session.info[_ASKED] = True
        work.defer(UpdateIndex())
