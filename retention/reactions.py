"""What retention does when others speak: holds take in what comes to match them."""

from eakte.documents.messages import DocumentFiled
from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from eakte.records.messages import (
    BusinessDataChanged,
    CaseCreated,
    DossierCreated,
    PartiesChanged,
    RecordChanged,
    RecordEvent,
    RecordRefiled,
)
from retention.service.holding import join_holds


@on(DossierCreated)
@on(CaseCreated)
@on(DocumentFiled)
@on(RecordChanged)
@on(RecordRefiled)
@on(PartiesChanged)
@on(BusinessDataChanged)
def join_matching_holds(work: UnitOfWork, event: RecordEvent) -> None:
    """What comes to match a hold's saved query is held from then on."""
    join_holds(work, event.record_id)
