"""Account numbers as BR-DE-19 and BR-DE-20 test them; they know no countries and no lengths."""

from re import ASCII, compile

_FORM = compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{0,30}", ASCII)
_WITHOUT_BLANKS = {ord(blank): None for blank in " \t\r\n"}
_ZERO, _A = ord("0"), ord("A")


def is_sound_iban(written: str) -> bool:
    """Whether the form and the check digits are right (ISO 7064, mod 97).

    Small letters are allowed but get the numbers of other characters, so they spoil the check digits.
    """
    iban = written.translate(_WITHOUT_BLANKS)
    if not _FORM.fullmatch(iban):
        return False
    return int("".join(_number(ord(letter)) for letter in iban[4:] + iban[:4])) % 97 == 1


def _number(code: int) -> str:
    return str(code - _A + 10 if code >= _A else code - _ZERO)
