"""The nightly run: that it was begun, so that of several machines one begins it, and what it found."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.table import Table


class RetentionRound(Table):
    """The run of one legal day. The figures stand there when it is finished.

    `violations` are closed records that had no row, and rows of records that are not closed: both are mended.
    `newly_due` became due on this day.
    """

    __tablename__ = "retention_rounds"
    day: Mapped[date] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    computed: Mapped[int | None]
    changed: Mapped[int | None]
    violations: Mapped[int | None]
    newly_due: Mapped[int | None]
