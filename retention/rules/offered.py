"""The records of a process, as an archive's answers are compared with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from eakte.foundation.errors import Finding
from retention.rules.nodes import NodeKind


@dataclass(frozen=True, slots=True)
class OfferedRecord:
    """A record as it was offered or handed over; context objects are none.

    `parent_id` names the record it lies in, if that was offered too.
    """

    id: UUID
    kind: NodeKind
    parent_id: UUID | None = None
    reference: str = ""


def lying_around(records: Mapping[UUID, OfferedRecord], record: OfferedRecord) -> Iterator[OfferedRecord]:
    """What a record lies in, the nearest first."""
    parent = records.get(record.parent_id) if record.parent_id else None
    while parent is not None:
        yield parent
        parent = records.get(parent.parent_id) if parent.parent_id else None


def name_of(record: OfferedRecord) -> str:
    return record.reference or str(record.id)


def note_spelling(findings: list[Finding], record: OfferedRecord, as_written: str) -> None:
    if as_written and as_written != str(record.id):
        message = f"Das Archiv schreibt die Kennung anders: {as_written}."
        findings.append(Finding("id-spelled-differently", message, name_of(record)))
