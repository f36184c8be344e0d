"""A watched folder (überwachter Ordner), on this machine or on a network share.

`watchfiles` only says when to look; what is there is always read from the folder itself, so nothing depends on an
event that a network share never sends.
"""

import errno
import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import structlog
from watchfiles import Change, watch

from eakte.foundation.errors import EakteError, TooLarge
from ingest.sources.definitions import FolderSource
from ingest.sources.errors import ArrivalChanged, ArrivalGone, ArrivalUnreadable, NoRegularFile, SourceUnavailable
from ingest.sources.parcels import Arrival, History, Parcel, Settled, Settlement
from ingest.sources.sidecar import LONGEST
from ingest.sources.stacked import parcel_of, reason_file
from ingest.sources.stacking import DONE, REASON, REFUSED, Entry, Stacker, is_input

log = structlog.get_logger()

DEEPEST = 8
_SPOOLED = 8 << 20
_TICK_MS = 1000
# Names that are no UTF-8 reach us with lone surrogates, which no database keeps.
_STORABLE = {0xDC00 + byte: 0xF700 + byte for byte in range(0x80, 0x100)}
_ON_DISK = {storable: raw for raw, storable in _STORABLE.items()}


class WatchedFolder:
    """One folder: whatever completely lies in it is offered, and moved to `done/<batch>/` or `refused/` when told."""

    def __init__(self, source: FolderSource, *, max_bytes: int) -> None:
        self._source, self._max_bytes = source, max_bytes
        self._root = source.path
        self._stacker = Stacker(source.patience)
        self._changes: Iterator[set[tuple[Change, str]]] | None = None

    def parcels(self, history: History) -> Iterator[Parcel]:
        with self._reaching():
            entries = list(self._entries(self._root, DEEPEST))
        for stack in list(self._stacker.look(entries, at=time.monotonic())):
            with self._reaching():
                # Without them put in place an empty mount point would look like a folder that was worked off.
                for place in (DONE, REFUSED):
                    (self._root / place).mkdir(exist_ok=True)
                parcel = parcel_of(stack, self._source.details, refusal_of=self._refusal_of, read=self._beginning)
            yield parcel
            self._stacker.forget(arrival.name for arrival in parcel.arrivals)

    @contextmanager
    def open(self, origin: str, arrival: Arrival) -> Iterator[BinaryIO]:
        # A copy, since whoever wrote the file may still have it open: what is hashed is what is stored.
        with tempfile.SpooledTemporaryFile(_SPOOLED) as copy:
            try:
                with _opened(self._root, arrival.name) as file:
                    shutil.copyfileobj(file, copy)
                    found = _stamp(os.fstat(file.fileno()))
            except (FileNotFoundError, NotADirectoryError) as error:
                self._must_be_there()
                raise ArrivalGone from error
            except OSError as error:
                self._must_be_there()
                raise ArrivalUnreadable from error
            if found != arrival.stamp:
                raise ArrivalChanged
            copy.seek(0)
            yield copy  # type: ignore[misc]

    def settle(self, settlement: Settlement) -> None:
        with self._reaching():
            if not (self._root / REFUSED).is_dir():
                raise FileNotFoundError(REFUSED)
            for file in settlement.files:
                self._put_away(file, settlement.batch_number)
            self._remove_folder(settlement.origin)

    def wait(self, stop: threading.Event) -> None:
        patience = self._source.patience
        if self._stacker.waits:
            stop.wait(min(self._source.poll_s, max(0.05, min(patience.settle_s, patience.quiet_s) / 2)))
        elif self._source.shared:
            stop.wait(self._source.poll_s)
        else:
            self._wait_for_change(stop)

    def close(self) -> None:
        self._changes = None

    def _wait_for_change(self, stop: threading.Event) -> None:
        # What came before the watch began is seen by looking once more after its first tick.
        patience_s = 0.0 if self._changes is None else self._source.poll_s
        until = time.monotonic() + patience_s
        with self._reaching():
            changes = self._changes = self._changes or self._watch(stop)
            while not stop.is_set():
                told = next(changes, None)
                if told is None:
                    self._changes = None
                if told is None or told or time.monotonic() >= until:
                    return

    def _watch(self, stop: threading.Event) -> Iterator[set[tuple[Change, str]]]:
        """Changes directly in the folder; an empty set every second."""
        return watch(
            self._root,
            watch_filter=lambda change, path: is_input(Path(path).name),
            recursive=False,
            stop_event=stop,
            rust_timeout=_TICK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        )

    def _entries(self, folder: Path, depth: int) -> Iterator[Entry]:
        with os.scandir(folder) as found:
            for one in found:
                name = Path(one.path).relative_to(self._root).as_posix().translate(_STORABLE)
                if not is_input(name):
                    continue
                try:
                    if one.is_dir(follow_symlinks=False):
                        if depth > 0:
                            yield from self._entries(Path(one.path), depth - 1)
                    else:
                        yield self._entry(name, one.stat(follow_symlinks=False))
                except FileNotFoundError:
                    continue

    def _entry(self, name: str, status: os.stat_result) -> Entry:
        # The clock of a share is not ours.
        age_s = None if self._source.shared else max(0.0, time.time() - status.st_mtime)
        return Entry(name, _stamp(status), age_s)

    def _refusal_of(self, name: str) -> EakteError | None:
        try:
            status = self._path(name).lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return NoRegularFile()
        return TooLarge(limit=f"{self._max_bytes >> 20} MB") if status.st_size > self._max_bytes else None

    def _beginning(self, name: str) -> bytes:
        with _opened(self._root, name) as file:
            return file.read(LONGEST + 1)

    def _put_away(self, file: Settled, batch_number: str | None) -> None:
        path = self._path(file.name)
        try:
            if _stamp(path.lstat()) != file.stamp:
                log.warning("source_file_changed_after_storing", batch=batch_number)
                return
        except (FileNotFoundError, NotADirectoryError):
            return
        if file.reason is not None:
            target = _free(self._path(f"{REFUSED}/{file.name}"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.with_name(target.name + REASON).write_bytes(reason_file(file.reason))
        elif self._source.after == "remove":
            path.unlink(missing_ok=True)
            return
        else:
            target = _free(self._path(f"{DONE}/{batch_number}/{file.name}"))
            target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
        if _stamp(target.lstat()) != file.stamp:
            # Written to in the very moment: it has to be taken again.
            target.rename(path)

    def _remove_folder(self, origin: str) -> None:
        if not origin:
            return
        for folder, _, _ in os.walk(self._path(origin), topdown=False):
            try:
                Path(folder).rmdir()
            except OSError:
                return

    def _path(self, name: str) -> Path:
        return self._root / name.translate(_ON_DISK)

    def _must_be_there(self) -> None:
        """Raises SourceUnavailable when it is the folder that is gone, as when a share is not mounted."""
        if not (self._root / REFUSED).is_dir():
            raise SourceUnavailable(problem=f"Der Ordner der Quelle „{self._source.key}“ ist nicht erreichbar.")

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._changes = None
            problem = f"Der Ordner der Quelle „{self._source.key}“ ist nicht erreichbar: {error.strerror or error}."
            raise SourceUnavailable(problem=problem) from error


def _opened(root: Path, name: str) -> BinaryIO:
    """A regular file, opened step by step, so that no folder on the way can be a link to somewhere else."""
    *folders, last = PurePosixPath(name.translate(_ON_DISK)).parts
    place = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=place)
            os.close(place)
            place = below
        # A pipe in the place of a file must not make us wait for its writer.
        file = os.fdopen(os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place), "rb")
    finally:
        os.close(place)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return file


def _stamp(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}"


def _free(path: Path) -> Path:
    """A name nobody has yet; one that somebody has stays as it is."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return candidate
