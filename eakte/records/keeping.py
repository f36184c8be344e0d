"""Whoever keeps records from being disposed of and whoever disposes of them never act at the same instant."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

# Alone for who sets a hold or restricts processing, shared by who offers, transfers or destroys.
_LOCK = func.hashtextextended("keeping records", 0)


def lock_keeping(session: Session) -> None:
    """Wait until nobody is offering, transferring or destroying, and let nobody begin before this work ends.

    To be taken before any record is locked, as those who dispose of records do.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def lock_against_keeping(session: Session) -> None:
    """Let no hold be set and no processing be restricted before this work ends."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_LOCK)))
