"""Paper that outlives its scan (Papier behalten): deeds, seals, large plans; it is taken out before the rest goes."""

from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import require
from eakte.foundation.work import UnitOfWork
from ingest.batches import queries
from ingest.batches.errors import BatchDocumentNotFound
from ingest.batches.messages import PaperKept, PaperReleased
from ingest.batches.models import BatchDocument
from ingest.batches.rules import BatchAction


def keep_paper(work: UnitOfWork, batch_id: UUID, document_id: UUID, *, reason: str) -> BatchDocument:
    """Say why the paper of a document must not be destroyed with that of its batch; a second time, why it now is.

    Whoever scanned may say so as well: the paper was in their hands. A transfer note that is sealed already stays as
    it is. Raises BatchNotFound, BatchStateForbids, BatchDocumentNotFound, ActionForbidden.
    """
    document = _document(work, batch_id, document_id, BatchAction.KEEP_PAPER)
    before = document.paper_kept
    document.keep_paper(reason, by=work.actor.id, at=work.now)
    work.session.flush()
    changes = {"document": (None, document.number), "paper_kept": (before, reason)}
    work.publish(PaperKept(record_id=document.batch_id, changes=changes))
    return document


def release_paper(work: UnitOfWork, batch_id: UUID, document_id: UUID) -> BatchDocument:
    """Take back that the paper of a document is kept; nothing happens where it is not.

    Raises BatchNotFound, BatchStateForbids, BatchDocumentNotFound, ActionForbidden.
    """
    document = _document(work, batch_id, document_id, BatchAction.RELEASE_PAPER)
    before = document.paper_kept
    if before is not None:
        document.release_paper()
        work.session.flush()
        changes = {"document": (None, document.number), "paper_kept": (before, None)}
        work.publish(PaperReleased(record_id=document.batch_id, changes=changes))
    return document


def _document(work: UnitOfWork, batch_id: UUID, document_id: UUID, action: BatchAction) -> BatchDocument:
    require(work, Permission.CHECK_SCANS)
    batch = queries.get_batch(work, batch_id, lock=True)
    batch.must_allow(action)
    document = queries.get_document(work, document_id, lock=True)
    if document.batch_id != batch.id or document.dissolved:
        raise BatchDocumentNotFound
    return document
