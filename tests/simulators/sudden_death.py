"""A process that dies at a chosen moment: before or after the n-th commit, or while it speaks with a neighbour."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from threading import Event
from typing import BinaryIO, cast

from sqlalchemy.orm import Session

from eakte.foundation.work import Actor, House, UnitOfWork
from ingest.sources.parcels import Arrival, History, Neighbour, Parcel, Settlement


class Killed(BaseException):
    """SIGKILL, as far as a test in the same process can have it: nobody catches it."""


class Fate:
    """Dies at the n-th moment; `survived` says that there were fewer."""

    def __init__(self, at: int) -> None:
        self._left = at

    @property
    def survived(self) -> bool:
        return self._left >= 0

    def moment(self) -> None:
        self._left -= 1
        if self._left == -1:
            raise Killed


class MortalHouse:
    """A house in which every commit is two moments: the one before it, which undoes all, and the one after it."""

    def __init__(self, house: House, fate: Fate) -> None:
        self.sessions, self.storage, self.settings = house.sessions, house.storage, house.settings
        self._house, self._fate = house, fate

    @contextmanager
    def begin_as(self, who: Callable[[Session, datetime], Actor]) -> Iterator[UnitOfWork]:
        with self._house.begin_as(who) as work:
            yield work
            self._fate.moment()
        self._fate.moment()


class MortalNeighbour:
    """A neighbour to whom every word may be the last."""

    def __init__(self, neighbour: Neighbour, fate: Fate) -> None:
        self._neighbour, self._fate = neighbour, fate

    def parcels(self, history: History) -> Iterable[Parcel]:
        for parcel in self._neighbour.parcels(history):
            self._fate.moment()
            yield parcel

    def open(self, origin: str, arrival: Arrival) -> AbstractContextManager[BinaryIO]:
        self._fate.moment()
        return self._neighbour.open(origin, arrival)

    def settle(self, settlement: Settlement) -> None:
        self._fate.moment()
        # Half of it done is a moment too.
        half = Settlement(
            settlement.origin,
            settlement.fate,
            settlement.batch_number,
            settlement.files[: len(settlement.files) // 2],
        )
        self._neighbour.settle(half)
        self._fate.moment()
        self._neighbour.settle(settlement)

    def wait(self, stop: Event) -> None:
        self._neighbour.wait(stop)

    def close(self) -> None:
        self._neighbour.close()


def mortal(house: House, neighbour: Neighbour, fate: Fate) -> tuple[House, Neighbour]:
    return cast(House, MortalHouse(house, fate)), MortalNeighbour(neighbour, fate)
