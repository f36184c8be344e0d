"""An index on disk in generations, so that it can be rebuilt while others read and write it.

current          one line: layout and name of the generation that answers, replaced atomically
gen-000N/        the engine's files of one generation
fresh            name of the generation being filled by a rebuild, while there is one
fresh.changed    ids that were indexed or removed meanwhile: finishing carries them over
writer.lock      held by the one process that writes
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from eakte.search.errors import IndexBusy, IndexUnreadable, RebuildSuperseded

_POLL_S = 0.02


class Generations:
    """The directory of one index. `layout` names engine and schema version; another layout must be rebuilt."""

    def __init__(self, root: Path, layout: str, *, lock_timeout_s: float) -> None:
        self._root = root
        self._layout = layout
        self._lock_timeout_s = lock_timeout_s
        self._pointer = root / "current"
        self._fresh = root / "fresh"
        self._changed = root / "fresh.changed"

    def found(self, create: Callable[[Path], None]) -> None:
        """Make the first generation where there is none yet."""
        self._root.mkdir(parents=True, exist_ok=True)
        if not self._pointer.exists():
            with self.writing():
                if not self._pointer.exists():
                    path = self._next()
                    create(path)
                    self._point_to(path)

    def mark(self) -> tuple[int, int]:
        """Changes whenever another generation takes over."""
        state = self._pointer.stat()
        return state.st_ino, state.st_mtime_ns

    def current(self) -> Path:
        """Directory of the generation that answers. Raises IndexUnreadable."""
        try:
            layout, name = self._pointer.read_text(encoding="utf-8").split()
        except (OSError, ValueError) as error:
            raise IndexUnreadable from error
        if layout != self._layout:
            raise IndexUnreadable
        return self._root / name

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer of this index on this machine. Raises IndexBusy when another one keeps it too long."""
        deadline = time.monotonic() + self._lock_timeout_s
        with (self._root / "writer.lock").open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise IndexBusy from error
                    time.sleep(_POLL_S)
            yield

    def note(self, ids: Iterable[UUID]) -> None:
        """Remember changes for a rebuild in progress; call it while writing."""
        if self._fresh.exists():
            with self._changed.open("a", encoding="ascii") as changed:
                changed.writelines(f"{document_id.hex}\n" for document_id in ids)

    def begin(self, create: Callable[[Path], None]) -> Path:
        """An empty generation beside the current one; an unfinished earlier rebuild is given up."""
        with self.writing():
            path = self._next()
            create(path)
            # Whoever fills an earlier one is to know that it is given up before its files and changes are gone.
            _write(self._fresh, path.name)
            self._changed.unlink(missing_ok=True)
            self._sweep(path)
            return path

    def require_fresh(self, path: Path) -> None:
        """Raises RebuildSuperseded when this is no longer the generation being filled."""
        # That its directory is gone would not tell: a writer that is still at work may bring it back while it is swept.
        try:
            fresh = self._fresh.read_text(encoding="utf-8")
        except FileNotFoundError:
            fresh = ""
        if fresh != path.name:
            raise RebuildSuperseded

    @contextmanager
    def filling(self, path: Path) -> Iterator[None]:
        """Write to a fresh generation. Raises RebuildSuperseded when a later rebuild began, whatever failed of it."""
        self.require_fresh(path)
        try:
            yield
        except Exception:
            self.require_fresh(path)
            raise

    def finish(self, path: Path, carry_over: Callable[[list[UUID]], None]) -> None:
        """Let the fresh generation take over. Raises RebuildSuperseded when a later rebuild began."""
        with self.writing():
            self.require_fresh(path)
            if self._changed.exists():
                carry_over([UUID(line) for line in dict.fromkeys(self._changed.read_text(encoding="ascii").split())])
            self._point_to(path)
            self._fresh.unlink()
            self._changed.unlink(missing_ok=True)
            self._sweep(path)

    def _point_to(self, path: Path) -> None:
        _write(self._pointer, f"{self._layout} {path.name}")

    def _next(self) -> Path:
        last = max((int(path.name.removeprefix("gen-")) for path in self._root.glob("gen-*")), default=0)
        path = self._root / f"gen-{last + 1:04}"
        path.mkdir()
        return path

    def _sweep(self, newest: Path) -> None:
        """Remove every generation but the current and the newest one. Readers keep what they have mapped."""
        kept = {newest.name, self._pointer.read_text(encoding="utf-8").split()[-1]}
        for path in self._root.glob("gen-*"):
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    """Replace a small file so that it is never seen half written, not even after a power cut."""
    draft = path.with_name(f"{path.name}.new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
