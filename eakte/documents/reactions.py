"""What documents do when the dossier or case they lie in is cancelled, restored or refiled."""

from collections.abc import Iterable
from uuid import UUID

from eakte.access.queries import BERLIN
from eakte.documents.models import Document
from eakte.documents.queries import documents_of_cases
from eakte.documents.service import reference_values
from eakte.foundation.errors import Finding
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.records.guards import guards
from eakte.records.messages import RecordCancelled, RecordRefiled, RecordRestored
from eakte.records.models import Record
from eakte.records.rules import TRANSITIONS, Action, NumberTemplate, RecordState
from eakte.records.service.lifecycle import pass_through, rename


@on(RecordCancelled)
def cancel_documents(work: UnitOfWork, event: RecordCancelled) -> None:
    """Cancelling a case cancels its documents."""
    _cascade(work, event.record_id, event.dossier_id, Action.CANCEL)


@on(RecordRestored)
def restore_documents(work: UnitOfWork, event: RecordRestored) -> None:
    """Restoring a case restores its documents."""
    _cascade(work, event.record_id, event.dossier_id, Action.RESTORE)


def _cascade(work: UnitOfWork, case_id: UUID, dossier_id: UUID, action: Action) -> None:
    for document in documents_of_cases(work.session, [case_id], TRANSITIONS[action].source):
        pass_through(work, document, action, dossier_id=dossier_id)


@on(RecordRefiled)
def renumber_documents(work: UnitOfWork, event: RecordRefiled) -> None:
    """A case with a new reference gives its documents new ones; their own numbers stay."""
    if "reference" not in event.changes:
        return
    for document in documents_of_cases(work.session, [event.record_id]):
        case = document.case
        values = {**reference_values(work, case), "year": document.created_at.astimezone(BERLIN).year}
        template = NumberTemplate(case.dossier.entry.plan.document_pattern)
        reference = template.reference(values, document.number)
        changes = {"reference": (document.reference, reference)}
        rename(work, document, reference, document.number)
        work.publish(RecordRefiled(record_id=document.id, dossier_id=event.dossier_id, changes=changes))
