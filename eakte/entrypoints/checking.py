"""Judging many invoice files: one after the other or by several processes, answered in the order of the files.

Nothing is collected: a chunk of answers is given on before many more are asked for.
"""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from eakte.entrypoints.commands.files import files_in, why_unreadable
from eakte.foundation.beside import made_beside
from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.verdict import Verdict

STDIN = Path("-")
NOT_JUDGED = 2
_CHUNK = 16
_HEAD = 1024
_ALLOCATIONS = 100_000
_KEPT_BYTES = 4 * 1024 * 1024
_SUFFIXES = {".xml", ".pdf"}
_XML_BEGINS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<", b"\x4c\x6f\xa7\x94")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one file: its verdict, or why there can be none."""

    file: str
    verdict: Verdict | None
    problem: str | None = None

    @property
    def status(self) -> int:
        """0 accepted, 1 refused, 2 not judged."""
        if self.verdict is None:
            return NOT_JUDGED
        return 0 if self.verdict.accepted else 1


class Told(NamedTuple):
    """An answer put into words; its status counts for that of the command."""

    status: int
    words: str


def invoices_in(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, whatever they are, and those in the folders named that are called or begin as XML or PDF."""
    for path in paths:
        if path.is_dir():
            yield from (file for file in files_in([path]) if _may_be_an_invoice(file))
        else:
            yield path


def check_files(files: Sequence[Path], today: date, tell: Callable[[Answer], str], *, jobs: int = 1) -> Iterator[Told]:
    """Judge files by the rules of a day. Raises BrokenProcessPool when a process was killed.

    `tell` is called by the process that judged, since words pass between processes faster than verdicts do.
    """
    if jobs == 1 or len(files) <= _CHUNK or STDIN in files:
        spare_collections()
        yield from _tell_of(files, today, tell)
        return
    make = partial(_tell_of_chunk, today=today, tell=tell)
    yield from made_beside(make, files, processes=jobs, chunk=_CHUNK, prepare=spare_collections)


def spare_collections() -> None:
    """Make Python look for circles of references rarely: judging leaves none, and looking costs a third of its time.

    And make the C library keep what attachments take: glibc hands large blocks back to the system at once, and gets
    them anew page by page, until it has seen one so large come and go (mallopt(3), M_MMAP_THRESHOLD).
    """
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)
    bytearray(_KEPT_BYTES)


def check_file(file: Path, today: date) -> Answer:
    """The answer about one file."""
    try:
        data = read_file(file)
    except OSError as error:
        return Answer(str(file), None, why_unreadable(error))
    return Answer(str(file), judge_invoice(data, today=today))


def read_file(file: Path) -> bytes:
    """The bytes of a file; `-` is the standard input. Raises OSError."""
    return sys.stdin.buffer.read() if file == STDIN else file.read_bytes()


def _tell_of(files: Iterable[Path], today: date, tell: Callable[[Answer], str]) -> Iterator[Told]:
    for file in files:
        answer = check_file(file, today)
        yield Told(answer.status, tell(answer))


def _tell_of_chunk(files: list[Path], today: date, tell: Callable[[Answer], str]) -> list[Told]:
    return list(_tell_of(files, today, tell))


def _may_be_an_invoice(file: Path) -> bool:
    """Told by name or first bytes; what cannot be read, or is not what its name says, is left for the check to say."""
    if file.suffix.lower() in _SUFFIXES:
        return True
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return True
    return head.lstrip(b" \t\r\n").startswith(_XML_BEGINS) or b"%PDF-" in head
