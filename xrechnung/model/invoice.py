"""An invoice as EN 16931 sees it, whatever syntax it was written in."""

from dataclasses import dataclass, field
from datetime import date

from xrechnung.model.lines import InvoiceLine, Period
from xrechnung.model.money import AllowanceOrCharge, PaymentInstructions, ThirdPartyPayment, Totals, VatBreakdown
from xrechnung.model.parties import Buyer, Payee, PostalAddress, Seller, TaxRepresentative
from xrechnung.model.terms import bg, bt
from xrechnung.model.values import Attachment, Identifier, Other, Unread


@dataclass(frozen=True, slots=True)
class Note:
    """A note (Bemerkung, BG-1) and what it is about."""

    subject_code: str | None = bt("BT-21")
    text: str | None = bt("BT-22", free=True)


@dataclass(frozen=True, slots=True)
class ProcessControl:
    """Which process and which rules the invoice is meant for (Prozesssteuerung, BG-2)."""

    business_process: str | None = bt("BT-23")
    specification: str | None = bt("BT-24")


@dataclass(frozen=True, slots=True)
class PrecedingInvoice:
    """An invoice that this one refers to (vorausgegangene Rechnung, BG-3)."""

    number: str | None = bt("BT-25")
    issue_date: date | None = bt("BT-26")


@dataclass(frozen=True, slots=True)
class Delivery:
    """When and where was delivered (Lieferung, BG-13)."""

    party_name: str | None = bt("BT-70", free=True)
    location: Identifier | None = bt("BT-71")
    delivered_on: date | None = bt("BT-72")
    period: Period | None = bg("BG-14")
    """The invoicing period (Abrechnungszeitraum)."""
    address: PostalAddress | None = bg("BG-15")


@dataclass(frozen=True, slots=True)
class SupportingDocument:
    """A document that supports the invoice (rechnungsbegründende Unterlage, BG-24), in it or elsewhere."""

    reference: str | None = bt("BT-122")
    description: str | None = bt("BT-123", free=True)
    location: str | None = bt("BT-124")
    attachment: Attachment | None = bt("BT-125")


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or credit note (Rechnung, Gutschrift) with all terms of EN 16931 and of the XRechnung extension.

    What an invoice does not give is None or an empty tuple; nothing it gives is lost.
    """

    number: str | None = bt("BT-1")
    issue_date: date | None = bt("BT-2")
    type_code: str | None = bt("BT-3")
    currency: str | None = bt("BT-5")
    vat_currency: str | None = bt("BT-6")
    tax_point_date: date | None = bt("BT-7")
    tax_point_code: str | None = bt("BT-8")
    """As UBL writes it (3, 35, 432), in whatever syntax it came."""
    due_date: date | None = bt("BT-9")
    buyer_reference: str | None = bt("BT-10")
    """The Leitweg-ID, in German public administration."""
    project: str | None = bt("BT-11")
    contract: str | None = bt("BT-12")
    purchase_order: str | None = bt("BT-13")
    sales_order: str | None = bt("BT-14")
    receiving_advice: str | None = bt("BT-15")
    despatch_advice: str | None = bt("BT-16")
    tender: str | None = bt("BT-17")
    invoiced_object: Identifier | None = bt("BT-18")
    buyer_accounting_reference: str | None = bt("BT-19")
    payment_terms: str | None = bt("BT-20", free=True, raw=True)
    """As written: Skonto in it counts line breaks."""
    notes: tuple[Note, ...] = bg("BG-1", several=True)
    process: ProcessControl | None = bg("BG-2")
    preceding_invoices: tuple[PrecedingInvoice, ...] = bg("BG-3", several=True)
    seller: Seller | None = bg("BG-4")
    buyer: Buyer | None = bg("BG-7")
    payee: Payee | None = bg("BG-10")
    tax_representative: TaxRepresentative | None = bg("BG-11")
    delivery: Delivery | None = bg("BG-13")
    payment: PaymentInstructions | None = bg("BG-16")
    allowances: tuple[AllowanceOrCharge, ...] = bg("BG-20", several=True)
    charges: tuple[AllowanceOrCharge, ...] = bg("BG-21", several=True)
    totals: Totals | None = bg("BG-22")
    vat_breakdown: tuple[VatBreakdown, ...] = bg("BG-23", several=True)
    supporting_documents: tuple[SupportingDocument, ...] = bg("BG-24", several=True)
    lines: tuple[InvoiceLine, ...] = bg("BG-25", several=True)
    third_party_payments: tuple[ThirdPartyPayment, ...] = bg("BG-DEX-09", several=True)
    unread: tuple[Unread, ...] = field(default=())
    """Values that are there but no amount, date or number."""
    other: tuple[Other, ...] = field(default=())
    """Texts that no term covers."""
