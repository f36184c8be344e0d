"""What is owed and how it is paid: allowances and charges, VAT, totals, payment."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from xrechnung.model.terms import bg, bt


@dataclass(frozen=True, slots=True)
class AllowanceOrCharge:
    """Allowance (Nachlass) or charge (Zuschlag) on the whole invoice or on one line; which one, says its place."""

    GROUPS: ClassVar = ("BG-20", "BG-21", "BG-27", "BG-28")

    amount: Decimal | None = bt("BT-92", "BT-99", "BT-136", "BT-141")
    base_amount: Decimal | None = bt("BT-93", "BT-100", "BT-137", "BT-142")
    percentage: Decimal | None = bt("BT-94", "BT-101", "BT-138", "BT-143")
    vat_category: str | None = bt("BT-95", "BT-102")
    """Of the whole invoice only."""
    vat_rate: Decimal | None = bt("BT-96", "BT-103")
    """Of the whole invoice only, in percent."""
    reason: str | None = bt("BT-97", "BT-104", "BT-139", "BT-144", free=True)
    reason_code: str | None = bt("BT-98", "BT-105", "BT-140", "BT-145")


@dataclass(frozen=True, slots=True)
class VatBreakdown:
    """VAT of one category and rate (Umsatzsteueraufschlüsselung, BG-23)."""

    taxable_amount: Decimal | None = bt("BT-116")
    tax_amount: Decimal | None = bt("BT-117")
    category: str | None = bt("BT-118")
    rate: Decimal | None = bt("BT-119")
    exemption_reason: str | None = bt("BT-120", free=True)
    exemption_code: str | None = bt("BT-121")


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of the invoice (Gesamtbeträge, BG-22), in its currency."""

    lines: Decimal | None = bt("BT-106")
    allowances: Decimal | None = bt("BT-107")
    charges: Decimal | None = bt("BT-108")
    net: Decimal | None = bt("BT-109")
    vat: Decimal | None = bt("BT-110")
    vat_in_accounting_currency: Decimal | None = bt("BT-111")
    gross: Decimal | None = bt("BT-112")
    paid: Decimal | None = bt("BT-113")
    rounding: Decimal | None = bt("BT-114")
    payable: Decimal | None = bt("BT-115")


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """An account to pay into (Überweisung, BG-17)."""

    account: str | None = bt("BT-84")
    """IBAN, or the number of an account without one."""
    account_name: str | None = bt("BT-85", free=True)
    service_provider: str | None = bt("BT-86")
    """BIC."""


@dataclass(frozen=True, slots=True)
class PaymentCard:
    """The card that is charged (Zahlungskarte, BG-18)."""

    number: str | None = bt("BT-87")
    """Its last digits only, if the seller keeps to the rules."""
    holder: str | None = bt("BT-88", free=True)


@dataclass(frozen=True, slots=True)
class DirectDebit:
    """What a direct debit needs (Lastschrift, BG-19)."""

    mandate: str | None = bt("BT-89")
    creditor: str | None = bt("BT-90")
    account: str | None = bt("BT-91")
    """The buyer's account that is debited."""


@dataclass(frozen=True, slots=True)
class PaymentInstructions:
    """How to pay (Zahlungsanweisungen, BG-16)."""

    means_code: str | None = bt("BT-81")
    means_text: str | None = bt("BT-82", free=True)
    remittance: str | None = bt("BT-83", free=True)
    """What to write on the transfer (Verwendungszweck)."""
    credit_transfers: tuple[CreditTransfer, ...] = bg("BG-17", several=True)
    card: PaymentCard | None = bg("BG-18")
    direct_debit: DirectDebit | None = bg("BG-19")


@dataclass(frozen=True, slots=True)
class ThirdPartyPayment:
    """A claim of somebody else that is paid along with the invoice (Fremdforderung, BG-DEX-09)."""

    kind: str | None = bt("BT-DEX-001", free=True)
    amount: Decimal | None = bt("BT-DEX-002")
    description: str | None = bt("BT-DEX-003", free=True)
