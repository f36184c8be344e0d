"""The queue asks: compute periods, let the storage follow, look after everything once a day."""

from eakte.foundation.jobs import handles
from eakte.foundation.work import BeginWork
from retention.messages import LockStorage, LookAfterRetention, RecomputeRetention
from retention.queries.facts import Concerned
from retention.service.locking import lock_storage
from retention.service.rounds import compute_all, look_after


@handles(RecomputeRetention)
def recompute_retention(job: RecomputeRetention, begin: BeginWork) -> None:
    compute_all(begin, Concerned(job.record_id, job.entry_id, job.fiscal_year))


@handles(LockStorage)
def tell_storage(job: LockStorage, begin: BeginWork) -> None:
    lock_storage(begin, job.record_id)


@handles(LookAfterRetention)
def look_after_retention(job: LookAfterRetention, begin: BeginWork) -> None:
    look_after(begin, job.day)
