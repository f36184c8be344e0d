"""How money moves: kinds of payment, the life of a payment order, and whether a bank account is to be trusted."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType


class PaymentType(StrEnum):
    """How an invoice is settled (Zahlungsart)."""

    TRANSFER = "transfer"
    """Überweisung."""
    DIRECT_DEBIT = "direct_debit"
    """Lastschrift: the supplier collects; nothing is transferred."""
    CARD = "card"
    """Karte; paid already."""
    OFFSET = "offset"
    """Verrechnung, Gutschrift: the supplier owes."""
    OTHER = "other"
    """Auf anderem Weg: the invoice names no account, so the finance system pays by its own data of the supplier."""
    NONE = "none"
    """Nichts zu zahlen."""


class OrderState(StrEnum):
    """How far a payment order is on its way to the finance system."""

    OPEN = "open"
    HANDED_OVER = "handed_over"
    """Given out at least once, so that it may be in the finance system from now on."""
    TAKEN = "taken"
    """Acknowledged; it is not given out again."""
    BOOKED = "booked"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


# UNTDID 4461 (BT-81): who collects money, or has it already. Whatever else is named, an account is what decides.
_TYPE_OF_MEANS: Mapping[str, PaymentType] = MappingProxyType(
    {
        "48": PaymentType.CARD,
        "49": PaymentType.DIRECT_DEBIT,
        "54": PaymentType.CARD,
        "55": PaymentType.CARD,
        "59": PaymentType.DIRECT_DEBIT,
        "97": PaymentType.OFFSET,
    }
)


def type_of_payment(due: Decimal, means: str | None, *, has_account: bool) -> PaymentType:
    """How an amount is settled, by its sign and the kind of payment the invoice names (BT-81)."""
    if due < 0:
        return PaymentType.OFFSET
    if due == 0:
        return PaymentType.NONE
    by_account = PaymentType.TRANSFER if has_account else PaymentType.OTHER
    return _TYPE_OF_MEANS.get(means or "", by_account)


GONE = (OrderState.WITHDRAWN, OrderState.FAILED)
"""States of an order that nobody carries out any more; another one may take its place."""


class TaxTreatment(StrEnum):
    """What becomes of the VAT of a line (Steuerkennzeichen)."""

    INCLUDED = "included"
    """Part of the cost; the city may not deduct it."""
    DEDUCTIBLE = "deductible"
    """Vorsteuerabzug (Betrieb gewerblicher Art)."""
    REVERSE_CHARGE = "reverse_charge"
    """Steuerschuld des Leistungsempfängers, § 13b UStG."""


class BudgetState(StrEnum):
    """What the finance system says about the money for an account line (Mittelprüfung)."""

    UNCHECKED = "unchecked"
    """Nicht geprüft: nobody asked, or nobody answered. It stops nothing."""
    AVAILABLE = "available"
    OVERSPENT = "overspent"
    """Überschritten: ordering then takes a reason."""


class BankCheck(StrEnum):
    """Whether the account to be paid to is the supplier's known one."""

    OPEN = "open"
    """Noch nicht geprüft."""
    NOT_NEEDED = "not_needed"
    """Nichts wird überwiesen."""
    FIRST = "first"
    """Erste Rechnung dieses Lieferanten."""
    KNOWN = "known"
    DIFFERENT = "different"
    """Abweichend: a second person has to confirm it."""
    CONFIRMED = "confirmed"

    @property
    def stops_the_flow(self) -> bool:
        return self in (BankCheck.OPEN, BankCheck.DIFFERENT)
