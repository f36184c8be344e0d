"""Quality assurance (Qualitätssicherung): somebody looks at what was drawn, and decides about the batch."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import update

from eakte.access import Permission
from eakte.access.queries import is_deputy_between, require
from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from ingest.batches import queries
from ingest.batches.errors import BatchDocumentNotFound, BatchNotReady, SecondPersonNeeded
from ingest.batches.messages import (
    BatchAccepted,
    BatchDifferenceExplained,
    BatchDocumentChecked,
    BatchRejected,
)
from ingest.batches.models import Batch, BatchDocument
from ingest.batches.rules import BatchAction, BatchState, Verdict
from ingest.models import Ingest, IngestItem
from ingest.queries import get_item, ingest_of_origin
from ingest.rules import DONE, ItemState
from ingest.service.filing import approve_item
from ingest.service.work_list import withdraw_item

_FOUND_GOOD = DONE | {ItemState.REVIEWED}
_UNDER_WAY = frozenset({ItemState.RECEIVED, ItemState.CHECKED, ItemState.SPLIT, ItemState.RECOGNISED})


def check_document(
    work: UnitOfWork, batch_id: UUID, document_id: UUID, verdict: Verdict, *, remark: str | None
) -> BatchDocument:
    """Say whether a document is good, after looking at all its pages (Sichtprüfung).

    When the checks of the batch are done, only of one that changed since; found good, it is filed.
    Raises BatchNotFound, BatchStateForbids, BatchDocumentNotFound, BatchNotReady, SecondPersonNeeded, ActionForbidden.
    """
    batch = _checked_by_actor(work, batch_id, BatchAction.CHECK)
    document = queries.get_document(work, document_id, lock=True)
    if document.batch_id != batch.id or document.dissolved:
        raise BatchDocumentNotFound
    changed = _changed_item(work, batch, document) if batch.state is BatchState.ACCEPTED else None
    before = document.verdict
    document.verdict, document.remark = verdict, remark
    document.checked_by, document.checked_at = work.actor.id, work.now
    document.checked_independently = is_independent(work, batch)
    work.session.flush()
    changes = {"document": (None, document.number), "verdict": (before, verdict), "remark": (None, remark)}
    work.publish(BatchDocumentChecked(record_id=batch.id, changes=changes))
    if changed is not None and verdict is Verdict.GOOD:
        # It goes into the case where the documents of the batch are that did not change.
        came = changed.ingest
        beside = ingest_of_origin(
            work.session, came.origin_id, came.target_id, created_by=came.created_by, review=False
        )
        changed.ingest = beside or came
        approve_item(work, changed)
    return document


def _changed_item(work: UnitOfWork, batch: Batch, document: BatchDocument) -> IngestItem:
    """The item of a document that changed after the checks and waits for somebody to look at it.

    Raises BatchStateForbids, BatchNotReady.
    """
    if not changed_since(batch, document):
        raise batch.forbids(BatchAction.CHECK)
    blockers = list(unseen_files(work, batch))
    item = get_item(work, document.item_id, lock=True) if document.item_id is not None else None
    if item is None or item.state in _UNDER_WAY:
        blockers.append(_under_way(document))
    elif item.state is ItemState.FAILED:
        message = (
            f"Dokument {document.number} wartet in der Arbeitsliste; geprüft wird es, wenn darüber entschieden ist."
        )
        blockers.append(Finding("document-failed", message, f"/documents/{document.number}"))
    if blockers or item is None:
        raise BatchNotReady(findings=blockers)
    return item


def changed_since(batch: Batch, document: BatchDocument) -> bool:
    """Whether a document changed after the checks of its batch, and nobody has found it good yet."""
    item = document.item
    if item is None:
        return batch.looks_again
    # What waits goes on waiting, whatever its profile says meanwhile.
    return batch.state is BatchState.ACCEPTED and item.ingest.review and item.state not in _FOUND_GOOD


def explain_differences(work: UnitOfWork, batch_id: UUID, *, explanation: str) -> Batch:
    """Account for sheets that are missing or too many (Klärung), in words that stay with the batch.

    What was said before the checks ended stays, unless the counts came out differently since then.
    Raises BatchNotFound, BatchStateForbids, SecondPersonNeeded, ActionForbidden.
    """
    batch = _checked_by_actor(work, batch_id, BatchAction.EXPLAIN)
    if not explains(batch):
        raise batch.forbids(BatchAction.EXPLAIN)
    before, batch.explanation = batch.explanation, explanation
    work.session.flush()
    changes = {"explanation": (before, explanation)}
    work.publish(BatchDifferenceExplained(record_id=batch.id, changes=changes))
    return batch


def explains(batch: Batch) -> bool:
    """Whether there is something to explain in the state a batch is in."""
    return batch.state is BatchState.SPLIT or (batch.state is BatchState.ACCEPTED and batch.unexplained)


def accept_batch(work: UnitOfWork, batch_id: UUID) -> Batch:
    """End the checks: what waited is filed, and what still waits in the work list is filed when it is settled.

    Raises BatchNotFound, BatchStateForbids, BatchNotReady, SecondPersonNeeded, ActionForbidden.
    """
    batch = _checked_by_actor(work, batch_id, BatchAction.ACCEPT)
    documents = queries.documents_of(work.session, batch.id)
    blockers = [*unexplained(batch), *unseen_files(work, batch), *_unchecked(documents)]
    if blockers:
        raise BatchNotReady(findings=blockers)
    batch.move_to(BatchState.ACCEPTED, BatchAction.ACCEPT)
    batch.decided_at, batch.decided_by = work.now, work.actor.id
    # Files and deputies may change later; what counts is how it is now.
    batch.decided_independently = is_independent(work, batch)
    work.session.execute(update(Ingest).where(Ingest.origin_id == batch.id).values(review=False))
    for document in documents:
        if document.item_id is not None:
            item = get_item(work, document.item_id, lock=True)
            if item.state is ItemState.VERIFIED:
                approve_item(work, item)
    work.session.flush()
    changes = {
        "state": (BatchState.SPLIT, batch.state),
        "decided_independently": (None, batch.decided_independently),
    }
    work.publish(BatchAccepted(record_id=batch.id, changes=changes))
    return batch


def reject_batch(work: UnitOfWork, batch_id: UUID, *, reason: str) -> Batch:
    """Put a batch away (Stapel zurückweisen): nothing of it is filed, its paper is scanned again.

    The raw scans stay. Raises BatchNotFound, BatchStateForbids, ActionForbidden.
    """
    require(work, Permission.INGEST)
    batch = queries.get_batch(work, batch_id, lock=True)
    before = batch.state
    batch.move_to(BatchState.REJECTED, BatchAction.REJECT)
    batch.explanation, batch.decided_at, batch.decided_by = reason, work.now, work.actor.id
    for document in queries.documents_of(work.session, batch.id):
        if document.item_id is not None:
            item = get_item(work, document.item_id, lock=True)
            if item.state not in (ItemState.FILED, ItemState.DISCARDED):
                withdraw_item(work, item, reason=f"Stapel {batch.number} wurde zurückgewiesen: {reason}")
    work.session.flush()
    changes = {"state": (before, batch.state), "reason": (None, reason)}
    work.publish(BatchRejected(record_id=batch.id, changes=changes))
    return batch


def _checked_by_actor(work: UnitOfWork, batch_id: UUID, action: BatchAction) -> Batch:
    require(work, Permission.CHECK_SCANS)
    batch = queries.get_batch(work, batch_id, lock=True)
    batch.must_allow(action)
    if not may_check(work, batch):
        raise SecondPersonNeeded
    return batch


def may_check(work: UnitOfWork, batch: Batch) -> bool:
    """Whether the actor is as independent of those who scanned as the profile wanted it when the batch began."""
    return not batch.second_person or is_independent(work, batch)


def is_independent(work: UnitOfWork, batch: Batch) -> bool:
    """Whether the actor is another person than everybody who scanned (zweite Person).

    Whoever stands in for one of them, or whom one of them stands in for, is not.
    """
    actor = work.actor.id
    scanned_by = queries.scanned_by(work.session, batch)
    return actor not in scanned_by and not any(is_deputy_between(work, one, actor) for one in scanned_by)


def unexplained(batch: Batch) -> Iterable[Finding]:
    """What stands in the way: counts that do not come out, until somebody accounts for that."""
    if batch.unexplained:
        for finding in batch.findings:
            yield Finding(finding["code"], finding["message"], batch.number)


def unseen_files(work: UnitOfWork, batch: Batch) -> Iterable[Finding]:
    """What stands in the way: a rescan on its way has to take the place of its page before the page is filed."""
    for file in queries.unseen_files(work.session, batch.id):
        message = f"Die Datei „{file.file_name}“ ist angekommen, aber noch nicht angesehen. Bitte kurz warten."
        yield Finding("file-unseen", message, f"/files/{file.id}")


def _under_way(document: BatchDocument) -> Finding:
    pointer = f"/documents/{document.number}"
    return Finding("document-under-way", f"Dokument {document.number} wird noch verarbeitet.", pointer)


def _unchecked(documents: Iterable[BatchDocument]) -> Iterable[Finding]:
    for document in documents:
        pointer = f"/documents/{document.number}"
        if document.item is None or document.item.state in _UNDER_WAY:
            yield _under_way(document)
        elif document.verdict is Verdict.BAD:
            message = f"Dokument {document.number} wurde beanstandet und noch nicht berichtigt."
            yield Finding("document-bad", message, pointer)
        elif document.drawn is not None and document.verdict is None:
            yield Finding("document-unchecked", f"Dokument {document.number} ist noch nicht geprüft.", pointer)
