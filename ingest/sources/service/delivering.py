"""Deliveries: opened with everything they hold, taken file by file, and settled when all of it is committed."""

import hashlib
from typing import BinaryIO
from uuid import UUID

import structlog

from eakte.documents.files import safe_file_name
from eakte.foundation.errors import EakteError
from eakte.foundation.ids import new_id
from eakte.foundation.work import UnitOfWork
from ingest.batches import queries as batch_queries
from ingest.batches.models import Batch
from ingest.batches.rules import BatchState, FileState
from ingest.batches.service.checking import reject_batch
from ingest.batches.service.receiving import complete_batch, open_batch, receive_file
from ingest.sources import queries
from ingest.sources.errors import CameBefore
from ingest.sources.messages import ArrivalRefused, DeliveryRefused
from ingest.sources.models import SourceArrival, SourceDelivery
from ingest.sources.parcels import Parcel, Settled, Settlement
from ingest.sources.rules import ATTEMPTS, TAKEN, ArrivalState, DeliveryState, Fate

log = structlog.get_logger()

NOTHING_CAME = "Von den angekündigten Dateien ließ sich keine übernehmen."


def fate_of(work: UnitOfWork, source: str, origin: str) -> Fate | None:
    """What became of something that came under this name before."""
    delivery = queries.last_of_origin(work.session, source, origin)
    return _fate(delivery) if delivery is not None else None


def open_delivery(work: UnitOfWork, source: str, parcel: Parcel) -> SourceDelivery:
    """Note everything a parcel holds and open its batch; nothing is taken yet.

    Raises whatever `open_batch` says about the batch.
    """
    refusal = parcel.refusal or _refusal_of_all(parcel)
    delivery = SourceDelivery(
        id=new_id(), source=source, origin=parcel.origin, state=DeliveryState.TAKING, opened_at=work.now
    )
    if refusal is None:
        delivery.batch_id = open_batch(work, parcel.details).id
    work.session.add(delivery)
    work.session.flush()
    for n, arrival in enumerate(parcel.arrivals):
        row = SourceArrival(
            id=new_id(),
            delivery_id=delivery.id,
            n=n,
            name=arrival.name,
            file_name=safe_file_name(arrival.file_name),
            stamp=arrival.stamp,
            received_at=arrival.received_at,
            state=ArrivalState.NOTE if arrival.note else ArrivalState.EXPECTED,
            attempts=0,
        )
        work.session.add(row)
        if arrival.refusal is not None:
            _refuse(work, row, arrival.refusal)
    work.session.flush()
    if refusal is not None:
        _refuse_delivery(work, delivery, refusal)
    return delivery


def _refusal_of_all(parcel: Parcel) -> EakteError | None:
    """Why nothing of a parcel can be taken, if it is so: then it gets no batch number."""
    refusals = [arrival.refusal for arrival in parcel.arrivals if not arrival.note]
    return refusals[0] if refusals and all(refusals) else None


def take_arrival(work: UnitOfWork, arrival_id: UUID, stream: BinaryIO) -> SourceArrival:
    """Store one file in the batch of its delivery. Taken already, it is not taken again.

    Raises TooLarge, StorageUnavailable, BatchStateForbids; then the neighbour still has it.
    """
    arrival = queries.get_arrival(work.session, arrival_id)
    if arrival.state is not ArrivalState.EXPECTED:
        return arrival
    batch_id = queries.get_delivery(work.session, arrival.delivery_id).batch_id
    assert batch_id is not None
    file = receive_file(work, batch_id, stream, arrival.file_name, received_at=arrival.received_at, fetched=True)
    arrival.sha256 = file.sha256
    arrival.state = ArrivalState.DUPLICATE if file.state is FileState.DUPLICATE else ArrivalState.STORED
    if arrival.state is ArrivalState.DUPLICATE:
        log.info("source_file_came_twice", batch=str(batch_id), file=str(file.id), same_as=str(file.duplicate_of))
    work.session.flush()
    return arrival


def leave_arrival(work: UnitOfWork, arrival_id: UUID) -> None:
    """A file is gone, or changed and will come again: it is no part of this delivery."""
    arrival = queries.get_arrival(work.session, arrival_id)
    if arrival.state is ArrivalState.EXPECTED:
        arrival.state = ArrivalState.LEFT


def refuse_arrival(work: UnitOfWork, arrival_id: UUID, error: EakteError) -> None:
    """A file cannot be taken; the neighbour puts it aside with the reason."""
    arrival = queries.get_arrival(work.session, arrival_id)
    if arrival.state is ArrivalState.EXPECTED:
        _refuse(work, arrival, error)


def note_failure(work: UnitOfWork, arrival_id: UUID, error: EakteError) -> bool:
    """A file could not be read this time; whether it was refused after too many."""
    arrival = queries.get_arrival(work.session, arrival_id)
    arrival.attempts += 1
    if arrival.attempts >= ATTEMPTS:
        refuse_arrival(work, arrival_id, error)
        return True
    return False


def store_delivery(work: UnitOfWork, delivery_id: UUID) -> SourceDelivery:
    """Everything is taken: its batch is complete, unless the same stack came before or nothing of it was usable."""
    delivery = queries.get_delivery(work.session, delivery_id)
    if delivery.state is not DeliveryState.TAKING:
        return delivery
    assert delivery.batch_id is not None
    batch = batch_queries.get_batch(work, delivery.batch_id)
    delivery.content = _content(queries.arrivals_of(work.session, delivery.id))
    twin = queries.twin_of(work.session, delivery, delivery.content) if delivery.content is not None else None
    delivery.state = DeliveryState.STORED
    if twin is not None:
        _refuse_delivery(work, delivery, CameBefore(number=twin.number))
    _end_batch(work, batch, delivery)
    work.session.flush()
    return delivery


def settlement_of(work: UnitOfWork, delivery_id: UUID) -> Settlement:
    """What the neighbour may put away now; what it shall leave alone is not in it."""
    delivery = queries.get_delivery(work.session, delivery_id)
    batch = batch_queries.get_batch(work, delivery.batch_id) if delivery.batch_id is not None else None
    files = []
    for arrival in queries.arrivals_of(work.session, delivery.id):
        if delivery.state is DeliveryState.REFUSED and arrival.state is not ArrivalState.LEFT:
            files.append(Settled(arrival.name, arrival.stamp, arrival.refusal_message or delivery.refusal_message))
        elif arrival.state is ArrivalState.REFUSED:
            files.append(Settled(arrival.name, arrival.stamp, arrival.refusal_message))
        elif arrival.state in TAKEN:
            files.append(Settled(arrival.name, arrival.stamp))
    return Settlement(delivery.origin, _fate(delivery), batch.number if batch is not None else None, tuple(files))


def settle_delivery(work: UnitOfWork, delivery_id: UUID) -> None:
    """The neighbour has put everything away."""
    delivery = queries.get_delivery(work.session, delivery_id)
    delivery.state, delivery.settled_at = DeliveryState.SETTLED, work.now


def _fate(delivery: SourceDelivery) -> Fate:
    return Fate.TAKEN if delivery.refusal_code in (None, CameBefore.code()) else Fate.REFUSED


def _content(arrivals: list[SourceArrival]) -> str | None:
    hashes = sorted({arrival.sha256 for arrival in arrivals if arrival.sha256 is not None})
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest() if hashes else None


def _end_batch(work: UnitOfWork, batch: Batch, delivery: SourceDelivery) -> None:
    # Somebody may have ended it by hand meanwhile.
    if batch.state is not BatchState.OPEN:
        return
    if delivery.refusal_message is not None:
        reject_batch(work, batch.id, reason=delivery.refusal_message)
    elif delivery.content is None:
        reject_batch(work, batch.id, reason=NOTHING_CAME)
    else:
        complete_batch(work, batch.id)


def _refuse(work: UnitOfWork, arrival: SourceArrival, error: EakteError) -> None:
    arrival.state, arrival.refusal_code, arrival.refusal_message = ArrivalState.REFUSED, error.code(), str(error)
    changes = {"file_name": (None, arrival.file_name), "reason": (None, error.code())}
    work.publish(ArrivalRefused(record_id=arrival.delivery_id, changes=changes))


def _refuse_delivery(work: UnitOfWork, delivery: SourceDelivery, error: EakteError) -> None:
    delivery.state = DeliveryState.REFUSED
    delivery.refusal_code, delivery.refusal_message = error.code(), str(error)
    log.warning("source_delivery_refused", source=delivery.source, delivery=str(delivery.id), reason=error.code())
    changes = {"source": (None, delivery.source), "reason": (None, error.code())}
    work.publish(DeliveryRefused(record_id=delivery.id, changes=changes))
