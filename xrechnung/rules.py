"""How far the formal check of an invoice is, what becomes of it, and what the invoice is called in the record."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

RUSH_WINDOW = timedelta(minutes=5)
"""So long many invoices have to come until even more are to be expected (a night run, the end of a month)."""


class InvoiceState(StrEnum):
    """How far the formal check (formale Prüfung) of an invoice is."""

    RECEIVED = "received"
    """Eingegangen; its check is under way."""
    CHECKED = "checked"
    """Formal in Ordnung."""
    REFUSED = "refused"
    """Formal zu beanstanden; the supplier has to mend it."""
    MANUAL_CHECK = "manual_check"
    """Von Hand zu prüfen: it could not be checked, or a second opinion differs."""


def state_of(*, accepted: bool, disputed: bool) -> InvoiceState:
    """Where a verdict leads; nobody relies on one that a second opinion disputes."""
    if disputed:
        return InvoiceState.MANUAL_CHECK
    return InvoiceState.CHECKED if accepted else InvoiceState.REFUSED


INVOICE = "Rechnung"
_CREDIT_NOTE = "Gutschrift"
# UNTDID 1001, as far as EN 16931 allows the code (BT-3).
_OTHER_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503"), _CREDIT_NOTE),
    "384": "Rechnungskorrektur",
    "386": "Vorauszahlungsrechnung",
    "875": "Teilrechnung",
    "876": "Teilschlussrechnung",
    "877": "Schlussrechnung",
}
_LONGEST_NUMBER, _LONGEST_NAME = 80, 120


def type_word(type_code: str | None) -> str:
    """What people call an invoice of this type."""
    return _OTHER_WORDS.get(type_code or "", INVOICE)


def is_credit_note(type_code: str | None) -> bool:
    """Whether an invoice of this type gives money back."""
    return type_word(type_code) == _CREDIT_NOTE


def title_of_invoice(type_code: str | None, number: str | None, seller: str | None) -> str:
    """What an invoice is called in the record, as far as it says it: "Rechnung 4711 · Gartenbau Grünau GmbH"."""
    name = f"{type_word(type_code)} {_short(number, _LONGEST_NUMBER)}".strip()
    return f"{name} · {_short(seller, _LONGEST_NAME)}" if seller else name


def _short(text: str | None, longest: int) -> str:
    plain = " ".join((text or "").split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
