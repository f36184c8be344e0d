"""How values read: decimal numbers, dates, addresses, base64 as the official validator reads them.

It collapses white space around everything but text before it looks. Its dates are those of XML Schema 1.0, its
addresses those of RFC 2396 with RFC 2732; libxml2 is narrower in places and wider in others.
"""

from calendar import isleap
from functools import cache
from ipaddress import IPv6Address
from re import ASCII, Match, Pattern, compile

from xrechnung.judging.structure.facts import Reading
from xrechnung.judging.tree import collapse

WHITE_SPACE = " \t\r\n"

_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_DAY = r"-?(\d{4,10})-(\d\d)-(\d\d)"
_CLOCK = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DECIMAL = compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", ASCII)
_DATE = compile(_DAY + _ZONE, ASCII)
_TIME = compile(_CLOCK + _ZONE, ASCII)
_DATE_TIME = compile(f"{_DAY}T{_CLOCK}{_ZONE}", ASCII)
_LANGUAGE = compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_BOOLEANS = frozenset({"true", "false", "1", "0"})
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LAST_YEAR = 2**31 - 1

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LAST_LETTERS = {1: "AEIMQUYcgkosw048", 2: "AQgw"}
"""What may stand before so many `=`: bits that are not used must be zero."""

_SCHEME = compile(r"([^/?#:]*):")
_SCHEME_NAME = compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_SAFE = r"A-Za-z0-9\-_.!~*'();:@&=+$,"
_ESCAPED = r"<>\"{}|\\^` \t\r\n\x7f-\U0010ffff"
"""Characters that are escaped before the address is looked at."""


def reads_as(reading: Reading, text: str) -> bool:
    """Whether the official validator takes this text for such a value."""
    if reading is Reading.TEXT:
        return True
    if reading is Reading.BINARY:
        return is_base64(text)
    text = text.strip(WHITE_SPACE)
    match reading:
        case Reading.DECIMAL:
            return _DECIMAL.fullmatch(text) is not None
        case Reading.DATE:
            return _has_day(_DATE.fullmatch(text))
        case Reading.TIME:
            return _TIME.fullmatch(text) is not None
        case Reading.DATE_TIME:
            return _has_day(_DATE_TIME.fullmatch(text))
        case Reading.BOOLEAN:
            return text in _BOOLEANS
        case Reading.LANGUAGE:
            return _LANGUAGE.fullmatch(text) is not None
        case Reading.UNIT:
            return 2 <= len(collapse(text).encode("utf-16-le")) <= 6
        case _:
            return _is_address(text)


def is_base64(text: str) -> bool:
    """Base64 with white space anywhere; several times faster than libxml2 on attachments of megabytes."""
    rest = text.encode("utf-8", "surrogatepass").translate(None, _LETTERS)
    padding = rest.translate(None, WHITE_SPACE.encode())
    if padding not in (b"", b"=", b"=="):
        return False
    if (len(text) - len(rest) + len(padding)) % 4:
        return False
    if not padding:
        return True
    end = text.index("=")
    if len(text) - end != len(rest) - rest.index(b"="):
        return False
    # Without a copy of what may be megabytes.
    while end and text[end - 1] in WHITE_SPACE:
        end -= 1
    return end > 0 and text[end - 1] in _LAST_LETTERS[len(padding)]


def _has_day(found: Match[str] | None) -> bool:
    """Whether the day exists: no year 0, no year above what the official validator can count, no 30 February."""
    if found is None:
        return False
    year, month, day = map(int, found.groups())
    if len(found[1]) > 4 and found[1].startswith("0"):
        return False
    if not (1 <= year <= _LAST_YEAR and 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    return (month, day) != (2, 29) or isleap(year)


def _is_address(text: str) -> bool:
    if not text:
        return True
    scheme = _SCHEME.match(text)
    if scheme:
        text = text[scheme.end() :]
        if not _SCHEME_NAME.fullmatch(scheme[1]) or not text or text[0] == "#":
            return False
    if text == "//":
        return False
    hierarchical, opaque, host_in_brackets = _forms_of_addresses()
    host = host_in_brackets.match(text)
    if host and _is_ipv6(host[1]):
        text = text[host.end() :]
    form = hierarchical if not scheme or text.startswith("/") else opaque
    return form.fullmatch(text) is not None


@cache
def _forms_of_addresses() -> tuple[Pattern[str], Pattern[str], Pattern[str]]:
    """Compiled when an address is met: few invoices have one, and compiling them takes long."""
    anything = rf"(?:[{_SAFE}{_ESCAPED}/\[\]?]|%[0-9A-Fa-f]{{2}})*"
    tail = rf"(?:\?{anything})?(?:#{anything})?"
    return (
        compile(rf"(?:[{_SAFE}{_ESCAPED}/]|%[0-9A-Fa-f]{{2}})*{tail}"),
        compile(rf"(?:[{_SAFE}{_ESCAPED}/\[\]]|%[0-9A-Fa-f]{{2}})*{tail}"),
        compile(rf"//(?:[{_SAFE}{_ESCAPED}%]*@)?\[([0-9A-Fa-f:.]+)\](?::\d{{0,5}})?(?=[/?#]|\Z)"),
    )


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
