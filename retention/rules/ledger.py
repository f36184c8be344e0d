"""The deletion ledger (Löschverzeichnis): what was erased, written outside the database, so that no restore undoes it.

One entry for each dossier or case that was on a list. It names what went with it and why; it has no titles.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

PREFIX = "deletions/"
FORMAT = 1


def ledger_key(record_id: object) -> str:
    """Where the entry of a record lies; a repeat overwrites itself."""
    return f"{PREFIX}{record_id}.json"


def canonical(value: Any) -> bytes:
    """The one way to write a value as JSON, so that its hash means something."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sealed_entry(gone: Sequence[Mapping[str, Any]], object_ids: Sequence[str]) -> bytes:
    """The entry of a record and of what it took along, the record first, with the hash of the rest of it."""
    body = {"format": FORMAT, "gone": list(gone), "objects": sorted(object_ids)}
    return canonical({**body, "sha256": hashlib.sha256(canonical(body)).hexdigest()})


def opened_entry(content: bytes) -> dict[str, Any] | None:
    """What an entry says; None where it is not what was written."""
    try:
        entry = json.loads(content)
        body = {name: entry[name] for name in ("format", "gone", "objects")}
    except (ValueError, KeyError, TypeError):
        return None
    intact = entry.get("sha256") == hashlib.sha256(canonical(body)).hexdigest()
    return body if intact and body["format"] == FORMAT and body["gone"] else None
