"""/records (Schriftgut jeder Art): look-up by reference, audit, parties, business data, links."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query

from eakte.access import Permission
from eakte.audit.queries import entries_of
from eakte.foundation.http import ApiRoute, Cursor, Limit, PageShape, Revision, Tagged, Work, etag
from eakte.records import queries
from eakte.records.models import Record
from eakte.records.rules import Reading
from eakte.records.schemas import (
    AuditEntryShape,
    BusinessName,
    BusinessValue,
    LinkShape,
    NewLink,
    PartyFields,
    PartyShape,
    RecordSummary,
    summary_shape,
)
from eakte.records.service import details
from eakte.records.service.reading import note_reading

router = APIRouter(prefix="/records", tags=["Schriftgut"], route_class=ApiRoute)


def _summary(work: Work, record: Record) -> RecordSummary:
    return summary_shape(work, record, queries.aliases_of(work.session, record.id))


def _read(work: Work, record: Record) -> Record:
    note_reading(work, record, Reading.METADATA)
    return record


@router.get("", summary="Schriftgut nach Aktenzeichen finden, auch nach früheren")
def find_record(
    work: Work, reference: Annotated[str, Query(min_length=1, max_length=300, examples=["63.2-2026/0118"])]
) -> RecordSummary:
    return _summary(work, _read(work, queries.get_record_by_reference(work, reference, to=Permission.READ)))


@router.get("/{record_id}", summary="Schriftgut beliebiger Art lesen")
def read_record(work: Work, record_id: UUID, response: Tagged) -> RecordSummary:
    record = _read(work, queries.get_record(work, record_id, to=Permission.READ))
    response.headers["ETag"] = etag(record.revision)
    return _summary(work, record)


@router.get("/{record_id}/audit", summary="Protokoll eines Schriftguts")
def read_audit(work: Work, record_id: UUID, cursor: Cursor = None, limit: Limit = 50) -> PageShape[AuditEntryShape]:
    record = queries.get_record(work, record_id, to=Permission.SEE_AUDIT)
    page = entries_of(work.session, record.id, cursor=cursor, limit=limit)
    return PageShape(items=[AuditEntryShape.model_validate(entry) for entry in page.items], next=page.next_cursor)


@router.get("/{record_id}/parties", summary="Beteiligte auflisten")
def list_parties(work: Work, record_id: UUID) -> list[PartyShape]:
    record = _read(work, queries.get_record(work, record_id, to=Permission.READ))
    return [PartyShape.model_validate(party) for party in queries.parties_of(work.session, record.id)]


@router.post("/{record_id}/parties", status_code=201, summary="Beteiligten hinzufügen")
def add_party(work: Work, record_id: UUID, new: PartyFields) -> PartyShape:
    party = details.add_party(work, record_id, details.PartyDetails(**new.model_dump()))
    return PartyShape.model_validate(party)


@router.delete("/{record_id}/parties/{party_id}", status_code=204, summary="Beteiligten entfernen")
def remove_party(work: Work, record_id: UUID, party_id: UUID, revision: Revision) -> None:
    details.remove_party(work, record_id, party_id, revision=revision)


@router.get("/{record_id}/business-data", summary="Fachdaten lesen")
def read_business_data(work: Work, record_id: UUID, response: Tagged) -> dict[str, str]:
    record = _read(work, queries.get_record(work, record_id, to=Permission.READ))
    response.headers["ETag"] = etag(record.revision)
    return queries.business_data_of(work.session, record.id)


@router.patch("/{record_id}/business-data", summary="Fachdaten setzen; null entfernt einen Wert")
def set_business_data(
    work: Work,
    record_id: UUID,
    values: Annotated[dict[BusinessName, BusinessValue | None], Body(max_length=200, examples=[{"flurstueck": "7"}])],
    revision: Revision,
) -> dict[str, str]:
    return details.set_business_data(work, record_id, values, revision=revision)


@router.get("/{record_id}/links", summary="Verweise auflisten")
def list_links(work: Work, record_id: UUID) -> list[LinkShape]:
    return [
        LinkShape(id=link.id, outgoing=link.source_id == record_id, note=link.note, record=_summary(work, other))
        for link, other in details.visible_links(work, record_id)
    ]


@router.post("/{record_id}/links", status_code=201, summary="Verweis setzen")
def link_records(work: Work, record_id: UUID, new: NewLink) -> LinkShape:
    link = details.link_records(work, record_id, new.target_id, note=new.note)
    target = queries.get_record(work, new.target_id, to=Permission.READ)
    return LinkShape(id=link.id, outgoing=True, note=link.note, record=_summary(work, target))


@router.delete("/{record_id}/links/{link_id}", status_code=204, summary="Verweis entfernen")
def unlink_records(work: Work, record_id: UUID, link_id: UUID, revision: Revision) -> None:
    details.unlink_records(work, record_id, link_id, revision=revision)
