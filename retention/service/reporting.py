"""The report of a disposal (Vernichtungsprotokoll): drawn up, stored, filed as a record itself; then the traces go."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import update

from eakte.documents.files import StoredFile, derived_id, safe_file_name
from eakte.documents.models import DocumentKind, RenditionKind, object_key
from eakte.documents.queries import version_of
from eakte.documents.service import DocumentDetails, attach_rendition, file_document
from eakte.foundation.clock import legal_day
from eakte.foundation.storage import Digest, Storage, digest_of
from eakte.foundation.work import UnitOfWork
from eakte.records.rules import RecordKind
from eakte.records.service.filing import Metadata, create_case
from retention.messages import ListActed
from retention.models.disposal import DisposalItem, DisposalList, Tombstone
from retention.queries import destroying as queries
from retention.queries import lists as list_queries
from retention.queries.traces import forget_traces
from retention.rules.disposal import ITEM_WORDS, PROCEDURE_WORDS, ListState
from retention.rules.ledger import canonical
from retention.service.destroying import persons_of

TYPE = "Vernichtungsprotokoll"


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says, on the disk, since a list may have a hundred thousand items.

    `data` is the report as JSON, `lines` has its items alone, one a line. `results` counts them by what became of them.
    """

    list_id: UUID
    about: Mapping[str, Any]
    results: Mapping[str, int]
    data: Path
    lines: Path
    digest: Digest
    drawn_up_at: datetime

    @property
    def title(self) -> str:
        return f"{TYPE} zum Aussonderungsverzeichnis {self.about['reference']}"

    @property
    def count(self) -> int:
        return sum(self.results.values())

    def items(self) -> Iterator[dict[str, Any]]:
        """Every item as the report tells it, one after the other."""
        with self.lines.open("rb") as lines:
            for line in lines:
                yield json.loads(line)


@dataclass(frozen=True, slots=True)
class ReportFiles:
    pdf: StoredFile
    data: StoredFile


def draft_report(work: UnitOfWork, list_id: UUID, folder: Path) -> Report | None:
    """Draw up the report of a list on which everything is done, in a folder of its own.

    None where there is none to write, or no place for it. It is the same however often it is drawn up.
    """
    list_ = list_queries.locked_list(work.session, list_id)
    if list_ is None or list_.state is not ListState.CARRIED_OUT or _place(work, list_) is None:
        return None
    about, results, lines, data = _list(work, list_), _results(work, list_), folder / "items", folder / "report.json"
    with lines.open("wb") as target:
        for item, tombstone in queries.items_and_tombstones(work.session, list_id):
            target.write(canonical(_item(item, tombstone)) + b"\n")
    _write_data(data, lines, about, results)
    with data.open("rb") as stream:
        return Report(list_.id, about, results, data, lines, digest_of(stream), work.now)


def _write_data(data: Path, lines: Path, about: Mapping[str, Any], results: Mapping[str, int]) -> None:
    """The report as canonical JSON, item by item: so its names must come in the order of the alphabet."""
    with data.open("wb") as target, lines.open("rb") as items:
        target.write(b'{"format":1,"items":[')
        for place, line in enumerate(items):
            target.write(b"," * (place > 0) + line.rstrip(b"\n"))
        target.write(b'],"list":' + canonical(about) + b',"results":' + canonical(results) + b"}")


def _list(work: UnitOfWork, list_: DisposalList) -> dict[str, Any]:
    return {
        "id": str(list_.id),
        "reference": list_.reference,
        "procedure": PROCEDURE_WORDS[list_.procedure],
        "archive": list_.archive,
        "process": str(list_.process_id),
        "persons": persons_of(work, list_),
        "drawnUpAt": _instant(list_.created_at),
        "reviewedAt": _instant(list_.reviewed_at),
        "undecidedConfirmedAt": _instant(list_.undecided_at),
        "releasedAt": _instant(list_.released_at),
        "destroyFrom": _day(list_.destroy_from),
    }


def _item(item: DisposalItem, tombstone: Tombstone | None) -> dict[str, Any]:
    """One line; of a record that stays there is no more than its number and why it stays."""
    line: dict[str, Any] = {
        "reference": item.reference,
        "recordId": str(item.record_id),
        "kind": item.record_kind.value,
        "class": item.entry_code,
        "decision": None if item.decision is None else item.decision.value,
        "decidedByDefault": item.decided_by_default,
        "result": ITEM_WORDS[item.state],
        "why": item.failure,
        "finishedAt": _instant(item.finished_at),
    }
    if tombstone is not None:
        line |= {
            "createdOn": _day(tombstone.created_on),
            "closedOn": _day(tombstone.closed_on),
            "retainedUntil": _day(tombstone.retained_until),
            "erasedAt": _instant(tombstone.erased_at),
            "archiveReference": tombstone.archive_reference,
        }
    return line


def _results(work: UnitOfWork, list_: DisposalList) -> dict[str, int]:
    found: dict[str, int] = {}
    for (state, _), count in list_queries.counts_of(work.session, list_.id).items():
        found[ITEM_WORDS[state]] = found.get(ITEM_WORDS[state], 0) + count
    return found


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def store_report(storage: Storage, report: Report, pdf: Path) -> ReportFiles:
    """Put a report into the object storage, under ids that a repeat of the same report overwrites."""
    reference = report.about["reference"]
    return ReportFiles(
        _store(storage, report, pdf, f"{TYPE} {reference}.pdf", "application/pdf"),
        _store(storage, report, report.data, f"{TYPE} {reference}.json", "application/json"),
    )


def _store(storage: Storage, report: Report, path: Path, name: str, media_type: str) -> StoredFile:
    with path.open("rb") as stream:
        digest = digest_of(stream)
        object_id = derived_id(report.list_id, f"report/{digest.sha256}")
        storage.put(object_key(object_id), stream, digest, media_type=media_type)
    return StoredFile(object_id, safe_file_name(name.replace("/", "-")), media_type, digest)


def file_report(work: UnitOfWork, report: Report, files: ReportFiles) -> None:
    """File a stored report as a document, close the list, and let the traces go. Once."""
    list_ = list_queries.locked_list(work.session, report.list_id)
    if list_ is None or list_.state is not ListState.CARRIED_OUT:
        return
    place = _place(work, list_)
    if place is None:
        return
    details = DocumentDetails(kind=DocumentKind.INTERNAL, document_type=TYPE, letter_date=legal_day(report.drawn_up_at))
    document = file_document(work, _case(work, list_, place), Metadata(report.title), details, files.pdf)
    attach_rendition(work, version_of(work.session, document.id, None), RenditionKind.DATA, files.data)
    list_.state, list_.closed_at = ListState.CLOSED, work.now
    list_.report_id, list_.report_sha256 = document.id, report.digest.sha256
    work.session.flush()
    _let_traces_go(work, list_)
    changes = {"state": (ListState.CARRIED_OUT.value, list_.state.value), "report": (None, document.reference)}
    work.publish(ListActed(record_id=list_.id, act=ListState.CLOSED.value, changes=changes))


def _place(work: UnitOfWork, list_: DisposalList) -> tuple[UUID, RecordKind] | None:
    for reference in (list_.report_into, work.settings.retention.report_dossier):
        place = list_queries.report_place(work.session, reference) if reference else None
        if place is not None:
            return place
    return None


def _case(work: UnitOfWork, list_: DisposalList, place: tuple[UUID, RecordKind]) -> UUID:
    """The case reports are filed in, or one made for this list."""
    record_id, kind = place
    if kind is RecordKind.CASE:
        return record_id
    return create_case(work, record_id, Metadata(f"Aussonderungsverzeichnis {list_.reference}")).id


def _let_traces_go(work: UnitOfWork, list_: DisposalList) -> None:
    """Empty the titles, and delete what queue and API still keep of what is gone."""
    titles = update(DisposalItem).where(DisposalItem.list_id == list_.id).values(title=None)
    work.session.execute(titles, execution_options={"synchronize_session": False})
    for ids in _of(queries.ids_gone_with(work.session, list_.id)):
        forget_traces(work.session, ids)


def _of(parts: Any) -> Iterator[set[UUID]]:
    for part in parts:
        yield set(part)
