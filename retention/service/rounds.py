"""The nightly run: everything computed for the new day, what must not be mended, storage locks extended."""

from datetime import date, time
from uuid import UUID

import structlog

from eakte.foundation.clock import GERMANY, legal_day
from eakte.foundation.work import BeginWork, UnitOfWork
from retention.messages import LookAfterRetention, RetentionLookedAfter
from retention.models.rounds import RetentionRound
from retention.queries import periods
from retention.queries.facts import Concerned
from retention.service.computing import compute_next, mend
from retention.service.destroying import retry_what_waits
from retention.service.locking import lock_what_is_behind

log = structlog.get_logger()

BEGINS_AT = time(1)
"""Rules begin and end to be valid with the legal day; in this hour of Germany every day has them."""
_HOUSE = UUID(int=0)


def begin_rounds(work: UnitOfWork) -> None:
    """Begin the run of this legal day, on whichever machine comes first."""
    today = legal_day(work.now)
    if work.now.astimezone(GERMANY).time() >= BEGINS_AT and periods.begin_round(work.session, today, work.now):
        work.defer(LookAfterRetention(day=today))
        retry_what_waits(work)


def look_after(begin: BeginWork, day: date) -> None:
    """Mend, compute and lock everything, and note the figures; a repeat begins anew and finds less to do."""
    violations = mend_all(begin)
    computed, changed = compute_all(begin, Concerned())
    with begin() as work:
        due = periods.newly_due(work.session, day)
        _note(work, day, computed=computed, changed=changed, violations=violations, newly_due=due)
    locked = lock_what_is_behind(begin)
    log.info(
        "retention_looked_after", computed=computed, changed=changed, violations=violations, due=due, locked=locked
    )


def mend_all(begin: BeginWork) -> int:
    """Mend until no closed record lacks a period, and nothing else has one; how many were mended."""
    count = 0
    while True:
        with begin() as work:
            mended = mend(work)
        count += mended
        if not mended:
            return count


def compute_all(begin: BeginWork, concerned: Concerned) -> tuple[int, int]:
    """Compute batch by batch, each in a work of its own: how many were looked at, and how many changed."""
    looked_at, changed, after = 0, 0, None
    while True:
        with begin() as work:
            after, some, different = compute_next(work, concerned, after)
        looked_at, changed = looked_at + some, changed + different
        if after is None:
            return looked_at, changed


def _note(work: UnitOfWork, day: date, **figures: int) -> None:
    found = work.session.get(RetentionRound, day)
    if found is None:
        found = RetentionRound(day=day, begun_at=work.now)
        work.session.add(found)
    for name, value in figures.items():
        setattr(found, name, value)
    found.finished_at = work.now
    work.session.flush()
    work.publish(
        RetentionLookedAfter(record_id=_HOUSE, changes={name: (None, value) for name, value in figures.items()})
    )
