"""Whatever happens to a record, the search index must learn of it, in the same transaction."""

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
    work.session.add(IndexRequest(id=new_id(), record_id=event.record_id, subtree=event.subtree))
    if _ASKED not in work.session.info:
        work.session.info[_ASKED] = True
        work.defer(UpdateIndex())
