"""Invoices as the house keeps them: what they say in columns, what was found in them, and which are alike."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import TEXT as PgText
from sqlalchemy.orm import Mapped, mapped_column

from eakte.documents.models import DocumentSource
from eakte.foundation.table import Table, words
from xrechnung.judging.verdict import Refusal, Syntax
from xrechnung.rules import InvoiceState


class Invoice(Table):
    """An e-invoice (E-Rechnung) that reached the house, be it in order or not: one version of a document.

    `received_at` starts payment terms: when the file reached the house, not when it was read. `source_key` names the
    mailbox or folder it was fetched from. What the invoice says is None where it does not say it, or says it in a
    way nobody can read. By `number_keys` others with the same number are found, however it is written; `ibans` are
    the accounts it wants to be paid to (`accounts` with name and BIC), `skonto` its offers as the terms of payment
    (BT-20) state them, `payment_means` its kind of payment (UNTDID 4461), `vat` its VAT breakdown (BG-23). Its seller
    can be written to at `seller_email`.

    `findings` are those of the verdict, loaded only where they are needed, for lists they are counted; `failure` is
    why there is no verdict, `remarks` what else people should know.
    `second_release` of the official configuration gave a second opinion; `disagreement` is where it differs.
    `twins` counts the invoices it is like (InvoiceTwin). With `opened_case` the case was opened for this invoice and
    gets its name.
    """

    __tablename__ = "invoices"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("document_versions.id"), unique=True)
    state: Mapped[InvoiceState] = mapped_column(words(InvoiceState), default=InvoiceState.RECEIVED)
    channel: Mapped[DocumentSource] = mapped_column(words(DocumentSource))
    source_key: Mapped[str | None]
    received_at: Mapped[datetime]
    opened_case: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None]

    judged_at: Mapped[datetime | None]
    release: Mapped[str | None]
    syntax: Mapped[Syntax | None] = mapped_column(words(Syntax))
    specification: Mapped[str | None]
    scenario: Mapped[str | None]
    accepted: Mapped[bool | None]
    refusal: Mapped[Refusal | None] = mapped_column(words(Refusal))
    embedded: Mapped[str | None]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, deferred=True)
    errors: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[int] = mapped_column(default=0)
    hints: Mapped[int] = mapped_column(default=0)
    remarks: Mapped[list[str]] = mapped_column(JSONB, default=list)
    second_release: Mapped[str | None]
    disagreement: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    number: Mapped[str | None]
    number_keys: Mapped[list[str]] = mapped_column(ARRAY(PgText), default=list)
    type_code: Mapped[str | None]
    issue_date: Mapped[date | None]
    due_date: Mapped[date | None]
    currency: Mapped[str | None]
    gross: Mapped[Decimal | None] = mapped_column(Numeric)
    payable: Mapped[Decimal | None] = mapped_column(Numeric)
    seller_name: Mapped[str | None]
    seller_vat_id: Mapped[str | None]
    seller_tax_number: Mapped[str | None]
    seller_email: Mapped[str | None]
    buyer_name: Mapped[str | None]
    buyer_reference: Mapped[str | None]
    order_number: Mapped[str | None]
    contract_number: Mapped[str | None]
    ibans: Mapped[list[str]] = mapped_column(ARRAY(PgText), default=list)
    skonto: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    payment_means: Mapped[str | None]
    remittance: Mapped[str | None]
    payee_name: Mapped[str | None]
    mandate: Mapped[str | None]
    creditor_id: Mapped[str | None]
    accounts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    vat: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    twins: Mapped[int] = mapped_column(default=0)

    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        CheckConstraint("(state = 'received') = (judged_at is null)", name="judged"),
        CheckConstraint("(accepted is null) = (release is null)", name="accepted"),
        CheckConstraint("accepted is null or accepted = (refusal is null)", name="refused"),
        Index(None, "state", "id"),
        Index(None, "due_date", "id"),
        Index(None, "issue_date"),
        Index(None, "number_keys", postgresql_using="gin"),
        Index("ix_invoices_disputed", "id", postgresql_where="disagreement is not null"),
    )

    def give_up(self, reason: str, at: datetime) -> None:
        """Leave an invoice that cannot be checked to a person, with the reason."""
        self.state, self.failure, self.judged_at = InvoiceState.MANUAL_CHECK, reason, at

    def begin_again(self) -> None:
        """Back to the beginning of the check."""
        self.state, self.failure, self.judged_at = InvoiceState.RECEIVED, None, None
        self.attempts = 0


class InvoiceTwin(Table):
    """Two invoices that may be the same one (Dublette): same seller, same number.

    `differences` say in German where dates and amounts differ; empty when they do not. `same_file`: byte for byte.
    """

    __tablename__ = "invoice_twins"
    earlier_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    later_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True, index=True)
    same_file: Mapped[bool]
    differences: Mapped[list[str]] = mapped_column(JSONB, default=list)
    noted_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("earlier_id <> later_id", name="two"),)
