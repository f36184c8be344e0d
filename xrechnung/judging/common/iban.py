"""Account numbers as BR-DE-19 and BR-DE-20 test them; they know no countries and no lengths."""

from re import ASCII, compile
from string import ascii_letters

_FORM = compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{0,30}", ASCII)
_WITHOUT_BLANKS = {ord(blank): None for blank in " \t\r\n"}
_NUMBERS = {ord(letter): str(ord(letter) - ord("A") + 10) for letter in ascii_letters}


def is_sound_iban(written: str) -> bool:
    """Whether the form and the check digits are right (ISO 7064, mod 97).

    Small letters are allowed but get the numbers of other characters, so they spoil the check digits.
    """
    iban = written if written.isalnum() else written.translate(_WITHOUT_BLANKS)
    if not _FORM.fullmatch(iban):
        return False
    return int((iban[4:] + iban[:4]).translate(_NUMBERS)) % 97 == 1
