"""Room for temporary files that a killed process does not leave full."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "eakte-scratch-"


@contextmanager
def scratch_room() -> Iterator[Path]:
    """Have all temporary files of this process and its children in one folder, which is removed at the end.

    First the folders of processes that died without doing so are removed. A folder belongs to a living process as
    long as somebody holds the lock on it; the kernel lets go of it with the last of them.
    """
    within = Path(tempfile.gettempdir())
    _sweep(within)
    room, lock = _new_room()
    before = tempfile.tempdir
    try:
        tempfile.tempdir = str(room)
        yield room
    finally:
        tempfile.tempdir = before
        shutil.rmtree(room, ignore_errors=True)
        os.close(lock)


def _new_room() -> tuple[Path, int]:
    while True:
        room = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with suppress(FileNotFoundError):
            lock = os.open(room, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if room.exists():
                return room, lock
            # Somebody swept before we had the lock.
            os.close(lock)


def _sweep(within: Path) -> None:
    for left in within.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
            finally:
                os.close(lock)
