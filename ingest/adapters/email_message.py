"""E-mails (RFC 5322 and MIME): header, words and what is enclosed; nothing is run or loaded. Runs inside the sandbox.

Parsed with the lenient policy `compat32`, for the strict one fails on headers that do arrive.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from asn1crypto import cms

from eakte.foundation.errors import Finding
from ingest.adapters.enclosures import HTML_MADE_HARMLESS, enclosed, enclosure_warnings
from ingest.adapters.html_text import text_of_html
from ingest.adapters.plain_text import decoded, tidied
from ingest.recognition.content import Content, Enclosure
from ingest.recognition.errors import EncryptedMessage, MessageTooComplex

_MOST_PARTS, _DEEPEST = 1000, 20
_LONGEST_VALUE = 2000
_HEADER = (
    ("Von", "From"),
    ("Im Auftrag gesendet von", "Sender"),
    ("An", "To"),
    ("Kopie", "Cc"),
    ("Blindkopie", "Bcc"),
    ("Antwort an", "Reply-To"),
    ("Datum", "Date"),
    ("Betreff", "Subject"),
    ("Nachrichten-ID", "Message-ID"),
)
# Enough of these at the top of a text make it a message. Source: RFC 5322, 3.6.
_TELLING = {
    *("from", "to", "date", "subject", "message-id", "mime-version", "received", "return-path", "content-type"),
    *("delivered-to", "reply-to", "cc", "sender", "x-mailer", "dkim-signature"),
}
# The object identifiers 1.2.840.113549.1.7.2 and .3, as DER writes them.
_ENVELOPES = tuple(bytes.fromhex(f"06092a864886f70d0107{kind:02x}") for kind in (2, 3))
_HEADER_LINE = re.compile(rb"([!-9;-~]{1,76}):[ \t]?")
_SIGNED = Finding(
    "message-signed", "Die Nachricht ist signiert (S/MIME oder PGP). Die Signatur gilt nur für das Original."
)


@dataclass(slots=True)
class _Findings:
    """What a walk through a message collects."""

    sections: list[str] = field(default_factory=list)
    enclosures: list[Enclosure] = field(default_factory=list)
    parts: int = 0
    signed: bool = False
    made_harmless: bool = False


def looks_like_message(head: bytes) -> bool:
    """Whether a text begins with the header of an e-mail, whatever libmagic makes of it."""
    names: set[str] = set()
    for line in head.replace(b"\r\n", b"\n").split(b"\n")[:60]:
        if line[:1] in (b" ", b"\t") and names:
            continue
        match = _HEADER_LINE.match(line)
        if match is None:
            break
        names.add(match[1].decode("ascii").lower())
    return len(names & _TELLING) >= 3


def looks_like_envelope(head: bytes) -> bool:
    """Whether a file begins as an S/MIME envelope in DER does: signed or encrypted data of PKCS #7."""
    return head[:1] == b"\x30" and any(kind in head[:40] for kind in _ENVELOPES)


def read(source: Path) -> Content:
    """An e-mail as the people who wrote to each other see it.

    Messages inside it follow as sections of their own. Raises EncryptedMessage and MessageTooComplex.
    """
    return read_message(source.read_bytes())


def read_message(data: bytes) -> Content:
    """The same for the bytes of a message, an S/MIME envelope around it opened if it is only signed."""
    found = _Findings()
    signed = signed_content(data)
    message = email.message_from_bytes(data if signed is None else signed)
    found.signed = signed is not None
    if signed is not None and "Content-Type" not in message:
        found.enclosures.append(enclosed("signierter Inhalt", signed))
    else:
        _walk(message, found, 0)
    return Content(
        title=subject_of(message) or "E-Mail ohne Betreff",
        sections=tuple(found.sections),
        facts=tuple(_facts(message)),
        enclosures=tuple(found.enclosures),
        warnings=tuple(_warnings(found)),
    )


def signed_content(data: bytes) -> bytes | None:
    """What an S/MIME signature in DER or PEM-like base64 wraps; None when it is none. Raises EncryptedMessage."""
    if data[:1] != b"\x30":
        return None
    try:
        info = cms.ContentInfo.load(data)
        kind = info["content_type"].native
        wrapped = info["content"]["encap_content_info"]["content"].native if kind == "signed_data" else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    if kind in ("enveloped_data", "encrypted_data", "authenticated_enveloped_data"):
        raise EncryptedMessage()
    return wrapped if isinstance(wrapped, bytes) else None


def text_of_header(value: object) -> str:
    """A header as text: RFC 2047 words decoded, also those whose coding is unknown or a lie."""
    # Raw bytes beyond ASCII arrive as a Header, which codes them as words of an unknown coding.
    text = value.encode(maxlinelen=0) if isinstance(value, Header) else str(value)
    raw = text.replace("\r", "").replace("\n", "")
    try:
        pieces = decode_header(raw)
    except (HeaderParseError, ValueError, AssertionError):
        pieces = [(raw, None)]
    words = [piece if isinstance(piece, str) else decoded(piece, coding)[0] for piece, coding in pieces]
    text = tidied("".join(words)).replace("\n", " ").strip()
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]} …"


def subject_of(message: Message) -> str:
    return text_of_header(message.get("Subject", ""))


def _facts(message: Message) -> Iterator[tuple[str, str]]:
    for label, name in _HEADER:
        values = message.get_all(name, [])
        if values:
            shown = [_date(each) if name == "Date" else text_of_header(each) for each in values[:20]]
            yield label, "; ".join(each for each in shown if each)


def _date(value: object) -> str:
    """A date as it was sent, with its own time zone."""
    text = text_of_header(value)
    try:
        return f"{parsedate_to_datetime(text):%d.%m.%Y, %H:%M:%S %z}".strip()
    except (ValueError, TypeError, IndexError, OverflowError):
        return text


def _walk(part: Message, found: _Findings, depth: int) -> None:
    found.parts += 1
    if found.parts > _MOST_PARTS or depth > _DEEPEST:
        raise MessageTooComplex(parts=_MOST_PARTS, depth=_DEEPEST)
    kind = part.get_content_type()
    if kind == "message/rfc822" and part.is_multipart():
        inner = part.get_payload(0)
        if isinstance(inner, Message):
            found.sections.append(_announced(inner))
            _walk(inner, found, depth + 1)
    elif kind == "multipart/encrypted":
        raise EncryptedMessage()
    elif kind == "multipart/alternative":
        _take_alternative(part, found, depth)
    elif part.is_multipart():
        found.signed = found.signed or kind == "multipart/signed"
        for inner in _parts(part):
            _walk(inner, found, depth + 1)
    else:
        _take_leaf(part, kind, found, depth)


def _take_alternative(part: Message, found: _Findings, depth: int) -> None:
    """Of several forms of the same words take the one that says most; plain text says enough with half of them."""
    plain, pages = "", ""
    rest: list[Message] = []
    for inner in _parts(part):
        kind = inner.get_content_type()
        if kind == "text/plain" and not plain:
            found.parts += 1
            plain = _text(inner)
        elif kind == "text/html" and not pages:
            found.parts += 1
            pages = _harmless(_text(inner), found)
        else:
            rest.append(inner)
    before = len(found.sections)
    for inner in rest:
        _walk(inner, found, depth + 1)
    related = "\n".join(found.sections[before:])
    longer = max(pages, related, key=len)
    del found.sections[before:]
    found.sections.append(plain if len(plain.split()) * 2 >= len(longer.split()) else longer)


def _take_leaf(part: Message, kind: str, found: _Findings, depth: int) -> None:
    name = _file_name(part)
    data = _bytes(part)
    if kind in ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"):
        found.signed = True
        return
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        wrapped = signed_content(data)
        if wrapped is not None:
            found.signed = True
            _walk(email.message_from_bytes(wrapped), found, depth + 1)
            return
    attached = part.get_content_disposition() == "attachment" or name
    if kind == "text/plain" and not attached:
        found.sections.append(_text(part))
    elif kind == "text/html" and not attached:
        found.sections.append(_harmless(_text(part), found))
    elif data or attached:
        found.enclosures.append(enclosed(name or f"ohne Namen ({kind})", data))


def _parts(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    for inner in payload if isinstance(payload, list) else ():
        if isinstance(inner, Message):
            yield inner


def _announced(inner: Message) -> str:
    facts = "\n".join(f"{label}: {value}" for label, value in _facts(inner))
    return f"Weitergeleitete Nachricht\n{facts}"


def _harmless(source: str, found: _Findings) -> str:
    read_as = text_of_html(source)
    found.made_harmless = found.made_harmless or read_as.reaches_out
    return read_as.text


def _text(part: Message) -> str:
    charset = part.get_content_charset()
    return tidied(decoded(_bytes(part), charset)[0]).strip()


def _bytes(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    if isinstance(data, bytes):
        return data
    return str(part.get_payload()).encode("utf-8", "surrogateescape")


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename("")
    except (ValueError, LookupError, TypeError, AttributeError):
        name = ""
    return re.split(r"[/\\]", text_of_header(name))[-1]


def _warnings(found: _Findings) -> Iterator[Finding]:
    if found.signed:
        yield _SIGNED
    if found.made_harmless:
        yield HTML_MADE_HARMLESS
    yield from enclosure_warnings(found.enclosures)
