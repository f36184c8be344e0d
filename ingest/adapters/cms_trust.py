"""Whom a signature leads to, and at which moment that is judged: common to our seals and to foreign signatures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import cms, x509
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import StandardCMSSignatureStatus
from pyhanko_certvalidator import ValidationContext

from ingest.proof.results import Trust

_LONGEST_NAME = 200
# Whoever can make two texts with one of these hashes can change what was signed.
_WEAK = {"md2", "md5", "sha1"}


@dataclass(frozen=True, slots=True)
class TrustAnchors:
    """Whom we trust: roots of others, and certificates this installation issued to itself (`own`)."""

    roots: tuple[x509.Certificate, ...] = ()
    own: tuple[x509.Certificate, ...] = ()
    own_digests: frozenset[bytes] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "own_digests", frozenset(each.sha256 for each in self.own))


SEAL_USES = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)


def context_facts(anchors: TrustAnchors, moment: datetime) -> dict[str, Any]:
    """How certificates are judged: as of `moment`, and without asking anybody on the network."""
    return {
        "trust_roots": [*anchors.roots, *anchors.own],
        "allow_fetching": False,
        "revocation_mode": "soft-fail",
        "moment": moment,
        "weak_hash_algos": _WEAK,
    }


def context(anchors: TrustAnchors, moment: datetime) -> ValidationContext:
    """Judge certificates as of `moment`."""
    return ValidationContext(**context_facts(anchors, moment))


def attested_time(signed_data: cms.SignedData) -> datetime | None:
    """The time of the signature timestamp in a CMS structure, not yet checked."""
    attributes = extract_signer_info(signed_data)["unsigned_attrs"]
    for attribute in attributes if isinstance(attributes, cms.CMSAttributes) else ():
        if attribute["type"].native == "signature_time_stamp_token":
            token = attribute["values"][0]["content"]["encap_content_info"]["content"].parsed
            time: datetime = token["gen_time"].native
            return time
    return None


def trust_in(status: StandardCMSSignatureStatus, anchors: TrustAnchors) -> Trust:
    """Whether the signer's certificate leads to somebody we trust."""
    if status.revoked:
        return Trust.REVOKED
    if not status.trusted:
        return Trust.UNKNOWN
    return Trust.SELF_ISSUED if status.signing_cert.sha256 in anchors.own_digests else Trust.TRUSTED


def name_of(certificate: x509.Certificate) -> str:
    """The name a certificate gives, with its organisation; a pseudonym is marked as one."""
    names: Mapping[str, Any] = certificate.subject.native
    person = _text(names.get("common_name")) or _text(names.get("pseudonym"))
    organisation = _text(names.get("organization_name"))
    if names.get("pseudonym") and person:
        person = f"{person} (Pseudonym)"
    known = [each for each in dict.fromkeys((person, organisation)) if each]
    return ", ".join(known)[:_LONGEST_NAME] or "ohne Namen"


def _text(value: Any) -> str:
    words = value if isinstance(value, list) else [value] if value else []
    return " ".join("".join(c for c in str(each) if c.isprintable()) for each in words).strip()
