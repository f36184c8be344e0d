"""A certification authority that issues seal certificates, as a trust service would."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SealAuthority:
    """A root with one intermediate; `root_file` is what an operator would configure as trusted."""

    def __init__(self, directory: Path, now: datetime) -> None:
        self._directory, self._now = directory, now
        self._root_key = ec.generate_private_key(ec.SECP256R1())
        self._root = self._issue("Wurzel", self._root_key, self._root_key, None, ca=True)
        self._middle_key = ec.generate_private_key(ec.SECP256R1())
        self._middle = self._issue("Zwischenstelle", self._middle_key, self._root_key, self._root, ca=True)
        self.root_file = directory / "wurzel.pem"
        self.root_file.write_bytes(self._root.public_bytes(Encoding.PEM))

    def issue_seal(
        self, name: str, *, password: str = "", days: int = 365, key: Key | None = None, for_seals: bool = True
    ) -> Path:
        """A PKCS#12 file with key, certificate and intermediate."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        certificate = self._issue(name, key, self._middle_key, self._middle, days=days, for_seals=for_seals)
        encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        path = self._directory / f"{name}.p12"
        path.write_bytes(pkcs12.serialize_key_and_certificates(b"siegel", key, certificate, [self._middle], encryption))
        return path

    def revocation_list(self, revoked: Path) -> bytes:
        """A CRL in DER that names the certificate in a PKCS#12 file without password as revoked an hour ago."""
        _, certificate, _ = pkcs12.load_key_and_certificates(revoked.read_bytes(), None)
        assert certificate is not None
        an_hour_ago = self._now - timedelta(hours=1)
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.serial_number)
            .revocation_date(an_hour_ago)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            .build()
        )
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._middle.subject)
            .last_update(an_hour_ago)
            .next_update(self._now + timedelta(days=7))
            .add_revoked_certificate(entry)
            .sign(self._middle_key, hashes.SHA256())
        )
        return made.public_bytes(Encoding.DER)

    def _issue(
        self,
        name: str,
        key: Key,
        issuer_key: ec.EllipticCurvePrivateKey,
        issuer: x509.Certificate | None,
        *,
        ca: bool = False,
        days: int = 365,
        for_seals: bool = True,
    ) -> x509.Certificate:
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Stadt Musterhausen"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        ends = self._now + timedelta(days=days)
        place = x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.invalid/")], None, None, None)
        signs, encrypts = (not ca and for_seals), (not ca and not for_seals)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(self._now, ends) - timedelta(days=400))
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(signs, signs, encrypts, False, False, ca, ca, False, False), critical=True)
            .add_extension(x509.CRLDistributionPoints([place]), critical=False)
            .sign(issuer_key, hashes.SHA256())
        )
