"""A key on a token seals, and never tries a wrong PIN twice. Runs where SoftHSM is installed."""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from pydantic import SecretStr

from eakte.foundation.settings import SealSettings
from ingest.adapters.cms_trust import TrustAnchors
from ingest.adapters.seal_checks import check_manifest_seal, check_pdf_seal
from ingest.adapters.seal_keys import certificates_in
from ingest.adapters.sealing import Sealer
from ingest.adapters.transfer_note_pdf import write_note_pdf
from ingest.proof import errors
from ingest.proof.results import Trust
from ingest.proof.transfer_note import MeansOfIntegrity
from tests.ingest.proof.products import a_manifest, a_note
from tests.simulators.seal_authority import SealAuthority

pkcs11 = pytest.importorskip("pkcs11", reason="without the extra pkcs11")
rsa_keys = pytest.importorskip("pkcs11.util.rsa")

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MANIFEST = a_manifest().to_bytes()
PLACES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
MODULE = Path(next(filter(os.path.exists, (os.environ.get("EAKTE_TEST_PKCS11_MODULE", ""), *PLACES)), ""))
TOOL = shutil.which("softhsm2-util")

pytestmark = pytest.mark.skipif(not (MODULE.is_file() and TOOL), reason="SoftHSM is not installed")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> SealAuthority:
    """The token is made here too: a process reads SoftHSM's configuration once."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    pins = ["--pin", "1234", "--so-pin", "5678"]
    made = [TOOL, "--module", MODULE, "--init-token", "--free", "--label", "eakte", *pins]
    subprocess.run([str(each) for each in made], check=True, capture_output=True)
    authority = SealAuthority(folder, NOW)
    _put_on_token(authority.issue_seal("Amtssiegel", key=rsa.generate_private_key(65537, 2048)))
    return authority


def _put_on_token(path: Path) -> None:
    key, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), None)
    assert key is not None
    assert certificate is not None
    private = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    named = {pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: "siegel"}
    with pkcs11.lib(str(MODULE)).get_token(token_label="eakte").open(user_pin="1234", rw=True) as session:
        session.create_object(rsa_keys.decode_rsa_private_key(private) | named)
        session.create_object(
            named
            | {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
                pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
            }
        )


def a_sealer(folder: Path, *, pin: str = "1234", token: str = "eakte", label: str = "siegel") -> Sealer:
    settings = SealSettings(pkcs11_module=MODULE, pkcs11_token=token, pkcs11_label=label, password=SecretStr(pin))
    return Sealer(settings, folder)


def test_a_wrong_pin_is_tried_once(authority: SealAuthority, tmp_path: Path) -> None:
    sealer = a_sealer(tmp_path, pin="9999")
    for _ in range(20):
        with pytest.raises(errors.SealPasswordWrong):
            sealer.seal_manifest(MANIFEST, at=NOW)
    # SoftHSM locks nothing, but the right PIN must find no session of the wrong one in its way.
    assert a_sealer(tmp_path).seal_manifest(MANIFEST, at=NOW)


def test_a_token_seals_from_several_threads(authority: SealAuthority, tmp_path: Path) -> None:
    sealer = a_sealer(tmp_path)
    assert sealer.means(at=NOW) is MeansOfIntegrity.ADVANCED_SEAL
    anchors = TrustAnchors((sealer.certificate(at=NOW), *certificates_in(authority.root_file)))
    with ThreadPoolExecutor(4) as threads:
        seals = list(threads.map(lambda _: sealer.seal_manifest(MANIFEST, at=NOW), range(12)))
    checks = [check_manifest_seal(MANIFEST, seal, anchors, at=NOW) for seal in seals]
    checks.append(check_pdf_seal(sealer.seal_pdf(write_note_pdf(a_note()), at=NOW), anchors, at=NOW))
    assert {(check.intact, check.trust, check.problem) for check in checks} == {(True, Trust.TRUSTED, "")}


@pytest.mark.parametrize("label", ["", "anderes"])
def test_a_label_the_token_does_not_know_is_said(label: str, authority: SealAuthority, tmp_path: Path) -> None:
    with pytest.raises(errors.SealKeyMissing):
        a_sealer(tmp_path, label=label).seal_manifest(MANIFEST, at=NOW)


def test_a_token_that_is_not_there_is_waited_for(authority: SealAuthority, tmp_path: Path) -> None:
    with pytest.raises(errors.SealServiceUnavailable):
        a_sealer(tmp_path, token="abgezogen").seal_manifest(MANIFEST, at=NOW)
