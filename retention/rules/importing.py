"""What of a transfer an archive has taken over (Importbestätigung, 0506): only that allows deletion here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from eakte.foundation.errors import Finding
from retention.rules.exchange import ImportMessage, ImportResult
from retention.rules.nodes import NodeKind
from retention.rules.offered import OfferedRecord, lying_around, name_of, note_spelling


class ImportState(StrEnum):
    """Where a record is that was handed over."""

    IMPORTED = "imported"
    """In the archive, which said so for this very record."""
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    """Nothing was said, or one thing and its opposite."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What the archive says about one record that was handed over."""

    state: ImportState
    archive_reference: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """An import result, understood.

    `deletable` are the records that are in the archive with all that was handed over in them. Codes of findings:
    `record-unknown`, `results-contradict`, `import-failed`, `import-unconfirmed`, `import-without-list`,
    `id-spelled-differently`.
    """

    imported: Mapping[UUID, Imported]
    deletable: frozenset[UUID]
    unknown: tuple[UUID, ...]
    findings: tuple[Finding, ...]

    def in_state(self, state: ImportState) -> tuple[UUID, ...]:
        return tuple(id_ for id_, one in self.imported.items() if one.state is state)


_UNCONFIRMED = Imported(ImportState.UNCONFIRMED)


def understand_import(handed_over: Iterable[OfferedRecord], message: ImportMessage) -> ImportOutcome:
    """What of a transfer is in the archive (Auswertung der Importbestätigung).

    An attachment that is not named shares the fate of its document, as archives do not list them. Success for the
    whole transfer is no success for a record.
    """
    records = {record.id: record for record in handed_over}
    findings: list[Finding] = []
    said: dict[UUID, list[ImportResult]] = defaultdict(list)
    for one in message.results:
        said[one.record_id].append(one)
    unknown = tuple(id_ for id_ in said if id_ not in records)
    for id_ in unknown:
        text = "Bestätigt wurde ein Schriftgutobjekt, das nicht abgegeben war."
        findings.append(Finding("record-unknown", text, str(id_)))
    if message.succeeded and not message.results:
        text = "Das Archiv bestätigt die Abgabe im Ganzen, aber kein einziges Schriftgutobjekt."
        findings.append(Finding("import-without-list", text))
    imported = {record.id: _result(record, said.get(record.id, []), findings) for record in records.values()}
    for record in records.values():
        if record.kind is NodeKind.ATTACHMENT and record.id not in said:
            imported[record.id] = _of_document(records, record, imported)
    for record in records.values():
        _tell_state(findings, record, imported[record.id])
    return ImportOutcome(
        imported=MappingProxyType(imported),
        deletable=_whole(records, imported),
        unknown=unknown,
        findings=tuple(findings),
    )


def _result(record: OfferedRecord, said: list[ImportResult], findings: list[Finding]) -> Imported:
    if not said:
        return _UNCONFIRMED
    for one in said:
        note_spelling(findings, record, one.id_as_written)
    if len({one.succeeded for one in said}) > 1:
        text = "Für dieses Schriftgutobjekt meldet das Archiv Erfolg und Misserfolg zugleich."
        findings.append(Finding("results-contradict", text, name_of(record)))
        return _UNCONFIRMED
    state = ImportState.IMPORTED if said[0].succeeded else ImportState.FAILED
    reference = next((one.archive_reference for one in said if one.archive_reference), None)
    return Imported(state, reference, tuple(reason for one in said for reason in (*one.reasons, *one.codes)))


def _of_document(
    records: Mapping[UUID, OfferedRecord], attachment: OfferedRecord, imported: Mapping[UUID, Imported]
) -> Imported:
    document = next((one for one in lying_around(records, attachment) if one.kind is NodeKind.DOCUMENT), None)
    return replace(imported[document.id], archive_reference=None, reasons=()) if document else _UNCONFIRMED


def _tell_state(findings: list[Finding], record: OfferedRecord, one: Imported) -> None:
    match one.state:
        case ImportState.FAILED:
            reason = " ".join(one.reasons) or "Ein Grund ist nicht genannt."
            findings.append(
                Finding("import-failed", f"Das Archiv konnte es nicht übernehmen. {reason}", name_of(record))
            )
        case ImportState.UNCONFIRMED:
            text = "Die Übernahme ist nicht bestätigt; es bleibt hier."
            findings.append(Finding("import-unconfirmed", text, name_of(record)))


def _whole(records: Mapping[UUID, OfferedRecord], imported: Mapping[UUID, Imported]) -> frozenset[UUID]:
    incomplete: set[UUID] = set()
    for record in records.values():
        if imported[record.id].state is not ImportState.IMPORTED:
            incomplete.add(record.id)
            incomplete.update(above.id for above in lying_around(records, record))
    return frozenset(records) - incomplete
