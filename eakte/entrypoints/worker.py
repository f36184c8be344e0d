"""The worker process: recognition on every core, everything else beside it, and the jobs of the dead taken up."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from procrastinate import App

from eakte.entrypoints.house import open_house
from eakte.foundation.jobs import worker_app
from eakte.foundation.settings import Settings

log = structlog.get_logger()

LONG_QUEUE = "recognition"
SHORT_QUEUES = ("default", "ingest", "index")
SHORT_CONCURRENCY = 3


def run_worker(settings: Settings, queues: Sequence[str] | None = None) -> None:
    """Work until SIGINT or SIGTERM; `queues` narrows what this process takes."""
    with open_house(settings) as house:
        app = worker_app(settings.database.dsn.get_secret_value(), house.begin)
        asyncio.run(_work(app, settings, frozenset(queues or (LONG_QUEUE, *SHORT_QUEUES))))


async def _work(app: App, settings: Settings, queues: frozenset[str]) -> None:
    options = {
        "update_heartbeat_interval": settings.worker.heartbeat_s,
        "stalled_worker_timeout": settings.worker.stalled_s,
        "fetch_job_polling_interval": 2.0,
        "shutdown_graceful_timeout": 5.0,
        "delete_jobs": "successful",
    }
    async with app.open_async():
        workers = []
        if LONG_QUEUE in queues:
            cores = settings.worker.concurrency or os.cpu_count() or 1
            workers.append(app.run_worker_async(queues=[LONG_QUEUE], concurrency=cores, **options))  # type: ignore[arg-type]
        short = sorted(queues - {LONG_QUEUE})
        if short:
            workers.append(app.run_worker_async(queues=short, concurrency=SHORT_CONCURRENCY, **options))  # type: ignore[arg-type]
        rescue = asyncio.create_task(_rescue(app, settings.worker.stalled_s))
        try:
            await asyncio.gather(*workers)
        finally:
            rescue.cancel()


async def _rescue(app: App, stalled_s: float) -> None:
    """Take up the jobs of workers that died; procrastinate knows them by their missing heartbeat."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled_s):
            assert job.id is not None
            await app.job_manager.retry_job_by_id_async(job.id, datetime.now(UTC))  # noqa: TID251  the queue's clock
            log.warning("job_rescued", job=job.task_name, id=job.id)
        await asyncio.sleep(stalled_s / 2)
