"""Checks of our own seals. What comes from elsewhere is examined in the sandbox: `ingest.proof.confined`."""

import asyncio
import io
import re
from collections.abc import Callable
from datetime import datetime

import structlog
from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms, extract_self_reported_ts
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel, StandardCMSSignatureStatus

from ingest.adapters.cms_trust import SEAL_USES, TrustAnchors, attested_time, context, name_of, trust_in
from ingest.proof.results import SealCheck, Trust

log = structlog.get_logger()

_NO_SEAL = "Es trägt kein Siegel."
_UNREADABLE = "Das Siegel ist beschädigt und nicht lesbar."
_CHANGED = "Der gesiegelte Inhalt wurde verändert."
_SEAL_CHANGED = "Das Siegel selbst wurde verändert."
_ADDED = "Nach dem Siegeln wurde etwas hinzugefügt."
_STAMP_CHANGED = "Der Zeitstempel gehört nicht zu diesem Siegel oder wurde verändert."
_STAMP_UNKNOWN = "Dem Zeitstempeldienst wird nicht vertraut; seine Stammzertifikate sind nicht eingerichtet."
_SIGNER_UNKNOWN = "Das Siegelzertifikat führt zu keinem Zertifikat, dem hier vertraut wird."
_SIGNER_REVOKED = "Das Siegelzertifikat ist gesperrt."


def check_pdf_seal(pdf: bytes, anchors: TrustAnchors, *, at: datetime) -> SealCheck:
    """Check the first seal in a PDF: intact means that every byte of the file is as it was sealed.

    The certificate is judged as of the timestamp, else as of the claimed time, else as of `at`.
    """
    return _survived(lambda: _check_pdf(pdf, anchors, at))


def check_manifest_seal(manifest: bytes, seal: bytes, anchors: TrustAnchors, *, at: datetime) -> SealCheck:
    """Check a detached CAdES seal over `manifest`; see `check_pdf_seal` for the moment of judgement."""
    return _survived(lambda: _check_manifest(manifest, seal, anchors, at))


def _survived(check: Callable[[], SealCheck]) -> SealCheck:
    try:
        return check()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  damage shows at any depth: zlib, decimal, asn1crypto, pyHanko
        log.info("seal_unreadable", error=type(error).__name__)
        return _broken(_UNREADABLE)


def _check_pdf(pdf: bytes, anchors: TrustAnchors, at: datetime) -> SealCheck:
    reader = PdfFileReader(io.BytesIO(pdf))
    signatures = reader.embedded_regular_signatures
    if not signatures:
        return _broken(_NO_SEAL)
    seal: EmbeddedPdfSignature = signatures[0]
    claimed = seal.self_reported_timestamp
    moment = attested_time(seal.signed_data) or claimed or at
    status = asyncio.run(async_validate_pdf_signature(seal, context(anchors, moment), key_usage_settings=SEAL_USES))
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        return _judged(status, anchors, claimed, _ADDED)
    plain = _is_plain(pdf, seal) and _is_consistent(seal.signed_data, status.signing_cert)
    return _judged(status, anchors, claimed, "" if plain else _SEAL_CHANGED)


def _is_plain(pdf: bytes, seal: EmbeddedPdfSignature) -> bool:
    """Whether the gap that no seal can cover holds the seal, spelled as we spell it, and nothing but zeros after it."""
    _, first_ends, second_starts, _ = seal.byte_range
    gap = pdf[first_ends:second_starts]
    used = len(cms.ContentInfo.load(seal.pkcs7_content).dump())
    return bool(re.fullmatch(rb"<[0-9A-F]*>", gap)) and not any(seal.pkcs7_content[used:])


def _check_manifest(manifest: bytes, seal: bytes, anchors: TrustAnchors, at: datetime) -> SealCheck:
    info = cms.ContentInfo.load(seal, strict=True)
    if info["content_type"].native != "signed_data":
        return _broken(_UNREADABLE)
    signed_data = info["content"]
    if signed_data["encap_content_info"]["content"].native is not None:
        return _broken(_SEAL_CHANGED)
    claimed = extract_self_reported_ts(extract_signer_info(signed_data))
    moment = attested_time(signed_data) or claimed or at
    checking = async_validate_detached_cms(
        manifest, signed_data, context(anchors, moment), key_usage_settings=SEAL_USES
    )
    status = asyncio.run(checking)
    return _judged(status, anchors, claimed, "" if _is_consistent(signed_data, status.signing_cert) else _SEAL_CHANGED)


def _is_consistent(signed_data: cms.SignedData, certificate: x509.Certificate) -> bool:
    """Whether the parts of a CMS structure that its signature does not cover say what the covered ones say.

    Source: RFC 5652, 5.1 and 5.3: version, digest algorithms and the signer's identifier lie outside.
    """
    info = extract_signer_info(signed_data)
    named = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    algorithms = [each.dump() for each in signed_data["digest_algorithms"]]
    versions = (signed_data["version"].native, info["version"].native)
    return (
        info["sid"].chosen.dump() == named.dump()
        and algorithms == [info["digest_algorithm"].dump()]
        and versions == ("v1", "v1")
    )


def _judged(
    status: StandardCMSSignatureStatus, anchors: TrustAnchors, claimed: datetime | None, addition: str
) -> SealCheck:
    stamp = status.timestamp_validity
    stamp_holds = stamp is None or (stamp.intact and stamp.valid)
    trust = trust_in(status, anchors)
    problems = [
        (not status.intact, _CHANGED),
        (status.intact and not status.valid and not addition, _SEAL_CHANGED),
        (bool(addition), addition),
        (not stamp_holds, _STAMP_CHANGED),
        (stamp is not None and stamp_holds and not stamp.trusted, _STAMP_UNKNOWN),
        (status.intact and status.valid and trust is Trust.UNKNOWN, _SIGNER_UNKNOWN),
        (trust is Trust.REVOKED, _SIGNER_REVOKED),
    ]
    return SealCheck(
        intact=status.intact and status.valid and stamp_holds and not addition,
        signer=name_of(status.signing_cert),
        signed_at=claimed,
        timestamp=stamp.timestamp if stamp is not None and stamp_holds else None,
        trust=trust,
        problem=" ".join(text for happened, text in problems if happened),
        certificate=status.signing_cert.sha256.hex(),
    )


def _broken(problem: str) -> SealCheck:
    return SealCheck(False, "", None, None, Trust.UNKNOWN, problem)
