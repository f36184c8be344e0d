"""What batches do when others speak: what was filed out of a batch gets its proof."""

from eakte.foundation.messages import on
from eakte.foundation.work import UnitOfWork
from ingest.batches import queries
from ingest.batches.messages import SealProduct
from ingest.batches.rules import Purpose
from ingest.messages import ItemFiled


@on(ItemFiled)
def prove_what_was_filed(work: UnitOfWork, event: ItemFiled) -> None:
    """A product that takes the place of paper gets its transfer note and its seal."""
    part = queries.document_of_item(work.session, event.record_id)
    if part is not None and queries.purpose_of(work.session, part.batch_id) is Purpose.REPLACEMENT:
        work.defer(SealProduct(document_id=part.id))
