"""How containers travel to an archive and its answers back (Transportweg): one place that both sides look at.

Whatever the way, a container appears there complete or not at all, and nothing of the other side is ever deleted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that lies there complete, as far as can be seen.

    `name` is what `fetch` takes. Another `stamp` under the same name is another file. A writer that pauses for long
    can deceive us: what turns out to be a damaged container may be whole the next time.
    """

    name: str
    stamp: str


Wanted = Callable[[Arrival], bool]


def everything(_: Arrival, /) -> bool:
    return True


class Transport(Protocol):
    """Every method raises ArchiveUnreachable when the place cannot be reached, and may be repeated."""

    def send(self, path: Path, name: str) -> None:
        """Put a container there under its name.

        Done already if the same container lies there; raises NameTaken if another one does.
        """
        ...

    def received(self, wanted: Wanted = everything) -> list[Arrival]:
        """What lies there and is wanted, by name; our own containers lie there too.

        Looks twice, some seconds apart, if anything is wanted: what was seen before should not be.
        """
        ...

    def fetch(self, name: str, target: Path) -> None:
        """Copy a file from there to `target`, which is complete or not there. Raises ArrivalGone."""
        ...


def is_arrival_in(name: str, folders: tuple[str, ...]) -> bool:
    """Whether a name can be one of an arrival right within some folders, the empty one being the place itself."""
    folder, slash, plain = name.rpartition("/")
    return folder in folders and bool(folder) == bool(slash) and is_file_name(plain)


def is_file_name(name: str) -> bool:
    """Whether this names a file and no path, and is not hidden."""
    return bool(name) and not name.startswith(".") and not set("/\\\0") & set(name)
