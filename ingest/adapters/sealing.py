"""Seals on scan products (Siegel): PAdES in the Transfervermerk, CAdES beside the manifest, made with pyHanko."""

import asyncio
import io
import threading
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import structlog
from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, select_suitable_signing_md
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession

from eakte.foundation.errors import Conflict, Unavailable
from eakte.foundation.settings import SealSettings
from ingest.adapters.cms_trust import TrustAnchors, name_of
from ingest.adapters.seal_checks import check_manifest_seal, check_pdf_seal
from ingest.adapters.seal_keys import SealKey, certificates_in, key_from_file, own_certificates, own_key
from ingest.adapters.seal_token import key_on_token, let_go, token_troubles, token_unavailable
from ingest.adapters.timestamps import HttpTimestamps
from ingest.proof.errors import (
    NotSealable,
    SealCertificateExpired,
    SealKeyUnusable,
    SealPasswordWrong,
    TimestampServiceUnavailable,
)
from ingest.proof.results import SealCheck, Trust
from ingest.proof.transfer_note import MeansOfIntegrity

log = structlog.get_logger()

T = TypeVar("T")

_FIELD = "Siegel"


class Sealer:
    """One key and, if configured, one timestamp service. Safe to share between threads.

    The key is opened with the first seal, and not again after a wrong password. Every method that seals raises
    SealKeyMissing, SealPasswordWrong, SealKeyUnusable, SealCertificateExpired (nothing to retry),
    SealServiceUnavailable or TimestampServiceUnavailable (to be retried).
    """

    def __init__(self, settings: SealSettings, own_seals: Path) -> None:
        self._settings = settings
        self._own_seals = own_seals
        self._lock = threading.Lock()
        self._key: SealKey | None = None
        self._password_refused = False

    def means(self, *, at: datetime) -> MeansOfIntegrity:
        """What a Transfervermerk may say of this seal."""
        return self._opened(at).means

    def seal_pdf(self, pdf: bytes, *, at: datetime) -> bytes:
        """Seal a PDF invisibly: PAdES B-B, with a timestamp service B-T. PDF/A stays PDF/A.

        What was there before stays byte for byte at the front. Raises NotSealable for what is no sound PDF.
        """
        key = self._fit_to_seal(at)
        sealed = self._carried_out(_pdf_sealed(key, pdf, self._timestamps(), at))
        self._confirm(check_pdf_seal(sealed, self._anchors(key), at=at))
        return sealed

    def seal_manifest(self, manifest: bytes, *, at: datetime) -> bytes:
        """The detached CAdES seal over `manifest`, as DER."""
        key = self._fit_to_seal(at)
        sealing = key.signer.async_sign_general_data(
            manifest,
            select_suitable_signing_md(key.certificate.public_key),
            detached=True,
            use_cades=True,
            timestamper=self._timestamps(),
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=at),
        )
        seal: bytes = self._carried_out(sealing).dump()
        self._confirm(check_manifest_seal(manifest, seal, self._anchors(key), at=at))
        return seal

    def certificate(self, *, at: datetime) -> x509.Certificate:
        """The certificate it seals with."""
        return self._opened(at).certificate

    def _fit_to_seal(self, at: datetime) -> SealKey:
        key = self._opened(at)
        if not _is_valid(key, at):
            since, until = key.certificate.not_valid_before, key.certificate.not_valid_after
            raise SealCertificateExpired(since=f"{since:%d.%m.%Y}", until=f"{until:%d.%m.%Y}")
        return key

    def _opened(self, at: datetime) -> SealKey:
        """The key; opened again when its certificate has ended, since the operator may have replaced it."""
        with self._lock:
            if self._password_refused:
                raise SealPasswordWrong
            if self._key is not None and _is_valid(self._key, at):
                return self._key
            self._let_go()
            try:
                self._key = self._open(at)
            except SealPasswordWrong:
                self._password_refused = True
                raise
            return self._key

    def _let_go(self) -> None:
        if self._key is not None:
            let_go(self._key)
        self._key = None

    def _open(self, at: datetime) -> SealKey:
        settings = self._settings
        password = settings.password.get_secret_value()
        chain = certificates_in(settings.chain) if settings.chain else []
        if settings.pkcs12 is not None:
            return key_from_file(settings.pkcs12, password, chain)
        if settings.pkcs11_module is not None:
            return key_on_token(settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_label, password, chain)
        return own_key(self._own_seals, now=at)

    def _timestamps(self) -> HttpTimestamps | None:
        settings = self._settings
        if not settings.timestamp_url:
            return None
        return HttpTimestamps(settings.timestamp_url, timeout_s=settings.timestamp_timeout_s)

    def _carried_out(self, sealing: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run(sealing)
        except token_troubles() as error:
            with self._lock:
                self._let_go()
            raise token_unavailable(error) from None
        except SigningError as error:
            raise SealKeyUnusable(problem=f"Das Siegeln ist gescheitert ({type(error).__name__}).") from None

    def _anchors(self, key: SealKey) -> TrustAnchors:
        return TrustAnchors(own=(key.certificate,))

    def _confirm(self, check: SealCheck) -> None:
        """A proof that proves nothing is not handed out: look at it the way it will be looked at later."""
        if self._settings.timestamp_url and check.timestamp is None:
            raise TimestampServiceUnavailable(problem="Der Dienst hat einen unbrauchbaren Zeitstempel geliefert.")
        if not check.intact or check.trust is Trust.UNKNOWN:
            raise SealKeyUnusable(problem=f"Das Siegel hält der eigenen Prüfung nicht stand: {check.problem}")


def open_sealer(settings: SealSettings, own_seals: Path) -> Sealer | None:
    """The sealer the settings ask for; None when nothing is to be sealed.

    Then the hash of the manifest belongs into the audit trail, as MeansOfIntegrity.HASH_IN_AUDIT_TRAIL says.
    """
    configured = settings.pkcs12 is not None or settings.pkcs11_module is not None
    return Sealer(settings, own_seals) if configured or settings.own_key else None


def trust_anchors(settings: SealSettings, own_seals: Path, sealer: Sealer | None, *, at: datetime) -> TrustAnchors:
    """Whom to trust when checking: the configured roots, the key that is configured now, and all own keys ever made.

    Checking needs no key: where it cannot be opened, the roots have to do. Raises SealCertificatesUnreadable.
    """
    roots = certificates_in(settings.trust) if settings.trust else []
    own = own_certificates(own_seals)
    if sealer is not None:
        try:
            self_issued = sealer.means(at=at) is MeansOfIntegrity.SELF_ISSUED_SEAL
            (own if self_issued else roots).append(sealer.certificate(at=at))
        except (Conflict, Unavailable) as error:
            log.warning("checking_without_seal_key", code=error.code())
    return TrustAnchors(tuple(roots), tuple(own))


class _PdfSignerAt(PdfSigner):
    """Signs as of a given instant, where pyHanko would read the clock, and leaves a PDF/A what it is.

    For elliptic curves pyHanko calls the file PDF 2.0; PDF/A-2 and PDF/A-3 end with PDF 1.7 (ISO 19005-3, 6.1.2).
    """

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:
        pdf_out.register_extension(ESIC_EXTENSION_1)


async def _pdf_sealed(key: SealKey, pdf: bytes, timestamps: HttpTimestamps | None, at: datetime) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=_FIELD,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm=select_suitable_signing_md(key.certificate.public_key),
        name=name_of(key.certificate),
    )
    signer = _PdfSignerAt(metadata, key.signer, timestamper=timestamps, at=at)
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    except (PdfReadError, ValueError) as error:
        raise NotSealable from error
    sealed: io.BytesIO = await signer.async_sign_pdf(writer)
    return sealed.getvalue()


def _is_valid(key: SealKey, at: datetime) -> bool:
    return bool(key.certificate.not_valid_before <= at <= key.certificate.not_valid_after)
