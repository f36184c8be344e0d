"""Release of a batch, and the end of its paper: buffer, destruction list, record of destruction."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import BERLIN, require, require_unlimited
from eakte.foundation.errors import Finding
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from ingest.batches import queries
from ingest.batches.errors import (
    AllPaperIsKept,
    BackupRunInFuture,
    BatchNotReady,
    NoBackupSince,
    PaperIsKept,
    PaperStillBuffered,
    ProofBroken,
)
from ingest.batches.messages import BackupRecorded, BatchReleased, PaperDestroyed
from ingest.batches.models import BackupRun, Batch
from ingest.batches.rules import BatchAction, BatchState, Purpose, buffer_ends
from ingest.batches.service.checking import unexplained, unseen_files
from ingest.batches.service.proving import Meter, prove_document
from ingest.rules import DONE


def release_batch(work: UnitOfWork, batch_id: UUID) -> Batch:
    """Say that a batch is complete and proven (Freigabe); the time its paper is kept begins.

    Raises BatchNotFound, BatchStateForbids, BatchNotReady, ActionForbidden.
    """
    require(work, Permission.RELEASE_SCANS)
    batch = queries.get_batch(work, batch_id, lock=True)
    batch.must_allow(BatchAction.RELEASE)
    blockers = [
        *_undecided(batch),
        *unexplained(batch),
        *unseen_files(work, batch),
        *_open_documents(work, batch),
        *_unproven(work, batch),
    ]
    if blockers:
        raise BatchNotReady(findings=blockers)
    batch.move_to(BatchState.RELEASED, BatchAction.RELEASE)
    batch.released_at, batch.released_by = work.now, work.actor.id
    if batch.profile.purpose is Purpose.REPLACEMENT:
        batch.destroyable_on = buffer_ends(work.now.astimezone(BERLIN), batch.profile.buffer_days)
    work.session.flush()
    changes = {"state": (BatchState.ACCEPTED, batch.state), "destroyable_on": (None, str(batch.destroyable_on))}
    work.publish(BatchReleased(record_id=batch.id, changes=changes))
    return batch


def destruction_list(work: UnitOfWork, day: date) -> list[Batch]:
    """The batches whose paper may be destroyed on a day (Vernichtungsliste). Raises ActionForbidden."""
    require(work, Permission.DESTROY_PAPER)
    return queries.destroyable(work, day)


def destroy_paper(work: UnitOfWork, batch_id: UUID, *, how: str) -> Batch:
    """Record that the paper of a batch was destroyed (Vernichtungsprotokoll), by the person who says so.

    Everything is checked once more from storage before. The record names the documents whose paper was taken out.
    Raises BatchNotFound, BatchStateForbids, PaperIsKept, AllPaperIsKept, PaperStillBuffered, NoBackupSince,
    ProofBroken, ActionForbidden.
    """
    require(work, Permission.DESTROY_PAPER)
    batch = queries.get_batch(work, batch_id, lock=True)
    if batch.profile.purpose is not Purpose.REPLACEMENT:
        raise PaperIsKept(profile=batch.profile.name)
    batch.must_allow(BatchAction.DESTROY)
    kept = queries.kept_in(work.session, [batch.id])
    if kept and len(kept) == len(queries.documents_of(work.session, batch.id)):
        raise AllPaperIsKept
    assert batch.released_at is not None and batch.destroyable_on is not None
    if work.now.astimezone(BERLIN).date() < batch.destroyable_on:
        raise PaperStillBuffered(day=f"{batch.destroyable_on:%d.%m.%Y}")
    if not queries.backed_up_since(work.session, batch.released_at):
        raise NoBackupSince
    _must_be_whole(work, batch)
    batch.move_to(BatchState.DESTROYED, BatchAction.DESTROY)
    batch.destroyed_at, batch.destroyed_by = work.now, work.actor.id
    work.session.flush()
    changes = {
        "state": (BatchState.RELEASED, batch.state),
        "how": (None, how),
        "box": (None, batch.box),
        "kept": (None, [{"document": one.number, "reason": one.paper_kept} for one in kept]),
    }
    work.publish(PaperDestroyed(record_id=batch.id, changes=changes))
    return batch


def record_backup(work: UnitOfWork, *, ended_at: datetime, remark: str | None) -> BackupRun:
    """Record a backup run that ended well (Sicherungslauf). Raises BackupRunInFuture, ActionForbidden."""
    require_unlimited(work, Permission.MANAGE_SYSTEM)
    if ended_at > work.now:
        raise BackupRunInFuture
    run = BackupRun(id=new_id(), ended_at=ended_at, remark=remark, recorded_by=work.actor.id, recorded_at=work.now)
    work.session.add(run)
    work.session.flush()
    work.publish(BackupRecorded(record_id=run.id, changes={"ended_at": (None, ended_at.isoformat())}))
    return run


def _undecided(batch: Batch) -> Iterable[Finding]:
    if batch.profile.purpose is Purpose.REPLACEMENT and batch.decided_by is None:
        message = "Niemand hat die Prüfung dieses Stapels abgeschlossen; sein Papier bleibt."
        yield Finding("batch-undecided", message, batch.number)


def _open_documents(work: UnitOfWork, batch: Batch) -> Iterable[Finding]:
    for document in queries.documents_of(work.session, batch.id):
        if document.item is None or document.item.state not in DONE:
            message = f"Dokument {document.number} ist weder abgelegt noch verworfen."
            yield Finding("document-open", message, f"/documents/{document.number}")


def _unproven(work: UnitOfWork, batch: Batch) -> Iterable[Finding]:
    if batch.profile.purpose is not Purpose.REPLACEMENT:
        return
    for document in queries.unsealed(work.session, batch.id):
        if document.item is not None and document.item.document_id is not None:
            message = f"Dokument {document.number} hat noch keinen Transfervermerk."
            yield Finding("document-unproven", message, f"/documents/{document.number}")


def _must_be_whole(work: UnitOfWork, batch: Batch) -> None:
    meter = Meter(work.storage)
    problems = [
        Finding("proof-broken", problem, f"/documents/{document.number}")
        for document in queries.documents_of(work.session, batch.id)
        if document.item is not None and document.item.document_id is not None
        for problem in prove_document(work, document, meter).problems
    ]
    if problems:
        raise ProofBroken(findings=problems)
