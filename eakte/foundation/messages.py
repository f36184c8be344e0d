"""Messages between packages: events say what happened, jobs say what is to be done.

Neither carries objects, only ids and plain values, so that both can be stored as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import inspect

if TYPE_CHECKING:
    from eakte.foundation.table import Table
    from eakte.foundation.work import UnitOfWork


class Message(BaseModel):
    """A name, made of package and class, and plain values."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        package = cls.__module__.removeprefix("eakte.").split(".")[0]
        cls.name = f"{package}.{cls.__name__}"


class Event(Message):
    """Something that happened to one record; handled at once, in the transaction that caused it.

    `changes` maps a field to its old and new value, as the audit trail keeps them.
    """

    record_id: UUID
    changes: dict[str, tuple[Any, Any]] = {}


class Job(Message):
    """Something to do later, in a transaction of its own. Handlers must be safe to repeat.

    A kind of job says how it is done, as `class RecognizeText(Job, queue="recognition", attempts=20)`: who asks for it
    need not know who does it. Of one `queue` the highest `priority` comes first; jobs with the same `lock` run one
    after another. When a neighbour is unavailable, it is tried up to `attempts` times. Of short jobs that come in
    numbers, `in_a_row` are run before the queue is asked what is next.
    """

    queue: ClassVar[str]
    priority: ClassVar[int]
    lock: ClassVar[str | None]
    attempts: ClassVar[int]
    in_a_row: ClassVar[int]

    def __init_subclass__(
        cls,
        *,
        queue: str = "default",
        priority: int = 0,
        lock: str | None = None,
        attempts: int = 8,
        in_a_row: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.queue, cls.priority, cls.lock, cls.attempts, cls.in_a_row = queue, priority, lock, attempts, in_a_row


Handler = Callable[["UnitOfWork", Any], None]
HandlerT = TypeVar("HandlerT", bound=Handler)
_handlers: dict[type[Event], list[Handler]] = defaultdict(list)


def on(event: type[Event]) -> Callable[[HandlerT], HandlerT]:
    """Call the decorated function whenever `event` or a subclass of it is published."""

    def register(handler: HandlerT) -> HandlerT:
        _handlers[event].append(handler)
        return handler

    return register


def deliver(work: UnitOfWork, event: Event) -> None:
    for kind in type(event).__mro__:
        for handler in _handlers.get(kind, ()):
            handler(work, event)


def changes_of(row: Table) -> dict[str, tuple[Any, Any]]:
    """Old and new value of every column of `row` that was set since it was loaded or flushed."""
    changes: dict[str, tuple[Any, Any]] = {}
    for attribute in inspect(row).attrs:
        history = attribute.history
        if attribute.key not in inspect(type(row)).column_attrs or not history.has_changes():
            continue
        old = history.deleted[0] if history.deleted else None
        new = history.added[0] if history.added else None
        if old != new:
            changes[attribute.key] = (old, new)
    return changes
