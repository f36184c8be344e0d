"""How money moves: kinds of payment, the life of a payment order, and whether a bank account is to be trusted."""

from enum import StrEnum


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


class TaxTreatment(StrEnum):
    """What becomes of the VAT of a line (Steuerkennzeichen)."""

    INCLUDED = "included"
    """Part of the cost; the city may not deduct it."""
    DEDUCTIBLE = "deductible"
    """Vorsteuerabzug (Betrieb gewerblicher Art)."""
    REVERSE_CHARGE = "reverse_charge"
    """Steuerschuld des Leistungsempfängers, § 13b UStG."""


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
