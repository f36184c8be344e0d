"""What happens in retention, and what is asked of the queue."""

from datetime import date
from uuid import UUID

from eakte.foundation.messages import Event, Job

# Behind everything that people wait for.
_COMPUTING, _LOCKING = -5, -10
# Nobody waits for it, and everybody who works goes before.
_DISPOSING = -20
# A container of thousands of files waits until the day's work is done.
_WRITING = -15
# About one a minute: three days, in which a share may come back.
_TRIES = 4500


class RetentionComputed(Event):
    """Until when a record is kept was computed anew, and it changed (Aufbewahrungsende)."""


class StorageTold(Event):
    """The storage was told until when it keeps the objects of a case, or that it holds them (Objektsperre)."""


class RetentionLookedAfter(Event):
    """The nightly run ended; the record is the house itself (id 0)."""


class RetentionRuleChanged(Event):
    """A retention rule came, changed or went; the record is the rule."""


class RuleAssigned(Event):
    """A rule was hung on an entry, a dossier or a case, or taken off; the record is that place."""

    rule_id: UUID
    at_entry: bool


class DateEntered(Event):
    """A date that starts periods was entered, changed or taken back; the record is the one it is for, or the date.

    `of_record` or `fiscal_year` says for what.
    """

    key: str
    of_record: UUID | None = None
    fiscal_year: int | None = None


class HoldSet(Event):
    """A legal hold was set (Löschsperre); the record is the hold."""


class HoldReleased(Event):
    """A legal hold was released; the record is the hold."""


class RecordsHeld(Event):
    """Records joined a hold, by name or because they match; the record is the hold."""

    records: list[UUID]


class ListEvent(Event):
    """Something happened to a disposal list; the record is the list."""


class ListCreated(ListEvent):
    """A disposal list was drawn up (Aussonderungsverzeichnis)."""


class ListChanged(ListEvent):
    """Items were put on a list, taken off, or decided."""


class ListActed(ListEvent):
    """A list was reviewed, returned, offered, appraised, released, cancelled, carried out or closed."""

    act: str


class MessageSent(ListEvent):
    """A message was laid out for the archive."""

    message_id: UUID


class MessageReceived(ListEvent):
    """A message of the archive was taken in."""

    message_id: UUID


class ArchiveSilent(ListEvent):
    """An archive has not answered in time (Erinnerung)."""

    message_id: UUID


class RecordDisposed(Event):
    """A dossier or case was destroyed or handed over and erased (vernichtet, abgegeben)."""

    list_id: UUID


class RecomputeRetention(Job, priority=_COMPUTING, attempts=20):
    """Compute the periods of the closed records concerned: one record with all in it, an entry's, a fiscal year's, all.

    `record_id`, `entry_id` and `fiscal_year` narrow it; without any of them it is all.
    """

    record_id: UUID | None = None
    entry_id: UUID | None = None
    fiscal_year: int | None = None


class LookAfterRetention(Job, lock="retention.LookAfterRetention", priority=_LOCKING, attempts=20):
    """Look after all periods and locks, once a day: compute what changed with the day, extend, mend, count."""

    day: date


class LockStorage(Job, priority=_LOCKING, attempts=1000):
    """Tell the storage until when the objects of a record are kept, or that they are held."""

    record_id: UUID


class CarryOutList(Job, lock="disposal", priority=_DISPOSING, attempts=100):
    """Destroy what is released on a list, item by item."""

    list_id: UUID


class EraseObjects(Job, lock="disposal", priority=_DISPOSING, attempts=100):
    """Erase the objects of records whose rows are gone."""

    list_id: UUID


class WriteReport(Job, lock="disposal", priority=_DISPOSING, attempts=100):
    """Write the report of a list on which everything is done, file it, and let the traces go."""

    list_id: UUID


class SendMessage(Job, attempts=_TRIES):
    """Lay a message out for the archive."""

    message_id: UUID


class WriteMessage(Job, priority=_WRITING, attempts=50):
    """Write a message for the archive, with all that belongs into its container."""

    list_id: UUID
    message_type: str


class SendSilenceNotice(Job, attempts=100):
    """Mail somebody that archives are silent."""

    person_id: UUID
    day: date


class CollectAnswers(Job, attempts=1):
    """Look what an archive has laid out."""

    archive: str
