"""What is booked where, what is to be paid, and to which accounts suppliers are known to be paid."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.table import Table, words
from xrechnung.approval.rules.payment import OrderState, PaymentType, TaxTreatment


class AccountLine(Table):
    """A share of an invoice and the account it is booked to (Kontierungszeile).

    Either `amount` or `percent` is given; `booked` is what that makes, to the cent.
    """

    __tablename__ = "account_lines"
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("approvals.invoice_id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    product: Mapped[str]
    ledger_account: Mapped[str]
    cost_centre: Mapped[str | None]
    investment: Mapped[str | None]
    amount: Mapped[Decimal | None] = mapped_column(Numeric)
    percent: Mapped[Decimal | None] = mapped_column(Numeric)
    booked: Mapped[Decimal] = mapped_column(Numeric)
    tax: Mapped[TaxTreatment] = mapped_column(words(TaxTreatment), default=TaxTreatment.INCLUDED)
    text: Mapped[str | None]

    __table_args__ = (CheckConstraint("(amount is null) <> (percent is null)", name="share"),)


class PaymentOrder(Table):
    """An order to the finance system to pay (Auszahlungs-, Annahmeanordnung), frozen as it was signed.

    `id` is the same however often it is handed over; a finance system that knows it does not pay again. `amount` is
    paid now of what is `payable` (BT-115), with sign: negative is money the supplier owes. While a lease runs nobody
    else gets the order. A change means to withdraw it and to order anew (`replaces_id`).
    """

    __tablename__ = "payment_orders"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("approvals.invoice_id"))
    act_id: Mapped[UUID] = mapped_column(ForeignKey("invoice_acts.id"), unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_orders.id"))
    payment_type: Mapped[PaymentType] = mapped_column(words(PaymentType))
    payee: Mapped[str]
    iban: Mapped[str | None]
    bic: Mapped[str | None]
    currency: Mapped[str]
    payable: Mapped[Decimal] = mapped_column(Numeric)
    skonto: Mapped[Decimal] = mapped_column(Numeric)
    retained: Mapped[Decimal] = mapped_column(Numeric)
    tax_owed: Mapped[Decimal] = mapped_column(Numeric)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    pay_on: Mapped[date]
    due_on: Mapped[date]
    remittance: Mapped[str]
    fiscal_year: Mapped[int]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    ordered_at: Mapped[datetime]

    state: Mapped[OrderState] = mapped_column(words(OrderState), default=OrderState.OPEN)
    deliveries: Mapped[int] = mapped_column(default=0)
    lease: Mapped[UUID | None]
    leased_by: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    recalled_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    ledger_number: Mapped[str | None]
    paid_on: Mapped[date | None]
    failure: Mapped[str | None]
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        Index(None, "invoice_id"),
        # At most one order of an invoice is alive.
        Index(
            "uq_payment_orders_alive",
            "invoice_id",
            unique=True,
            postgresql_where="state not in ('withdrawn', 'failed')",
        ),
        Index("ix_payment_orders_open", "pay_on", "id", postgresql_where="state in ('open', 'handed_over')"),
        CheckConstraint("payable - skonto - retained = amount", name="amount"),
    )


class SupplierAccount(Table):
    """A bank account a supplier is known to be paid to; found otherwise, the flow stops (Betrugsverdacht)."""

    __tablename__ = "supplier_accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    supplier_key: Mapped[str]
    iban: Mapped[str]
    known_since: Mapped[datetime]
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id", ondelete="SET NULL"))
    confirmed_by: Mapped[UUID | None]

    __table_args__ = (UniqueConstraint("supplier_key", "iban"),)
