"""VAT ids of the EU (Umsatzsteuer-Identifikationsnummer) and the German tax number (Steuernummer).

python-stdnum knows form and check digits of each country; whether a number was ever issued only VIES can say.
"""

from dataclasses import dataclass
from enum import StrEnum
from re import ASCII, compile

from stdnum.de import stnr
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from xrechnung.judging.hints.hint import Hint, quoted, remembered

_COUNTRY = compile(r"[A-Z]{2}", ASCII)
_BUSINESS_ID = compile(r"DE\d{9}-\d{5}", ASCII)
_GERMAN_VAT_ID = compile(r"DE\d{9}", ASCII)
_PREFIXES = {code.upper() for code in vat.MEMBER_STATES} - {"GR"} | {"EL"}


class VatIdFault(StrEnum):
    """Why something is no VAT id of the EU."""

    COUNTRY = "country"
    LENGTH = "length"
    FORM = "form"
    CHECK_DIGITS = "check-digits"


_CODES = {fault: f"EAKTE-USTID-{number}" for number, fault in enumerate(VatIdFault, 1)}


class InvalidVatId(ValueError):
    """This is no VAT id of the EU."""

    def __init__(self, fault: VatIdFault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class VatId:
    """A VAT id with sound form and check digits, without blanks and in capitals."""

    number: str

    @classmethod
    def parse(cls, text: str) -> "VatId":
        """Read a VAT id of a member state or of Northern Ireland; blanks are no fault. Raises InvalidVatId."""
        number = "".join(text.split()).upper()
        country = number[:2]
        if not _COUNTRY.fullmatch(country):
            raise InvalidVatId(VatIdFault.COUNTRY, _why_no_country(number))
        if country not in _PREFIXES:
            better = ", für Griechenland steht EL" if country == "GR" else ""
            raise InvalidVatId(VatIdFault.COUNTRY, f"{country} ist kein Länderkennzeichen der EU{better}")
        if _BUSINESS_ID.fullmatch(number):
            raise InvalidVatId(VatIdFault.FORM, "sie ist eine Wirtschafts-Identifikationsnummer")
        _check(number, country)
        return cls(number)


@remembered
def vat_id_hints(text: str, term: str = "BT-31") -> tuple[Hint, ...]:
    """What is wrong with a VAT id; ids of countries outside the EU are not judged."""
    try:
        VatId.parse(text)
    except InvalidVatId as invalid:
        if invalid.fault is VatIdFault.COUNTRY and _COUNTRY.match(text.strip().upper()) and not _is_greek(text):
            return ()
        return (
            Hint(
                _CODES[invalid.fault],
                term,
                f"{quoted(text)} ist keine gültige Umsatzsteuer-Identifikationsnummer: {invalid}.",
                "Umsatzsteuer-Identifikationsnummer beim Lieferanten erfragen; eine Steuernummer gehört nach BT-32.",
            ),
        )
    return ()


@remembered
def tax_number_hints(text: str, country: str | None = "DE", term: str = "BT-32") -> tuple[Hint, ...]:
    """What is wrong with the tax number of a seller in Germany; those of other countries are not judged."""
    if country != "DE":
        return ()
    if _GERMAN_VAT_ID.fullmatch("".join(text.split()).upper()):
        return (
            Hint(
                "EAKTE-STNR-2",
                term,
                f"{quoted(text)} ist eine Umsatzsteuer-Identifikationsnummer, keine Steuernummer.",
                "Umsatzsteuer-Identifikationsnummer in BT-31 angeben.",
            ),
        )
    if stnr.is_valid(text):
        return ()
    return (
        Hint(
            "EAKTE-STNR-1",
            term,
            f"{quoted(text)} hat nicht die Form einer deutschen Steuernummer.",
            "Steuernummer so angeben, wie das Finanzamt sie schreibt (10 oder 11 Ziffern), oder mit 13 Ziffern.",
        ),
    )


def _check(number: str, country: str) -> None:
    try:
        vat.validate(number)
    except InvalidLength as wrong:
        raise InvalidVatId(VatIdFault.LENGTH, f"die Länge ist nicht die für {country} vorgeschriebene") from wrong
    except InvalidChecksum as wrong:
        raise InvalidVatId(
            VatIdFault.CHECK_DIGITS, "die Prüfziffer passt nicht, vermutlich ist sie vertippt"
        ) from wrong
    except ValidationError as wrong:
        raise InvalidVatId(VatIdFault.FORM, f"die Form ist nicht die für {country} vorgeschriebene") from wrong


def _why_no_country(number: str) -> str:
    if stnr.is_valid(number):
        return "sie ist eine deutsche Steuernummer"
    return "das Länderkennzeichen am Anfang fehlt, zum Beispiel DE"


def _is_greek(text: str) -> bool:
    return text.strip().upper().startswith("GR")
