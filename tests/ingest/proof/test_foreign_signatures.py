"""Signatures in PDFs that came in: what is true of them is recorded, whatever the file tries."""

import io
import json
import os
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import crl, x509
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.validation.dss import DocumentSecurityStore

from eakte.foundation.settings import SealSettings
from ingest.adapters.seal_keys import certificates_in
from ingest.adapters.sealing import Sealer
from ingest.adapters.transfer_note_pdf import write_note_pdf
from ingest.proof.confined import examine_signatures
from ingest.proof.results import Modification, SignatureResult, Trust
from ingest.recognition.results import RecognitionLimits
from tests.ingest.proof.products import a_note, with_bit_flipped
from tests.simulators.seal_authority import SealAuthority
from tests.simulators.timestamp_service import timestamp_service

DATA = Path(os.environ.get("EAKTE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
LIMITS = RecognitionLimits(timeout_s=30, memory_mb=1000)
LETTER = write_note_pdf(a_note())


@pytest.fixture
def authority(tmp_path: Path) -> SealAuthority:
    return SealAuthority(tmp_path, NOW)


@pytest.fixture
def signed(authority: SealAuthority, tmp_path: Path) -> bytes:
    return signed_by(authority.issue_seal("Notarin"), tmp_path)


def signed_by(key: Path, folder: Path, **settings: Any) -> bytes:
    return Sealer(SealSettings(pkcs12=key, **settings), folder).seal_pdf(LETTER, at=NOW)


def examined(pdf: bytes, folder: Path, *roots: x509.Certificate) -> tuple[SignatureResult, ...]:
    path = folder / "eingang.pdf"
    path.write_bytes(pdf)
    return examine_signatures(path, limits=LIMITS, arrived_at=TOMORROW, roots=roots)


def test_a_signature_of_somebody_we_trust(signed: bytes, authority: SealAuthority, tmp_path: Path) -> None:
    (found,) = examined(signed, tmp_path, *certificates_in(authority.root_file))
    assert (found.intact, found.covers_document, found.allowed) == (True, True, True)
    assert (found.modification, found.trust) == (Modification.NONE, Trust.TRUSTED)
    assert (found.field, found.signer, found.signed_at) == ("Siegel", "Notarin, Stadt Musterhausen", NOW)
    assert "unversehrt" in found.summary


def test_without_roots_nobody_is_trusted(signed: bytes, tmp_path: Path) -> None:
    (found,) = examined(signed, tmp_path)
    assert (found.intact, found.trust) == (True, Trust.UNKNOWN)
    assert "nicht bekannt" in found.summary


def test_an_unsigned_pdf_has_no_signatures(tmp_path: Path) -> None:
    assert examined(LETTER, tmp_path) == ()


def test_a_certificate_the_file_itself_shows_revoked(authority: SealAuthority, tmp_path: Path) -> None:
    key = authority.issue_seal("Notarin")
    output = io.BytesIO(signed_by(key, tmp_path))
    revoked = crl.CertificateList.load(authority.revocation_list(key))
    DocumentSecurityStore.add_dss(output, None, crls=[revoked])
    (found,) = examined(output.getvalue(), tmp_path, *certificates_in(authority.root_file))
    assert (found.intact, found.trust) == (True, Trust.REVOKED)
    assert (found.modification, found.allowed, found.covers_document) == (Modification.MAINTENANCE, True, False)
    assert "gesperrt" in found.summary


def test_a_timestamp_is_recorded(authority: SealAuthority, tmp_path: Path) -> None:
    with timestamp_service(NOW) as service:
        pdf = signed_by(authority.issue_seal("Notarin"), tmp_path, timestamp_url=service.url)
    (found,) = examined(pdf, tmp_path)
    assert found.timestamp == NOW
    assert "Zeitstempel" in found.summary


def test_a_second_signature_is_allowed_and_both_are_told(
    signed: bytes, authority: SealAuthority, tmp_path: Path
) -> None:
    second = SimpleSigner.load_pkcs12(authority.issue_seal("Zeugin"))
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    pdf = sign_pdf(writer, PdfSignatureMetadata(field_name="Zweite"), signer=second).getvalue()
    first, last = examined(pdf, tmp_path)
    assert (first.intact, first.covers_document, first.modification) == (True, False, Modification.FORM)
    assert first.allowed
    assert (last.field, last.intact, last.covers_document) == ("Zweite", True, True)


def test_a_page_changed_after_signing_is_told(signed: bytes, tmp_path: Path) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)
    (found,) = examined(output.getvalue(), tmp_path)
    assert (found.intact, found.covers_document, found.allowed) == (True, False, False)
    assert found.modification is Modification.OTHER
    assert "verändert" in found.summary


def test_no_flipped_bit_passes_as_signed(signed: bytes, tmp_path: Path) -> None:
    for position in random.Random(3).sample(range(len(LETTER) * 8), 12):
        for found in examined(with_bit_flipped(signed, position), tmp_path):
            assert not found.intact
            assert "unversehrt" not in found.summary


def test_a_signature_by_a_broken_method_proves_nothing(authority: SealAuthority, tmp_path: Path) -> None:
    signer = SimpleSigner.load_pkcs12(authority.issue_seal("Notarin"))
    writer = IncrementalPdfFileWriter(io.BytesIO(LETTER))
    pdf = sign_pdf(writer, PdfSignatureMetadata(field_name="Alt", md_algorithm="sha1"), signer=signer).getvalue()
    (found,) = examined(pdf, tmp_path)
    assert not found.intact
    assert "nicht mehr als sicher" in found.summary


def signature_field(pdf: pikepdf.Pdf, **value: Any) -> Dictionary:
    signature = Dictionary(
        Type=Name.Sig,
        Filter=Name("/Adobe.PPKLite"),
        SubFilter=Name("/ETSI.CAdES.detached"),
        ByteRange=Array([0, 10, 20, 10]),
        Contents=String(b"\x30\x03\x02\x01\x01"),
    )
    for key, each in value.items():
        signature[f"/{key}"] = each
    return Dictionary(FT=Name.Sig, T=String("Sig"), V=pdf.make_indirect(signature))


def hostile_form(pdf: pikepdf.Pdf, kind: str) -> Array:
    match kind:
        case "empty":
            return Array([signature_field(pdf, Contents=String(b""))])
        case "no cms":
            return Array([signature_field(pdf, Contents=String(b"\xff" * 5000))])
        case "deep asn1":
            return Array([signature_field(pdf, Contents=String(b"\x30\x80" * 20_000))])
        case "absurd ranges":
            ranges = ([-1, 5, 3, 2], [0, 1 << 62, 5, 1 << 62], [0], ["a", 1, 2, 3], [0.5, 1, 2, 3])
            return Array([signature_field(pdf, ByteRange=Array(each)) for each in ranges])
        case "no dictionary":
            return Array([Dictionary(FT=Name.Sig, T=String("Sig"), V=7)])
        case "loop":
            field = pdf.make_indirect(Dictionary(T=String("Ast")))
            field.Kids = Array([field, pdf.make_indirect(signature_field(pdf))])
            return Array([field])
        case "crowd":
            return Array([pdf.make_indirect(signature_field(pdf)) for _ in range(5000)])
        case _:
            field = signature_field(pdf)
            for _ in range(3000):
                field = pdf.make_indirect(Dictionary(T=String("Ast"), Kids=Array([pdf.make_indirect(field)])))
            return Array([field])


@pytest.mark.parametrize(
    "kind", ["empty", "no cms", "deep asn1", "absurd ranges", "no dictionary", "loop", "crowd", "deep tree"]
)
def test_a_form_made_to_hurt_ends_soon_and_proves_nothing(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "boese.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.AcroForm = Dictionary(SigFlags=3, Fields=hostile_form(pdf, kind))
        pdf.save(path)
    started = time.monotonic()
    found = examine_signatures(path, limits=LIMITS, arrived_at=TOMORROW)
    assert time.monotonic() - started < LIMITS.timeout_s
    assert len(found) <= 100
    assert not any(each.intact for each in found)


def collected() -> list[Any]:
    manifest = DATA / "hostile" / "manifest.json"
    if not manifest.exists():
        return []
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return [DATA / "hostile" / each["file"] for each in files if each["file"].endswith(".pdf")]


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA} (EAKTE_TEST_DATA)")
@pytest.mark.parametrize("name", ["signiert.pdf", "signiert-scan.pdf"])
def test_a_real_signed_file_is_intact_and_its_issuer_unknown(name: str) -> None:
    path = DATA / "hostile" / "dev" / name
    (found,) = examine_signatures(path, limits=LIMITS, arrived_at=TOMORROW)
    assert (found.intact, found.covers_document, found.trust) == (True, True, Trust.UNKNOWN)


@pytest.mark.soak
@pytest.mark.parametrize("path", collected(), ids=lambda path: path.name)
def test_every_hostile_file_ends_with_an_answer(path: Path) -> None:
    for found in examine_signatures(path, limits=LIMITS, arrived_at=TOMORROW):
        assert found.summary
