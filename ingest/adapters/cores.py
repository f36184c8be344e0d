"""The cores (Rechenkerne) that all children of a worker share: who works on a page holds one of them.

A core is an empty file in memory, and holding it is a lock on that file. The kernel takes the lock from a child
that dies, however it dies.
"""

import contextlib
import fcntl
import os
import random
import time
from collections.abc import Iterator, Sequence

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.005, 0.05


def new_core() -> int:
    """Another core to be shared, as a file descriptor that forked children inherit."""
    return os.memfd_create("core")


class Cores:
    """Some cores, by the descriptors that this process inherited; `len` is how many threads are of use."""

    def __init__(self, inherited: Sequence[int]) -> None:
        # A lock belongs to an opening, and the inherited one is everybody's: each thread opens the file anew.
        self._files = [f"/proc/self/fd/{core}" for core in inherited]

    def __len__(self) -> int:
        return len(self._files)

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Hold a core, as soon as one is free."""
        held = self._free_one()
        try:
            yield
        finally:
            os.close(held)

    def _free_one(self) -> int:
        wait_s = _FIRST_WAIT_S
        while True:
            for file in random.sample(self._files, len(self._files)):
                handle = os.open(file, os.O_RDWR | os.O_CLOEXEC)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(handle)
                else:
                    return handle
            time.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
