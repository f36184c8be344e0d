"""Aliases that threads share are complete before they do."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

from eakte.documents.models import Document
from eakte.documents.queries import _visible_among, _with_what_they_lie_in
from eakte.foundation.aliases import settle_tables, settled
from eakte.foundation.work import SYSTEM
from eakte.records.models import Case

THREADS, ROUNDS = 4, 60


@pytest.fixture(autouse=True)
def threads_take_turns_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_threads_that_begin_at_once_ask_for_the_same() -> None:
    """They once got statements in which documents met all records, and kept them."""
    said = set()
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(ROUNDS):
            _with_what_they_lie_in.cache_clear()
            _with_what_they_lie_in()
            together = Barrier(THREADS)

            def ask(together: Barrier = together) -> str:
                together.wait()
                statement = _visible_among.__wrapped__(SYSTEM)
                return str(statement.compile(dialect=postgresql.dialect()))

            said |= {one.result() for one in [threads.submit(ask) for _ in range(THREADS)]}
    assert len(said) == 1


def test_a_settled_alias_stands_for_its_own_columns_only() -> None:
    case = settled(aliased(Case, flat=True))
    said = str(select(case.title, case.dossier_id, case.state))
    assert "records AS records_1 JOIN cases AS cases_1" in said
    assert "records.title" not in said and "records.state" not in said


def test_settling_again_changes_nothing() -> None:
    before = str(select(Document).compile(dialect=postgresql.dialect()))
    settle_tables()
    assert str(select(Document).compile(dialect=postgresql.dialect())) == before
