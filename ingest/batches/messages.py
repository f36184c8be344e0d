from uuid import UUID

from eakte.foundation.messages import Event, Job
from ingest.messages import CHECKING, FILING

# Sealing waits for what people wait for.
SEALING = -10


class ScanProfileSet(Event):
    """A scan profile was made or changed."""


class BatchOpened(Event):
    """Somebody began to scan a stack."""


class BatchFileReceived(Event):
    """A raw scan arrived and is stored."""


class BatchCompleted(Event):
    """All files of a batch are there."""


class BatchSplit(Event):
    """A stack was taken apart into documents, and the sample is drawn."""


class BatchRearranged(Event):
    """Somebody changed which images make up a document, or how they are turned."""


class BatchDocumentChecked(Event):
    """Somebody looked at a document and said whether it is good."""


class PaperKept(Event):
    """Somebody said why the paper of a document must not be destroyed."""


class PaperReleased(Event):
    """Somebody said that the paper of a document need not be kept any longer than that of its batch."""


class BatchDifferenceExplained(Event):
    """Somebody accounted for sheets that were missing or too many."""


class BatchAccepted(Event):
    """The checks of a batch are done; its documents may be filed."""


class BatchRejected(Event):
    """A batch is not to be used; its paper has to be scanned again."""


class BatchReleased(Event):
    """A batch is proven and filed; the time its paper is kept has begun."""


class PaperDestroyed(Event):
    """The paper of a batch was destroyed."""


class ProductSealed(Event):
    """A scan product got its transfer note, its manifest and its seal."""


class BackupRecorded(Event):
    """A backup run has ended well."""


class LookAtFile(Job, queue="ingest", priority=CHECKING, attempts=20):
    """See what the images of a file are."""

    file_id: UUID


class SplitBatch(Job, queue="ingest", priority=FILING, attempts=20):
    """Take a stack apart into documents."""

    batch_id: UUID


class AssembleDocuments(Job, queue="ingest", priority=CHECKING, attempts=20):
    """Put together what is not yet, of a batch's documents, and send each on its way."""

    batch_id: UUID


class SealProduct(Job, queue="ingest", priority=SEALING, attempts=1000):
    """Write transfer note and manifest of a filed document, and seal them."""

    document_id: UUID
