"""The queue as a worker works it off: jobs in a row, and what becomes of one that fails."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from eakte.foundation import jobs
from eakte.foundation.errors import Unavailable
from eakte.foundation.jobs import handles, worker_app
from eakte.foundation.messages import Job
from eakte.foundation.work import BeginWork, House, UnitOfWork


class CountSheet(Job, queue="sheets", in_a_row=4):
    """Count one sheet of paper."""

    number: int


class Counter:
    """Counts what it is told, as often as it is told; some sheets stick together."""

    def __init__(self) -> None:
        self.counted: list[int] = []
        self.sticking: dict[int, Exception] = {}

    def count(self, job: CountSheet, begin: BeginWork) -> None:
        if job.number in self.sticking:
            raise self.sticking[job.number]
        self.counted.append(job.number)


class Jammed(Unavailable):
    """Der Einzug ist verstopft."""


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    monkeypatch.setattr(jobs, "_handlers", dict(jobs._handlers))
    counter = Counter()
    handles(CountSheet)(counter.count)
    yield counter


def ask_for(house: House, *numbers: int) -> None:
    with house.begin() as work:
        for number in numbers:
            work.defer(CountSheet(number=number))


def work_off(house: House, begin: BeginWork | None = None) -> None:
    """As a worker does it, until nothing waits."""

    async def run() -> None:
        app = worker_app(house.settings.database.dsn.get_secret_value(), begin or house.begin)
        async with app.open_async():
            await app.run_worker_async(
                queues=["sheets"], wait=False, delete_jobs="successful", install_signal_handlers=False
            )

    asyncio.run(run())


def left(house: House) -> list[tuple[int, str, int]]:
    """Number, state and attempts of what is in the queue."""
    statement = text("SELECT (args ->> 'number')::int, status::text, attempts FROM procrastinate_jobs ORDER BY id")
    with house.sessions() as session:
        return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def test_every_job_is_done_once_in_its_order(committed_house: House, counter: Counter) -> None:
    ask_for(committed_house, *range(10))
    work_off(committed_house)
    assert counter.counted == list(range(10))
    assert left(committed_house) == []


def test_a_neighbour_in_trouble_delays_only_the_job_that_met_it(committed_house: House, counter: Counter) -> None:
    counter.sticking[2] = Jammed()
    ask_for(committed_house, *range(7))
    work_off(committed_house)
    assert counter.counted == [0, 1, 3, 4, 5, 6]
    # Taken along it went back; alone it failed, and waits for its next attempt.
    assert left(committed_house) == [(2, "todo", 1)]


def test_a_poisonous_job_costs_only_itself(committed_house: House, counter: Counter) -> None:
    counter.sticking[1] = ZeroDivisionError()
    ask_for(committed_house, *range(6))
    work_off(committed_house)
    assert counter.counted == [0, 2, 3, 4, 5]
    assert left(committed_house) == [(1, "failed", 1)]


def test_a_job_whose_taking_was_never_answered_is_done_all_the_same(committed_house: House, counter: Counter) -> None:
    works = 0

    @contextmanager
    def begin() -> Iterator[UnitOfWork]:
        nonlocal works
        works += 1
        with committed_house.begin() as work:
            yield work
        if works == 2:
            raise OperationalError("COMMIT", None, Exception("the server closed the connection"))

    ask_for(committed_house, *range(7))
    work_off(committed_house, begin)
    assert sorted(set(counter.counted)) == list(range(7))
    assert left(committed_house) == []


def test_what_is_not_due_is_not_taken_along(committed_house: House, counter: Counter) -> None:
    ask_for(committed_house, 0, 1, 2)
    with committed_house.begin() as work:
        work.session.execute(
            text("UPDATE procrastinate_jobs SET scheduled_at = now() + '1 h' WHERE args = '{\"number\": 1}'")
        )
    work_off(committed_house)
    assert counter.counted == [0, 2]
    assert left(committed_house) == [(1, "todo", 0)]
