"""Identifiers: UUIDv7, so that ids sort by creation and index pages stay warm (RFC 9562)."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid_utils.compat.uuid7()
