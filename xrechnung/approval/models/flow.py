"""Where an invoice stands, and everything that was done with it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from eakte.foundation.mail import DigestState
from eakte.foundation.table import Table, words
from xrechnung.approval.rules.payment import BankCheck
from xrechnung.approval.rules.signing import Side
from xrechnung.approval.rules.workflow import OPEN, Act, Certificate, InvoiceClass, Step
from xrechnung.models import Invoice

_IS_OPEN: ColumnElement[bool] = literal_column(f"step in ({', '.join(repr(step.value) for step in sorted(OPEN))})")
_URGENCY: tuple[str | ColumnElement[Any], ...] = ("urgent_on", literal_column("(- at_stake)"), "invoice_id")


class Approval(Table):
    """The way of one invoice through the house (Rechnungslauf).

    `held_from` is the step an invoice on hold leads back to. Without a unit it lies with central accounting;
    `claimed_by` works on it for the unit. Acts count only in their own `round`: whatever voids certificates begins a
    new one. `amount` is what signing limits are compared with, in euros and without sign; None where no rate of its
    currency is known. On `urgent_on` something is lost next (`at_stake` euros of Skonto, or the due date itself).
    `fiscal_year` is the budget year it belongs to. Where the invoice names several accounts, `pay_to` is the one that
    somebody chose.
    """

    __tablename__ = "approvals"
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[Step] = mapped_column(words(Step))
    held_from: Mapped[Step | None] = mapped_column(words(Step, "held_from"))
    kind: Mapped[InvoiceClass] = mapped_column(words(InvoiceClass))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisational_units.id"))
    claimed_by: Mapped[UUID | None] = mapped_column(ForeignKey("identities.id"))
    assigned_because: Mapped[str | None]
    round: Mapped[int] = mapped_column(default=1)
    certificates: Mapped[list[str]] = mapped_column(JSONB, default=list)
    supplier_key: Mapped[str | None] = mapped_column(index=True)
    amount: Mapped[Decimal | None] = mapped_column(Numeric)
    bank_check: Mapped[BankCheck] = mapped_column(words(BankCheck), default=BankCheck.OPEN)
    takes_skonto: Mapped[bool] = mapped_column(default=True)
    retained_percent: Mapped[Decimal] = mapped_column(Numeric, default=Decimal(0))
    retained_until: Mapped[date | None]
    pay_to: Mapped[str | None]
    due_on: Mapped[date]
    skonto_on: Mapped[date | None]
    urgent_on: Mapped[date]
    at_stake: Mapped[Decimal] = mapped_column(Numeric, default=Decimal(0))
    fiscal_year: Mapped[int]
    assigned_on: Mapped[date | None]
    accounted_at: Mapped[datetime | None]
    step_since: Mapped[datetime]
    revision: Mapped[int] = mapped_column()

    less_at_stake: Mapped[Decimal] = column_property(-at_stake)
    """Sorts what has more at stake first."""

    invoice: Mapped[Invoice] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        CheckConstraint("(step = 'on_hold') = (held_from is not null)", name="held"),
        CheckConstraint("claimed_by is null or unit_id is not null", name="claimed"),
        CheckConstraint("retained_percent >= 0 and retained_percent < 100", name="retained"),
        # Work lists, the most urgent first: of a unit, of one of its steps, of a person, of the whole house.
        Index("ix_approvals_work_list", "unit_id", *_URGENCY, postgresql_where=_IS_OPEN),
        Index("ix_approvals_work_list_step", "unit_id", "step", *_URGENCY, postgresql_where=_IS_OPEN),
        Index("ix_approvals_work_list_claimed", "claimed_by", *_URGENCY, postgresql_where=_IS_OPEN),
        Index("ix_approvals_work_list_house", *_URGENCY, postgresql_where=_IS_OPEN),
        Index(None, "step", "step_since"),
    )

    @property
    def certified(self) -> frozenset[Certificate]:
        """What is certified in this round."""
        return frozenset(Certificate(one) for one in self.certificates)


class Hand(Table):
    """On which side somebody signed in a round of an invoice: nobody is on two (Vier-Augen-Prinzip).

    The key allows one side for each person, and every signature refers to the hands that gave it, so that the
    database itself refuses an order by a certifier.
    """

    __tablename__ = "invoice_hands"
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("approvals.invoice_id", ondelete="CASCADE"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), primary_key=True)
    side: Mapped[Side] = mapped_column(words(Side))

    __table_args__ = (UniqueConstraint("invoice_id", "round", "person_id", "side"),)


class InvoiceAct(Table):
    """Something that was done with an invoice: by whom, for whom, when and why. Rows are never changed.

    `person_id` is no identity where the house itself acted. `rights` are the signing rights it was done by, `amount`
    what they were compared with. Only signatures have a side.
    """

    __tablename__ = "invoice_acts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("approvals.invoice_id", ondelete="CASCADE"))
    act: Mapped[Act] = mapped_column(words(Act))
    from_step: Mapped[Step] = mapped_column(words(Step, "from_step"))
    to_step: Mapped[Step] = mapped_column(words(Step, "to_step"))
    round: Mapped[int]
    person_id: Mapped[UUID]
    principal_id: Mapped[UUID | None]
    side: Mapped[Side | None] = mapped_column(words(Side))
    unit_id: Mapped[UUID | None]
    at: Mapped[datetime]
    reason: Mapped[str | None]
    rights: Mapped[list[UUID]] = mapped_column(ARRAY(PgUuid(as_uuid=True)), default=list)
    amount: Mapped[Decimal | None] = mapped_column(Numeric)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    __table_args__ = (
        Index(None, "invoice_id", "id"),
        ForeignKeyConstraint(
            ["invoice_id", "round", "person_id", "side"],
            ["invoice_hands.invoice_id", "invoice_hands.round", "invoice_hands.person_id", "invoice_hands.side"],
            name="fk_invoice_acts_person",
        ),
        ForeignKeyConstraint(
            ["invoice_id", "round", "principal_id", "side"],
            ["invoice_hands.invoice_id", "invoice_hands.round", "invoice_hands.person_id", "invoice_hands.side"],
            name="fk_invoice_acts_principal",
        ),
        CheckConstraint("side is null or cardinality(rights) > 0 or side = 'bank'", name="signed_by_right"),
        CheckConstraint("(act = 'order') = (side is not distinct from 'orderer')", name="ordered"),
        CheckConstraint("principal_id <> person_id", name="two_persons"),
    )


class SupplierMail(Table):
    """The e-mail that tells a supplier of a refusal, and how far it is; it is handed over at most once."""

    __tablename__ = "supplier_mails"
    act_id: Mapped[UUID] = mapped_column(ForeignKey("invoice_acts.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[DigestState] = mapped_column(words(DigestState), default=DigestState.WAITING)
