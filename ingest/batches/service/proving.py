"""Proof: transfer note, manifest and seal of each filed scan product, and checking all of it again from storage."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eakte.access.models import Identity, OrganisationalUnit
from eakte.documents import queries as document_queries
from eakte.documents.files import StoredFile, store_derived
from eakte.documents.models import RenditionKind, object_key
from eakte.documents.service import attach_rendition
from eakte.foundation.settings import SealSettings, Settings
from eakte.foundation.storage import Digest, ObjectMissing, Storage
from eakte.foundation.work import UnitOfWork
from ingest.batches import queries
from ingest.batches.messages import ProductSealed
from ingest.batches.models import Batch, BatchDocument, BatchFile, BatchImage, ScanProduct
from ingest.batches.rules import Drawn, Purpose, Verdict
from ingest.models import IngestItem
from ingest.products import as_json, from_json
from ingest.proof import transfer_note as notes
from ingest.proof.manifest import FileRole, ProductFile, list_product
from ingest.proof.results import Stored
from ingest.proof.transfer_note import AnomalyKind, MeansOfIntegrity, PerformedBy, write_transfer_note
from ingest.rules import ItemState

if TYPE_CHECKING:
    from ingest.adapters.sealing import Sealer
    from ingest.proof.verification import Proof

_SYSTEM = "E-Akte"
_ROLES = {
    RenditionKind.ORIGINAL: FileRole.ORIGINAL,
    RenditionKind.ARCHIVAL: FileRole.ARCHIVAL,
    RenditionKind.TEXT: FileRole.TEXT,
    RenditionKind.PREVIEW: FileRole.PREVIEW,
    RenditionKind.LAYOUT: FileRole.LAYOUT,
    RenditionKind.TRANSFER_NOTE: FileRole.TRANSFER_NOTE,
}


@lru_cache(maxsize=4)
def _sealer(settings: SealSettings, own_seals: Path) -> "Sealer | None":
    # Here and below: the libraries of seals and of the note take seconds to load, and most processes need neither.
    from ingest.adapters.sealing import open_sealer  # noqa: PLC0415

    return open_sealer(settings, own_seals)


def sealer_of(settings: Settings) -> "Sealer | None":
    """The sealer of this installation, opened once per process."""
    return _sealer(settings.seal, settings.own_seals)


# --- sealing ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Product:
    """A filed scan product that is to be sealed: the fields of its note, and its files."""

    document_id: UUID
    batch_id: UUID
    fields: dict[str, Any]
    files: tuple[ProductFile, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The proof of a product, stored."""

    note: StoredFile
    manifest: StoredFile
    seal: StoredFile | None
    sealed_as: str

    def as_json(self) -> dict[str, Any]:
        files = {"note": self.note, "manifest": self.manifest, "seal": self.seal}
        return {role: as_json(file) for role, file in files.items() if file is not None}


def product_to_seal(work: UnitOfWork, document_id: UUID) -> Product | None:
    """What is to be sealed of a filed document; None when that is done, its paper is kept anyway, or nobody checked."""
    part = queries.get_document(work, document_id)
    batch = queries.get_batch(work, part.batch_id)
    item = part.item
    filed = item is not None and item.state is ItemState.FILED and item.document_id is not None
    known = work.session.get(ScanProduct, document_id) is not None
    if known or not filed or item is None or batch.profile.purpose is not Purpose.REPLACEMENT:
        return None
    if batch.decided_by is None:
        return None
    fields = _NoteWriter(work, batch, part, item).fields()
    return Product(document_id, batch.id, fields, tuple(product_files(work, part)))


def seal_product(storage: Storage, sealer: "Sealer | None", product: Product, *, at: datetime) -> Sealed:
    """Write note and manifest, seal both, and store them; a repeat before the row is written overwrites itself.

    Raises the errors of sealing, TransferNoteIncomplete, StorageUnavailable.
    """
    from ingest.adapters.transfer_note_pdf import write_note_pdf  # noqa: PLC0415

    means = sealer.means(at=at) if sealer is not None else MeansOfIntegrity.HASH_IN_AUDIT_TRAIL
    note = write_note_pdf(write_transfer_note(**product.fields, created_at=at, integrity=means))
    note = sealer.seal_pdf(note, at=at) if sealer is not None else note
    stored_note = _put(storage, product, "note", note, "application/pdf", "Transfervermerk.pdf")
    listed = ProductFile(
        object_id=stored_note.object_id,
        role=FileRole.TRANSFER_NOTE,
        sha256=stored_note.digest.sha256,
        size=stored_note.digest.size,
    )
    manifest = list_product(product.batch_id, product.document_id, [*product.files, listed]).to_bytes()
    stored_manifest = _put(storage, product, "manifest", manifest, "application/json", "Prüfliste.json")
    seal = None
    if sealer is not None:
        made = sealer.seal_manifest(manifest, at=at)
        seal = _put(storage, product, "seal", made, "application/pkcs7-signature", "Prüfliste.p7s")
    return Sealed(stored_note, stored_manifest, seal, means.value)


def note_seal(work: UnitOfWork, product: Product, sealed: Sealed) -> None:
    """Keep where the proof of a product lies, and its hash in the audit trail."""
    if work.session.get(ScanProduct, product.document_id, with_for_update=True) is not None:
        return
    work.session.add(
        ScanProduct(
            document_id=product.document_id,
            batch_id=product.batch_id,
            files=sealed.as_json(),
            sealed_at=work.now,
            sealed_as=sealed.sealed_as,
        )
    )
    version = document_queries.version_of(work.session, product.document_id, None)
    attach_rendition(work, version, RenditionKind.TRANSFER_NOTE, sealed.note)
    work.session.flush()
    changes = {
        "manifest_sha256": (None, sealed.manifest.digest.sha256),
        "note_sha256": (None, sealed.note.digest.sha256),
        "sealed_as": (None, sealed.sealed_as),
    }
    work.publish(ProductSealed(record_id=product.document_id, changes=changes))


def _put(storage: Storage, product: Product, what: str, content: bytes, media_type: str, name: str) -> StoredFile:
    return store_derived(storage, product.document_id, f"proof/{what}", content, file_name=name, media_type=media_type)


def product_files(work: UnitOfWork, part: BatchDocument) -> Iterator[ProductFile]:
    """Every file of a filed product as the database knows it: its renditions, and the raw scans it came from."""
    version = document_queries.version_of(work.session, part.id, None)
    seen = set()
    for rendition in document_queries.renditions_of(work.session, version.id):
        seen.add(rendition.object_id)
        # What others made of it later is no product of scanning.
        if rendition.kind in _ROLES:
            yield _file(rendition.object_id, _ROLES[rendition.kind], rendition.digest)
    images = queries.pages_of(work.session, part.id)
    for file in queries.files_by_id(work.session, {image.file_id for image in images}).values():
        if file.object_id is not None and file.object_id not in seen:
            yield _file(file.object_id, FileRole.RAW_SCAN, file.digest)


def _file(object_id: UUID, role: FileRole, digest: Digest) -> ProductFile:
    return ProductFile(object_id=object_id, role=role, sha256=digest.sha256, size=digest.size)


# --- the transfer note ------------------------------------------------------------------------------------


class _NoteWriter:
    """Gathers what the transfer note of one product says."""

    def __init__(self, work: UnitOfWork, batch: Batch, part: BatchDocument, item: IngestItem) -> None:
        self._work = work
        self._batch = batch
        self._part = part
        self._item = item
        self._images = queries.pages_of(work.session, part.id)
        self._files = queries.files_by_id(work.session, {image.file_id for image in self._images})

    def fields(self) -> dict[str, Any]:
        batch = self._batch
        unit = self._work.session.get_one(OrganisationalUnit, batch.unit_id).name
        profile = batch.profile
        procedure, _, version = batch.procedure.rpartition(" ")
        return {
            "document_id": self._part.id,
            "batch_id": batch.id,
            "batch_name": batch.number,
            "images": tuple(image.n for image in self._images),
            "captured_at": max(file.received_at for file in self._files.values()),
            "creator": notes.Creator(name=self._name(batch.created_by)),
            "units": notes.Responsibilities(contractor=unit, client=unit, process_owner=unit),
            "operator": self._name(batch.created_by),
            "device": _equipment(batch.device, batch.device_inventory),
            "workstation": _equipment(batch.workstation, batch.workstation_inventory),
            "procedure": notes.Procedure(name=procedure, variant=profile.name, version=version),
            "steps": tuple(self._steps()),
            "anomalies": tuple(self._anomalies()),
            "quality": self._quality(),
            "conformity": notes.Conformity(visual=True, content=True),
        }

    def _name(self, identity_id: UUID | None) -> str:
        identity = self._work.session.get(Identity, identity_id)
        return identity.display_name if identity is not None else str(identity_id)

    def _steps(self) -> Iterator[notes.ProcessStep]:
        batch, item = self._batch, self._item
        operator, pages = self._name(batch.created_by), (item.products or {"pages": []})["pages"]
        yield _step("Scannen", batch.completed_at or batch.created_at, PerformedBy.PERSON, operator)
        for file, images in self._inserted():
            numbers = notes.Attribute(name="Bilder", value=_numbers(images), anomaly=True)
            scanner = self._name(file.received_by or batch.created_by)
            yield _step("Nachtragen eines fehlenden Blatts", file.received_at, PerformedBy.PERSON, scanner, numbers)
        yield _step("Trennen in Dokumente", item.created_at, PerformedBy.SERVICE, _SYSTEM)
        turned = [image.n for image, page in zip(self._images, pages, strict=False) if page["turned"]]
        yield _step(
            "Texterkennung und Wandlung in PDF/A",
            item.changed_at,
            PerformedBy.SERVICE,
            _SYSTEM,
            notes.Attribute(name="Gedrehte Bilder", value=", ".join(map(str, turned)) or "keine"),
            notes.Attribute(name="PDF/A", value=(item.products or {}).get("pdfa_level") or "nicht erreicht"),
        )
        if self._part.checked_at is not None:
            checker = self._name(self._part.checked_by)
            yield _step("Sichtprüfung", self._part.checked_at, PerformedBy.PERSON, checker)
        if batch.decided_at is not None:
            yield _step("Freigabe der Prüfung", batch.decided_at, PerformedBy.PERSON, self._name(batch.decided_by))

    def _inserted(self) -> Iterator[tuple[BatchFile, list[BatchImage]]]:
        """The sheets that were missing when the stack was split, with the images of them in this product."""
        for file in sorted(self._files.values(), key=lambda file: file.id):
            if file.insert_into is not None:
                yield file, [image for image in self._images if image.file_id == file.id]

    def _anomalies(self) -> Iterator[notes.Anomaly]:
        batch = self._batch
        replaced = queries.replaced_by(self._work.session, [image.id for image in self._images])
        for old, file in replaced:
            yield self._anomaly(
                AnomalyKind.RESCAN, f"Bild {old.n} wurde nachgescannt.", [old], replaced_sha256=(file.sha256,)
            )
        for file, images in self._inserted():
            said = f"Beim Trennen fehlend, nachgetragen: Bild {_numbers(images)}."
            yield self._anomaly(AnomalyKind.OTHER, said, images, at=file.received_at, by=file.received_by)
        by_hand = [image for image in self._images if image.turn is not None]
        if by_hand:
            yield self._anomaly(AnomalyKind.CORRECTED_DATA, "Von Hand gedreht.", by_hand)
        part = self._part
        if part.paper_kept is not None:
            said, at, by = part.paper_kept[: notes.LONGEST], part.paper_kept_at, part.paper_kept_by
            yield self._anomaly(AnomalyKind.PAPER_KEPT, said, self._images, at=at, by=by)
        if batch.findings or batch.explanation is not None:
            differences = " ".join(finding["message"] for finding in batch.findings)
            explained = f"Klärung: {batch.explanation}" if batch.explanation is not None else "Noch nicht geklärt."
            yield self._anomaly(AnomalyKind.OTHER, f"{differences} {explained}".strip(), [])
        for warning in self._item.warnings:
            yield self._anomaly(AnomalyKind.OTHER, warning["message"], [])

    def _anomaly(
        self,
        kind: AnomalyKind,
        said: str,
        images: Sequence[BatchImage],
        *,
        at: datetime | None = None,
        by: UUID | None = None,
        replaced_sha256: tuple[str, ...] = (),
    ) -> notes.Anomaly:
        return notes.Anomaly(
            kind=kind,
            description=said,
            images=tuple(image.n for image in images),
            noted_at=at or self._batch.decided_at or self._item.changed_at,
            noted_by=self._name(by or self._batch.decided_by or self._batch.created_by),
            replaced_sha256=replaced_sha256,
        )

    def _quality(self) -> notes.QualityCheck:
        batch, documents = self._batch, queries.documents_of(self._work.session, self._batch.id)
        checked = [document for document in documents if document.verdict is Verdict.GOOD]
        everything = len(checked) == len(documents)
        remarks = " ".join(dict.fromkeys(one.remark for one in checked if one.remark))
        by, at = batch.decided_by, batch.decided_at or self._work.now
        if self._part.checked_at is not None and self._part.checked_at > at:
            # It changed after the checks, so what was decided then was not about this product.
            by, at = self._part.checked_by, self._part.checked_at
        return notes.QualityCheck(
            verdict=notes.Verdict.PASSED_WITH_REMARKS if remarks else notes.Verdict.PASSED,
            extent=notes.Extent.FULL if everything or self._part.drawn is Drawn.EVERY else notes.Extent.SAMPLE,
            sampled_percent=round(100 * len(checked) / len(documents)) if documents else 0,
            checked_by=self._name(by),
            checked_at=at,
            second_person=bool(batch.decided_independently and all(one.checked_independently for one in checked)),
            remarks=remarks,
        )


def _numbers(images: Sequence[BatchImage]) -> str:
    return ", ".join(str(image.n) for image in images)


def _equipment(name: str | None, inventory_number: str | None) -> notes.Equipment:
    return notes.Equipment(name=name or "", inventory_number=inventory_number or "")


def _step(
    name: str, done_at: datetime, by: PerformedBy, performer: str, *attributes: notes.Attribute
) -> notes.ProcessStep:
    return notes.ProcessStep(
        name=name, done_at=done_at, performed_by=by, performer=performer, system=_SYSTEM, attributes=attributes
    )


# --- proving ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proven:
    """What checking one document of a batch found: German sentences, each naming its place; none when all holds."""

    document_id: UUID
    number: int
    sealed_as: str | None
    problems: tuple[str, ...]


def prove_document(work: UnitOfWork, part: BatchDocument, meter: "Meter") -> Proven:
    """Check everything of one filed document again: files against what was recorded, note and seals against both."""
    known = list(product_files(work, part))
    found = [file for file in map(meter.as_found, known) if file is not None]
    product = work.session.get(ScanProduct, part.id)
    if product is None:
        return Proven(part.id, part.number, None, tuple(_unsealed_problems(known, found)))
    proof = _prove(work, product, meter, found)
    return Proven(part.id, part.number, product.sealed_as, proof.problems)


def _prove(work: UnitOfWork, product: ScanProduct, meter: "Meter", found: Iterable[ProductFile]) -> "Proof":
    from ingest.adapters.sealing import trust_anchors  # noqa: PLC0415
    from ingest.proof.verification import prove_product  # noqa: PLC0415

    files = {role: from_json(file) for role, file in product.files.items()}
    sealer = sealer_of(work.settings)
    anchors = trust_anchors(work.settings.seal, work.settings.own_seals, sealer, at=work.now)
    return prove_product(
        manifest=meter.stored(files["manifest"]),
        manifest_seal=meter.stored(files["seal"]) if "seal" in files else None,
        note=meter.stored(files["note"]),
        files=found,
        anchors=anchors,
        at=work.now,
    )


def _unsealed_problems(known: Sequence[ProductFile], found: Sequence[ProductFile]) -> Iterator[str]:
    actual = {file.object_id: file for file in found}
    for file in known:
        if file.object_id not in actual:
            yield f"{file.role.german} {file.object_id} fehlt."
        elif actual[file.object_id] != file:
            yield f"{file.role.german} {file.object_id} wurde verändert."


class Meter:
    """Reads objects as they are now, the hash of each once: many documents may come from one raw scan."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._known: dict[UUID, Digest | None] = {}

    def as_found(self, file: ProductFile) -> ProductFile | None:
        """A file with the hash it has now; None when it is gone."""
        digest = self._measured(file.object_id)
        return _file(file.object_id, file.role, digest) if digest is not None else None

    def stored(self, file: StoredFile) -> Stored:
        """The bytes of a small object as they are now, with the hash recorded."""
        try:
            content = self._storage.read_unchecked(object_key(file.object_id))
        except ObjectMissing:
            content = b""
        return Stored(content, file.digest.sha256)

    def _measured(self, object_id: UUID) -> Digest | None:
        if object_id not in self._known:
            try:
                self._known[object_id] = self._storage.measure(object_key(object_id))
            except ObjectMissing:
                self._known[object_id] = None
        return self._known[object_id]
