"""Legal holds (Löschsperren) and what they hold."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.table import Table


class LegalHold(Table):
    """A hold: nothing it covers is offered, transferred or destroyed until it is released.

    `scope` is a saved query (see `retention.rules.holding.Scope`); what comes to match it later joins. None where
    only named records are held.
    """

    __tablename__ = "legal_holds"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    scope: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]
    released_by: Mapped[UUID | None]
    released_at: Mapped[datetime | None]
    release_reason: Mapped[str | None]
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        CheckConstraint("(released_by is null) = (released_at is null)", name="released"),
        Index("ix_legal_holds_active", "id", postgresql_where=text("released_at is null")),
    )


class HeldRecord(Table):
    """A record under a hold, by name or because it matched. A dossier's hold covers everything in it."""

    __tablename__ = "held_records"
    hold_id: Mapped[UUID] = mapped_column(ForeignKey("legal_holds.id"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True, index=True)
    matched: Mapped[bool]
    since: Mapped[datetime]
