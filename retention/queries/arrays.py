"""Many ids as one parameter."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUuid


def any_of(ids: Collection[UUID]) -> ColumnElement[Any]:
    """The right side of `column == any_of(ids)`, for thousands of ids: written as one text, which the driver need not
    take apart."""
    array: ColumnElement[Any] = func.any(cast(literal("{" + ",".join(map(str, ids)) + "}", Text), ARRAY(PgUuid)))
    return array


def among(column: SQLColumnExpression[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    """Whether a column is one of some ids, however many they are."""
    return column.in_(select(func.unnest(literal(list(ids), ARRAY(PgUuid(as_uuid=True))))))
