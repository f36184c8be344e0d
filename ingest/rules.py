"""The way of a file from receipt to record: states, and which step follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from eakte.foundation.errors import Finding
from ingest.messages import CheckItem, FileItem, RecognizeItem
from ingest.recognition.results import MediaType


class ItemState(StrEnum):
    """Where a file is on its way; `failed` waits in the work list until it is retried or discarded."""

    RECEIVED = "received"
    CHECKED = "checked"
    SPLIT = "split"
    RECOGNISED = "recognised"
    VERIFIED = "verified"
    REVIEWED = "reviewed"
    FILED = "filed"
    FAILED = "failed"
    DISCARDED = "discarded"


SETTLED = frozenset({ItemState.FILED, ItemState.FAILED, ItemState.DISCARDED})

# What no longer concerns the dossier or case it was meant for.
DONE = frozenset({ItemState.FILED, ItemState.DISCARDED})

# What recognition made is there, and it is not filed yet.
FILEABLE = frozenset({ItemState.RECOGNISED, ItemState.VERIFIED, ItemState.REVIEWED})

# What a file is told that has no archival rendition yet.
WAITING_CODES = frozenset({"conversion-waiting", "conversion-failed"})

Step = type[CheckItem] | type[RecognizeItem] | type[FileItem]

# The job that takes an item on from a state. A file that comes by itself is one document; a stack is split
# before its documents become items.
NEXT_STEP: Mapping[ItemState, Step] = {
    ItemState.RECEIVED: CheckItem,
    ItemState.CHECKED: RecognizeItem,
    ItemState.SPLIT: RecognizeItem,
    ItemState.RECOGNISED: FileItem,
    ItemState.VERIFIED: FileItem,
    ItemState.REVIEWED: FileItem,
}


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Pages that came in against pages that go out."""

    expected: int
    found: int

    @property
    def holds(self) -> bool:
        return self.expected == self.found


def wrong_extension(file_name: str, kind: MediaType) -> Finding | None:
    """Note when the end of a file's name promises something else than the file holds."""
    promised = PurePosixPath(file_name).suffix.lower()
    if not promised or promised in kind.suffixes or promised not in _KNOWN_SUFFIXES:
        return None
    return Finding(
        "wrong-extension", f"Der Name endet auf „{promised}“, die Datei ist ihrem Inhalt nach {kind.german}."
    )


_KNOWN_SUFFIXES = frozenset().union(*(kind.suffixes for kind in MediaType))


def title_of(file_name: str) -> str:
    """The title a document has until somebody gives it a better one."""
    return PurePosixPath(file_name).stem.replace("_", " ").strip() or file_name
