"""Messages to and from archives: what is to be written, what was sent, what came, and who is silent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from eakte.documents.models import object_key
from eakte.foundation.clock import legal_day
from eakte.foundation.errors import Finding
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Digest
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_rules import DisposalCode
from retention.adapters.xdomea import WrittenContainer
from retention.archives import Partner
from retention.errors import MessageOfNoList
from retention.messages import (
    CollectAnswers,
    ListChanged,
    MessageReceived,
    MessageSent,
    SendMessage,
    WriteMessage,
)
from retention.models.disposal import DisposalList, DisposalMessage
from retention.queries import exchange as queries
from retention.queries.holds import lock_against_holds, obstacles_among
from retention.queries.lists import locked_list
from retention.queries.offered import Forms, Selection, shown_items
from retention.rules.disposal import Direction, ItemState
from retention.rules.exchange import (
    AppraisalMessage,
    Envelope,
    ImportMessage,
    Message,
    MessageType,
    OfferMessage,
    ReceiptMessage,
    TransferMessage,
)
from retention.rules.exchanging import answer_due
from retention.rules.readiness import words_for
from retention.service.silence import note_silence

CONTAINER = "application/zip"


# --- writing and sending --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """A message that is to be written: its head, and which items it shows (none for a receipt)."""

    list_id: UUID
    envelope: Envelope
    selection: Selection | None
    object_id: UUID
    """Where its container is kept."""


def task_of(work: UnitOfWork, list_id: UUID, type_: MessageType, archive: Partner) -> Task | None:
    """What is to be written, or None if it was, if nothing is left to write, or if the list is over.

    A process has each type of message once. What came under a hold since somebody acted is withdrawn first.
    """
    list_ = locked_list(work.session, list_id)
    written = queries.message_of(work.session, list_id, type_) is not None
    if list_ is None or written or list_.state not in queries.RUNNING:
        return None
    selection = _selection(list_id, type_, archive.forms)
    if selection is not None and not _unheld_items(work, list_, selection):
        return None
    answered = queries.message_of(work.session, list_id, type_.answers) if type_.answers is not None else None
    envelope = Envelope(
        process_id=list_.process_id,
        type=type_,
        version=archive.version,
        created_at=work.now,
        sender=archive.sender.as_agency(),
        receiver=archive.as_agency(),
        message_id=new_id(),
        answers=answered.envelope_id if answered is not None else None,
    )
    return Task(list_id, envelope, selection, new_id())


def _unheld_items(work: UnitOfWork, list_: DisposalList, selection: Selection) -> bool:
    """Withdraw what is held of what a message would show; whether anything is left."""
    lock_against_holds(work.session)
    items = shown_items(work.session, selection)
    kept = obstacles_among(work.session, [item.record_id for item in items])
    hindered = [item for item in items if item.record_id in kept]
    for item in hindered:
        item.state, item.failure = ItemState.WITHDRAWN, words_for(kept[item.record_id])
    if hindered:
        work.session.flush()
        why = words_for(set().union(*kept.values()))
        changes = {"withdrawn": (None, [item.reference for item in hindered]), "why": (None, why)}
        work.publish(ListChanged(record_id=list_.id, changes=changes))
    return len(hindered) < len(items)


def _selection(list_id: UUID, type_: MessageType, forms: Forms | None) -> Selection | None:
    match type_:
        case MessageType.OFFER:
            return Selection(list_id, ItemState.LISTED)
        case MessageType.TRANSFER:
            return Selection(list_id, ItemState.TRANSFERRED, DisposalCode.ARCHIVE, forms)
        case _:
            return None


def note_written(work: UnitOfWork, task: Task, written: WrittenContainer) -> None:
    """Keep what is laid out for the archive; sending it is a job of its own."""
    envelope = task.envelope
    message = DisposalMessage(
        id=new_id(),
        list_id=task.list_id,
        direction=Direction.SENT,
        message_type=envelope.type,
        version=envelope.version,
        envelope_id=envelope.message_id,
        file_name=written.name,
        sha256=written.sha256,
        size=written.size,
        object_id=task.object_id,
        created_at=work.now,
        findings=_told(written.findings),
    )
    work.session.add(message)
    list_ = work.session.get_one(DisposalList, task.list_id, with_for_update=True, populate_existing=True)
    if list_.unwritten is envelope.type:
        list_.unwritten = list_.unwritten_why = None
    work.session.flush()
    shown = {"message": (None, envelope.type.value), "records": (None, sum(written.records.values()))}
    work.publish(MessageSent(record_id=task.list_id, message_id=message.id, changes=shown))
    work.defer(SendMessage(message_id=message.id))


def put_off_writing(work: UnitOfWork, list_id: UUID, type_: MessageType, why: str) -> None:
    """Tell that a message cannot be written as things are, and try again tomorrow, not all day long."""
    list_ = work.session.get_one(DisposalList, list_id, with_for_update=True, populate_existing=True)
    list_.unwritten, list_.unwritten_why = type_, why
    work.session.flush()
    changes = {"unwritten": (None, type_.value), "why": (None, why)}
    work.publish(ListChanged(record_id=list_id, changes=changes))
    work.defer(WriteMessage(list_id=list_id, message_type=type_), after=timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Parcel:
    """A written message on its way."""

    archive: str
    name: str
    key: str
    digest: Digest


def recall_if_held(work: UnitOfWork, message_id: UUID) -> str | None:
    """Take back a message that was not sent and shows what is held by now; it is written anew without that.

    Answers where the container lies, for its erasure. What is sent in the moment after this has left the house.
    """
    message = work.session.get(DisposalMessage, message_id, with_for_update=True)
    if message is None or message.sent_at is not None:
        return None
    selection = _selection(message.list_id, message.message_type, forms=None)
    if selection is None:
        return None
    lock_against_holds(work.session)
    shown = [item.record_id for item in shown_items(work.session, selection)]
    kept = obstacles_among(work.session, shown)
    if not kept:
        return None
    key = object_key(message.object_id)
    work.session.delete(message)
    work.session.flush()
    changes = {"recalled": (None, message.message_type.value), "why": (None, words_for(set().union(*kept.values())))}
    work.publish(ListChanged(record_id=message.list_id, changes=changes))
    write_later(work, message.list_id, message.message_type)
    return key


def parcel_of(work: UnitOfWork, message_id: UUID) -> Parcel | None:
    """What is to be sent, or None if it was, or is no longer to be."""
    message = work.session.get(DisposalMessage, message_id)
    if message is None or message.sent_at is not None:
        return None
    list_ = work.session.get_one(DisposalList, message.list_id)
    assert list_.archive is not None
    if list_.state not in queries.RUNNING:
        return None
    return Parcel(list_.archive, message.file_name, object_key(message.object_id), digest_of_message(message))


def note_sent(work: UnitOfWork, message_id: UUID, archive: Partner) -> None:
    """From now on an answer is awaited."""
    message = work.session.get_one(DisposalMessage, message_id)
    if message.sent_at is not None:
        return
    message.sent_at = work.now
    days = archive.appraisal_days if message.message_type is MessageType.OFFER else archive.import_days
    message.receipt_deadline, message.deadline = answer_due(
        message.message_type, legal_day(work.now), receipt_days=archive.receipt_days, days=days
    )
    work.session.flush()
    changes = {"sent_at": (None, work.now.isoformat())}
    work.publish(MessageSent(record_id=message.list_id, message_id=message.id, changes=changes))


def digest_of_message(message: DisposalMessage) -> Digest:
    return Digest(message.sha256, message.size)


# --- receiving ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Came:
    """A file that came, stored already. `message` is None where it could not be read, and `flaws` say why."""

    name: str
    stamp: str | None
    digest: Digest
    object_id: UUID
    type: MessageType
    message: Message | None
    flaws: Sequence[Finding]


TakeIn = Callable[[UnitOfWork, DisposalList, Message], Sequence[Finding]]
takers: dict[MessageType, TakeIn] = {}
"""What taking in a kind of message does; each answers what was wrong with what it says."""


def note_came(work: UnitOfWork, process_id: UUID, came: Came) -> DisposalMessage:
    """Keep a message of the archive, and do what follows from it.

    The same file a second time changes nothing. One that cannot be read, or that comes at the wrong time, is kept and
    shown, and nothing follows from it. Raises MessageOfNoList.
    """
    list_ = queries.list_of_process(work.session, process_id)
    if list_ is None:
        raise MessageOfNoList(process=str(process_id))
    before = queries.came_before(work.session, list_.id, came.name, came.digest.sha256)
    if before is not None:
        return before
    envelope = came.message.envelope if came.message is not None else None
    message = DisposalMessage(
        id=new_id(),
        list_id=list_.id,
        direction=Direction.RECEIVED,
        message_type=came.type if envelope is None else envelope.type,
        version=None if envelope is None else envelope.version,
        envelope_id=None if envelope is None else envelope.message_id,
        file_name=came.name,
        stamp=came.stamp,
        sha256=came.digest.sha256,
        size=came.digest.size,
        object_id=came.object_id,
        created_at=work.now,
        findings=_told(came.flaws),
    )
    work.session.add(message)
    work.session.flush()
    changes = {"message": (None, message.message_type.value), "file": (None, came.name)}
    work.publish(MessageReceived(record_id=list_.id, message_id=message.id, changes=changes))
    if came.message is not None:
        message.findings = [*message.findings, *_told(_take_in(work, list_, came.message))]
    return message


def _take_in(work: UnitOfWork, list_: DisposalList, message: Message) -> Sequence[Finding]:
    if message.envelope.process_id != list_.process_id:
        text = f"Die Nachricht gehört zum Prozess {message.envelope.process_id}; es wurde nichts geändert."
        return [Finding("other-process", text, list_.reference)]
    match message:
        case AppraisalMessage() | ImportMessage():
            return takers[message.envelope.type](work, list_, message)
        case ReceiptMessage() if message.envelope.type is not MessageType.APPRAISAL_RECEIVED:
            return ()
        case OfferMessage() | TransferMessage() | ReceiptMessage():
            return [Finding("not-for-us", "Diese Nachricht schreibt die abgebende Stelle, nicht das Archiv.")]


def write_later(work: UnitOfWork, list_id: UUID, type_: MessageType) -> None:
    work.defer(WriteMessage(list_id=list_id, message_type=type_))


def _told(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [{"code": one.code, "message": one.message, "pointer": one.pointer} for one in findings]


def resume_exchange(work: UnitOfWork) -> None:
    """Give messages that lost their job a new one, look what archives have laid out, and tell who is silent."""
    for list_id, type_ in queries.unwritten(work.session):
        write_later(work, list_id, type_)
    for message_id in queries.unsent(work.session):
        work.defer(SendMessage(message_id=message_id))
    for archive in queries.archives_waited_for(work.session):
        work.defer(CollectAnswers(archive=archive))
    note_silence(work)
