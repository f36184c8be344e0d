"""Locks that say who uses a directory. They vanish with the process that holds them."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eakte.foundation.embedded.errors import AlreadyRunning, WrongOwner


@contextmanager
def ensure_not_running_twice(var: Path) -> Iterator[None]:
    """Hold the data directory `var` for this process, or raise AlreadyRunning."""
    own_directory(var)
    lock = hold(var / "eakte.lock", patience_s=0)
    try:
        yield
    finally:
        os.close(lock)


def own_directory(path: Path) -> None:
    """Make sure that `path` exists and that we may write into it, or raise WrongOwner."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except PermissionError:
        raise WrongOwner(directory=path.parent, owner=path.parent.stat().st_uid) from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise WrongOwner(directory=path, owner=path.stat().st_uid)


def hold(path: Path, *, patience_s: float) -> int:
    """Lock `path` and return its file descriptor; the lock ends when the last copy of it is closed.

    While a living owner has it, we give up at once. When its owner is dead, its guards are still
    cleaning up, and that is worth waiting for.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError:
            raise WrongOwner(directory=path, owner=path.stat().st_uid) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
            os.close(lock)
            if is_alive(owner) or time.monotonic() >= until:
                raise AlreadyRunning(pid=owner or "unbekannt", directory=path.parent) from None
            time.sleep(0.1)
            continue
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode("ascii"), 0)
        return lock


def is_alive(pid: str) -> bool:
    """Whether a process of this number exists; a zombie does not count."""
    try:
        stat = Path(f"/proc/{int(pid)}/stat").read_text("latin-1")
    except (OSError, ValueError):
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")
