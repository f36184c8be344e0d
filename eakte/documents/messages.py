from uuid import UUID

from eakte.records.messages import RecordEvent


class DocumentFiled(RecordEvent):
    """A document was filed in a case (Dokument abgelegt)."""


class VersionAdded(RecordEvent):
    """A document got a new version with its original."""

    version_id: UUID


class RenditionsMade(RecordEvent):
    """Archival rendition, texts and previews of a version are there."""

    version_id: UUID
