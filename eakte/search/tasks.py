"""The queue asks: keep the index up to date. One at a time, since an index has one writer."""

from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork
from eakte.search import service
from eakte.search.messages import RebuildIndex, UpdateIndex


@handles(UpdateIndex, queue="index", lock="index")
def update_index(job: UpdateIndex, begin: BeginWork) -> None:
    service.update_index(begin)


@handles(RebuildIndex, queue="index", lock="index")
def rebuild_index(job: RebuildIndex, begin: BeginWork) -> None:
    service.rebuild_index(begin)
