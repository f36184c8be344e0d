"""What an Aktenzeichen looks like in running text, and what only resembles one (dates, telephone numbers, sums)."""

import re
from collections.abc import Iterator

_SHORTEST, _LONGEST = 4, 60
_MOST_TOKENS = 8
_TOKEN = re.compile(r"\S+")
_CUT = re.compile(
    r"\s{3,}|\t|[|;,„“\"()\[\]]|\s[–—]"
    r"|\s(?=\d{1,2}\.\s?(?:\d{1,2}\.\s?\d{2}|(?:Jan|Feb|Mär|Maer|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)))"
)
_END_WORD = re.compile(
    r"am|an|auf|bei|bis|datum|der|die|das|den|des|fax|frau|für|herrn?|im|in|ist|mail|mit|nr|oder|seite|sowie|tel"
    r"|telefon|und|vom|von|wegen|zu|zum|zur"
)
_INITIALS = re.compile(r"[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]{0,3}")
_PART = re.compile(r"(?=.*\d)[\w./#:+_-]+|[IVXLC]+[./-][\w./#:+_-]*")
_RESEMBLING = re.compile(
    r"\d{1,2}\.\s?\d{1,2}\.\s?(\d{2}|\d{4})"  # date
    r"|\d{1,2}\.\s?[A-Za-zä]+\s?\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}[:.]\d{2}(\s?Uhr)?"
    r"|\(?0\d{2,5}\)?[\s/-]+\d[\d\s-]{3,}|\+\d[\d\s/()-]+"  # telephone
    r"|[A-Z]{2}\d{2}(\s?[0-9A-Z]{4}){3,7}(\s?[0-9A-Z]{1,4})?"  # IBAN
    r"|[\d.]+,\d{2}(\s?(€|EUR))?|\d{1,3}(\.\d{3})+"  # sum
    r"|\d{5}\s[A-ZÄÖÜ][a-zäöüß-]+"  # postcode and place
)
_PAGE = re.compile(r"(Seite\s)?\d+\s?(von|/)\s?\d{1,3}")
_SHAPE = re.compile(r"(?<![\w./#-])(?:[IVX]{1,4}|\d{1,5})(?:[./#-]+[A-Za-zÄÖÜ0-9]{1,12}){2,7}(?![\w/#])")
_SHAPE_DIGITS = 5


def value_in(rest: str) -> str | None:
    """The reference at the beginning of what follows a label, None when there is none."""
    rest = _CUT.split(rest.strip(), maxsplit=1)[0]
    taken: list[str] = []
    for token in _TOKEN.findall(rest)[:_MOST_TOKENS]:
        if not _continues(token, taken):
            break
        taken.append(token)
    while taken and not _ends(taken):
        taken.pop()
    value = " ".join(taken).strip(" .:;-–/")
    return value if looks_like_reference(value) else None


def _ends(taken: list[str]) -> bool:
    """Whether a reference may end so: with digits, or with initials that no dash cuts off."""
    last = taken[-1].rstrip(".:")
    cut_off = len(taken) > 1 and taken[-2] in ("-", "/")
    return bool(_PART.fullmatch(last)) or (bool(_INITIALS.fullmatch(last)) and not cut_off)


def looks_like_reference(value: str) -> bool:
    """Digits, long enough, and none of the things that stand in the same places of a letter."""
    if not _SHORTEST <= len(value) <= _LONGEST or _RESEMBLING.fullmatch(value) or _PAGE.fullmatch(value):
        return False
    return sum(c.isdigit() for c in value) >= 3


def shaped_in(line: str) -> Iterator[str]:
    """References that stand without a label: several parts, at least one of them set off by letters, `/` or `#`."""
    for match in _SHAPE.finditer(line):
        value = match.group().rstrip(".-/")
        if looks_like_reference(value) and _is_shaped(value):
            yield value


def _is_shaped(value: str) -> bool:
    set_off = any(c.isalpha() for c in value) or "/" in value or "#" in value
    signs = sum(value.count(sign) for sign in "/#-.")
    return set_off and signs >= 2 and sum(c.isdigit() for c in value) >= _SHAPE_DIGITS


def _continues(token: str, taken: list[str]) -> bool:
    plain = token.rstrip(".:").casefold()
    if _END_WORD.fullmatch(plain) or token.endswith(":") or _RESEMBLING.fullmatch(token):
        return False
    if any(c.isdigit() for c in token) or token in ("/", "-", "#", "."):
        return not (taken and _RESEMBLING.fullmatch(token))
    if not taken:
        return bool(_INITIALS.fullmatch(token.rstrip("/-."))) or bool(re.fullmatch(r"[IVXLC]+[./-]?", token))
    return bool(_INITIALS.fullmatch(token)) or bool(re.fullmatch(r"[A-ZÄÖÜ]{1,5}[./-]?", token))
