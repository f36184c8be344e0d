"""Who may certify and order (Feststellungs- und Anordnungsbefugnisse)."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Numeric
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import TEXT as PgText
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.table import Table, words
from xrechnung.approval.rules.signing import SigningAct


class SigningRight(Table):
    """What a person may sign, for a unit and those below it, for some budgets, up to an amount, for a time.

    No unit, no budgets, no limit means all of them. A right that was taken back keeps its row, since acts were done
    by it.
    """

    __tablename__ = "signing_rights"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), index=True)
    act: Mapped[SigningAct] = mapped_column(words(SigningAct))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisational_units.id"))
    budgets: Mapped[list[str] | None] = mapped_column(ARRAY(PgText))
    limit: Mapped[Decimal | None] = mapped_column(Numeric)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    granted_by: Mapped[UUID]
    granted_at: Mapped[datetime]
    revoked_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("valid_until is null or valid_from <= valid_until", name="period"),
        CheckConstraint('"limit" is null or "limit" > 0', name="limit"),
        CheckConstraint("granted_by <> person_id", name="two_persons"),
        CheckConstraint("(revoked_by is null) = (revoked_at is null)", name="revoked"),
    )
