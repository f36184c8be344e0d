"""What a bank reads: the reference on a transfer (Verwendungszweck), and names in the letters SEPA knows."""

import re
from unicodedata import category, normalize

LONGEST_REFERENCE = 140
"""Letters of a reference that banks pass on."""
LONGEST_NAME = 70
# Schemes of the EPC reach these countries (EPC409-09).
_COUNTRIES = (
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE "
    "SI SK SM VA"
)
SEPA_COUNTRIES = frozenset(_COUNTRIES.split())
_NOT_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS", "&": "+", "€": "EUR"}
)


def plain_text(text: str | None) -> str:
    """Text of a supplier on one line, without control signs or signs nobody sees: it is shown, never obeyed."""
    seen = "".join(" " if category(sign).startswith(("C", "Z")) else sign for sign in text or "")
    return " ".join(seen.split())


def reference_of(number: str | None, wanted: str | None) -> str:
    """The reference on a transfer: what the supplier wants there (BT-83), with the invoice's number in it."""
    number, wanted = plain_text(number), plain_text(wanted)
    if not wanted or wanted == number:
        return number
    return wanted if number and number in wanted else f"{number} {wanted}".strip()


def in_sepa_letters(text: str, longest: int) -> str:
    """A text in the letters that every bank takes (EPC217-08), umlauts written out, cut to its longest.

    A slash neither begins nor ends it, and two never stand together: banks read those as marks of their own.
    """
    written_out = normalize("NFC", text).translate(_GERMAN)
    decomposed = normalize("NFKD", written_out)
    plain = "".join(sign for sign in decomposed if not category(sign).startswith("M"))
    plain = " ".join(_NOT_SEPA.sub(" ", plain).split())
    return re.sub(r"/{2,}", "/", plain).strip("/ ")[:longest].rstrip("/ ")
