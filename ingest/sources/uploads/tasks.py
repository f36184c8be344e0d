"""The queue asks for uploads: bytes nobody needs any more are removed."""

from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork
from ingest.adapters.upload_parts import parts_store
from ingest.sources.uploads.messages import DiscardParts


@handles(DiscardParts)
def discard_parts(job: DiscardParts, begin: BeginWork) -> None:
    """Remove the bytes of an upload; a repeat finds none."""
    with begin() as work:
        store = parts_store(work.settings)
    store.remove(job.upload_id)
