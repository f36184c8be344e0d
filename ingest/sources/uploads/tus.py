"""The headers of tus 1.0 (https://tus.io/protocols/resumable-upload): what a sender says, as plain values."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from ingest.sources.uploads.errors import UploadHeadersInvalid
from ingest.sources.uploads.service import Announced

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination,checksum"
PART_TYPE = "application/offset+octet-stream"
# A part is checked in the way its sender can; what is kept is checked by SHA-256 in any case.
CHECKSUMS = ("sha256", "sha1", "md5")
CHECKSUM_MISMATCH = 460
"""The status tus gives a part that is not what its sender sent; HTTP knows none."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Checksum:
    """How the sender wants a part to be checked."""

    algorithm: str
    digest: bytes

    def matches(self, part: BinaryIO) -> bool:
        """Whether a part is what the sender sent."""
        hashed = hashlib.new(self.algorithm, usedforsecurity=False)
        part.seek(0)
        while chunk := part.read(_CHUNK):
            hashed.update(chunk)
        return hashed.digest() == self.digest


def announced(length: str | None, metadata: str | None) -> Announced:
    """What Upload-Length and Upload-Metadata (`filename`, `sha256` in hex) say. Raises UploadHeadersInvalid."""
    said = _metadata(metadata or "")
    sha256 = said.get("sha256", "").lower() or None
    if sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise UploadHeadersInvalid(problem="„sha256“ in Upload-Metadata hat 64 Hexadezimalziffern.")
    return Announced(said.get("filename") or said.get("name") or "", number(length, "Upload-Length"), sha256)


def number(value: str | None, header: str) -> int:
    """A count of bytes in a header. Raises UploadHeadersInvalid."""
    if value is None or not re.fullmatch(r"[0-9]{1,18}", value):
        raise UploadHeadersInvalid(problem=f"Der Kopf {header} fehlt oder ist keine Zahl.")
    return int(value)


def checksum(value: str | None) -> Checksum | None:
    """What Upload-Checksum says. Raises UploadHeadersInvalid."""
    if value is None:
        return None
    algorithm, _, encoded = value.partition(" ")
    if algorithm not in CHECKSUMS:
        raise UploadHeadersInvalid(problem=f"Upload-Checksum kennt {', '.join(CHECKSUMS)}.")
    return Checksum(algorithm, _decoded(encoded, "Upload-Checksum"))


def _metadata(value: str) -> Mapping[str, str]:
    pairs = (pair.strip().partition(" ") for pair in value.split(",") if pair.strip())
    try:
        return {name: _decoded(encoded, "Upload-Metadata").decode() for name, _, encoded in pairs}
    except UnicodeDecodeError as error:
        raise UploadHeadersInvalid(problem="Upload-Metadata ist kein UTF-8 in Base64.") from error


def _decoded(encoded: str, header: str) -> bytes:
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UploadHeadersInvalid(problem=f"{header} ist kein Base64.") from error
