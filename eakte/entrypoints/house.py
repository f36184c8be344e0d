"""Opens the house: engine, sessions and storage from the settings."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import sessionmaker

import eakte.entrypoints.everything  # noqa: F401
from eakte.audit.errors import AuditKeyMissing
from eakte.foundation.aliases import settle_tables
from eakte.foundation.cursor import LazyCursor
from eakte.foundation.settings import Settings
from eakte.foundation.storage import Storage
from eakte.foundation.work import House

LONG_REST_S = 30.0
"""After so long, something between us and the database may have dropped a connection without telling either end."""


def create_database_engine(settings: Settings, *, reads: bool = False) -> Engine:
    """An engine on the configured DSN; psycopg is the only driver.

    With `reads`, the database takes no change from its connections, and each statement is a transaction of its own;
    there are half as many.
    """
    dsn = settings.database.dsn.get_secret_value()
    kept = settings.database.pool_size // (2 if reads else 1)
    engine = create_engine(
        dsn.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=max(1, kept),
        max_overflow=kept,
        isolation_level="AUTOCOMMIT" if reads else None,
        connect_args={"application_name": "eakte", "connect_timeout": 5, "cursor_factory": LazyCursor},
    )
    _give_out_live_connections(engine)
    if reads:
        event.listen(engine, "connect", _let_only_read)
    return engine


def _let_only_read(connection: psycopg.Connection[Any], record: Any) -> None:
    connection.execute("SET default_transaction_read_only = on")
    connection.commit()


def _give_out_live_connections(engine: Engine) -> None:
    """As `pool_pre_ping` does, but without asking the database before each work.

    A server that ended a connection has closed it, or said why: there is something to read where nothing was asked.
    """

    @event.listens_for(engine, "checkin")
    def put_back(connection: psycopg.Connection[Any] | None, record: Any) -> None:
        record.info["resting_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def must_be_alive(connection: psycopg.Connection[Any], record: Any, proxy: Any) -> None:
        since = record.info.get("resting_since")
        if connection.closed or _has_something_to_say(connection):
            raise InvalidatePoolError
        if since is not None and time.monotonic() - since > LONG_REST_S:
            try:
                engine.dialect.do_ping(connection)  # type: ignore[arg-type]
            except psycopg.OperationalError as error:
                raise InvalidatePoolError from error


def _has_something_to_say(connection: psycopg.Connection[Any]) -> bool:
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


@contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    """Everything an edge needs; connections are closed at the end. Raises AuditKeyMissing."""
    if not settings.audit.key.get_secret_value():
        raise AuditKeyMissing
    settle_tables()
    engine, reading = create_database_engine(settings), create_database_engine(settings, reads=True)
    sessions, readings = (sessionmaker(each, expire_on_commit=False) for each in (engine, reading))
    try:
        yield House(sessions, Storage(settings.storage), settings, readings)
    finally:
        engine.dispose()
        reading.dispose()
