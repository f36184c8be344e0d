"""What a source and its neighbour say to each other: parcels in, settlements out."""

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from eakte.foundation.errors import EakteError
from ingest.batches.service.receiving import BatchDetails
from ingest.sources.rules import Fate


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file that has come. `name` finds it at the neighbour, `stamp` changes whenever its bytes may have.

    With a `refusal` it is not even tried; a `note` belongs to the batch and is no file of it. `received_at` is when it
    reached the neighbour, where that is the house's own letter box; else it arrives when we take it.
    """

    name: str
    file_name: str
    stamp: str
    refusal: EakteError | None = None
    note: bool = False
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """What belongs together and has completely arrived, in the order of its stack; `origin` is its name there.

    With a `refusal` nothing of it is taken.
    """

    origin: str
    arrivals: tuple[Arrival, ...]
    details: BatchDetails
    refusal: EakteError | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A file and how the neighbour last saw it; with a `reason` in German it was refused."""

    name: str
    stamp: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What may be put away, since it is stored or refused for good. What came before is taken already."""

    origin: str
    fate: Fate
    batch_number: str | None
    files: tuple[Settled, ...]


History = Callable[[str], Fate | None]
"""What became of an origin, if it came before."""


class Neighbour(Protocol):
    """A place files come from. Every method raises SourceUnavailable when it does not answer."""

    def parcels(self, history: History) -> Iterable[Parcel]:
        """What has completely arrived; each is stored and settled before the next is asked for."""

    def open(self, origin: str, arrival: Arrival) -> AbstractContextManager[BinaryIO]:
        """A private copy of a file's bytes. Raises ArrivalGone, ArrivalChanged, ArrivalUnreadable."""

    def settle(self, settlement: Settlement) -> None:
        """Put away what is stored or refused. Doing it twice changes nothing; what changed meanwhile stays."""

    def wait(self, stop: threading.Event) -> None:
        """Until there may be something new, or `stop` is set."""

    def close(self) -> None:
        """End the conversation."""
