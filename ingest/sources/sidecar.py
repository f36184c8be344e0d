"""Sidecars (Begleitdateien): `batch.json` or `batch.toml` beside scans, which says what was counted and from where."""

import dataclasses
import json
import tomllib
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eakte.foundation.german import in_german
from ingest.batches.rules import Expected
from ingest.batches.service.receiving import BatchDetails
from ingest.sources.errors import SidecarInvalid

LONGEST = 64 << 10

_Text = Field(None, min_length=1, max_length=300)
_Count = Field(None, ge=0, le=1_000_000)


class Sidecar(BaseModel):
    """What may stand in one; whatever does replaces what the source says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sheets: int | None = _Count
    images: int | None = _Count
    documents: int | None = _Count
    profile: str | None = _Text
    into: str | None = _Text
    unit: str | None = _Text
    device: str | None = _Text
    device_inventory: str | None = _Text
    workstation: str | None = _Text
    workstation_inventory: str | None = _Text
    box: str | None = _Text
    shelf: str | None = _Text


def read_sidecar(content: bytes, file_name: str) -> Sidecar:
    """Raises SidecarInvalid."""
    if len(content) > LONGEST:
        raise SidecarInvalid(problem=f"„{file_name}“ ist zu lang.")
    try:
        return Sidecar.model_validate(_parsed(content, file_name))
    except ValidationError as error:
        wrong = error.errors()[0]
        field = ".".join(str(step) for step in wrong["loc"]) or file_name
        raise SidecarInvalid(problem=f"„{field}“ in „{file_name}“: {in_german(wrong)}") from error
    except (ValueError, RecursionError) as error:
        raise SidecarInvalid(problem=f"„{file_name}“ ist nicht lesbar.") from error


def details_with(details: BatchDetails, sidecar: Sidecar) -> BatchDetails:
    """What the source says of its batches, and where the sidecar says something, that."""
    said = sidecar.model_dump(exclude_none=True)
    counted = {name: said.pop(name) for name in ("sheets", "images", "documents") if name in said}
    return dataclasses.replace(details, **said, expected=Expected(**counted))


def _parsed(content: bytes, file_name: str) -> Any:
    text = content.decode("utf-8-sig")
    if file_name.lower().endswith(".toml"):
        return tomllib.loads(text)
    return json.loads(text)
