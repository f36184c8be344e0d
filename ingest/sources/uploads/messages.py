from uuid import UUID

from eakte.foundation.messages import Job


class DiscardParts(Job, queue="ingest", attempts=1000):
    """Remove the bytes of an upload that is finished with."""

    upload_id: UUID
