"""Whether an invoice has come before (Dublette): same seller and same number, however either is written."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from re import ASCII, compile
from unicodedata import combining, normalize

from xrechnung.judging.hints.hint import Hint

_GROUP = compile(r"[a-z]+|\d+", ASCII)
_LEGAL_FORMS = {
    "gesellschaft mit beschränkter haftung": "gmbh",
    "kommanditgesellschaft": "kg",
    "aktiengesellschaft": "ag",
    "offene handelsgesellschaft": "ohg",
    "eingetragener kaufmann": "ek",
    "eingetragene kauffrau": "ek",
    "eingetragene genossenschaft": "eg",
    "eingetragener verein": "ev",
}
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "&": "und", "+": "und"})


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What tells one invoice from another."""

    number: str
    """Invoice number (BT-1) as written."""
    seller_name: str
    vat_id: str | None = None
    tax_number: str | None = None
    issue_date: date | None = None
    gross: Decimal | None = None
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How an invoice compares with an earlier one."""

    same_seller: bool
    same_number: bool
    differences: tuple[str, ...]
    """What differs although seller and number agree, in German; empty for the very same invoice."""

    @property
    def is_duplicate(self) -> bool:
        return self.same_seller and self.same_number

    @property
    def is_identical(self) -> bool:
        return self.is_duplicate and not self.differences


def compare(invoice: InvoiceFacts, earlier: InvoiceFacts) -> Likeness:
    """Compare an invoice with one received before."""
    same_seller = is_same_seller(invoice, earlier)
    same_number = not number_keys(invoice.number).isdisjoint(number_keys(earlier.number))
    differences = _differences(invoice, earlier) if same_seller and same_number else ()
    return Likeness(same_seller, same_number, differences)


def duplicate_hints(likeness: Likeness, received_on: date) -> tuple[Hint, ...]:
    """What to tell accounting when an earlier invoice, received on that day, is alike."""
    if not likeness.is_duplicate:
        return ()
    if likeness.is_identical:
        return (
            Hint(
                "EAKTE-DUBLETTE-1",
                "BT-1",
                f"Diese Rechnung ist schon am {received_on:%d.%m.%Y} eingegangen.",
                "Nicht noch einmal anordnen.",
            ),
        )
    return (
        Hint(
            "EAKTE-DUBLETTE-2",
            "BT-1",
            f"Eine Rechnung dieses Lieferanten mit dieser Nummer ist schon am {received_on:%d.%m.%Y} eingegangen; "
            f"es unterscheiden sich: {'; '.join(likeness.differences)}.",
            "Mit dem Lieferanten klären, welche Rechnung gilt, bevor eine davon angeordnet wird.",
        ),
    )


def number_keys(number: str) -> frozenset[str]:
    """Keys under which to look for an invoice number; two numbers are alike if they share one.

    Case, blanks, hyphens and other signs between the parts do not count, nor leading zeros of a part. `2026-001` is
    like `2026001` and like `2026-1`; these two are not like each other.
    """
    folded = "".join(sign for sign in normalize("NFKD", number.casefold()) if not combining(sign))
    parts = _GROUP.findall(folded)
    if not parts:
        return frozenset({folded.strip()})
    by_part = "-".join(_without_zeros(part) for part in parts)
    joined = "".join(_without_zeros(part) for part in _GROUP.findall("".join(parts)))
    return frozenset({f"={joined}", f"-{by_part}"})


def is_same_seller(one: InvoiceFacts, other: InvoiceFacts) -> bool:
    """VAT ids decide where both have one; equal tax numbers or names do otherwise."""
    vat_ids = _letters_and_digits(one.vat_id), _letters_and_digits(other.vat_id)
    if all(vat_ids):
        return vat_ids[0] == vat_ids[1]
    tax_numbers = _letters_and_digits(one.tax_number), _letters_and_digits(other.tax_number)
    if all(tax_numbers) and tax_numbers[0] == tax_numbers[1]:
        return True
    name = folded_name(one.seller_name)
    return bool(name) and name == folded_name(other.seller_name)


def supplier_key(vat_id: str | None, tax_number: str | None, name: str | None) -> str | None:
    """One word for a seller, the same on each of its invoices: its VAT id, else its tax number, else its name."""
    for kind, value in (("vat", _letters_and_digits(vat_id)), ("tax", _letters_and_digits(tax_number))):
        if value:
            return f"{kind}:{value}"
    folded = folded_name(name or "")
    return f"name:{folded}" if folded else None


def folded_name(name: str) -> str:
    """A company's name without differences of case, umlauts, signs and spelled-out legal forms."""
    plain = " ".join(name.casefold().split())
    for long, short in _LEGAL_FORMS.items():
        plain = plain.replace(long.casefold(), short)
    plain = plain.translate(_WRITTEN_OUT)
    decomposed = normalize("NFKD", plain)
    return "".join(sign for sign in decomposed if sign.isalnum())


def _without_zeros(part: str) -> str:
    return part.lstrip("0") or part[:1]


def _letters_and_digits(text: str | None) -> str:
    return "".join(sign for sign in (text or "").upper() if sign.isalnum())


def _differences(invoice: InvoiceFacts, earlier: InvoiceFacts) -> tuple[str, ...]:
    found: list[str] = []
    if invoice.number.strip() != earlier.number.strip():
        found.append(f"Schreibweise der Nummer {invoice.number.strip()} statt {earlier.number.strip()}")
    if invoice.issue_date != earlier.issue_date:
        found.append(f"Rechnungsdatum {_day(invoice.issue_date)} statt {_day(earlier.issue_date)}")
    if invoice.gross != earlier.gross or invoice.currency != earlier.currency:
        found.append(f"Bruttobetrag {_amount(invoice)} statt {_amount(earlier)}")
    return tuple(found)


def _day(day: date | None) -> str:
    return "ohne Angabe" if day is None else f"{day:%d.%m.%Y}"


def _amount(invoice: InvoiceFacts) -> str:
    if invoice.gross is None:
        return "ohne Angabe"
    english = f"{invoice.gross:,.2f}"
    return f"{english.translate(str.maketrans(',.', '.,'))} {invoice.currency}"
