"""What data protection does when others speak: what destroyed records said goes with them."""

from eakte.documents.messages import DocumentsErasing
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.privacy.service.forgetting import forget_contents
from eakte.records.messages import RecordErasing


@on(DocumentsErasing)
def forget_documents(work: UnitOfWork, event: DocumentsErasing) -> None:
    """No excerpt outlives its document."""
    forget_contents(work, event.documents)


@on(RecordErasing)
def forget_record(work: UnitOfWork, event: RecordErasing) -> None:
    """No excerpt outlives its dossier or case."""
    forget_contents(work, [event.record_id])
