"""Work of the processor's, done by processes beside this one: of Python, one process keeps one core busy."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import TypeVar

GivenT = TypeVar("GivenT")
MadeT = TypeVar("MadeT")

_AHEAD = 4
"""Chunks asked for beyond those being made, for each process."""


def made_beside(
    make: Callable[[list[GivenT]], list[MadeT]],
    given: Iterable[GivenT],
    *,
    processes: int,
    chunk: int,
    prepare: Callable[[], None] | None = None,
) -> Iterator[MadeT]:
    """What `make` makes of each thing given, in their order; it gets `chunk` of them at once.

    `make`, `prepare` (called once in each process), and what goes in and out must be picklable. Only a few chunks
    are taken ahead of what was asked for; where nothing is given, no process starts. Raises what `make` raises, and
    BrokenProcessPool when a process was killed.
    """
    waiting: deque[Future[list[MadeT]]] = deque()
    # Not forked: we may have threads, and a fork would inherit their locks.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (prepare,))
    try:
        for some in in_chunks(given, chunk):
            waiting.append(pool.submit(make, some))
            if len(waiting) > processes * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def in_chunks(given: Iterable[GivenT], size: int) -> Iterator[list[GivenT]]:
    """Things given, so many at once; the last of the lists may be shorter."""
    rest = iter(given)
    while some := list(islice(rest, size)):
        yield some


def _begin(prepare: Callable[[], None] | None) -> None:
    """Leave it to our parent what Ctrl-C means, and end with it: killed, it can tell nobody that nothing more comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if prepare:
        prepare()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)
