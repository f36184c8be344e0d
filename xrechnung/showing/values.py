"""Values of business terms as people read them."""

from datetime import date
from decimal import Decimal
from re import ASCII, compile

from xrechnung.judging.texts import term_name
from xrechnung.model import Attachment, Identifier
from xrechnung.showing import german
from xrechnung.showing.codes import explained, meaning

_IBAN = compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", ASCII)
_ACCOUNTS = frozenset({"BT-84", "BT-91"})
_PERCENTAGES = frozenset({"BT-94", "BT-96", "BT-101", "BT-103", "BT-119", "BT-138", "BT-143", "BT-152"})
_QUANTITIES = frozenset({"BT-129", "BT-149"})
_IN_VAT_CURRENCY = "BT-111"
_CODES = {
    "BT-3": "document-type",
    "BT-5": "currency",
    "BT-6": "currency",
    "BT-8": "tax-point",
    "BT-21": "note-subject",
    "BT-23": "process",
    "BT-24": "specification",
    "BT-81": "payment-means",
    "BT-98": "allowance-reason",
    "BT-105": "charge-reason",
    "BT-121": "vat-exemption",
    "BT-140": "allowance-reason",
    "BT-145": "charge-reason",
    **dict.fromkeys(("BT-40", "BT-55", "BT-69", "BT-80", "BT-159"), "country"),
    **dict.fromkeys(("BT-95", "BT-102", "BT-118", "BT-151"), "vat-category"),
    **dict.fromkeys(("BT-130", "BT-150"), "unit"),
}
_SCHEMES = {"BT-18": "reference", "BT-128": "reference", "BT-158": "classification"}
# Where a word is shown instead of a code, the name of the term must not promise a code.
_LABELS = {
    "BT-3": "Rechnungsart",
    "BT-5": "Rechnungswährung",
    "BT-6": "Währung der Umsatzsteuerbuchung",
    "BT-8": "Zeitpunkt der Steuerfälligkeit",
    "BT-21": "Thema der Bemerkung",
    "BT-81": "Zahlungsart",
    "BT-98": "Art des Nachlasses",
    "BT-105": "Art des Zuschlags",
    "BT-118": "Umsatzsteuerkategorie",
    "BT-121": "Grund der Umsatzsteuerbefreiung nach Codeliste",
    "BT-130": "Maßeinheit",
    "BT-140": "Art des Nachlasses",
    "BT-145": "Art des Zuschlags",
    "BT-150": "Maßeinheit der Basismenge",
}


def label_of(term: str) -> str:
    """What a value of this term is called in the view."""
    return _LABELS.get(term) or term_name(term).replace("Ländercode", "Land")


class Wording:
    """How values are worded in one invoice: amounts carry its currencies."""

    def __init__(self, currency: str | None, vat_currency: str | None) -> None:
        self._currency = currency
        self._vat_currency = vat_currency

    def of(self, term: str, value: object) -> str:
        """The value of a term in German, complete."""
        match value:
            case Decimal():
                return self._number(term, value)
            case date():
                return german.day(value)
            case Identifier():
                return _identifier(value, _SCHEMES.get(term, "scheme"))
            case Attachment():
                return attachment(value)
            case str() if term in _CODES:
                return explained(_CODES[term], value)
            case str() if term in _ACCOUNTS and _IBAN.fullmatch("".join(value.split()).upper()):
                return german.iban(value)
            case _:
                return str(value)

    def amount(self, value: Decimal) -> str:
        """An amount in the currency of the invoice."""
        return german.amount(value, self._currency)

    def _number(self, term: str, value: Decimal) -> str:
        if term in _PERCENTAGES:
            return german.percentage(value)
        if term in _QUANTITIES:
            return german.number(value)
        return german.amount(value, self._vat_currency if term == _IN_VAT_CURRENCY else self._currency)


def attachment(value: Attachment) -> str:
    """Name, kind and size of an attached document."""
    kind = meaning("media-type", value.media_type or "") or value.media_type or "Dateityp nicht angegeben"
    return f"{value.filename or 'ohne Dateinamen'} ({kind}, {german.size(value.size)})"


def _identifier(value: Identifier, listed: str) -> str:
    if value.scheme is None:
        return value.value
    version = f", Fassung {value.scheme_version}" if value.scheme_version else ""
    word = meaning(listed, value.scheme)
    scheme = f"{word}, Schema {value.scheme}" if word else f"Schema {value.scheme}"
    return f"{value.value} ({scheme}{version})"
