"""Uploads and the parts that have come of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.storage import Digest
from eakte.foundation.table import Table


class Upload(Table):
    """A file that comes in parts: what its sender says of it, and how far it is.

    `sha256` is the sender's, if it named one. `taken_as` is the raw scan it became; a repeated taking finds it there.
    """

    __tablename__ = "uploads"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(index=True)
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    offset: Mapped[int] = mapped_column("received", BigInteger, default=0)
    taken_as: Mapped[UUID | None] = mapped_column(ForeignKey("batch_files.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("received between 0 and size", name="received"),)

    @property
    def complete(self) -> bool:
        return self.offset == self.size


class UploadPart(Table):
    """Some bytes of an upload from `start` on, as they were received in one go."""

    __tablename__ = "upload_parts"
    upload_id: Mapped[UUID] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]

    @property
    def digest(self) -> Digest:
        return Digest(self.sha256, self.size)
