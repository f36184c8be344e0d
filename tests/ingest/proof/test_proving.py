"""Proving a stored product again: one changed bit anywhere is found and located."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from eakte.foundation.settings import SealSettings
from ingest.adapters.cms_trust import TrustAnchors
from ingest.adapters.sealing import open_sealer, trust_anchors
from ingest.adapters.transfer_note_pdf import write_note_pdf
from ingest.proof.manifest import Deviation, FileRole, list_product
from ingest.proof.results import Trust
from ingest.proof.verification import Proof, Stored, prove_product
from tests.ingest.proof.products import BATCH, DOCUMENT, a_note, contents, listed_all, with_bit_flipped
from tests.simulators.timestamp_service import timestamp_service

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOTE_NUMBER = 15


def stored(content: bytes) -> Stored:
    return Stored(content, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True)
class Product:
    """A product with everything that proves it, as it lies in storage."""

    files: dict[int, tuple[FileRole, bytes]]
    manifest: Stored
    seal: Stored | None
    note: Stored
    anchors: TrustAnchors

    def proved(self) -> Proof:
        return prove_product(
            manifest=self.manifest,
            manifest_seal=self.seal,
            note=self.note,
            files=listed_all(self.files),
            anchors=self.anchors,
            at=NOW,
        )

    def with_file(self, number: int, content: bytes) -> "Product":
        role = self.files[number][0]
        changed = replace(self, files=self.files | {number: (role, content)})
        return replace(changed, note=replace(self.note, content=content)) if number == NOTE_NUMBER else changed


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    own = tmp_path_factory.mktemp("seal")
    with timestamp_service(NOW) as service:
        sealer = open_sealer(SealSettings(timestamp_url=service.url), own)
        assert sealer is not None
        note = sealer.seal_pdf(write_note_pdf(a_note()), at=NOW)
        files = contents() | {NOTE_NUMBER: (FileRole.TRANSFER_NOTE, note)}
        manifest = list_product(BATCH, DOCUMENT, listed_all(files)).to_bytes()
        seal = sealer.seal_manifest(manifest, at=NOW)
    own_anchors = trust_anchors(SealSettings(), own, None, at=NOW)
    anchors = TrustAnchors((service.certificate,), own_anchors.own)
    yield Product(files, stored(manifest), stored(seal), stored(note), anchors)


def some_bits(content: bytes, count: int) -> Iterator[bytes]:
    for position in random.Random(5).sample(range(len(content) * 8), count):
        yield with_bit_flipped(content, position)


def test_an_untouched_product_is_proved(product: Product) -> None:
    proof = product.proved()
    assert (proof.holds, proof.problems, proof.differences) == (True, (), ())
    assert proof.sealed_manifest is not None
    assert proof.sealed_note is not None
    assert proof.sealed_manifest.timestamp == proof.sealed_note.timestamp == NOW
    assert proof.sealed_manifest.trust is Trust.SELF_ISSUED


@pytest.mark.parametrize("number", sorted(contents()))
def test_a_bit_in_a_file_is_located(number: int, product: Product) -> None:
    for changed in some_bits(product.files[number][1], 10):
        proof = product.with_file(number, changed).proved()
        assert [(each.deviation, each.object_id) for each in proof.differences] == [
            (Deviation.CHANGED, UUID(int=number))
        ]
        assert f"{product.files[number][0].german} {UUID(int=number)} wurde verändert." in proof.problems


def test_a_bit_in_the_note_is_located(product: Product) -> None:
    for changed in some_bits(product.note.content, 30):
        problems = product.with_file(NOTE_NUMBER, changed).proved().problems
        assert "Der Transfervermerk wurde verändert." in problems


def test_a_bit_in_the_manifest_is_located(product: Product) -> None:
    for changed in some_bits(product.manifest.content, 20):
        proof = replace(product, manifest=replace(product.manifest, content=changed)).proved()
        assert "Die Prüfliste wurde verändert." in proof.problems
        assert proof.sealed_manifest is not None
        assert not proof.sealed_manifest.intact


def test_a_bit_in_the_seal_is_located(product: Product) -> None:
    assert product.seal is not None
    for changed in some_bits(product.seal.content, 60):
        proof = replace(product, seal=replace(product.seal, content=changed)).proved()
        assert "Das Siegel der Prüfliste wurde verändert." in proof.problems


def test_who_changes_file_manifest_and_records_alike_still_lacks_the_key(product: Product) -> None:
    files = product.files | {10: (FileRole.ORIGINAL, b"forged")}
    manifest = list_product(BATCH, DOCUMENT, listed_all(files)).to_bytes()
    proof = replace(product, files=files, manifest=stored(manifest)).proved()
    assert proof.differences == ()
    assert proof.problems == ("Siegel auf Prüfliste: Der gesiegelte Inhalt wurde verändert.",)


def test_a_seal_by_somebody_else_is_no_proof(product: Product, tmp_path: Path) -> None:
    stranger = open_sealer(SealSettings(), tmp_path)
    assert stranger is not None
    seal = stranger.seal_manifest(product.manifest.content, at=NOW)
    proof = replace(product, seal=stored(seal)).proved()
    assert not proof.holds
    assert proof.sealed_manifest is not None
    assert proof.sealed_manifest.trust is Trust.UNKNOWN


def test_the_note_of_another_document_proves_nothing_here(product: Product) -> None:
    other = write_note_pdf(a_note(document_id=UUID(int=77)))
    proof = replace(product, seal=None).with_file(NOTE_NUMBER, other).proved()
    assert any("anderen Dokument" in problem for problem in proof.problems)


def test_without_a_seal_the_recorded_hashes_are_the_proof(product: Product) -> None:
    unsealed = replace(product, seal=None)
    assert unsealed.proved().holds
    changed = next(some_bits(product.manifest.content, 1))
    assert not replace(unsealed, manifest=replace(product.manifest, content=changed)).proved().holds
