"""What recognition made of a file, as its item remembers it until it is filed."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from eakte.documents.files import StoredFile
from eakte.documents.service import MadeRenditions
from eakte.foundation.errors import Finding
from eakte.foundation.storage import Digest


def told(finding: Finding) -> dict[str, str]:
    """A finding as an item keeps it."""
    return {"code": finding.code, "message": finding.message}


def as_json(file: StoredFile) -> dict[str, Any]:
    return {**asdict(file), "object_id": str(file.object_id)}


def from_json(file: dict[str, Any]) -> StoredFile:
    return StoredFile(UUID(file["object_id"]), file["file_name"], file["media_type"], Digest(**file["digest"]))


def object_ids(products: dict[str, Any]) -> list[UUID]:
    """Where the files lie that an item remembers."""
    single = [products["archival"], products.get("layout"), products["text"]]
    return [UUID(file["object_id"]) for file in (*single, *products["previews"]) if file is not None]


def made_of(products: dict[str, Any], texts: Sequence[str], warnings: Sequence[dict[str, str]]) -> MadeRenditions:
    """The renditions a document gets, page texts in order."""
    confidences = [page["confidence"] for page in products["pages"]]
    return MadeRenditions(
        archival=from_json(products["archival"]) if products["archival"] else None,
        pdfa_level=products["pdfa_level"],
        check_report=products["findings"],
        text=from_json(products["text"]),
        layout=from_json(products["layout"]) if products.get("layout") else None,
        pages=list(zip(texts, confidences, strict=True)),
        previews=[from_json(file) for file in products["previews"]],
        warnings=warnings,
        signatures=products.get("signatures"),
    )
