"""The report to a data subject (Auskunft, Art. 15 DSGVO): what it says, and the copies that go with it."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from eakte.documents.errors import ContentWithheld, RenditionMissing, VersionNotFound
from eakte.documents.files import safe_file_name
from eakte.documents.models import Document, RenditionKind, object_key
from eakte.documents.service import find_rendition
from eakte.foundation.clock import legal_day
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Digest
from eakte.foundation.work import UnitOfWork
from eakte.privacy.matching import Probe
from eakte.privacy.messages import MakeSubjectReport, SubjectReportAsked, SubjectReportMade, SubjectReportRead
from eakte.privacy.models import ErasureAnswer, SubjectFinding, SubjectReport, SubjectRequest
from eakte.privacy.queries import requests as queries
from eakte.privacy.queries.of_records import Described, describe
from eakte.privacy.registry import Prospect
from eakte.privacy.rules import Judgement, RequestAct, RequestKind
from eakte.privacy.service.erasing import prospects_of
from eakte.privacy.service.reach import everywhere
from eakte.records.models import Party
from eakte.records.rules import RecordKind

RIGHTS = (
    "Sie können unrichtige Daten berichtigen lassen (Art. 16 DSGVO).",
    "Sie können verlangen, dass Daten gelöscht oder in ihrer Verarbeitung eingeschränkt werden (Art. 17, 18 DSGVO).",
    "Solange Aufbewahrungsfristen laufen oder das Archiv zu entscheiden hat, wird eingeschränkt statt gelöscht.",
    "Sie können der Verarbeitung widersprechen (Art. 21 DSGVO).",
    "Sie können sich bei der Datenschutzaufsicht Ihres Landes beschweren (Art. 77 DSGVO).",
    "Automatisierte Entscheidungen und Profilbildung (Art. 22 DSGVO) finden in der E-Akte nicht statt.",
)
_SOMEBODY = "eine weitere Person (nicht genannt, Art. 15 Abs. 4 DSGVO)"


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that goes with the report, under a name of its own."""

    name: str
    key: str
    digest: Digest


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says, as plain values, and which copies belong to it."""

    report_id: UUID
    object_id: UUID
    reference: str
    drawn_up_at: datetime
    says: Mapping[str, Any]
    copies: Sequence[Copy]

    @property
    def title(self) -> str:
        return f"Auskunft {self.reference}"

    @property
    def content(self) -> bytes:
        """The JSON file."""
        return json.dumps(self.says, ensure_ascii=False, indent=2).encode()


def ask_for_report(work: UnitOfWork, request_id: UUID, *, with_copies: bool, all_matches: bool) -> SubjectReport:
    """Have a report put together: of what is confirmed and of strong matches nobody dismissed.

    `all_matches` takes in names alone that nobody judged. Raises SubjectRequestStateForbids.
    """
    request = queries.get_request(work, request_id, change=True)
    request.must_allow(RequestAct.REPORT)
    report = SubjectReport(
        id=new_id(),
        request_id=request_id,
        object_id=new_id(),
        with_copies=with_copies,
        all_matches=all_matches,
        asked_by=work.actor.id,
        asked_at=work.now,
    )
    work.session.add(report)
    work.session.flush()
    work.defer(MakeSubjectReport(report_id=report.id))
    changes = {"copies": (None, with_copies), "all_matches": (None, all_matches)}
    work.publish(SubjectReportAsked(record_id=request_id, changes=changes))
    return report


def draft_report(work: UnitOfWork, report_id: UUID) -> Report | None:
    """Put together what a report says; None when it is there already or its request was forgotten."""
    report = queries.report_to_make(work.session, report_id)
    if report is None:
        return None
    request = work.session.get_one(SubjectRequest, report.request_id)
    if request.person is None:
        return None
    found = queries.all_findings(work.session, request.id, with_open=True if report.all_matches else None)
    by_record: dict[UUID, list[SubjectFinding]] = defaultdict(list)
    for one in found:
        if one.record_id is not None:
            by_record[one.record_id].append(one)
    told = prospects_of(work, list(by_record))
    described = {one: about for one in by_record if (about := describe(everywhere(work), one)) is not None}
    copies = list(_copies(work, by_record, described)) if report.with_copies else []
    probe = Probe(request.subject)
    says = {
        "request": _request(request),
        "person": request.person,
        "drawnUpAt": work.now.isoformat(),
        "records": [
            _record(described.get(record_id), findings, told.get(record_id), probe)
            for record_id, findings in by_record.items()
        ],
        "others": [_finding(one) for one in found if one.record_id is None],
        "erasure": [_answer(one) for one in queries.answers_of(work.session, request.id)],
        "copies": [one.name for one in copies],
        "rights": list(RIGHTS),
    }
    return Report(report.id, report.object_id, request.reference, work.now, says, copies)


def _request(request: SubjectRequest) -> dict[str, Any]:
    kinds = {RequestKind.ACCESS: "Auskunft (Art. 15 DSGVO)", RequestKind.ERASURE: "Löschung (Art. 17 DSGVO)"}
    return {
        "reference": request.reference,
        "kind": request.kind.value,
        "wanted": kinds[request.kind],
        "receivedOn": request.received_on.isoformat(),
        "dueOn": request.due_on.isoformat(),
        "extendedFor": request.extended_for,
    }


def _record(
    about: Described | None, findings: Sequence[SubjectFinding], told: Prospect | None, probe: Probe
) -> dict[str, Any]:
    """A record that speaks of the person; of one that is gone, only that it was."""
    plain: dict[str, Any] = {"reference": findings[0].label, "findings": [_finding(one) for one in findings]}
    if about is None:
        return {**plain, "gone": True}
    record = about.record
    return {
        **plain,
        "reference": record.reference,
        "kind": record.record_kind.value,
        "title": record.title,
        "dossier": about.dossier,
        "purpose": about.purpose,
        "unit": about.unit,
        "since": record.created_at.isoformat(),
        "origin": record.source.value if isinstance(record, Document) else None,
        "recipients": sorted({_recipient(party) for party in about.recipients if not probe.has_name(party.name)}),
        "retention": {
            "until": None if told is None or told.retained_until is None else told.retained_until.isoformat(),
            "term": told.term if told is not None else "",
        },
        "documents": [
            {"reference": one.reference, "title": one.title, "origin": one.source.value, "pages": pages}
            for one, pages in about.inside
        ],
    }


def _recipient(party: Party) -> str:
    return party.organisation or _SOMEBODY


def _finding(one: SubjectFinding) -> dict[str, Any]:
    return {
        "place": one.place.value,
        "label": one.label,
        "field": one.field,
        "page": one.page,
        "version": one.version,
        "text": one.excerpt,
        "matchedBy": one.match.value,
        "confirmed": one.judgement is Judgement.CONFIRMED,
    }


def _answer(one: ErasureAnswer) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "outcome": one.outcome.value,
        "possibleFrom": one.possible_from.isoformat() if one.possible_from is not None else None,
        "reasons": [reason["message"] for reason in one.reasons],
        "restricted": one.restricted,
        "listedOn": one.listed_on,
    }


def _copies(
    work: UnitOfWork, by_record: Mapping[UUID, Sequence[SubjectFinding]], described: Mapping[UUID, Described]
) -> Iterator[Copy]:
    """Archival renditions of the documents that somebody confirmed, or originals where there is none."""
    for number, (record_id, findings) in enumerate(by_record.items(), 1):
        about = described.get(record_id)
        confirmed = any(one.judgement is Judgement.CONFIRMED for one in findings)
        if about is None or about.record.record_kind is not RecordKind.DOCUMENT or not confirmed:
            continue
        for kind in (RenditionKind.ARCHIVAL, RenditionKind.ORIGINAL):
            try:
                rendition = find_rendition(everywhere(work), record_id, kind)
            except RenditionMissing:
                continue
            except (ContentWithheld, VersionNotFound):
                break
            name = safe_file_name(f"{about.record.reference} {rendition.file_name}".replace("/", "-"))
            yield Copy(f"kopien/{number:04} {name}", rendition.key, rendition.digest)
            break


def note_made(work: UnitOfWork, drafted: Report, digest: Digest) -> None:
    """The bytes of a report are stored."""
    report = queries.report_to_make(work.session, drafted.report_id)
    if report is None:
        return
    report.made_at, report.sha256, report.size = work.now, digest.sha256, digest.size
    report.erase_on = legal_day(work.now) + timedelta(days=work.settings.privacy.report_days)
    work.session.flush()
    changes = {"sha256": (None, digest.sha256), "copies": (None, len(drafted.copies))}
    work.publish(SubjectReportMade(record_id=report.request_id, changes=changes))


def read_report(work: UnitOfWork, report_id: UUID) -> tuple[SubjectReport, str, str]:
    """A report for handing out, with its key and file name; that it was read is noted.

    Raises SubjectReportNotFound, ActionForbidden.
    """
    report = queries.get_report(work, report_id)
    request = queries.get_request(work, report.request_id)
    work.publish(SubjectReportRead(record_id=request.id, changes={"sha256": (None, report.sha256)}))
    return report, object_key(report.object_id), safe_file_name(f"Auskunft {request.reference}.zip".replace("/", "-"))
