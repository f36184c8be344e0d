"""The job queue: rows in PostgreSQL that commit with the work that asked for them (procrastinate)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job as QueuedJob
from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, SQLColumnExpression, Text, cast, column, select, table, text
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


_handlers: dict[type[Job], JobHandler] = {}


def handles(job_type: type[Job]) -> Callable[[JobHandlerT], JobHandlerT]:
    """Run the decorated function for every queued `job_type`; retry when a neighbour is unavailable."""

    def register(handler: JobHandlerT) -> JobHandlerT:
        _handlers[job_type] = handler
        return handler

    return register


# The queue's own way in; its client for Python takes longer to get there than the database to answer.
_DEFER = text("""
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
        :queue, :name, :priority, :lock, NULL, CAST(:args AS jsonb), clock_timestamp() + CAST(:after AS interval)
    )::procrastinate_job_to_defer_v1])
""")


def defer_job(session: Session, job: Job, after: timedelta = timedelta(0)) -> None:
    """Insert `job` on the session's connection, in its transaction; it begins that much later at the earliest."""
    wanted = {
        "queue": job.queue,
        "name": job.name,
        "priority": job.priority,
        "lock": job.lock,
        "args": job.model_dump_json(),
        # Without an instant, it begins as soon as it can.
        "after": after or None,
    }
    session.execute(_DEFER, wanted)


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
    for job_type, handler in _handlers.items():
        _add(app, job_type, handler, begin)
    return app


def worker_app(dsn: str, begin: BeginWork) -> App:
    """The app a worker process runs."""
    return queue_app(PsycopgConnector(conninfo=dsn, configure=_without_transactions), begin)


async def _without_transactions(connection: AsyncConnection) -> None:
    """What the queue asks is one statement each; a transaction around it would be two more round trips."""
    await connection.set_autocommit(True)


def _add(app: App, kind: type[Job], handler: JobHandler, begin: BeginWork) -> None:
    retry = _Backoff(kind.attempts)

    def run(arguments: Mapping[str, Any]) -> None:
        with structlog.contextvars.bound_contextvars(job=kind.name, **arguments), room_needed():
            handler(kind.model_validate(arguments), begin)

    @app.task(name=kind.name, queue=kind.queue, retry=retry, pass_context=True)
    def run_queued(context: JobContext, /, **arguments: Any) -> None:
        job_id, worker_id = context.job.id, context.job.worker_id
        if kind.in_a_row == 1 or job_id is None or worker_id is None:
            run(arguments)
            return
        with at_work(job_id):
            run(arguments)
            most = kind.in_a_row - 1
            do_more(begin, run, name=kind.name, priority=kind.priority, worker_id=worker_id, most=most)
