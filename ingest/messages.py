from uuid import UUID

from eakte.foundation.messages import Event, Job


class IngestOpened(Event):
    """Somebody opened an ingest for files to come."""


class ItemReceived(Event):
    """A file arrived and its original is stored."""


class ItemFailed(Event):
    """A file could not be processed and waits in the work list."""


class ItemRetried(Event):
    """Somebody sent a failed file on its way again."""


class ItemDiscarded(Event):
    """Somebody decided that a failed file is not to be filed; its original is kept."""


class ItemFiled(Event):
    """A file became a document, or the renditions of one."""


class CheckItem(Job):
    """Find out what the file is."""

    item_id: UUID


class RecognizeItem(Job):
    """Make archival rendition, texts and previews."""

    item_id: UUID


class FileItem(Job):
    """Verify, review and file what recognition made."""

    item_id: UUID
