"""Audit entries and the lanes they are chained in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Sequence, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.table import Table


class AuditEntry(Table):
    """Who did what to which record, and when. Append-only: a trigger refuses update, delete and truncate."""

    __tablename__ = "audit_entries"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lane: Mapped[int]
    position: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    event: Mapped[str]
    record_id: Mapped[UUID]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    previous_hash: Mapped[str]
    hash: Mapped[str]

    __table_args__ = (UniqueConstraint("lane", "position"), Index(None, "record_id", "id"))


LANE_NUMBERS = Sequence("audit_lane_numbers", metadata=Table.metadata)


class AuditLane(Table):
    """The end of one chain. Its row lock is held until the writing transaction ends.

    `seal` signs where the chain ends, so that nobody shortens it unnoticed.
    """

    __tablename__ = "audit_lanes"
    lane: Mapped[int] = mapped_column(primary_key=True)
    length: Mapped[int]
    head: Mapped[str]
    seal: Mapped[str]
