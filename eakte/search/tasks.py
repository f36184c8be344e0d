"""The queue asks: keep the index up to date. One at a time, since an index has one writer."""

from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork
from eakte.search import service
from eakte.search.messages import RebuildIndex, UpdateIndex


@handles(UpdateIndex)
def update_index(job: UpdateIndex, begin: BeginWork) -> None:
    service.update_index(begin)


@handles(RebuildIndex)
def rebuild_index(job: RebuildIndex, begin: BeginWork) -> None:
    service.rebuild_index(begin)
