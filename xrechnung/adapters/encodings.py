"""Character encodings of XML, as the official validator understands them (it reads with Xerces).

Everything becomes UTF-8 before it is parsed, so that one look for a DOCTYPE is enough, whatever it was written in.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from re import compile

MOST_TRANSCODED = 64 * 1024 * 1024
"""Bytes in another encoding than UTF-8; they are in memory three times for a moment."""

_DECLARATION = compile(r"""<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"'>]*)["']""")
_LONGEST_DECLARATION = 500
_EBCDIC = b"\x4c\x6f\xa7\x94"
_UTF_16_BY_START = (
    (BOM_UTF16_BE, 2, "utf-16-be"),
    (BOM_UTF16_LE, 2, "utf-16-le"),
    (b"\x00<\x00?", 0, "utf-16-be"),
    (b"<\x00?\x00", 0, "utf-16-le"),
)
_UTF_16_NAMES = {
    "utf-16-be": frozenset({"UTF-16", "UTF-16BE", "ISO-10646-UCS-2"}),
    "utf-16-le": frozenset({"UTF-16", "UTF-16LE", "ISO-10646-UCS-2"}),
}
_ASCII = frozenset({"US-ASCII", "ASCII", "ISO-IR-6", "ISO646-US", "US", "ANSI_X3.4-1968", "ANSI_X3.4-1986"})
_CODECS = {
    **{f"ISO{dash}8859-{part}": f"iso8859-{part}" for dash in "-_" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
    "ISO-8859-13": "iso8859-13",
    **dict.fromkeys(("LATIN1", "L1", "ISO-IR-100", "CSISOLATIN1", "IBM819", "CP819", "IBM-819"), "iso8859-1"),
    **dict.fromkeys(("LATIN2", "L2", "ISO-IR-101", "CSISOLATIN2"), "iso8859-2"),
    **dict.fromkeys(("LATIN5", "L5", "ISO-IR-148", "CSISOLATIN5"), "iso8859-9"),
    "LATIN-9": "iso8859-15",
    **{f"WINDOWS-{page}": f"cp{page}" for page in range(1250, 1259)},
    **{f"{maker}{page}": f"cp{page}" for maker in ("IBM", "CP", "IBM-") for page in (437, 850, 852, 855, 866)},
    **{f"{maker}00858": "cp858" for maker in ("IBM", "CP", "CCSID")},
    "KOI8-R": "koi8-r",
    "BIG5": "big5",
    "GB2312": "gb2312",
    "GBK": "gbk",
    "GB18030": "gb18030",
    "EUC-KR": "euc-kr",
    "EUC-JP": "euc-jp",
    "SHIFT_JIS": "shift_jis",
}
"""Names that Xerces knows, in capitals, and Python's codec; `utf8` and `cp1252` are none of them."""


class UnknownEncoding(Exception):
    """The text cannot be read: its encoding is unknown, forbidden, or not the one it claims."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def as_utf8(data: bytes) -> bytes:
    """The document in UTF-8 without byte order mark; the declaration in it stays as it is. Raises UnknownEncoding."""
    if data.startswith(BOM_UTF8):
        data = data[len(BOM_UTF8) :]
        if _declared(data).startswith(("UTF-16", "ISO-10646-")):
            raise _contradiction(_declared(data), "UTF-8")
        return data
    for start, skipped, codec in _UTF_16_BY_START:
        if data.startswith(start) and data[2:4] != b"\x00\x00":
            return _from_utf_16(data[skipped:], codec)
    if data.startswith(_EBCDIC):
        raise UnknownEncoding("Die Datei ist in EBCDIC kodiert; das wird nicht gelesen.")
    return _from_bytewise(data, _declared(data))


def _from_utf_16(data: bytes, codec: str) -> bytes:
    text = _decoded(data, codec, "strict")
    declared = _declared(text[:_LONGEST_DECLARATION].encode("ascii", "replace"))
    if declared and declared not in _UTF_16_NAMES[codec]:
        raise _contradiction(declared, "UTF-16")
    return text.encode()


def _from_bytewise(data: bytes, declared: str) -> bytes:
    if declared in ("", "UTF-8"):
        return data
    if declared in _ASCII:
        if not data.isascii():
            raise _contradiction(declared, "mit Umlauten oder anderen Zeichen außerhalb von ASCII")
        return data
    if declared.startswith(("UTF-16", "ISO-10646-")):
        raise _contradiction(declared, "mit einem Byte je Zeichen")
    codec = _CODECS.get(declared)
    if codec is None:
        raise UnknownEncoding(f"Die Zeichenkodierung „{declared}“ ist in XML nicht bekannt oder wird nicht gelesen.")
    # Java puts U+FFFD where a byte stands for nothing, so this is no reason to refuse.
    return _decoded(data, codec, "replace").encode()


def _decoded(data: bytes, codec: str, errors: str) -> str:
    if len(data) > MOST_TRANSCODED:
        most = MOST_TRANSCODED // 1024 // 1024
        raise UnknownEncoding(f"Die Datei ist größer als {most} MB und nicht in UTF-8 kodiert.")
    try:
        return data.decode(codec, errors)
    except UnicodeDecodeError:
        reason = f"Die Datei enthält Bytes, die nicht zu ihrer Zeichenkodierung {codec.upper()} gehören."
        raise UnknownEncoding(reason) from None


def _declared(data: bytes) -> str:
    """The name in the XML declaration, in capitals; empty without one."""
    found = _DECLARATION.match(data[:_LONGEST_DECLARATION].decode("latin-1"))
    return found[1].upper() if found else ""


def _contradiction(declared: str, actual: str) -> UnknownEncoding:
    return UnknownEncoding(f"Die Datei nennt die Zeichenkodierung „{declared}“, ist aber {actual} geschrieben.")
