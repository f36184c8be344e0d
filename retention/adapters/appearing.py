"""Files that are there complete or not at all."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path

from eakte.foundation.errors import Conflict

_CHUNK = 1 << 20


class FileBeingWritten(Conflict):
    """Diese Datei wird gerade schon geschrieben."""


@contextmanager
def appearing(final: Path, *, staging: Path | None = None) -> Iterator[BufferedRandom]:
    """A file that has its name only when all of it is written and on the disk.

    Until then it lies in `staging`, or beside it, under a name that does not contain the final one and is always the
    same, so that what a killed process left is written over. Raises FileBeingWritten when another process is at it.
    """
    unfinished = (staging or final.parent) / unfinished_name(final.name)
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    with os.fdopen(descriptor, "w+b") as file:
        _claim(file, unfinished)
        file.truncate()
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            unfinished.rename(final)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise
    _sync_folder(final.parent)


def unfinished_name(name: str) -> str:
    """Hidden, and nothing that anybody could take for a message."""
    return f".{hashlib.sha256(name.encode()).hexdigest()[:32]}.part"


def same_content(one: Path, other: Path) -> bool:
    """Whether two files have the same bytes."""
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        return hashlib.file_digest(first, "sha256").digest() == hashlib.file_digest(second, "sha256").digest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Not every share can do it.
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _claim(file: BufferedRandom, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FileBeingWritten from error
    except OSError:
        # A share without locks; then nobody else can be told from us.
        return
    try:
        is_same = os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        is_same = False
    if not is_same:
        # Whoever had it renamed it in this very moment.
        raise FileBeingWritten
