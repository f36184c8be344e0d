"""What a mail holds (E-Mail und Anhänge): the message as it came, and each attachment, also of forwarded mails."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_binary_file
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from itertools import islice
from typing import BinaryIO

from ingest.sources.errors import MessageTooNested

WHOLE = "0"
"""The name of the part that is the message itself."""
DEEPEST, MOST_PARTS = 20, 500
_LONGEST_SUBJECT = 120

# They say who signed the message, and are kept within it.
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})


@dataclass(frozen=True, slots=True)
class MailPart:
    """One attachment; `name` is its path in the message (`2.1`), the same each time it is read."""

    name: str
    file_name: str
    message: "Message[str, str]"

    @property
    def content(self) -> bytes:
        """Its bytes, as far as its encoding lets us have them."""
        if _is_message(self.message):
            return _inner(self.message).as_bytes()
        content = self.message.get_payload(decode=True)
        return content if isinstance(content, bytes) else b""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message: what to call it, and its attachments."""

    file_name: str
    parts: tuple[MailPart, ...]


def read_mail(stream: BinaryIO) -> Mail:
    """Take a message apart, from the start of `stream`. Whatever is broken in it stays within the message.

    Raises MessageTooNested.
    """
    stream.seek(0)
    try:
        message = message_from_binary_file(stream)
        parts = tuple(islice(_attachments(message, "1", 0), MOST_PARTS + 1))
    except RecursionError as error:
        raise MessageTooNested from error
    if len(parts) > MOST_PARTS:
        raise MessageTooNested
    return Mail(_eml_name(message), parts)


def _attachments(part: "Message[str, str]", path: str, depth: int) -> Iterator[MailPart]:
    if depth > DEEPEST:
        raise MessageTooNested
    if _is_message(part):
        yield MailPart(path, _eml_name(_inner(part)), part)
        yield from _attachments(_inner(part), f"{path}.1", depth + 1)
    elif part.is_multipart():
        related = part.get_content_type() == "multipart/related"
        for number, inner in enumerate(part.get_payload(), 1):
            if isinstance(inner, Message) and not (related and _is_picture(inner)):
                yield from _attachments(inner, f"{path}.{number}", depth + 1)
    elif _is_attachment(part, whole=depth == 0):
        yield MailPart(path, _file_name(part) or _invented(part, path), part)


def _is_attachment(part: "Message[str, str]", *, whole: bool) -> bool:
    kind = part.get_content_type()
    if kind in _SIGNATURES or (whole and kind in _SEALED):
        return False
    if part.get_content_maintype() in ("text", "message"):
        return part.get_content_disposition() == "attachment" or bool(_file_name(part))
    return True


def _is_picture(part: "Message[str, str]") -> bool:
    """Whether a part is shown within the text, as a logo is; some mark it as an attachment all the same."""
    return part["Content-ID"] is not None and part.get_content_maintype() == "image"


def _is_message(part: "Message[str, str]") -> bool:
    payload = part.get_payload()
    return (
        part.get_content_type() == "message/rfc822"
        and isinstance(payload, list)
        and len(payload) == 1
        and isinstance(payload[0], Message)
    )


def _inner(part: "Message[str, str]") -> "Message[str, str]":
    inner = part.get_payload(0)
    assert isinstance(inner, Message)
    return inner


def _eml_name(message: "Message[str, str]") -> str:
    subject = " ".join(_readable(str(message.get("Subject", ""))).split())[:_LONGEST_SUBJECT].strip()
    return f"{subject.replace('/', '-') or 'Nachricht'}.eml"


def _file_name(part: "Message[str, str]") -> str:
    try:
        return _readable(part.get_filename() or "").strip()
    except (LookupError, ValueError, TypeError):
        return ""


def _invented(part: "Message[str, str]", path: str) -> str:
    return f"Anhang-{path}{mimetypes.guess_extension(part.get_content_type()) or ''}"


def _readable(text: str) -> str:
    """A header with its encoded words decoded, as far as they can be."""
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text
