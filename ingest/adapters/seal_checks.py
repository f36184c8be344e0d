"""Checks of our own seals. What comes from elsewhere is examined in the sandbox: `ingest.proof.confined`."""

import asyncio
import io
from collections.abc import Callable
from datetime import datetime

import structlog
from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import ValueErrorWithMessage
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel, StandardCMSSignatureStatus

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
# pyHanko meets damage at many depths; asn1crypto and its PDF reader let these through.
_DAMAGE = (
    PdfReadError,
    ValueErrorWithMessage,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    OSError,
    RecursionError,
    OverflowError,
)


def check_pdf_seal(pdf: bytes, anchors: TrustAnchors, *, at: datetime) -> SealCheck:
    """Check the first seal in a PDF: intact means that every byte of the file is as it was sealed.

    The certificate is judged as of the trusted timestamp, else as of the claimed time, else as of `at`.
    Later additions that only maintain the seal (DSS, document timestamps) are allowed.
    """
    return _survived(lambda: _check_pdf(pdf, anchors, at))


def check_manifest_seal(manifest: bytes, seal: bytes, anchors: TrustAnchors, *, at: datetime) -> SealCheck:
    """Check a detached CAdES seal over `manifest`; see `check_pdf_seal` for the moment of judgement."""
    return _survived(lambda: _check_manifest(manifest, seal, anchors, at))


def _survived(check: Callable[[], SealCheck]) -> SealCheck:
    try:
        return check()
    except _DAMAGE as error:
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
    return _judged(status, anchors, claimed, "" if _is_untouched(status) else _ADDED)


def _is_untouched(status: PdfSignatureStatus) -> bool:
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return True
    maintained = status.modification_level in (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)
    return status.coverage is SignatureCoverageLevel.ENTIRE_REVISION and maintained


def _check_manifest(manifest: bytes, seal: bytes, anchors: TrustAnchors, at: datetime) -> SealCheck:
    info = cms.ContentInfo.load(seal, strict=True)
    if info["content_type"].native != "signed_data":
        return _broken(_UNREADABLE)
    signed_data = info["content"]
    if signed_data["encap_content_info"]["content"].native is not None:
        return _broken(_SEAL_CHANGED)
    moment = attested_time(signed_data)
    first = asyncio.run(_detached(manifest, signed_data, anchors, moment or at))
    claimed = first.signer_reported_dt
    if moment is None and claimed is not None:
        first = asyncio.run(_detached(manifest, signed_data, anchors, claimed))
    return _judged(first, anchors, claimed, "")


async def _detached(
    manifest: bytes, signed_data: cms.SignedData, anchors: TrustAnchors, moment: datetime
) -> StandardCMSSignatureStatus:
    return await async_validate_detached_cms(
        manifest, signed_data, context(anchors, moment), key_usage_settings=SEAL_USES
    )


def _judged(
    status: StandardCMSSignatureStatus, anchors: TrustAnchors, claimed: datetime | None, addition: str
) -> SealCheck:
    stamp = status.timestamp_validity
    stamp_holds = stamp is None or (stamp.intact and stamp.valid)
    trust = trust_in(status, anchors)
    problems = [
        (not status.intact, _CHANGED),
        (status.intact and not status.valid, _SEAL_CHANGED),
        (bool(addition), addition),
        (not stamp_holds, _STAMP_CHANGED),
        (stamp is not None and stamp_holds and not stamp.trusted, _STAMP_UNKNOWN),
        (status.valid and trust is Trust.UNKNOWN, _SIGNER_UNKNOWN),
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
