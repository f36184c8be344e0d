"""A directory that both sides reach, as a share (Austauschverzeichnis)."""

import errno
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from retention.adapters.appearing import appearing, same_content
from retention.adapters.transport import Arrival, Wanted, everything, is_arrival_in, is_file_name
from retention.adapters.transport.errors import ArchiveUnreachable, ArrivalGone, NameTaken
from retention.adapters.transport.resting import REST_S, Pause, at_rest

_CHUNK = 1 << 20


class DirectoryTransport:
    """A directory and, if the archive answers elsewhere, folders right within it.

    Containers are written to `staging`, which must be on the same file system, and renamed into place; without it to
    the directory itself, under a hidden name that no receiver takes for a message.
    """

    def __init__(
        self,
        directory: Path,
        *,
        staging: Path | None = None,
        answer_folders: tuple[str, ...] = (),
        rest_s: float = REST_S,
        pause: Pause = time.sleep,
    ) -> None:
        self._directory, self._staging = directory, staging or directory
        self._folders = ("", *answer_folders)
        self._rest_s, self._pause = rest_s, pause

    def send(self, path: Path, name: str) -> None:
        if not is_file_name(name):
            raise ValueError(f"{name!r} is no name of a file")
        final = self._directory / name
        with self._reaching():
            self._must_be_one_file_system()
            if final.exists():
                if same_content(path, final):
                    return
                raise NameTaken(name=name)
            with path.open("rb") as source, appearing(final, staging=self._staging) as target:
                shutil.copyfileobj(source, target, _CHUNK)

    def received(self, wanted: Wanted = everything) -> list[Arrival]:
        with self._reaching():
            return at_rest(self._stamps, wanted, self._rest_s, self._pause)

    def fetch(self, name: str, target: Path) -> None:
        if not is_arrival_in(name, self._folders):
            raise ArrivalGone
        with self._reaching():
            source = self._opened(self._directory / name)
            with source, appearing(target) as copy:
                shutil.copyfileobj(source, copy, _CHUNK)

    def _stamps(self) -> dict[str, str]:
        return {name: stamp for folder in self._folders for name, stamp in self._in_folder(folder)}

    def _in_folder(self, folder: str) -> Iterator[tuple[str, str]]:
        with os.scandir(self._directory / folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode) and status.st_size and not entry.name.startswith("."):
                        name = f"{folder}/{entry.name}" if folder else entry.name
                        yield name, f"{status.st_size}-{status.st_mtime_ns}"

    def _opened(self, path: Path) -> BinaryIO:
        # A pipe in the place of a file must not make us wait for its writer, nor a link lead elsewhere.
        try:
            file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
        except FileNotFoundError as error:
            self._directory.stat()
            raise ArrivalGone from error
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return file

    def _must_be_one_file_system(self) -> None:
        if self._staging.stat().st_dev != self._directory.stat().st_dev:
            problem = f"„{self._staging}“ liegt nicht im selben Dateisystem wie „{self._directory}“."
            raise ArchiveUnreachable(problem=problem)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            problem = f"„{self._directory}“: {error.strerror or error}."
            raise ArchiveUnreachable(problem=problem) from error
