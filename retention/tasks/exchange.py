"""The queue asks: write a message, lay it out, look what archives have laid out."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import structlog

from eakte.documents.models import object_key
from eakte.foundation.clock import now
from eakte.foundation.errors import NotFound
from eakte.foundation.jobs import handles
from eakte.foundation.mail import DigestState, hand_over_once
from eakte.foundation.storage import Digest, ObjectDamaged, ObjectMissing
from eakte.foundation.work import BeginWork
from retention.adapters.transport import Arrival, Transport
from retention.adapters.transport.errors import ArrivalGone
from retention.adapters.xdomea import ContainerName, parse_container_name, write_container
from retention.adapters.xdomea.errors import FileDiffers, RecordsUnfit
from retention.archives import Partner, archive_called
from retention.messages import CollectAnswers, SendMessage, SendSilenceNotice, WriteMessage
from retention.models.disposal import DisposalList
from retention.queries.exchange import stamps_of, waiting_processes
from retention.queries.offered import RecordTree
from retention.rules.exchange import RECEIPTS, Message, MessageType, OfferMessage, ReceiptMessage, TransferMessage
from retention.rules.nodes import RecordNode
from retention.service import exchanging, silence
from retention.service.exchanging import Task
from retention.service.receiving import store_and_read

log = structlog.get_logger()

_OURS = (MessageType.OFFER, MessageType.TRANSFER, MessageType.APPRAISAL_RECEIVED)
_UNWRITABLE = (RecordsUnfit, FileDiffers, ObjectMissing, ObjectDamaged)


@handles(WriteMessage)
def write_message(job: WriteMessage, begin: BeginWork) -> None:
    """Write the container on the disk, keep it in the storage, and have it sent."""
    type_ = MessageType(job.message_type)
    with begin() as work:
        archive = _archive_of(work.session.get_one(DisposalList, job.list_id), work.settings.retention.archives)
        task, storage = exchanging.task_of(work, job.list_id, type_, archive), work.storage
    if task is None:
        return
    with TemporaryDirectory(prefix="eakte-") as folder:
        try:
            written = write_container(_message(task, begin), Path(folder))
        except _UNWRITABLE as error:
            log.error("message_not_written", type=type_, error=error.code())
            with begin() as work:
                exchanging.put_off_writing(work, job.list_id, type_, str(error))
            return
        digest = Digest(written.sha256, written.size)
        with written.path.open("rb") as stream:
            storage.put(object_key(task.object_id), stream, digest, media_type=exchanging.CONTAINER)
        with begin() as work:
            exchanging.note_written(work, task, written)
    log.info("message_written", type=type_, files=written.files, bytes=written.size)


def _message(task: Task, begin: BeginWork) -> Message:
    if task.envelope.type in RECEIPTS:
        return ReceiptMessage(task.envelope)
    assert task.selection is not None
    records: Iterable[RecordNode] = RecordTree(begin, task.selection).records()
    if task.envelope.type is MessageType.OFFER:
        return OfferMessage(task.envelope, records)
    return TransferMessage(task.envelope, records)


@handles(SendMessage)
def send_message(job: SendMessage, begin: BeginWork) -> None:
    """Lay a message out for its archive; a repeat finds it there."""
    with begin() as work:
        recalled, storage = exchanging.recall_if_held(work, job.message_id), work.storage
        parcel = exchanging.parcel_of(work, job.message_id)
        archives = work.settings.retention.archives
    if recalled is not None:
        storage.erase(recalled)
    if parcel is None:
        return
    archive = archive_called(archives, parcel.archive)
    with TemporaryDirectory(prefix="eakte-") as folder:
        path = Path(folder) / parcel.name
        with path.open("wb") as target:
            storage.download(parcel.key, parcel.digest, target)
        archive.transport().send(path, parcel.name)
    with begin() as work:
        exchanging.note_sent(work, job.message_id, archive)


@handles(CollectAnswers)
def collect_answers(job: CollectAnswers, begin: BeginWork) -> None:
    """Take in what an archive has laid out about lists that wait for it; another round comes soon."""
    with begin() as work:
        archive = archive_called(work.settings.retention.archives, job.archive)
        processes = waiting_processes(work.session, archive.key)
        seen = stamps_of(work.session, list(processes.values()))
    transport = archive.transport()

    def is_new(arrival: Arrival) -> bool:
        name = _answer_name(arrival)
        list_id = processes.get(UUID(name.process_id)) if name is not None else None
        return list_id is not None and (list_id, arrival.name, arrival.stamp) not in seen

    for arrival in sorted(transport.received(is_new), key=_in_order):
        name = _answer_name(arrival)
        assert name is not None
        _take_in(arrival, UUID(name.process_id), transport, begin)


@handles(SendSilenceNotice)
def send_silence_notice(job: SendSilenceNotice, begin: BeginWork) -> None:
    """That it is handed over is committed before it is."""
    with begin() as work:
        letter, settings = silence.claim_notice(work, job.person_id, job.day), work.settings.smtp
    if letter is None:
        return

    def settle(state: DigestState) -> None:
        with begin() as work:
            silence.settle_notice(work, job.person_id, job.day, state)

    hand_over_once(letter, settings, settle)


def _answer_name(arrival: Arrival) -> ContainerName | None:
    """What the name of a file says, if it is that of an answer."""
    name = parse_container_name(arrival.name.rpartition("/")[2])
    return None if name is None or name.type in _OURS else name


def _in_order(arrival: Arrival) -> MessageType:
    """Messages follow one another as they are numbered."""
    name = _answer_name(arrival)
    assert name is not None
    return name.type


def _take_in(arrival: Arrival, process_id: UUID, transport: Transport, begin: BeginWork) -> None:
    with TemporaryDirectory(prefix="eakte-") as folder:
        path = Path(folder) / "answer"
        try:
            transport.fetch(arrival.name, path)
        except ArrivalGone:
            return
        with begin() as work:
            storage = work.storage
        came = store_and_read(storage, path, arrival.name, stamp=arrival.stamp, received_at=now())
        try:
            with begin() as work:
                exchanging.note_came(work, process_id, came)
        except NotFound:
            log.warning("answer_without_list", process=str(process_id))


def _archive_of(list_: DisposalList, path: Path | None) -> Partner:
    assert list_.archive is not None
    return archive_called(path, list_.archive)
