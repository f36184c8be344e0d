"""Base of every mapped table, and the column types we use everywhere."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import DateTime, Enum, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from eakte.foundation.errors import Stale


class Table(DeclarativeBase):
    """Base of every mapped table. Instants are UTC, strings are text, mappings are JSONB."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text,
        dict[str, Any]: JSONB,
    }


def words(kind: type[StrEnum], constraint: str | None = None) -> Enum:
    """Column type of a StrEnum: stored as its word, guarded by a CHECK.

    A table's second column of the same kind needs a name of its own for its `constraint`.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=constraint or kind.__name__.lower(),
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def must_be_at(actual: int, expected: int | None) -> None:
    """Raises Stale when the caller saw another revision than the actual one; None means any."""
    if expected is not None and expected != actual:
        raise Stale
