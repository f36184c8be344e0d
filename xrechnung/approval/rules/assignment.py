"""Which unit an invoice belongs to, by what it says."""

from enum import StrEnum


class Criterion(StrEnum):
    """What of an invoice a rule looks at."""

    LEITWEG_ID = "leitweg_id"
    """Leitweg-ID (BT-10), whole or up to a hyphen."""
    ORDER_NUMBER = "order_number"
    """Bestellnummer (BT-13); `*` stands for anything."""
    CONTRACT = "contract"
    """Vertragsnummer (BT-12); `*` stands for anything."""
    SUPPLIER = "supplier"
    """USt-IdNr. oder Steuernummer des Verkäufers."""
    TEXT = "text"
    """Words that stand together somewhere in the invoice."""
