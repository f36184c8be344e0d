"""The job queue: rows in PostgreSQL that commit with the work that asked for them (procrastinate)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision, SyncPsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job as QueuedJob
from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, SQLColumnExpression, Text, cast, column, select, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eakte.foundation.errors import Unavailable
from eakte.foundation.messages import Job
from eakte.foundation.room import room_needed
from eakte.foundation.row_of_jobs import at_work, do_more

if TYPE_CHECKING:
    from eakte.foundation.work import BeginWork

log = structlog.get_logger()

DEFAULT_QUEUE = "default"
JobHandler = Callable[[Any, "BeginWork"], None]
JobHandlerT = TypeVar("JobHandlerT", bound=JobHandler)


class _Backoff(BaseRetryStrategy):
    """Retries a neighbour's trouble after 1, 2, 4 … 60 s, until `attempts` are used up."""

    def __init__(self, attempts: int) -> None:
        self.attempts = attempts

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        if not isinstance(exception, Unavailable | DBAPIError) or job.attempts >= self.attempts:
            return None
        return RetryDecision(retry_in={"seconds": min(60, 2**job.attempts)})


@dataclass(frozen=True, slots=True)
class _Task:
    job_type: type[Job]
    handler: JobHandler
    queue: str
    lock: str | None
    attempts: int
    priority: int
    in_a_row: int


_tasks: dict[str, _Task] = {}


def handles(
    job_type: type[Job],
    *,
    queue: str = DEFAULT_QUEUE,
    lock: str | None = None,
    attempts: int = 8,
    priority: int = 0,
    in_a_row: int = 1,
) -> Callable[[JobHandlerT], JobHandlerT]:
    """Run the decorated function for every queued `job_type`; retry when a neighbour is unavailable.

    Jobs with the same `lock` run one after another. Of short jobs that come in numbers, `in_a_row` are run before the
    queue is asked what is next.
    """

    def register(handler: JobHandlerT) -> JobHandlerT:
        _tasks[job_type.name] = _Task(job_type, handler, queue, lock, attempts, priority, in_a_row)
        return handler

    return register


# Jobs are deferred on the session's own connection, so this app never opens one.
_deferring = App(connector=SyncPsycopgConnector())


def defer_job(session: Session, job: Job, after: timedelta = timedelta(0)) -> None:
    """Insert `job` on the session's connection, in its transaction; it begins that much later at the earliest."""
    task = _tasks[job.name]
    _deferring.configure_task(
        job.name,
        queue=task.queue,
        lock=task.lock,
        priority=task.priority,
        schedule_in={"seconds": int(after.total_seconds())} if after else None,
        connection=session.connection().connection.driver_connection,
    ).defer(**job.model_dump(mode="json"))


_queued = table("procrastinate_jobs", column("status"), column("task_name", Text), column("args", JSONB))


def is_queued(jobs: Iterable[type[Job]], **arguments: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """SQL: whether one of some kinds of job waits or runs, with these arguments."""
    statement = select(_queued.c.task_name).where(
        cast(_queued.c.status, Text).in_(["todo", "doing"]), _queued.c.task_name.in_([job.name for job in jobs])
    )
    for name, value in arguments.items():
        statement = statement.where(_queued.c.args[name].astext == cast(value, Text))
    return statement.exists()


def queue_app(connector: BaseConnector, begin: BeginWork) -> App:
    """The procrastinate app that runs every registered handler."""
    app = App(connector=connector)
    for name, task in _tasks.items():
        _add(app, name, task, begin)
    return app


def worker_app(dsn: str, begin: BeginWork) -> App:
    """The app a worker process runs."""
    return queue_app(PsycopgConnector(conninfo=dsn, configure=_without_transactions), begin)


async def _without_transactions(connection: AsyncConnection) -> None:
    """What the queue asks is one statement each; a transaction around it would be two more round trips."""
    await connection.set_autocommit(True)


def _add(app: App, name: str, task: _Task, begin: BeginWork) -> None:
    retry = _Backoff(task.attempts)

    def run(arguments: Mapping[str, Any]) -> None:
        with structlog.contextvars.bound_contextvars(job=name, **arguments), room_needed():
            task.handler(task.job_type.model_validate(arguments), begin)

    @app.task(name=name, queue=task.queue, retry=retry, pass_context=True)
    def run_queued(context: JobContext, /, **arguments: Any) -> None:
        job_id, worker_id = context.job.id, context.job.worker_id
        if task.in_a_row == 1 or job_id is None or worker_id is None:
            run(arguments)
            return
        with at_work(job_id):
            run(arguments)
            most = task.in_a_row - 1
            do_more(begin, run, name=name, priority=task.priority, worker_id=worker_id, most=most)
