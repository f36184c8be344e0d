"""What the storage is to be told of the objects of a case."""

from dataclasses import dataclass
from datetime import date, datetime

from eakte.foundation.storage import LockMode
from retention.rules.days import end_of
from retention.rules.periods import Outcome


@dataclass(frozen=True, slots=True)
class Lock:
    """`until` is the instant up to which the storage refuses to delete; `held` that it does without an end.

    `last_day` is what is noted as told, None where the storage only holds.
    """

    held: bool
    until: datetime | None = None
    mode: LockMode = LockMode.GOVERNANCE
    last_day: date | None = None


OPEN = Lock(held=True)


def lock_for(
    outcome: Outcome | None,
    *,
    last_day: date | None,
    mode: LockMode,
    lock_from: datetime | None,
    under_hold: bool,
    now: datetime,
) -> Lock:
    """The lock of what is kept so; `outcome` None is what is not closed.

    What is open, has no end, or may still be corrected is held. What ends is locked until its last legal day is over,
    and held only while a legal hold is in force. A day that is over already asks nothing of the storage.
    """
    if outcome is not Outcome.ENDS or last_day is None or lock_from is None or now < lock_from:
        return OPEN
    until = end_of(last_day)
    return Lock(under_hold, until if until > now else None, mode, last_day)
