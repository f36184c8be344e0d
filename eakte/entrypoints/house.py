"""Opens the house: engine, sessions and storage from the settings."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import sessionmaker

import eakte.entrypoints.everything  # noqa: F401
from eakte.audit.errors import AuditKeyMissing
from eakte.foundation.cursor import LazyCursor
from eakte.foundation.settings import Settings
from eakte.foundation.storage import Storage
from eakte.foundation.work import House


def create_database_engine(settings: Settings) -> Engine:
    """An engine on the configured DSN; psycopg is the only driver."""
    dsn = settings.database.dsn.get_secret_value()
    return create_engine(
        dsn.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=settings.database.pool_size,
        max_overflow=settings.database.pool_size,
        pool_pre_ping=True,
        connect_args={"application_name": "eakte", "connect_timeout": 5, "cursor_factory": LazyCursor},
    )


@contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    """Everything an edge needs; connections are closed at the end. Raises AuditKeyMissing."""
    if not settings.audit.key.get_secret_value():
        raise AuditKeyMissing
    engine = create_database_engine(settings)
    try:
        yield House(sessionmaker(engine, expire_on_commit=False), Storage(settings.storage), settings)
    finally:
        engine.dispose()
