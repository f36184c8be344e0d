"""Alembic's environment: the connection comes from the caller, the tables from every package."""

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.schema import SchemaItem

import eakte.entrypoints.everything  # noqa: F401  every package's tables are known after this
from eakte.foundation.table import Table


def include(item: SchemaItem, name: str | None, kind: str, reflected: bool, compared: SchemaItem | None) -> bool:
    """The queue's tables are procrastinate's own."""
    return not (name or "").startswith("procrastinate_")


def run(connection: Connection) -> None:
    # A migration must not queue behind a long transaction with everybody else behind it.
    connection.execute(text("SET lock_timeout = '10s'"))
    context.configure(
        connection=connection, target_metadata=Table.metadata, include_object=include, compare_server_default=True
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
