"""One unit of work: one actor, one instant, one transaction."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from eakte.foundation import clock
from eakte.foundation.jobs import defer_job
from eakte.foundation.messages import Event, Job, deliver
from eakte.foundation.settings import Settings
from eakte.foundation.storage import Storage


@dataclass(frozen=True, slots=True)
class Scope:
    """Where some permissions hold: these units, below this filing plan entry, these confidentiality levels.

    `None` stands for "all".
    """

    permissions: frozenset[str]
    units: frozenset[UUID] | None
    entry_id: UUID | None
    levels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, an API client or the system itself, and where they may do what."""

    id: UUID
    name: str
    scopes: tuple[Scope, ...] = ()
    everything: bool = False

    def may(self, permission: str) -> bool:
        """Whether the actor holds `permission` anywhere at all."""
        return self.everything or any(permission in scope.permissions for scope in self.scopes)


SYSTEM = Actor(UUID(int=0), "system", everything=True)


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    session: Session
    actor: Actor
    now: datetime
    storage: Storage
    settings: Settings

    def as_house(self) -> "UnitOfWork":
        """The same work, for what the house does by itself in it."""
        return replace(self, actor=SYSTEM)

    def publish(self, event: Event) -> None:
        """Tell the subscribers, in this transaction; the audit trail is one of them."""
        deliver(self, event)

    def defer(self, job: Job, *, after: timedelta = timedelta(0)) -> None:
        """Queue `job` in this transaction: it exists only if the work commits; it begins `after` that or later."""
        defer_job(self.session, job, after)


BeginWork = Callable[..., AbstractContextManager[UnitOfWork]]


@dataclass(frozen=True, slots=True)
class House:
    """What every edge needs to begin work: the database, the object storage and the settings."""

    sessions: sessionmaker[Session]
    storage: Storage
    settings: Settings
    readings: sessionmaker[Session] | None = None
    """Sessions that can only read, without a transaction around their statements; else the others serve."""

    @contextmanager
    def begin(self, actor: Actor = SYSTEM) -> Iterator[UnitOfWork]:
        """Open one unit of work; it commits when the block ends well and leaves nothing otherwise."""
        with self.begin_as(lambda session, now: actor) as work:
            yield work

    @contextmanager
    def begin_as(self, who: Callable[[Session, datetime], Actor], *, reads: bool = False) -> Iterator[UnitOfWork]:
        """Open one unit of work for whoever `who` finds in the work's own session; `reads` means it can only read."""
        sessions = self.readings if reads and self.readings is not None else self.sessions
        with sessions.begin() as session:
            now = clock.now()
            yield UnitOfWork(session, who(session, now), now, self.storage, self.settings)
