"""Values of business terms that are more than a text, a number or a day."""

import binascii
from dataclasses import dataclass, field
from hashlib import sha256
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1 << 20
"""Characters of base64 decoded at a time, a multiple of four."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier and where it comes from (Kennung und Schema)."""

    value: str
    scheme: str | None = None
    scheme_version: str | None = None

    def __str__(self) -> str:
        return self.value


class AttachmentUnreadable(ValueError):
    """The content of an attachment is no base64."""

    def __init__(self) -> None:
        super().__init__("Der Inhalt der Anlage ist kein gültiges Base64.")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document within the invoice (BT-125): its content stays encoded until somebody opens it."""

    filename: str | None
    """As the supplier wrote it: never a path."""
    media_type: str | None
    encoded: str = field(repr=False)
    """Base64, white space as it stands."""

    @property
    def size(self) -> int:
        """Bytes of the content."""
        blanks = sum(map(self.encoded.count, " \t\r\n"))
        return (len(self.encoded) - blanks - self.encoded.count("=")) * 3 // 4

    def open(self) -> BinaryIO:
        """The content, decoded while it is read. Reading raises AttachmentUnreadable where it is no base64."""
        return BufferedReader(_Decoding(self.encoded), _CHUNK)

    @property
    def sha256(self) -> str:
        """Of the content, in hexadecimal digits."""
        digest = sha256()
        with self.open() as content:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


class _Decoding(RawIOBase):
    """Decodes base64 piece by piece."""

    def __init__(self, encoded: str) -> None:
        self._encoded = encoded
        self._at = 0
        self._rest = ""
        self._decoded = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer).cast("B")
        while not self._decoded and self._at < len(self._encoded):
            self._decode_more()
        taken = self._decoded[: len(target)]
        self._decoded = self._decoded[len(taken) :]
        target[: len(taken)] = taken
        return len(taken)

    def _decode_more(self) -> None:
        piece = self._rest + "".join(self._encoded[self._at : self._at + _CHUNK].split())
        self._at += _CHUNK
        is_last = self._at >= len(self._encoded)
        usable = len(piece) if is_last else len(piece) // 4 * 4
        self._rest = piece[usable:]
        try:
            self._decoded = binascii.a2b_base64(piece[:usable], strict_mode=True)
        except ValueError:
            raise AttachmentUnreadable from None
        if not is_last and "=" in piece[:usable]:
            raise AttachmentUnreadable


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that stands in the invoice but cannot be understood as what it should be (nicht lesbarer Wert)."""

    term: str
    text: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Other:
    """A text in the invoice that no business term covers (weitere Angabe)."""

    path: str
    """XPath with prefixes; `/@name` at its end for an attribute."""
    text: str
