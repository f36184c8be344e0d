"""Scan products made within the test: notes, files and their lists."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ingest.proof.manifest import FileRole, ProductFile, ProductManifest, list_product
from ingest.proof.transfer_note import TransferNote, write_transfer_note

BATCH, DOCUMENT = UUID(int=1), UUID(int=2)
MORNING = datetime(2026, 11, 20, 9, 30, 15, tzinfo=UTC)

FIELDS: dict[str, Any] = {
    "document_id": DOCUMENT,
    "batch_id": BATCH,
    "batch_name": "Bauakten 1987, Karton 12",
    "images": (3, 4, 5, 9),
    "captured_at": MORNING,
    "created_at": MORNING,
    "creator": {"name": "Müller-Łukasiewicz, Ğülşen"},
    "units": {"contractor": "Scanstelle Ost", "client": "Bauordnungsamt", "process_owner": "Hauptamt"},
    "operator": "scan-07",
    "device": {"name": "Kodak i5850", "inventory_number": "INV-2231"},
    "workstation": {"name": "PC Scanstelle 2", "inventory_number": "INV-1187"},
    "procedure": {"name": "Verfahrensbeschreibung Scannen", "variant": "Bauakten", "version": "3.1"},
    "steps": (
        {
            "name": "Scannen",
            "done_at": MORNING,
            "performed_by": "person",
            "performer": "scan-07",
            "system": "Kodak Capture Pro 6.1",
            "attributes": ({"name": "Auflösung", "value": "300 dpi"}, {"name": "Stau", "value": "1", "anomaly": True}),
        },
        {
            "name": "Texterkennung",
            "done_at": MORNING,
            "performed_by": "service",
            "performer": "Texterkennung",
            "system": "E-Akte",
        },
    ),
    "anomalies": (
        {
            "kind": "rescan",
            "description": "Bild 4 war schief eingezogen.",
            "images": (4,),
            "noted_at": MORNING,
            "noted_by": "scan-07",
            "replaced_sha256": ("ab" * 32,),
        },
    ),
    "quality": {
        "verdict": "passed",
        "extent": "sample",
        "sampled_percent": 10,
        "checked_by": "pruef-02",
        "checked_at": MORNING,
        "second_person": True,
    },
    "conformity": {"visual": True, "content": True},
    "integrity": "self_issued_seal",
}


def a_note(**changed: Any) -> TransferNote:
    return write_transfer_note(**(FIELDS | changed))


def listed(number: int, role: FileRole, content: bytes) -> ProductFile:
    return ProductFile(
        object_id=UUID(int=number), role=role, sha256=hashlib.sha256(content).hexdigest(), size=len(content)
    )


def contents() -> dict[int, tuple[FileRole, bytes]]:
    """A small product: its files by object number."""
    return {
        10: (FileRole.ORIGINAL, b"original bytes"),
        11: (FileRole.RAW_SCAN, b"raw scan bytes"),
        12: (FileRole.ARCHIVAL, b"archival bytes"),
        13: (FileRole.TEXT, "Straße".encode()),
        14: (FileRole.PREVIEW, b"preview bytes"),
        15: (FileRole.TRANSFER_NOTE, a_note().to_bytes()),
    }


def listed_all(files: dict[int, tuple[FileRole, bytes]]) -> list[ProductFile]:
    return [listed(number, role, content) for number, (role, content) in files.items()]


def a_manifest() -> ProductManifest:
    return list_product(BATCH, DOCUMENT, listed_all(contents()))


def with_bit_flipped(data: bytes, position: int) -> bytes:
    """`data` with the bit at `position` (counted over all bytes) turned over."""
    spoiled = bytearray(data)
    spoiled[position // 8] ^= 1 << position % 8
    return bytes(spoiled)
