from uuid import UUID

from eakte.foundation.messages import Job


class DiscardParts(Job):
    """Remove the bytes of an upload that is finished with."""

    upload_id: UUID
