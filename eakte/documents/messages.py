from datetime import timedelta
from uuid import UUID

from pydantic import Field

from eakte.foundation.messages import Event, Job
from eakte.records.messages import RecordEvent


class DocumentFiled(RecordEvent):
    """A document was filed in a case (Dokument abgelegt)."""


class VersionAdded(RecordEvent):
    """A document got a new version with its original. What is made of it may wait for `patience`."""

    version_id: UUID
    patience: timedelta = Field(default=timedelta(0), exclude=True)


class RenditionsMade(RecordEvent):
    """Archival rendition, texts and previews of a version are there."""

    version_id: UUID


class DocumentsErasing(Event):
    """Documents are about to be erased for good with the dossier or case that takes them along, the record.

    Whoever speaks of them forgets them now, and dooms the objects it kept for them.
    """

    documents: list[UUID]


class DocumentDetached(RecordEvent):
    """A document was taken out of a case that goes, into one that is kept longer and refers to it (Verweis)."""


class EraseAbandoned(Job, attempts=1000):
    """Erase files of which no row speaks any more, or ever did."""
