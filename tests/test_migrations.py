"""The migrations make what the code expects."""

from alembic import command
from sqlalchemy import Engine, text

from eakte.entrypoints.migrating import alembic_config


def test_the_migrated_database_is_what_the_code_expects(engine: Engine) -> None:
    with engine.connect() as connection:
        command.check(alembic_config(connection))


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")


def test_the_queue_is_there(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from procrastinate_jobs")) == 0


def test_the_lanes_of_the_audit_are_counted_from_one(engine: Engine) -> None:
    with engine.connect() as connection:
        start = connection.scalar(
            text("select start_value from pg_sequences where sequencename = 'audit_lane_numbers'")
        )
    assert start == 1
