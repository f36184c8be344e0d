"""Seals show what changed, in whose name they were set, and when."""

import io
import random
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from eakte.foundation.errors import EakteError, Unavailable
from eakte.foundation.settings import SealSettings
from ingest.adapters import pdfa
from ingest.adapters.cms_trust import TrustAnchors
from ingest.adapters.seal_checks import check_manifest_seal, check_pdf_seal
from ingest.adapters.seal_keys import OWN_NAME
from ingest.adapters.sealing import Sealer, open_sealer, trust_anchors
from ingest.adapters.transfer_note_pdf import note_in, write_note_pdf
from ingest.proof import errors
from ingest.proof.results import SealCheck, Trust
from ingest.proof.transfer_note import MeansOfIntegrity
from tests.ingest.proof.products import a_manifest, a_note, with_bit_flipped
from tests.simulators.seal_authority import SealAuthority
from tests.simulators.timestamp_service import Fault, timestamp_service

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=365 * 30)
MANIFEST = a_manifest().to_bytes()
NOTE = write_note_pdf(a_note())


def a_sealer(own: Path, **settings: object) -> Sealer:
    sealer = open_sealer(SealSettings.model_validate(settings), own)
    assert sealer is not None
    return sealer


def anchors_of(sealer: Sealer, own: Path, **settings: object) -> TrustAnchors:
    return trust_anchors(SealSettings.model_validate(settings), own, sealer, at=NOW)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("secrets") / "seal"


@pytest.fixture(scope="module")
def sealer(own: Path) -> Sealer:
    return a_sealer(own)


@pytest.fixture(scope="module")
def anchors(sealer: Sealer, own: Path) -> TrustAnchors:
    return anchors_of(sealer, own)


@pytest.fixture(scope="module")
def sealed_note(sealer: Sealer) -> bytes:
    return sealer.seal_pdf(NOTE, at=NOW)


@pytest.fixture(scope="module")
def manifest_seal(sealer: Sealer) -> bytes:
    return sealer.seal_manifest(MANIFEST, at=NOW)


@pytest.fixture
def authority(tmp_path: Path) -> SealAuthority:
    return SealAuthority(tmp_path, NOW)


def some_positions(data: bytes, count: int) -> Iterator[int]:
    yield from random.Random(12).sample(range(len(data) * 8), count)


def is_found(check: SealCheck) -> bool:
    return not check.intact and bool(check.problem)


def test_without_a_configured_key_one_is_made_and_called_what_it_is(
    own: Path, sealed_note: bytes, anchors: TrustAnchors
) -> None:
    check = check_pdf_seal(sealed_note, anchors, at=LATER)
    assert (check.intact, check.trust, check.problem, check.signed_at) == (True, Trust.SELF_ISSUED, "", NOW)
    assert check.signer == OWN_NAME
    assert {stat.S_IMODE(path.stat().st_mode) for path in own.iterdir()} == {0o600}
    assert a_sealer(own).means(at=NOW) is MeansOfIntegrity.SELF_ISSUED_SEAL


def test_the_key_made_at_the_first_start_stays_the_same(own: Path, sealer: Sealer) -> None:
    assert a_sealer(own).certificate(at=NOW).sha256 == sealer.certificate(at=NOW).sha256


def test_a_new_key_follows_before_the_old_one_ends_and_old_seals_still_hold(tmp_path: Path) -> None:
    sealer = a_sealer(tmp_path)
    old = sealer.seal_manifest(MANIFEST, at=NOW)
    in_eleven_years = NOW + timedelta(days=365 * 11)
    new = sealer.seal_manifest(MANIFEST, at=in_eleven_years)
    anchors = trust_anchors(SealSettings(), tmp_path, None, at=in_eleven_years)
    checks = [check_manifest_seal(MANIFEST, each, anchors, at=in_eleven_years) for each in (old, new)]
    assert [check.trust for check in checks] == [Trust.SELF_ISSUED, Trust.SELF_ISSUED]
    assert checks[0].certificate != checks[1].certificate


def test_an_operator_may_want_no_seal(tmp_path: Path) -> None:
    assert open_sealer(SealSettings(own_key=False), tmp_path) is None


def test_every_sampled_bit_of_a_sealed_note_counts(sealed_note: bytes, anchors: TrustAnchors) -> None:
    for position in some_positions(sealed_note, 250):
        assert is_found(check_pdf_seal(with_bit_flipped(sealed_note, position), anchors, at=NOW)), position


def test_every_sampled_bit_of_the_manifest_counts(manifest_seal: bytes, anchors: TrustAnchors) -> None:
    for position in some_positions(MANIFEST, 100):
        changed = with_bit_flipped(MANIFEST, position)
        assert is_found(check_manifest_seal(changed, manifest_seal, anchors, at=NOW)), position


def test_every_sampled_bit_of_a_seal_counts(manifest_seal: bytes, anchors: TrustAnchors) -> None:
    for position in some_positions(manifest_seal, 500):
        changed = with_bit_flipped(manifest_seal, position)
        check = check_manifest_seal(MANIFEST, changed, anchors, at=NOW)
        assert not check.intact or check.trust is Trust.UNKNOWN, position
        assert check.problem, position


@pytest.mark.soak
def test_every_bit_of_a_seal_counts(manifest_seal: bytes, anchors: TrustAnchors) -> None:
    for position in range(len(manifest_seal) * 8):
        assert check_manifest_seal(MANIFEST, with_bit_flipped(manifest_seal, position), anchors, at=NOW).problem


@pytest.mark.parametrize("addition", [b"\n", b"%", b"\n% more\n%%EOF\n"])
def test_what_is_appended_to_a_sealed_note_is_found(addition: bytes, sealed_note: bytes, anchors: TrustAnchors) -> None:
    assert is_found(check_pdf_seal(sealed_note + addition, anchors, at=NOW))


def test_a_note_without_seal_is_called_so(anchors: TrustAnchors) -> None:
    assert check_pdf_seal(NOTE, anchors, at=NOW).problem == "Es trägt kein Siegel."


@pytest.mark.parametrize("rubbish", [b"", b"%PDF-1.7", b"\x30\x80", b"\x30\x03\x02\x01\x03", b"0" * 5000])
def test_rubbish_is_no_seal(rubbish: bytes, anchors: TrustAnchors) -> None:
    assert is_found(check_pdf_seal(rubbish, anchors, at=NOW))
    assert is_found(check_manifest_seal(MANIFEST, rubbish, anchors, at=NOW))


def test_somebody_elses_seal_is_not_ours(tmp_path: Path, anchors: TrustAnchors) -> None:
    forged = a_sealer(tmp_path).seal_manifest(MANIFEST, at=NOW)
    check = check_manifest_seal(MANIFEST, forged, anchors, at=NOW)
    assert (check.intact, check.trust) == (True, Trust.UNKNOWN)
    assert "vertraut" in check.problem


def test_sealing_keeps_every_byte_and_what_makes_it_pdfa(tmp_path: Path, sealed_note: bytes) -> None:
    assert sealed_note.startswith(NOTE)
    assert note_in(sealed_note) == a_note()
    path = tmp_path / "ohne.pdf"
    with pikepdf.open(io.BytesIO(sealed_note)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        # ISO 19005-3: printed and not hidden (6.3.2), without extent and so without appearance (6.3.3).
        assert (int(field.F) & 0b111, [int(edge) for edge in field.Rect]) == (0b100, [0, 0, 0, 0])
        assert "/NeedAppearances" not in pdf.Root.AcroForm
        assert "/Version" not in pdf.Root
        # Our checker confirms no forms; what else the seal left must still pass.
        del pdf.Root.AcroForm, pdf.Root.Extensions, pdf.pages[0].Annots
        pdf.save(path, **pikepdf.pdfa.resolve_save_kwargs("3b"))
    assert pdfa.check(path, "3b") == ()


def test_a_configured_key_seals_in_the_name_of_its_certificate(authority: SealAuthority, tmp_path: Path) -> None:
    settings = {"pkcs12": authority.issue_seal("Amtssiegel", password="geheim"), "password": SecretStr("geheim")}
    sealer = a_sealer(tmp_path, **settings)
    assert sealer.means(at=NOW) is MeansOfIntegrity.ADVANCED_SEAL
    sealed = sealer.seal_pdf(NOTE, at=NOW)
    later = trust_anchors(SealSettings(trust=authority.root_file), tmp_path, None, at=LATER)
    check = check_pdf_seal(sealed, later, at=LATER)
    assert (check.intact, check.trust, check.problem) == (True, Trust.TRUSTED, "")
    assert check.signer == "Amtssiegel, Stadt Musterhausen"


def test_a_configured_key_is_trusted_while_it_is_configured(authority: SealAuthority, tmp_path: Path) -> None:
    sealer = a_sealer(tmp_path, pkcs12=authority.issue_seal("Amtssiegel"))
    seal = sealer.seal_manifest(MANIFEST, at=NOW)
    assert check_manifest_seal(MANIFEST, seal, anchors_of(sealer, tmp_path), at=NOW).trust is Trust.TRUSTED
    assert check_manifest_seal(MANIFEST, seal, TrustAnchors(), at=NOW).trust is Trust.UNKNOWN


def test_an_rsa_key_seals_as_well(authority: SealAuthority, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    sealer = a_sealer(tmp_path, pkcs12=authority.issue_seal("Amtssiegel", key=key))
    anchors = anchors_of(sealer, tmp_path)
    assert check_pdf_seal(sealer.seal_pdf(NOTE, at=NOW), anchors, at=NOW).intact
    assert check_manifest_seal(MANIFEST, sealer.seal_manifest(MANIFEST, at=NOW), anchors, at=NOW).intact


def test_a_wrong_password_is_said_and_not_tried_again(authority: SealAuthority, tmp_path: Path) -> None:
    path = authority.issue_seal("Amtssiegel", password="geheim")
    sealer = a_sealer(tmp_path, pkcs12=path, password=SecretStr("falsch"))
    with pytest.raises(errors.SealPasswordWrong, match="EAKTE_SEAL__PASSWORD"):
        sealer.seal_pdf(NOTE, at=NOW)
    path.unlink()
    with pytest.raises(errors.SealPasswordWrong):
        sealer.seal_pdf(NOTE, at=NOW)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda path: path.unlink(), errors.SealKeyMissing),
        (lambda path: path.write_bytes(b"no key"), errors.SealKeyUnusable),
        (lambda path: path.write_bytes(b""), errors.SealKeyUnusable),
    ],
)
def test_a_key_that_is_no_key_is_said(
    spoil: object, problem: type[EakteError], authority: SealAuthority, tmp_path: Path
) -> None:
    path = authority.issue_seal("Amtssiegel")
    assert callable(spoil)
    spoil(path)
    with pytest.raises(problem):
        a_sealer(tmp_path, pkcs12=path).seal_manifest(MANIFEST, at=NOW)


def test_an_expired_certificate_seals_no_more(authority: SealAuthority, tmp_path: Path) -> None:
    sealer = a_sealer(tmp_path, pkcs12=authority.issue_seal("Amtssiegel", days=-1))
    with pytest.raises(errors.SealCertificateExpired, match=r"bis 19\.11\.2026"):
        sealer.seal_manifest(MANIFEST, at=NOW)


def test_old_seals_are_proved_although_the_key_has_ended_or_cannot_be_opened(
    authority: SealAuthority, tmp_path: Path
) -> None:
    path = authority.issue_seal("Amtssiegel", password="geheim")
    settings = {"pkcs12": path, "password": SecretStr("geheim")}
    seal = a_sealer(tmp_path, **settings).seal_manifest(MANIFEST, at=NOW)
    ended = trust_anchors(SealSettings(), tmp_path, a_sealer(tmp_path, **settings), at=LATER)
    closed = trust_anchors(SealSettings(trust=authority.root_file), tmp_path, a_sealer(tmp_path, pkcs12=path), at=LATER)
    for anchors in (ended, closed):
        assert check_manifest_seal(MANIFEST, seal, anchors, at=LATER).trust is Trust.TRUSTED


def test_a_certificate_for_encryption_seals_nothing(authority: SealAuthority, tmp_path: Path) -> None:
    sealer = a_sealer(tmp_path, pkcs12=authority.issue_seal("Verschlüsselung", for_seals=False))
    with pytest.raises(errors.SealKeyUnusable):
        sealer.seal_manifest(MANIFEST, at=NOW)


def test_a_key_too_short_to_be_believed_seals_nothing(authority: SealAuthority, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    sealer = a_sealer(tmp_path, pkcs12=authority.issue_seal("Amtssiegel", key=key))
    with pytest.raises(errors.SealKeyUnusable):
        sealer.seal_manifest(MANIFEST, at=NOW)


def test_certificates_nobody_can_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "kette.pem"
    path.write_text("kein Zertifikat")
    with pytest.raises(errors.SealCertificatesUnreadable, match=r"kette\.pem"):
        trust_anchors(SealSettings(trust=path), tmp_path, None, at=NOW)


@pytest.mark.parametrize("content", [b"", b"no pdf", NOTE[: len(NOTE) // 2]])
def test_what_is_no_sound_pdf_is_not_sealed(content: bytes, sealer: Sealer) -> None:
    with pytest.raises(errors.NotSealable):
        sealer.seal_pdf(content, at=NOW)


def test_a_timestamp_service_attests_the_time(tmp_path: Path) -> None:
    attested = NOW + timedelta(seconds=3)
    with timestamp_service(attested) as service:
        sealer = a_sealer(tmp_path, timestamp_url=service.url)
        sealed, seal = sealer.seal_pdf(NOTE, at=NOW), sealer.seal_manifest(MANIFEST, at=NOW)
    anchors = anchors_of(sealer, tmp_path)
    trusting = TrustAnchors((service.certificate,), anchors.own)
    for check in (
        check_pdf_seal(sealed, trusting, at=LATER),
        check_manifest_seal(MANIFEST, seal, trusting, at=LATER),
    ):
        assert (check.intact, check.timestamp, check.problem) == (True, attested, "")
    unknown = check_manifest_seal(MANIFEST, seal, anchors, at=LATER)
    assert (unknown.intact, unknown.timestamp) == (True, attested)
    assert "Zeitstempeldienst" in unknown.problem


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NONE])
def test_a_timestamp_service_in_trouble_is_waited_for(fault: Fault, tmp_path: Path) -> None:
    with timestamp_service(NOW, fault) as service:
        sealer = a_sealer(tmp_path, timestamp_url=service.url, timestamp_timeout_s=1.0)
        for seal in (lambda: sealer.seal_pdf(NOTE, at=NOW), lambda: sealer.seal_manifest(MANIFEST, at=NOW)):
            with pytest.raises(errors.TimestampServiceUnavailable) as waiting:
                seal()
            assert isinstance(waiting.value, Unavailable)


def test_a_timestamp_service_that_is_gone_is_waited_for(tmp_path: Path) -> None:
    with timestamp_service(NOW) as service:
        url = service.url
    with pytest.raises(errors.TimestampServiceUnavailable):
        a_sealer(tmp_path, timestamp_url=url, timestamp_timeout_s=1.0).seal_manifest(MANIFEST, at=NOW)


def test_a_token_without_its_library_is_said(tmp_path: Path) -> None:
    sealer = a_sealer(tmp_path, pkcs11_module=tmp_path / "libtoken.so", password=SecretStr("1234"))
    with pytest.raises(errors.SealKeyMissing):
        sealer.seal_manifest(MANIFEST, at=NOW)
