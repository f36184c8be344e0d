"""Bank accounts (IBAN): country, length, structure and check digits.

python-stdnum carries the registry of all countries and their national check digits.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from re import ASCII, compile

from stdnum import iban, numdb
from stdnum.exceptions import InvalidChecksum, ValidationError

from xrechnung.judging.hints.hint import Hint, quoted, remembered

_STARTS_LIKE_IBAN = compile(r"\s*[A-Za-z]{2}\s*\d", ASCII)
_ALLOWED = compile(r"[A-Za-z]{2}\d{2}[A-Za-z0-9]*", ASCII)
_FIELD = compile(r"(\d+)!")


class IbanFault(StrEnum):
    """Why something is no IBAN."""

    CHARACTERS = "characters"
    COUNTRY = "country"
    LENGTH = "length"
    CHECK_DIGITS = "check-digits"
    STRUCTURE = "structure"


_CODES = {fault: f"EAKTE-IBAN-{number}" for number, fault in enumerate(IbanFault, 1)}


class InvalidIban(ValueError):
    """This is no IBAN."""

    def __init__(self, fault: IbanFault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Iban:
    """A sound IBAN, without blanks and in capitals."""

    number: str

    @classmethod
    def parse(cls, text: str) -> "Iban":
        """Read an IBAN; blanks and small letters are no fault. Raises InvalidIban."""
        written = "".join(text.split())
        if not _ALLOWED.fullmatch(written):
            raise InvalidIban(
                IbanFault.CHARACTERS,
                "verlangt sind zwei Buchstaben für das Land, zwei Prüfziffern, dann nur Buchstaben und Ziffern",
            )
        number = written.upper()
        length = length_in(number[:2])
        if length is None:
            raise InvalidIban(IbanFault.COUNTRY, f"das Land {number[:2]} hat keine IBAN")
        if len(number) != length:
            raise InvalidIban(IbanFault.LENGTH, f"sie hat {len(number)} statt {length} Zeichen")
        _check(number)
        return cls(number)

    @property
    def country(self) -> str:
        return self.number[:2]

    def __str__(self) -> str:
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))


@cache
def length_in(country: str) -> int | None:
    """How many characters an IBAN of this country has; none where the country has none."""
    properties = numdb.get("iban").info(country)[0][1]
    structure = properties.get("bban")
    return 4 + sum(int(size) for size in _FIELD.findall(structure)) if structure else None


@remembered
def iban_hints(text: str, term: str = "BT-84", *, must_be_iban: bool = True) -> tuple[Hint, ...]:
    """What is wrong with an account id; without `must_be_iban` only if it was meant to be an IBAN."""
    if not must_be_iban and not _STARTS_LIKE_IBAN.match(text):
        return ()
    try:
        Iban.parse(text)
    except InvalidIban as invalid:
        return (
            Hint(
                _CODES[invalid.fault],
                term,
                f"{quoted(text)} ist keine gültige IBAN: {invalid}.",
                "Bankverbindung nicht verwenden, bevor der Lieferant die IBAN berichtigt hat.",
            ),
        )
    if text != text.upper():
        return (
            Hint(
                "EAKTE-IBAN-6",
                term,
                f"Die IBAN {quoted(text)} ist mit Kleinbuchstaben geschrieben.",
                "IBAN in Großbuchstaben angeben.",
            ),
        )
    return ()


def _check(number: str) -> None:
    try:
        iban.validate(number)
    except InvalidChecksum as wrong:
        raise InvalidIban(
            IbanFault.CHECK_DIGITS, "die Prüfziffern passen nicht, vermutlich ist sie vertippt"
        ) from wrong
    except ValidationError as wrong:
        raise InvalidIban(IbanFault.STRUCTURE, f"der Aufbau ist nicht der für {number[:2]} vorgeschriebene") from wrong
