"""Jobs in a row: who did one takes the next of its kind itself, for one statement instead of a way through the queue.

Each is taken, done and ended for itself: what happens to one concerns no other.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from eakte.foundation.work import BeginWork

log = structlog.get_logger()

_PATIENCE_S = 20

# As `procrastinate_fetch_job_v2` does it, for one kind of job; the one before is at its end.
_NEXT = text("""
    WITH ended AS (DELETE FROM procrastinate_jobs WHERE id = :before),
    next AS (
        SELECT id FROM procrastinate_jobs
        WHERE status = 'todo' AND priority = :priority AND task_name = :name AND lock IS NULL
            AND (scheduled_at IS NULL OR scheduled_at <= now())
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE procrastinate_jobs AS jobs SET status = 'doing', worker_id = :worker FROM next WHERE jobs.id = next.id
    RETURNING jobs.id, jobs.args
""")
_END = text("DELETE FROM procrastinate_jobs WHERE id = :id")
_PUT_BACK = text("UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE id = :id AND status = 'doing'")
# What a statement took whose answer never came: nobody in this process is at it.
_PUT_BACK_LOST = text("""
    UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL
    WHERE status = 'doing' AND worker_id = :worker AND task_name = :name AND id <> ALL(CAST(:at_work AS bigint[]))
""")
_at_work: set[int] = set()


@contextmanager
def at_work(job_id: int) -> Iterator[None]:
    """Somebody in this process is at a job."""
    _at_work.add(job_id)
    try:
        yield
    finally:
        _at_work.discard(job_id)


def do_more(
    begin: "BeginWork",
    run: Callable[[Mapping[str, Any]], None],
    *,
    name: str,
    priority: int,
    worker_id: int,
    most: int,
) -> None:
    """Run up to `most` further jobs of a kind that wait, in the name of a worker.

    One that fails goes back into the queue, which runs it alone and judges what to do about it; then this ends, as it
    does when the database goes away. When the process dies, the queue rescues what the worker was at, as ever.
    """
    try:
        _do_more(begin, run, name=name, priority=priority, worker_id=worker_id, most=most)
    except DBAPIError as error:
        log.warning("row_of_jobs_broken", job=name, error=type(error).__name__)
        lost = {"worker": worker_id, "name": name, "at_work": sorted(_at_work)}
        _put_back(begin, _PUT_BACK_LOST, lost)


def _do_more(
    begin: "BeginWork",
    run: Callable[[Mapping[str, Any]], None],
    *,
    name: str,
    priority: int,
    worker_id: int,
    most: int,
) -> None:
    before = None
    for _ in range(most):
        with begin() as work:
            wanted = {"name": name, "priority": priority, "worker": worker_id, "before": before}
            taken = work.session.execute(_NEXT, wanted).first()
        if taken is None:
            return
        before = taken.id
        try:
            with at_work(taken.id):
                run(taken.args)
        except Exception as error:  # noqa: BLE001  the queue judges it
            log.info("job_put_back", job=name, id=taken.id, error=type(error).__name__)
            _put_back(begin, _PUT_BACK, {"id": taken.id})
            return
    with begin() as work:
        work.session.execute(_END, {"id": before})


def _put_back(begin: "BeginWork", statement: TextClause, which: Mapping[str, object]) -> None:
    """Nobody else would: the worker that has it lives. So the database gets time to come back."""
    for patience in reversed(range(_PATIENCE_S)):
        try:
            with begin() as work:
                work.session.execute(statement, which)
            return
        except DBAPIError:
            if not patience:
                raise
            time.sleep(1)
