"""Ingests and their items."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.documents.models import DocumentSource
from eakte.foundation.errors import EakteError
from eakte.foundation.storage import Digest
from eakte.foundation.table import Table, words
from ingest.errors import TROUBLES, ItemNotWaiting, NotInQuarantine, NotWaitingForConversion, PlaceUnclear
from ingest.rules import SETTLED, WAITING_CODES, ItemState

# Word for word as in the index, so that looking for them every few minutes costs nothing.
WAITS_FOR_CONVERSION = text('warnings @> \'[{"code": "conversion-waiting"}]\'::jsonb')


class Ingest(Table):
    """Files that come in together and go to one place: a dossier, in a case made for them, or a case.

    `target_id` is that dossier or case; none for originals that were uploaded to a document, and for documents
    whose place turns out later. `origin_id` is the batch they came with, if any, and `source_key` the source that
    was fetched from. With `review` a verified document waits until somebody has looked at it.
    """

    __tablename__ = "ingests"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[DocumentSource] = mapped_column(words(DocumentSource))
    target_id: Mapped[UUID | None] = mapped_column(ForeignKey("records.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    origin_id: Mapped[UUID | None] = mapped_column(index=True)
    source_key: Mapped[str | None]
    review: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(index=True)


class IngestItem(Table):
    """One file on its way. `products` says where recognition put what it made.

    `received_at` is when the file reached the house, which for what was fetched is before it became an item.
    `malware` is what the virus scanner found in it; until somebody released it (`released_at`) it is in quarantine.

    Of a scan product, `becomes` is the id its document will have, `announced` are the references its cover sheet
    named, the best first, `obstacle` is what keeps it from being filed whatever its place, and
    `proposed_reference` is what its text says about its place.
    """

    __tablename__ = "ingest_items"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    ingest_id: Mapped[UUID] = mapped_column(ForeignKey("ingests.id"))
    file_name: Mapped[str]
    state: Mapped[ItemState] = mapped_column(words(ItemState), default=ItemState.RECEIVED)
    failed_in: Mapped[ItemState | None] = mapped_column(words(ItemState, "failed_in"))
    failure_code: Mapped[str | None]
    failure_message: Mapped[str | None]
    object_id: Mapped[UUID | None] = mapped_column(unique=True)
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    page_count: Mapped[int | None]
    warnings: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    products: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    attempts: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    becomes: Mapped[UUID | None]
    document_type: Mapped[str | None]
    announced: Mapped[list[str]] = mapped_column(JSONB, default=list)
    obstacle: Mapped[str | None]
    proposed_reference: Mapped[str | None]
    malware: Mapped[str | None]
    released_at: Mapped[datetime | None]
    turns: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"), index=True)
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey("document_versions.id"))
    received_at: Mapped[datetime]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    ingest: Mapped[Ingest] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        Index(None, "ingest_id", "id"),
        Index(None, "state", "id"),
        Index(None, "becomes"),
        Index("ix_ingest_items_waiting_for_conversion", "id", postgresql_where=WAITS_FOR_CONVERSION),
        CheckConstraint("(state in ('failed', 'discarded')) = (failure_code is not null)", name="failure"),
        CheckConstraint("state <> 'filed' or document_id is not null", name="filed"),
    )

    @property
    def digest(self) -> Digest:
        return Digest(self.sha256, self.size)

    @property
    def in_quarantine(self) -> bool:
        """Whether nobody may have this file (Quarantäne)."""
        return self.malware is not None and self.released_at is None

    def release(self, at: datetime) -> None:
        """Let a file out of quarantine and back on its way. Raises NotInQuarantine, ItemNotWaiting."""
        if not self.in_quarantine:
            raise NotInQuarantine
        self.retry(at)
        self.released_at = at

    def convert(self, at: datetime) -> None:
        """Send a filed item back for the archival rendition that it could not get (Nachkonvertierung).

        Raises NotWaitingForConversion.
        """
        if not self.waits_for_conversion:
            raise NotWaitingForConversion
        self.page_count = None
        self.warnings = [each for each in self.warnings if each["code"] not in WAITING_CODES]
        self.advance(ItemState.SPLIT, at)

    @property
    def waits_for_conversion(self) -> bool:
        """Whether a filed item has its words but no archival rendition yet."""
        return self.state is ItemState.FILED and self.products is not None and self.products.get("archival") is None

    def advance(self, state: ItemState, at: datetime) -> None:
        """Reach the next state; attempts count anew."""
        self.state, self.attempts, self.changed_at = state, 0, at
        self.wait(None)

    def wait(self, reason: EakteError | None) -> None:
        """Say for what the item waits on its way, a full disk for example; None when it waits no more."""
        notices = [each for each in self.warnings if each["code"] not in TROUBLES]
        if reason is not None:
            notices.append({"code": reason.code(), "message": str(reason)})
        self.warnings = notices

    def fail(self, error: EakteError, at: datetime) -> None:
        """Put the item into the work list, with the reason. A settled item stays what it is."""
        if self.state in SETTLED:
            return
        if isinstance(error, PlaceUnclear):
            self.proposed_reference = error.facts.get("reference")
        self.failed_in, self.state = self.state, ItemState.FAILED
        self.failure_code, self.failure_message = error.code(), str(error)
        self.changed_at = at
        self.wait(None)

    def retry(self, at: datetime) -> None:
        """Take the item out of the work list, back to where it failed. Raises ItemNotWaiting."""
        if self.state is not ItemState.FAILED or self.failed_in is None:
            raise ItemNotWaiting(state=self.state.value)
        self.state, self.failed_in = self.failed_in, None
        self.failure_code = self.failure_message = None
        self.attempts, self.changed_at = 0, at

    def approve(self, at: datetime) -> None:
        """Let a verified item be filed (Freigabe nach Sichtprüfung). Raises ItemNotWaiting."""
        if self.state is not ItemState.VERIFIED:
            raise ItemNotWaiting(state=self.state.value)
        self.advance(ItemState.REVIEWED, at)

    def withdraw(self, reason: str, at: datetime) -> None:
        """Take an unfiled item off its way, because something else takes its place (Zurückziehen)."""
        if self.state is ItemState.FILED:
            raise ItemNotWaiting(state=self.state.value)
        if self.failure_code is None:
            self.failure_code, self.failure_message = "withdrawn", reason
        self.state, self.changed_at = ItemState.DISCARDED, at

    def discard(self, at: datetime) -> None:
        """Take the item out of the work list for good. Raises ItemNotWaiting."""
        if self.state is not ItemState.FAILED:
            raise ItemNotWaiting(state=self.state.value)
        self.state, self.changed_at = ItemState.DISCARDED, at
