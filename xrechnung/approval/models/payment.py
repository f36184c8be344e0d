"""What is booked where, what is to be paid, and to which accounts suppliers are known to be paid."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column

from eakte.foundation.table import Table, words
from xrechnung.approval.rules.payment import BudgetState, OrderState, PaymentType, TaxTreatment


class AccountLine(Table):
    """A share of an invoice and the account it is booked to (Kontierungszeile).

    Either `amount` or `percent` is given; `booked` is what that makes, to the cent. `tax_amount` is the VAT of it that
    may be deducted or that is owed to the tax office, as `tax` says; `tax_rate` in percent. `budget_left` is what the
    finance system said was left of the budget when it was asked.
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
    tax_rate: Mapped[Decimal | None] = mapped_column(Numeric)
    deductible_percent: Mapped[Decimal] = mapped_column(Numeric, default=Decimal(100))
    tax_amount: Mapped[Decimal] = mapped_column(Numeric, default=Decimal(0))
    budget: Mapped[BudgetState] = mapped_column(words(BudgetState), default=BudgetState.UNCHECKED)
    budget_left: Mapped[Decimal | None] = mapped_column(Numeric)
    text: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(amount is null) <> (percent is null)", name="share"),
        CheckConstraint("tax = 'included' or tax_rate is not null", name="rate"),
    )

    @property
    def cost(self) -> Decimal:
        """What the account bears: without the VAT that is deducted, with that which is owed to the tax office."""
        match self.tax:
            case TaxTreatment.INCLUDED:
                return self.booked
            case TaxTreatment.DEDUCTIBLE:
                return self.booked - self.tax_amount
            case TaxTreatment.REVERSE_CHARGE:
                return self.booked + self.tax_amount


class PaymentOrder(Table):
    """An order to the finance system to pay (Auszahlungs-, Annahmeanordnung), frozen as it was signed.

    `id` is the same however often it is handed over; a finance system that knows it does not pay again. `amount` is
    paid now of what is `payable` (BT-115), with sign: negative is money the supplier owes. `about` is what the invoice
    says of itself. While a lease runs nobody else gets the order; all `leases` are kept, the last one last, since an
    acknowledgement may come late. A change means to withdraw it and to order anew (`replaces_id`).
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
    account_name: Mapped[str | None]
    mandate: Mapped[str | None]
    creditor_id: Mapped[str | None]
    currency: Mapped[str]
    payable: Mapped[Decimal] = mapped_column(Numeric)
    skonto: Mapped[Decimal] = mapped_column(Numeric)
    retained: Mapped[Decimal] = mapped_column(Numeric)
    retained_until: Mapped[date | None]
    tax_owed: Mapped[Decimal] = mapped_column(Numeric)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    pay_on: Mapped[date]
    due_on: Mapped[date]
    remittance: Mapped[str]
    fiscal_year: Mapped[int]
    about: Mapped[dict[str, Any]] = mapped_column(JSONB)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    ordered_at: Mapped[datetime]

    state: Mapped[OrderState] = mapped_column(words(OrderState), default=OrderState.OPEN)
    deliveries: Mapped[int] = mapped_column(default=0)
    leases: Mapped[list[UUID]] = mapped_column(ARRAY(PgUuid(as_uuid=True)), default=list)
    leased_until: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    recalled_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    ledger_number: Mapped[str | None]
    booked_on: Mapped[date | None]
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
        # What the finance system has to hear of: new orders, unacknowledged ones, recalls.
        Index(
            "ix_payment_orders_open",
            "pay_on",
            "id",
            postgresql_where="state in ('open', 'handed_over') or (state = 'taken' and recalled_at is not null)",
        ),
        CheckConstraint("payable - skonto - retained = amount", name="amount"),
    )


class SupplierAccount(Table):
    """A bank account a supplier is known to be paid to; found otherwise, the flow stops (Betrugsverdacht).

    It is looked for by the supplier's key, and by its name (`name_key`) in case somebody else uses that.
    """

    __tablename__ = "supplier_accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    supplier_key: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    iban: Mapped[str]
    known_since: Mapped[datetime]
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id", ondelete="SET NULL"))
    confirmed_by: Mapped[UUID | None]

    __table_args__ = (UniqueConstraint("supplier_key", "iban"),)
