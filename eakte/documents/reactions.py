"""What documents do when the dossier or case they lie in is cancelled, restored or refiled, and what they refuse."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from eakte.access import Permission
from eakte.documents.queries import documents_of_cases, restricted_documents_in
from eakte.documents.service import reference_values
from eakte.foundation.errors import Finding
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.records.guards import guards
from eakte.records.messages import RecordCancelled, RecordRefiled, RecordRestored
from eakte.records.models import Record
from eakte.records.queries import permissions_on
from eakte.records.rules import TRANSITIONS, Action
from eakte.records.service.lifecycle import pass_through, rename
from eakte.records.service.numbering import same_number


@guards(Action.REFILE)
@guards(Action.CANCEL)
@guards(Action.RESTORE)
def _restricted_documents(work: UnitOfWork, record: Record) -> Iterable[Finding]:
    for document in restricted_documents_in(work.session, record.id):
        seen = Permission.READ in permissions_on(work.actor, document)
        name = f"Dokument {document.reference}" if seen else "Ein Dokument, das Sie nicht sehen dürfen,"
        message = f"{name} bleibt, wie es ist: Seine Verarbeitung ist eingeschränkt."
        yield Finding("processing-restricted", message, document.reference if seen else "")


@on(RecordCancelled)
def cancel_documents(work: UnitOfWork, event: RecordCancelled) -> None:
    """Cancelling a case cancels its documents."""
    _cascade(work, event.record_id, event.dossier_id, Action.CANCEL)


@on(RecordRestored)
def restore_documents(work: UnitOfWork, event: RecordRestored) -> None:
    """Restoring a case restores the documents that were cancelled with it."""
    cancelled_at, _ = event.changes["cancelled_at"]
    _cascade(work, event.record_id, event.dossier_id, Action.RESTORE, cancelled_at)


def _cascade(
    work: UnitOfWork, case_id: UUID, dossier_id: UUID, action: Action, cancelled_at: datetime | None = None
) -> None:
    for document in documents_of_cases(work.session, [case_id], TRANSITIONS[action].source):
        if document.cancelled_at == cancelled_at:
            pass_through(work, document, action, dossier_id=dossier_id)


@on(RecordRefiled)
def renumber_documents(work: UnitOfWork, event: RecordRefiled) -> None:
    """A refiled case takes its documents along; their own numbers stay."""
    for document in documents_of_cases(work.session, [event.record_id]):
        case = document.case
        changes: dict[str, tuple[object, object]] = {}
        if "reference" in event.changes:
            pattern, values = case.dossier.entry.plan.document_pattern, reference_values(case, document.created_at)
            renamed = same_number(work, pattern, values, document.number, document.reference)
            changes |= rename(work, document, *renamed)
        if document.unit_id != case.unit_id:
            changes["unit_id"] = (document.unit_id, case.unit_id)
            document.unit_id = case.unit_id
        document.modified_at = work.now
        work.session.flush()
        work.publish(RecordRefiled(record_id=document.id, dossier_id=event.dossier_id, changes=changes))
