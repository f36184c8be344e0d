from uuid import UUID

from eakte.foundation.messages import Event, Job

# Filing what is recognised comes before checking what came in, and that before the long work.
FILING, CHECKING, RECOGNISING = 20, 10, 0


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


class ItemScanned(Event):
    """The virus scanner found nothing in a file that was withheld until then."""


class ItemQuarantined(Event):
    """The virus scanner found malware in a file; nobody gets it until it is released."""


class ItemReleased(Event):
    """Somebody let a file out of quarantine, on their own responsibility."""


class ItemReopened(Event):
    """A filed file went back for the archival rendition it could not get before."""


class ItemVerified(Event):
    """What was made of a file is checked and waits for somebody to look at it."""


class ItemApproved(Event):
    """Somebody looked at what was made of a file and let it be filed."""


class ItemWithdrawn(Event):
    """A file was taken off its way, because something else takes its place."""


class ItemFiled(Event):
    """A file became a document, or the renditions of one."""


class CheckItem(Job, queue="ingest", priority=CHECKING, attempts=20):
    """Find out what the file is."""

    item_id: UUID


class RecognizeItem(Job, queue="recognition", priority=RECOGNISING, attempts=20):
    """Make archival rendition, texts and previews."""

    item_id: UUID


class FileItem(Job, queue="ingest", priority=FILING, attempts=20):
    """Verify, review and file what recognition made."""

    item_id: UUID
