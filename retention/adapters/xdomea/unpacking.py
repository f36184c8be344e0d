"""Opening a container that came from outside: nothing is unpacked to the disk, and no name in it becomes a path."""

import errno
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path
from typing import IO

from retention.adapters.xdomea.errors import (
    ContainerAmbiguous,
    ContainerDamaged,
    ContainerTooLarge,
    FileMissing,
    MessageMissing,
    NoContainer,
)
from retention.adapters.xdomea.names import parse_container_name

_CHUNK = 1 << 20
_TROUBLE = (
    zipfile.BadZipFile, zlib.error, LZMAError, struct.error, RuntimeError, NotImplementedError, EOFError, ValueError,
    OverflowError,
)  # fmt: skip
"""What zipfile may raise on a damaged or unusual container."""
_MARKUP = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read; answers of archives are far smaller, transfers may be as large."""

    container_bytes: int = 64 << 30
    entries: int = 200_000
    message_bytes: int = 256 << 20
    """Of the XML, unpacked."""


@dataclass(frozen=True, slots=True)
class OpenContainer:
    """The names in a container, and which of them is the message; none for a bare message."""

    path: Path
    names: frozenset[str]
    message_name: str | None
    limits: Limits

    def pieces(self) -> Iterator[bytes]:
        """The message itself. Raises ContainerDamaged, ContainerTooLarge."""
        length = 0
        with self._message() as file, _trouble():
            while piece := file.read(_CHUNK):
                length += len(piece)
                if length > self.limits.message_bytes:
                    raise ContainerTooLarge(limit=f"{self.limits.message_bytes >> 20} MB")
                yield piece

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file beside the message. Raises FileMissing, and ContainerDamaged also while it is read."""
        if name not in self.names:
            raise FileMissing(file=name)
        with _trouble(), zipfile.ZipFile(self.path) as archive:
            file = archive.open(name)
            with file:
                yield file

    @contextmanager
    def _message(self) -> Iterator[IO[bytes]]:
        if self.message_name is None:
            with self.path.open("rb") as file:
                yield file
        else:
            with self.open(self.message_name) as file:
                yield file


def open_container(path: Path, name: str, limits: Limits) -> OpenContainer:
    """Look into a container, called `name` by its sender.

    Raises NoContainer, ContainerDamaged, ContainerAmbiguous, ContainerTooLarge, MessageMissing.
    """
    if path.stat().st_size > limits.container_bytes:
        raise ContainerTooLarge(limit=f"{limits.container_bytes >> 20} MB")
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_MARKUP):
        return OpenContainer(path, frozenset(), None, limits)
    if not start.startswith(b"PK"):
        raise NoContainer(reason="Der Anfang der Datei ist weder ZIP noch XML.")
    with _trouble(), zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    if len(entries) > limits.entries:
        raise ContainerTooLarge(limit=f"{limits.entries} Dateien")
    names = frozenset(entry.filename for entry in entries)
    if len(names) < len(entries):
        raise ContainerAmbiguous(reason="Ein Name darf nur einmal vorkommen.")
    message = _message_name(names, name)
    for entry in entries:
        if entry.filename == message and entry.flag_bits & _ENCRYPTED:
            raise ContainerDamaged(reason="Die Nachricht ist verschlüsselt.")
        if entry.filename == message and entry.file_size > limits.message_bytes:
            raise ContainerTooLarge(limit=f"{limits.message_bytes >> 20} MB")
    return OpenContainer(path, names, message, limits)


def _message_name(names: frozenset[str], container: str) -> str:
    """The entry named as the container; else the only one named as a message, else the only XML."""
    expected = f"{container.rpartition('.')[0]}.xml"
    if expected in names:
        return expected
    xml = [name for name in names if name.lower().endswith(".xml")]
    named = [name for name in xml if parse_container_name(name.rpartition("/")[2])]
    for candidates in (named, xml):
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            break
    raise MessageMissing(reason=f"Erwartet wird „{expected}“.")


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # A place before the start of the file; any other trouble is the disk's own.
        if error.errno != errno.EINVAL:
            raise
        raise ContainerDamaged(reason="Das Verzeichnis des Containers führt ins Leere.") from error
    except _TROUBLE as error:
        raise ContainerDamaged(reason=f"Der Container lässt sich nicht entpacken ({type(error).__name__}).") from error
