"""What sources brought, and how far it is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.table import Table, words
from ingest.sources.rules import ArrivalState, DeliveryState


class SourceDelivery(Table):
    """What came together from a source (Lieferung) and becomes one batch.

    `origin` is its name at the source. `content` is the SHA-256 over the sorted SHA-256 of its files, by which the
    same stack is known again whatever it is called.
    """

    __tablename__ = "source_deliveries"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    origin: Mapped[str]
    state: Mapped[DeliveryState] = mapped_column(words(DeliveryState))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id"), index=True)
    content: Mapped[str | None]
    refusal_code: Mapped[str | None]
    refusal_message: Mapped[str | None]
    opened_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "source", "origin"),
        Index(None, "source", "content"),
        # Two workers that both believe to hold the source cannot both take the same.
        Index(
            "uq_source_deliveries_source_origin_open",
            "source",
            "origin",
            unique=True,
            postgresql_where="state <> 'settled'",
        ),
        CheckConstraint("(state = 'settled') = (settled_at is not null)", name="settled"),
    )


class SourceArrival(Table):
    """One file of a delivery; `name` and `stamp` are the neighbour's, and so is `received_at`, where it says that."""

    __tablename__ = "source_arrivals"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("source_deliveries.id"))
    n: Mapped[int]
    name: Mapped[str]
    file_name: Mapped[str]
    stamp: Mapped[str]
    state: Mapped[ArrivalState] = mapped_column(words(ArrivalState))
    sha256: Mapped[str | None]
    received_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    refusal_code: Mapped[str | None]
    refusal_message: Mapped[str | None]

    __table_args__ = (UniqueConstraint("delivery_id", "n"),)
