"""Columns of the database where no objects are wanted."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session


def columns_from(session: Session, statement: Executable, values: Mapping[str, Any]) -> CursorResult[Any]:
    """What the database answers, asked over the session's connection, after what the session has not written yet.

    Asking the session itself for columns takes as long again as the database does.
    """
    session.flush()
    return session.connection().execute(statement, values)
