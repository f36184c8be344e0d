"""The list of a scan product's files with their hashes (Prüfliste): what the seal seals."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from ingest.proof.canonical import Part, Sealable, read_canonical
from ingest.proof.errors import ManifestUnreadable


class FileRole(StrEnum):
    """What a file is to its product."""

    ORIGINAL = "original"
    RAW_SCAN = "raw-scan"
    ARCHIVAL = "archival"
    TEXT = "text"
    PREVIEW = "preview"
    LAYOUT = "layout"
    TRANSFER_NOTE = "transfer-note"

    @property
    def german(self) -> str:
        match self:
            case FileRole.ORIGINAL:
                return "Original"
            case FileRole.RAW_SCAN:
                return "Rohscan"
            case FileRole.ARCHIVAL:
                return "Archivfassung"
            case FileRole.TEXT:
                return "Text"
            case FileRole.PREVIEW:
                return "Vorschau"
            case FileRole.LAYOUT:
                return "Wortpositionen"
            case FileRole.TRANSFER_NOTE:
                return "Transfervermerk"


class ProductFile(Part):
    """One file of a product: SHA-256 as 64 hex digits, size in bytes, and the object that holds it."""

    object_id: UUID
    role: FileRole
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=0)]


class ProductManifest(Sealable):
    """All files of one scan product, in the order of their object ids."""

    format: Literal["eakte-product-manifest"] = "eakte-product-manifest"
    version: Literal[1] = 1
    batch_id: UUID
    document_id: UUID
    files: Annotated[tuple[ProductFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_object_once_in_order(self) -> Self:
        ids = [file.object_id for file in self.files]
        if any(first >= second for first, second in pairwise(ids)):
            raise ValueError("Die Dateien stehen nicht in der Reihenfolge ihrer Kennungen, oder eine steht zweimal da.")
        return self


class Deviation(StrEnum):
    """How a file differs from the list."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as the manifest says; `expected` and `found` are hashes, empty where there is none."""

    deviation: Deviation
    object_id: UUID
    role: FileRole
    expected: str
    found: str

    @property
    def german(self) -> str:
        match self.deviation:
            case Deviation.CHANGED:
                return f"{self.role.german} {self.object_id} wurde verändert."
            case Deviation.MISSING:
                return f"{self.role.german} {self.object_id} fehlt."
            case Deviation.EXTRA:
                return f"{self.role.german} {self.object_id} gehört nicht zum gesiegelten Bestand."


def list_product(batch_id: UUID, document_id: UUID, files: Iterable[ProductFile]) -> ProductManifest:
    """Make the manifest of a product; the order of `files` does not matter."""
    ordered = tuple(sorted(files, key=lambda file: file.object_id))
    return ProductManifest(batch_id=batch_id, document_id=document_id, files=ordered)


def read_manifest(data: bytes) -> ProductManifest:
    """Read a manifest, strictly. Raises ManifestUnreadable for whatever `to_bytes` would not write."""
    try:
        return read_canonical(ProductManifest, data)
    except ValueError as error:
        raise ManifestUnreadable(problem=str(error)) from None


def compare(manifest: ProductManifest, found: Iterable[ProductFile]) -> list[Difference]:
    """Name every file that was changed, is missing, or was added, in the order of object ids.

    A file whose role is another now counts as changed.
    """
    expected = {file.object_id: file for file in manifest.files}
    present = {file.object_id: file for file in found}
    return [
        difference
        for object_id in sorted(expected.keys() | present.keys())
        if (difference := _difference(expected.get(object_id), present.get(object_id))) is not None
    ]


def _difference(expected: ProductFile | None, found: ProductFile | None) -> Difference | None:
    if expected is not None and found is not None:
        if expected == found:
            return None
        return Difference(Deviation.CHANGED, expected.object_id, expected.role, expected.sha256, found.sha256)
    if expected is not None:
        return Difference(Deviation.MISSING, expected.object_id, expected.role, expected.sha256, "")
    assert found is not None
    return Difference(Deviation.EXTRA, found.object_id, found.role, "", found.sha256)
