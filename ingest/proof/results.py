"""What checking a seal or a foreign signature looks at and finds out."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Trust(StrEnum):
    """Whether the certificate behind a seal or signature leads to somebody we trust.

    `self_issued` is a key this installation made for itself: it shows that nothing changed, not who sealed.
    """

    TRUSTED = "trusted"
    SELF_ISSUED = "self_issued"
    UNKNOWN = "unknown"
    REVOKED = "revoked"


class Modification(StrEnum):
    """What was added to a PDF after it was signed (Änderungen nach der Signatur).

    `maintenance` is material for later checks only, `form` adds entries in fields and further signatures,
    `annotations` adds comments, `other` is anything else: the signed content may look different now.
    """

    NONE = "none"
    MAINTENANCE = "maintenance"
    FORM = "form"
    ANNOTATIONS = "annotations"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored proof: its bytes as they are now, and the SHA-256 recorded when it was stored (64 hex digits)."""

    content: bytes
    recorded_sha256: str

    @property
    def unchanged(self) -> bool:
        return hashlib.sha256(self.content).hexdigest() == self.recorded_sha256


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What a seal says today.

    `intact`: the sealed bytes are the ones that were sealed, and a timestamp, if there is one, belongs to them.
    `signed_at` is what the sealing side claims, `timestamp` is the time a timestamp service attested.
    `certificate` is the SHA-256 of the sealing certificate, 64 hex digits. `problem` is German, empty if none.
    """

    intact: bool
    signer: str
    signed_at: datetime | None
    timestamp: datetime | None
    trust: Trust
    problem: str
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class SignatureResult:
    """One signature in a PDF that came in, as it was found at its arrival.

    `field` is the name of its form field. `intact`: the signed bytes are unchanged, and the signature fits them by a
    method still held to be safe. `covers_document`: nothing was added to the file afterwards. `allowed`: what was
    added is what the signer permitted. `timestamp` is set when a timestamp in the signature is valid in itself.
    `certificate` is the SHA-256 of the signer's certificate, 64 hex digits. `summary` is German.
    """

    field: str
    signer: str
    signed_at: datetime | None
    timestamp: datetime | None
    intact: bool
    covers_document: bool
    modification: Modification
    allowed: bool
    trust: Trust
    certificate: str
    summary: str
