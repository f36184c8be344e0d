"""Identifiers: UUIDv7, so that ids sort by creation and index pages stay warm (RFC 9562)."""

from datetime import datetime
from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid_utils.compat.uuid7()


def earliest_id(since: datetime) -> UUID:
    """No id made at that instant or later is smaller: the first 48 bits are its milliseconds."""
    return UUID(int=int(since.timestamp() * 1000) << 80)
