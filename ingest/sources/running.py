"""Sources at work: each in its own thread, one worker at a time, patient with neighbours that are away."""

import dataclasses
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from eakte.foundation.errors import EakteError, TooLarge, Unavailable
from eakte.foundation.work import House, UnitOfWork
from ingest.batches.errors import BatchStateForbids
from ingest.sources import queries
from ingest.sources.definitions import Source
from ingest.sources.errors import (
    ArrivalChanged,
    ArrivalGone,
    ArrivalUnreadable,
    SourceRefusesLogin,
    SourceUnavailable,
)
from ingest.sources.lease import Lease, lease_of
from ingest.sources.parcels import Arrival, Neighbour, Parcel
from ingest.sources.rules import DeliveryState, Fate
from ingest.sources.service import delivering

log = structlog.get_logger()

TAKEN_BY_ANOTHER_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0
# Mail servers lock accounts out that knock too often.
REFUSED_PAUSE_S = 300.0
END_WITHIN_S = 15.0

OpenNeighbour = Callable[[Source], Neighbour]


@contextmanager
def sources_at_work(house: House, sources: Sequence[Source], neighbour_of: OpenNeighbour) -> Iterator[None]:
    """Take in what the sources bring, beside whatever the block does. A file under way may be broken off at the end."""
    stop = threading.Event()
    threads = [
        threading.Thread(
            target=SourceLoop(house, source, neighbour_of, stop).run, name=f"source-{source.key}", daemon=True
        )
        for source in sources
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(END_WITHIN_S)


class SourceLoop:
    """One source, taken in until told to stop."""

    def __init__(
        self, house: House, source: Source, neighbour_of: OpenNeighbour, stop: threading.Event | None = None
    ) -> None:
        self._house, self._source, self._neighbour_of = house, source, neighbour_of
        self._stop = stop or threading.Event()
        self._pause_s = FIRST_PAUSE_S

    def run(self) -> None:
        """Until told to stop; nothing that goes wrong ends it."""
        with structlog.contextvars.bound_contextvars(source=self._source.key):
            while not self._stop.is_set():
                self._stop.wait(self._once())

    def _once(self) -> float:
        """Hold the source as long as all is well; how long to pause then."""
        try:
            engine = self._house.sessions.kw["bind"]
            assert isinstance(engine, Engine)
            with lease_of(engine, self._source.key) as lease:
                if lease is None:
                    return TAKEN_BY_ANOTHER_S
                self._work(lease)
                return 0.0
        except SourceRefusesLogin as error:
            log.error("source_refuses_login", code=error.code())
            return REFUSED_PAUSE_S
        except (Unavailable, SQLAlchemyError) as error:
            pause_s = self._next_pause()
            log.warning("source_unavailable", error=type(error).__name__, again_in_s=pause_s)
        except EakteError as error:
            pause_s = self._next_pause()
            log.error("source_misconfigured", code=error.code(), again_in_s=pause_s)
        except Exception:
            pause_s = self._next_pause()
            log.exception("source_failed", again_in_s=pause_s)
        return pause_s

    def _next_pause(self) -> float:
        pause_s, self._pause_s = self._pause_s, min(LONGEST_PAUSE_S, self._pause_s * 2)
        return pause_s

    def _work(self, lease: Lease) -> None:
        neighbour = self._neighbour_of(self._source)
        log.info("source_held")
        try:
            while not self._stop.is_set():
                lease.must_hold()
                Intake(self._house, self._source, neighbour, self._stop.is_set).take_all()
                self._pause_s = FIRST_PAUSE_S
                neighbour.wait(self._stop)
        finally:
            neighbour.close()


class Intake:
    """What a source has brought now, taken in with the rights of its identity."""

    def __init__(
        self, house: House, source: Source, neighbour: Neighbour, told_to_stop: Callable[[], bool] = lambda: False
    ) -> None:
        self._house, self._source, self._neighbour = house, source, neighbour
        self._told_to_stop = told_to_stop

    def take_all(self) -> None:
        """First end what was begun, since its input still lies there; then take what is new.

        Raises SourceUnavailable, StorageUnavailable, SQLAlchemyError, and whatever makes a batch impossible.
        """
        with self._begin() as work:
            begun = [delivery.id for delivery in queries.open_deliveries(work.session, self._source.key)]
        for delivery_id in begun:
            self._finish(delivery_id)
        for parcel in self._neighbour.parcels(self._fate_of):
            if self._told_to_stop():
                return
            self._finish(self._opened(parcel))

    def _begin(self) -> AbstractContextManager[UnitOfWork]:
        login = self._source.as_identity
        return self._house.begin_as(lambda session, now: queries.actor_of_login(session, login, now))

    def _opened(self, parcel: Parcel) -> UUID:
        try:
            with self._begin() as work:
                return delivering.open_delivery(work, self._source.key, parcel).id
        except Unavailable:
            raise
        except EakteError as error:
            # What a sidecar asks for and cannot be is its writer's mistake; all else is the operator's to mend.
            if not any(arrival.note for arrival in parcel.arrivals):
                raise
            refused = dataclasses.replace(parcel, refusal=error)
        with self._begin() as work:
            return delivering.open_delivery(work, self._source.key, refused).id

    def _fate_of(self, origin: str) -> Fate | None:
        with self._begin() as work:
            return delivering.fate_of(work, self._source.key, origin)

    def _finish(self, delivery_id: UUID) -> None:
        with self._begin() as work:
            delivery = queries.get_delivery(work.session, delivery_id)
            origin, taking = delivery.origin, delivery.state is DeliveryState.TAKING
            expected = [
                (row.id, Arrival(row.name, row.file_name, row.stamp))
                for row in (queries.expected_of(work.session, delivery_id) if taking else ())
            ]
        for arrival_id, arrival in expected:
            if self._told_to_stop():
                return
            self._take(origin, arrival_id, arrival)
        with self._begin() as work:
            if taking:
                delivering.store_delivery(work, delivery_id)
            settlement = delivering.settlement_of(work, delivery_id)
        self._neighbour.settle(settlement)
        with self._begin() as work:
            delivering.settle_delivery(work, delivery_id)
        log.info("source_delivery_settled", delivery=str(delivery_id), files=len(settlement.files))

    def _take(self, origin: str, arrival_id: UUID, arrival: Arrival) -> None:
        try:
            with self._neighbour.open(origin, arrival) as stream, self._begin() as work:
                delivering.take_arrival(work, arrival_id, stream)
        except (ArrivalGone, ArrivalChanged, BatchStateForbids) as error:
            log.warning("source_file_left", arrival=str(arrival_id), reason=error.code())
            with self._begin() as work:
                delivering.leave_arrival(work, arrival_id)
        except TooLarge as error:
            with self._begin() as work:
                delivering.refuse_arrival(work, arrival_id, error)
        except ArrivalUnreadable as error:
            self._note_failure(arrival_id, error)
        except (EakteError, SQLAlchemyError):
            raise
        except Exception:
            # One poisonous file stops no source.
            log.exception("source_file_failed", arrival=str(arrival_id))
            self._note_failure(arrival_id, ArrivalUnreadable())

    def _note_failure(self, arrival_id: UUID, error: EakteError) -> None:
        with self._begin() as work:
            refused = delivering.note_failure(work, arrival_id, error)
        if not refused:
            raise SourceUnavailable(problem="Eine Datei lässt sich gerade nicht lesen.") from error
