"""The queue asks: keep the index up to date. One at a time, since an index has one writer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork
from eakte.search import service
from eakte.search.messages import RebuildIndex, UpdateIndex

_REST_S = 2.0


class Pace:
    """A change is taken in at once; where changes come one after another, each update takes in those of some seconds.

    What an update costs by itself, be it of one document, is more than twenty documents more.
    """

    def __init__(self, rest_s: float) -> None:
        self._rest_s = rest_s
        self._free_at = time.monotonic()

    @contextmanager
    def keep(self) -> Iterator[None]:
        """Begin when the rest after the one before is over."""
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        try:
            yield
        finally:
            self._free_at = time.monotonic() + self._rest_s


_pace = Pace(_REST_S)


@handles(UpdateIndex)
def update_index(job: UpdateIndex, begin: BeginWork) -> None:
    with _pace.keep():
        service.update_index(begin)


@handles(RebuildIndex)
def rebuild_index(job: RebuildIndex, begin: BeginWork) -> None:
    service.rebuild_index(begin)
