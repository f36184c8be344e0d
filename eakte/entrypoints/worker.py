"""The worker process: recognition on every core, everything else beside it, and what got lost taken up again."""

import asyncio
import signal
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
import uvloop
from procrastinate import App

import eakte.entrypoints.handlers  # noqa: F401
from eakte.documents.abandoned import resume_erasing
from eakte.entrypoints.house import open_house
from eakte.foundation.jobs import worker_app
from eakte.foundation.scratch import scratch_room
from eakte.foundation.settings import Settings
from eakte.foundation.work import House
from eakte.privacy.service.forgetting import resume_privacy
from eakte.search.service import resume_update
from ingest.adapters import sandbox
from ingest.batches.service.receiving import resume_stranded_batches
from ingest.service.conversion import convert_waiting
from ingest.service.work_list import resume_stranded
from ingest.sources.definitions import load_sources
from ingest.sources.neighbours import neighbour_of
from ingest.sources.running import sources_at_work
from ingest.sources.uploads.service import discard_expired
from retention.service.destroying import resume_destruction
from retention.service.exchanging import resume_exchange
from retention.service.rounds import begin_rounds as begin_retention_rounds
from xrechnung.approval.service.filing import file_what_ended
from xrechnung.approval.service.reminding import begin_rounds
from xrechnung.service.receiving import resume_stranded_invoices

log = structlog.get_logger()

LONG_QUEUE = "recognition"
# Has one job at a time, which rests now and then: nobody waits behind it.
INDEX_QUEUE = "index"
SHORT_QUEUES = ("default", "ingest")
SHORT_CONCURRENCY = 3
RESUME_EVERY_S = 30.0


def run_worker(settings: Settings, queues: Sequence[str] | None = None) -> None:
    """Work until SIGINT or SIGTERM; `queues` narrows what this process takes.

    Told to stop, it ends the recognitions under way, whose jobs go back into the queue.
    """
    taken = frozenset(queues or (LONG_QUEUE, INDEX_QUEUE, *SHORT_QUEUES))
    if "ingest" in taken and not settings.clamd.address:
        log.warning("malware_scanner_missing", setting="EAKTE_CLAMD__ADDRESS")
    # Whoever takes what comes in also fetches it.
    sources = load_sources(settings.sources.file) if "ingest" in taken else ()
    with (
        scratch_room(),
        open_house(settings) as house,
        sources_at_work(house, sources, lambda one: neighbour_of(one, settings)),
    ):
        app = worker_app(settings.database.dsn.get_secret_value(), house.begin)
        uvloop.run(_work(app, house, taken))


async def _work(app: App, house: House, queues: frozenset[str]) -> None:
    settings = house.settings.worker
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    if not queues.isdisjoint({LONG_QUEUE, "ingest"}):
        sandbox.warm_up()
    async with app.open_async():
        running: list[asyncio.Task[Any]] = [
            *(asyncio.create_task(work) for work in _workers(app, house.settings, queues)),
            asyncio.create_task(_rescue_jobs(app, settings.stalled_s)),
            asyncio.create_task(_resume_stranded(house)),
        ]
        end: asyncio.Task[Any] = asyncio.create_task(told.wait())
        done, _ = await asyncio.wait([*running, end], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.to_thread(sandbox.shut_down)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for task in done - {end}:
            # One of them failed, so the process ends and its supervisor starts it anew.
            task.result()


def _workers(app: App, settings: Settings, queues: frozenset[str]) -> list[Coroutine[Any, Any, None]]:
    alone = {LONG_QUEUE: settings.worker.cores, INDEX_QUEUE: 1}
    shares = [([queue], concurrency) for queue, concurrency in alone.items() if queue in queues]
    if short := sorted(queues - alone.keys()):
        shares.append((short, SHORT_CONCURRENCY))
    return [
        app.run_worker_async(
            queues=names,
            concurrency=concurrency,
            update_heartbeat_interval=settings.worker.heartbeat_s,
            stalled_worker_timeout=settings.worker.stalled_s,
            fetch_job_polling_interval=2.0,
            shutdown_graceful_timeout=20.0,
            delete_jobs="successful",
            install_signal_handlers=False,
        )
        for names, concurrency in shares
    ]


async def _rescue_jobs(app: App, stalled_s: float) -> None:
    """Take up the jobs of workers that died; procrastinate knows them by their missing heartbeat."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled_s):
            assert job.id is not None
            await app.job_manager.retry_job_by_id_async(job.id, datetime.now(UTC))  # noqa: TID251  the queue's clock
            log.warning("job_rescued", job=job.task_name, id=job.id)
        await asyncio.sleep(stalled_s / 2)


async def _resume_stranded(house: House) -> None:
    """Give work that lost its job a new one."""

    def resume() -> None:
        with house.begin() as work:
            resume_stranded(work)
            convert_waiting(work)
            resume_stranded_batches(work)
            resume_stranded_invoices(work)
            file_what_ended(work)
            begin_rounds(work)
            begin_retention_rounds(work)
            resume_destruction(work)
            resume_exchange(work)
            discard_expired(work)
            resume_erasing(work)
            resume_privacy(work)
            resume_update(work)

    while True:
        await asyncio.to_thread(resume)
        await asyncio.sleep(RESUME_EVERY_S)
