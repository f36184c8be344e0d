"""The cursor of our connections: psycopg's own, for a library that asks for much more than it looks at."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from psycopg import Column, Cursor


class LazyCursor(Cursor[Any]):
    """Describes the columns of an answer only where somebody looks at one.

    SQLAlchemy asks for the description of every answer, and needs no more of it than that there is one once it knows
    the statement. Describing some fifty columns takes as long as fetching them.
    """

    @property
    def description(self) -> Sequence[Column] | None:  # type: ignore[override]
        answer = self.pgresult
        if answer is None or not answer.nfields:
            return super().description
        return _Columns(self.describe)

    def describe(self) -> Sequence[Column]:
        """The columns, as psycopg tells of them."""
        return super().description or ()


class _Columns(Sequence[Column]):
    def __init__(self, describe: Callable[[], Sequence[Column]]) -> None:
        self._describe = describe

    @cached_property
    def _known(self) -> Sequence[Column]:
        return self._describe()

    def __len__(self) -> int:
        return len(self._known)

    def __getitem__(self, place: Any) -> Any:
        return self._known[place]
