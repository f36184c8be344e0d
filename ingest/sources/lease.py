"""One worker at a time per source: a lock that PostgreSQL gives back by itself when its holder dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select

# Class of our advisory locks; the object is the hash of the source's key.
_SOURCES = 7_345_002


class Lease:
    """A source that is ours as long as this connection lives."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def must_hold(self) -> None:
        """Raises SQLAlchemyError when the connection, and with it the lock, is gone."""
        self._connection.scalar(select(1))


@contextmanager
def lease_of(engine: Engine, key: str) -> Iterator[Lease | None]:
    """Hold a source until the end of the block; None while somebody else does.

    The lock belongs to a session, so a pooler in front of PostgreSQL must not share sessions between transactions.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        ours = connection.scalar(select(func.pg_try_advisory_lock(_SOURCES, func.hashtext(key))))
        try:
            yield Lease(connection) if ours else None
        finally:
            # A pooled connection keeps its session, so the lock would outlive us.
            connection.invalidate()
