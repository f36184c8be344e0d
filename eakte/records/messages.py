from uuid import UUID

from eakte.foundation.messages import Event
from eakte.records.rules import Reading, RecordKind


class PlanCreated(Event):
    """A filing plan was set up."""


class PlanChanged(Event):
    """A filing plan's name, validity or number templates changed."""


class PlanImported(Event):
    """Entries of a filing plan were taken over from a file."""


class EntryCreated(Event):
    """A filing plan entry was set up."""


class EntryChanged(Event):
    """A filing plan entry changed."""


class EntryClosedDownEvent(Event):
    """A filing plan entry takes no more dossiers (Stilllegung)."""


class RecordEvent(Event):
    """Something happened to a dossier, case or document that the search index must learn.

    `dossier_id` is the dossier the record lies in; `subtree` says that everything below is concerned too.
    """

    dossier_id: UUID
    subtree: bool = False


class DossierCreated(RecordEvent):
    """A dossier was opened (Akte angelegt)."""


class CaseCreated(RecordEvent):
    """A case was opened (Vorgang angelegt)."""


class RecordChanged(RecordEvent):
    """Metadata changed."""


class RecordClosed(RecordEvent):
    """A dossier or case was closed (zdA), which starts its retention period."""


class RecordReopened(RecordEvent):
    """A closing was undone (zdA aufgehoben)."""


class RecordCancelled(RecordEvent):
    """A record was cancelled (storniert)."""


class RecordRestored(RecordEvent):
    """A cancellation was undone."""


class RecordRefiled(RecordEvent):
    """A record was refiled and has a new reference (Umschreiben)."""


class DossierProtected(RecordEvent):
    """Protection or the named readers of a dossier changed."""


class RestrictionSet(RecordEvent):
    """Processing of a record and of what lies in it was restricted (Einschränkung der Verarbeitung)."""


class RestrictionLifted(RecordEvent):
    """A restriction of processing was lifted (Einschränkung aufgehoben)."""


class RecordRead(Event):
    """Somebody read a record of a protected class (protokollierter Zugriff)."""

    reading: Reading


class PartiesChanged(RecordEvent):
    """A party was added or removed."""


class BusinessDataChanged(RecordEvent):
    """Business data of a record changed."""


class RecordLinked(RecordEvent):
    """A cross reference was set or removed."""


class RecordErasing(Event):
    """A dossier or case is about to be erased for good (Vernichtung); whoever speaks of it forgets it now.

    Everything in it is gone already. `kind` is its kind, for those who cannot load it any more.
    """

    kind: RecordKind


class LinkLost(Event):
    """A cross reference of a record was removed, since what it pointed to, or was pointed at from, is destroyed."""
