"""Brings a database to what the code expects; apart from the house, since only few commands need Alembic."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def migrate(engine: Engine) -> None:
    """Bring the database to the newest migration."""
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
        connection.commit()


def alembic_config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", "eakte:migrations")
    config.attributes["connection"] = connection
    return config
