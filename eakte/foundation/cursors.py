"""Cursor pages: a stable order, no offsets, and a mark that cannot be mistaken for another list's."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from eakte.foundation.errors import Invalid

RowT = TypeVar("RowT")


class InvalidCursor(Invalid):
    """Die Fortsetzungsmarke ist ungültig."""

    advice = "Bitte die Liste von vorn beginnen; Marken gelten nur für dieselbe Liste."


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """One page of a list; `next_cursor` is None on the last one."""

    items: Sequence[RowT]
    next_cursor: str | None


def page_of(
    session: Session,
    statement: Select[RowT],
    order: Sequence[InstrumentedAttribute[Any]],
    *,
    cursor: str | None,
    limit: int,
) -> Page[RowT]:
    """One page of `statement`, ordered by the columns in `order`, which must identify a row. Raises InvalidCursor."""
    if cursor is not None:
        after = after_mark(cursor, order)
        statement = statement.where(tuple_(*order) > tuple_(*after))
    rows = session.scalars(statement.order_by(*order).limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, mark_of(rows[-1], order) if more else None)


def _signature(order: Sequence[InstrumentedAttribute[Any]]) -> str:
    return ",".join(str(column) for column in order)


def mark_of(row: Any, order: Sequence[InstrumentedAttribute[Any]]) -> str:
    """The cursor of whatever follows a row in this order, for lists that are put together from several."""
    values = [str(getattr(row, column.key)) for column in order]
    return base64.urlsafe_b64encode(json.dumps([_signature(order), *values]).encode()).decode()


def after_mark(cursor: str, order: Sequence[InstrumentedAttribute[Any]]) -> list[Any]:
    """The values a cursor stands for. Raises InvalidCursor."""
    try:
        signature, *values = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        if signature != _signature(order) or not all(isinstance(value, str) for value in values):
            raise InvalidCursor
        return [_typed(column, value) for column, value in zip(order, values, strict=True)]
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise InvalidCursor from error


def _typed(column: InstrumentedAttribute[Any], value: str) -> Any:
    kind = column.type.python_type
    value.encode()  # refuses lone surrogates
    if "\x00" in value:
        raise InvalidCursor
    return kind.fromisoformat(value) if hasattr(kind, "fromisoformat") else kind(value)
