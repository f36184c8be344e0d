"""Where a seal's key comes from: a PKCS#12 file, or a key this installation makes for itself at its first start."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.sign.signers import Signer, SimpleSigner

from ingest.proof.errors import SealCertificatesUnreadable, SealKeyMissing, SealKeyUnusable, SealPasswordWrong
from ingest.proof.transfer_note import MeansOfIntegrity

log = structlog.get_logger()

OWN_NAME = "E-Akte: selbst ausgestellt, kein fortgeschrittenes Siegel"
# Begins the names of our own files, so that a key somebody lays beside them is not taken for one of ours.
_OWN = "own-"
_OWN_KEY_LASTS = timedelta(days=3650)
_OWN_KEY_IS_REPLACED_BEFORE_ITS_END = timedelta(days=30)
_SIGNING_USES = {"digital_signature", "non_repudiation"}


@dataclass(frozen=True, slots=True)
class SealKey:
    """A key ready to sign, with its certificate; `means` is what a Transfervermerk may say of it."""

    signer: Signer
    means: MeansOfIntegrity

    @property
    def certificate(self) -> asn1_x509.Certificate:
        certificate = self.signer.signing_cert
        assert certificate is not None
        return certificate


def key_from_file(path: Path, password: str, chain: list[asn1_x509.Certificate]) -> SealKey:
    """Open a PKCS#12 file. Raises SealKeyMissing, SealPasswordWrong, SealKeyUnusable."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SealKeyMissing(problem=f"{path} ist nicht lesbar ({error.strerror}).") from None
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except ValueError:
        if not _is_pkcs12(data):
            raise SealKeyUnusable(problem=f"{path} ist keine PKCS#12-Datei.") from None
        raise SealPasswordWrong from None
    if key is None or certificate is None:
        raise SealKeyUnusable(problem=f"In {path} fehlt der Schlüssel oder sein Zertifikat.")
    signer = SimpleSigner.load_pkcs12_data(data, chain, password.encode() or None)
    return checked_key(signer)


def checked_key(signer: Signer) -> SealKey:
    """Accept a key whose certificate allows seals or signatures. Raises SealKeyUnusable."""
    certificate = signer.signing_cert
    if certificate is None:
        raise SealKeyUnusable(problem="Zum Schlüssel fehlt das Zertifikat.")
    uses = certificate.key_usage_value
    if uses is not None and not uses.native & _SIGNING_USES:
        raise SealKeyUnusable(problem="Das Zertifikat erlaubt weder Siegel noch Signaturen.")
    alone = certificate.self_signed != "no"
    return SealKey(signer, MeansOfIntegrity.SELF_ISSUED_SEAL if alone else MeansOfIntegrity.ADVANCED_SEAL)


def certificates_in(path: Path) -> list[asn1_x509.Certificate]:
    """Every certificate of a PEM or DER file. Raises SealCertificatesUnreadable."""
    try:
        found = list(load_certs_from_pemder_data(path.read_bytes()))
    except (OSError, ValueError):
        found = []
    if not found:
        raise SealCertificatesUnreadable(path=path)
    return found


def own_key(directory: Path, *, now: datetime) -> SealKey:
    """The newest key this installation made for itself; made now if there is none, or the last one is about to end.

    Files are readable by their owner only. Old certificates stay, because old seals are checked against them.
    """
    for path in sorted(directory.glob(f"{_OWN}*.p12"), reverse=True):
        key = key_from_file(path, "", [])
        if now < key.certificate.not_valid_after - _OWN_KEY_IS_REPLACED_BEFORE_ITS_END:
            return key
    return key_from_file(_make_own_key(directory, now), "", [])


def own_certificates(directory: Path) -> list[asn1_x509.Certificate]:
    """The certificates of all keys this installation ever made for itself."""
    return [each for path in sorted(directory.glob(f"{_OWN}*.crt")) for each in certificates_in(path)]


def _make_own_key(directory: Path, now: datetime) -> Path:
    """Make a key and its certificate; of several processes that do so at once, each gets a key that lasts."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _own_certificate(key, now)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = f"{_OWN}{now:%Y-%m-%d}-{secrets.token_hex(4)}"
    _write_private(directory / f"{stem}.crt", certificate.public_bytes(Encoding.PEM))
    packed = pkcs12.serialize_key_and_certificates(b"E-Akte", key, certificate, None, NoEncryption())
    _write_private(directory / f"{stem}.p12", packed)
    log.info("own_seal_key_made", certificate=certificate.fingerprint(hashes.SHA256()).hex())
    return directory / f"{stem}.p12"


def _own_certificate(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, OWN_NAME)])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _OWN_KEY_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _write_private(path: Path, content: bytes) -> None:
    """Write a file only its owner can read, whole or not at all."""
    part = path.with_name(path.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def _is_pkcs12(data: bytes) -> bool:
    """Whether this looks like PKCS#12 at all: a sequence that starts with version 3 (RFC 7292, 4)."""
    return data[:1] == b"\x30" and b"\x02\x01\x03" in data[:8]
