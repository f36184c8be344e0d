"""Which unit gets which invoice, and who was reminded of what."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.mail import DigestState
from eakte.foundation.table import Table, words
from xrechnung.approval.rules.assignment import Criterion
from xrechnung.approval.rules.deadlines import Addressee, Errand
from xrechnung.approval.rules.workflow import InvoiceClass


class AssignmentRule(Table):
    """Invoices that say this go to that unit (Zuweisungsregel); of several the lowest `position` decides.

    `pattern` is compared as its criterion says; `kind` is the class such invoices are of, where the rule knows it.
    """

    __tablename__ = "assignment_rules"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    criterion: Mapped[Criterion] = mapped_column(words(Criterion))
    pattern: Mapped[str]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organisational_units.id"))
    kind: Mapped[InvoiceClass | None] = mapped_column(words(InvoiceClass))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("criterion", "pattern"),
        CheckConstraint("valid_from <= valid_until", name="period"),
    )


class InvoiceReminder(Table):
    """That people were told in time that something is about to be lost; one row for each deadline and stage.

    `day` is the legal day of telling. `people` are those it concerned then; with nobody there the row still says that
    the stage was reached, so that it is not tried again.
    """

    __tablename__ = "invoice_reminders"
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("approvals.invoice_id", ondelete="CASCADE"), primary_key=True)
    deadline: Mapped[date] = mapped_column(primary_key=True)
    addressee: Mapped[Addressee] = mapped_column(words(Addressee), primary_key=True)
    people: Mapped[list[UUID]] = mapped_column(ARRAY(PgUuid(as_uuid=True)), default=list)
    day: Mapped[date]
    noted_at: Mapped[datetime] = mapped_column(index=True)


class Digest(Table):
    """The one e-mail a person gets on a day, with how much waits and a link; without anything personal."""

    __tablename__ = "invoice_digests"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
    state: Mapped[DigestState] = mapped_column(words(DigestState))
    compiled_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class DailyRound(Table):
    """That the work of a day was begun, so that of several machines one begins it."""

    __tablename__ = "invoice_rounds"
    day: Mapped[date] = mapped_column(primary_key=True)
    errand: Mapped[Errand] = mapped_column(words(Errand), primary_key=True)
    begun_at: Mapped[datetime]
