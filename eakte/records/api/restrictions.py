"""/restrictions, and restricting records (Einschränkung der Verarbeitung, Art. 18 DSGVO)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from eakte.access import Permission
from eakte.foundation.http import ApiRoute, Cursor, Limit, PageShape, Revision, Tagged, Work, etag
from eakte.records import restriction_queries as queries
from eakte.records.models import Record, Restriction
from eakte.records.queries import get_record, must_allow_to
from eakte.records.restriction_schemas import (
    LiftedRestriction,
    NewRestriction,
    RestrictionShape,
    RestrictionsOfRecord,
)
from eakte.records.rules import RestrictionGround
from eakte.records.service import restricting

router = APIRouter(tags=["Schriftgut"], route_class=ApiRoute)


def _shape(restriction: Restriction, reference: str) -> RestrictionShape:
    columns = {name: getattr(restriction, name) for name in RestrictionShape.model_fields if name != "reference"}
    return RestrictionShape.model_validate({**columns, "reference": reference})


def _tagged(work: Work, record: Record, response: Response) -> RestrictionsOfRecord:
    response.headers["ETag"] = etag(record.revision)
    in_force = queries.restriction_of(work.session, record)
    history = queries.restrictions_of(work.session, record.id)
    holders = {one.record_id for one in (*history, *([in_force] if in_force is not None else []))}
    references = queries.references_of(work.session, holders)
    return RestrictionsOfRecord(
        in_force=_shape(in_force, references[in_force.record_id]) if in_force is not None else None,
        history=[_shape(one, references[one.record_id]) for one in history],
    )


@router.get("/restrictions", summary="Einschränkungen der Verarbeitung auflisten, auch die aufgehobenen")
def list_restrictions(
    work: Work,
    active: Annotated[bool | None, Query(description="Nur die geltenden oder nur die aufgehobenen")] = None,
    ground: Annotated[RestrictionGround | None, Query(description="Nur aus diesem Grund")] = None,
    until: Annotated[date | None, Query(description="Nur mit Wiedervorlage bis zu diesem Tag")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[RestrictionShape]:
    page = queries.restrictions(work, active=active, ground=ground, until=until, cursor=cursor, limit=limit)
    references = queries.references_of(work.session, {one.record_id for one in page.items})
    return PageShape(items=[_shape(one, references[one.record_id]) for one in page.items], next=page.next_cursor)


@router.get("/records/{record_id}/restriction", summary="Einschränkung der Verarbeitung eines Schriftguts")
def read_restriction(work: Work, record_id: UUID, response: Tagged) -> RestrictionsOfRecord:
    record = get_record(work, record_id, to=Permission.READ)
    must_allow_to(work, record, Permission.RESTRICT_PROCESSING)
    return _tagged(work, record, response)


@router.post("/records/{record_id}:restrict", summary="Verarbeitung einschränken (Art. 18 DSGVO)")
def restrict(
    work: Work, record_id: UUID, new: NewRestriction, revision: Revision, response: Tagged
) -> RestrictionsOfRecord:
    restricting.restrict_record(
        work, record_id, ground=new.ground, reason=new.reason, until=new.until, revision=revision
    )
    return _tagged(work, get_record(work, record_id, to=Permission.RESTRICT_PROCESSING), response)


@router.post("/records/{record_id}:lift-restriction", summary="Einschränkung der Verarbeitung aufheben")
def lift(
    work: Work, record_id: UUID, end: LiftedRestriction, revision: Revision, response: Tagged
) -> RestrictionsOfRecord:
    restricting.lift_restriction(work, record_id, reason=end.reason, revision=revision)
    return _tagged(work, get_record(work, record_id, to=Permission.RESTRICT_PROCESSING), response)
