"""/filing-plans (Aktenpläne) and /filing-plan-entries (Aktenplaneinträge)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from eakte.foundation.errors import TooLarge
from eakte.foundation.http import ApiRoute, Created, Cursor, Limit, PageShape, Revision, Tagged, Work, etag, sent
from eakte.records import plan_queries
from eakte.records.adapters.plan_files import CSV, JSON
from eakte.records.models import FilingPlan, FilingPlanEntry
from eakte.records.plan_schemas import EntryPatch, EntryShape, ImportShape, NewEntry, NewPlan, PlanPatch, PlanShape
from eakte.records.service import plan_entries, plans

router = APIRouter(tags=["Aktenplan"], route_class=ApiRoute)

MAX_IMPORT_MB = 20
_TEXT: dict[str, Any] = {"schema": {"type": "string"}, "example": "code,title,kind,parent\n6,Bauen,main_group,\n"}
_LIST: dict[str, Any] = {"schema": {"type": "object"}, "example": {"entries": [{"code": "6", "title": "Bauen"}]}}
_FILE: dict[str, Any] = {"required": True, "content": {CSV: _TEXT, JSON: _LIST}}


class PlanFormat(StrEnum):
    CSV = "csv"
    JSON = "json"


_MEDIA_TYPES = {PlanFormat.CSV: CSV, PlanFormat.JSON: JSON}


def _plan_shape(work: Work, plan: FilingPlan, response: Response) -> PlanShape:
    work.session.flush()
    response.headers["ETag"] = etag(plan.revision)
    return PlanShape.model_validate(plan)


def _entry_shape(work: Work, entry: FilingPlanEntry, response: Response) -> EntryShape:
    work.session.flush()
    response.headers["ETag"] = etag(entry.revision)
    return EntryShape.model_validate(entry)


@router.get("/filing-plans", summary="Aktenpläne auflisten")
def list_plans(work: Work, cursor: Cursor = None, limit: Limit = 50) -> PageShape[PlanShape]:
    page = plan_queries.plans(work, cursor=cursor, limit=limit)
    return PageShape(items=[PlanShape.model_validate(plan) for plan in page.items], next=page.next_cursor)


@router.post("/filing-plans", status_code=201, summary="Aktenplan anlegen")
def create_plan(work: Work, new: NewPlan, response: Created) -> PlanShape:
    plan = plans.create_plan(work, **new.model_dump())
    response.headers["Location"] = f"/api/v1/filing-plans/{plan.id}"
    return _plan_shape(work, plan, response)


@router.get("/filing-plans/{plan_id}", summary="Aktenplan lesen")
def read_plan(work: Work, plan_id: UUID, response: Tagged) -> PlanShape:
    return _plan_shape(work, plan_queries.get_plan(work, plan_id), response)


@router.patch("/filing-plans/{plan_id}", summary="Aktenplan ändern")
def change_plan(work: Work, plan_id: UUID, patch: PlanPatch, revision: Revision, response: Tagged) -> PlanShape:
    return _plan_shape(work, plans.change_plan(work, plan_id, patch.fields(), revision=revision), response)


async def received_file(request: Request) -> bytes:
    """The request's body as it came, up to a limit. Raises TooLarge."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_IMPORT_MB << 20:
            raise TooLarge(limit=f"{MAX_IMPORT_MB} MB")
    return bytes(content)


@router.post(
    "/filing-plans/{plan_id}:import",
    summary="Aktenplan aus CSV oder JSON übernehmen",
    openapi_extra={"requestBody": _FILE},
)
def import_plan(
    work: Work,
    plan_id: UUID,
    content: Annotated[bytes, Depends(received_file)],
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
) -> ImportShape:
    return ImportShape.model_validate(plans.import_plan(work, plan_id, content, content_type))


@router.get(
    "/filing-plans/{plan_id}/export",
    summary="Aktenplan als CSV oder JSON ausgeben",
    response_class=Response,
    responses={
        200: {
            "content": {CSV: {"schema": {"type": "string"}}, JSON: {"schema": {"type": "object"}}},
            "headers": sent("Content-Disposition"),
        }
    },
)
def export_plan(
    work: Work,
    plan_id: UUID,
    file_format: Annotated[PlanFormat, Query(alias="format", description="Dateiformat")] = PlanFormat.CSV,
) -> Response:
    content = plans.export_plan(work, plan_id, _MEDIA_TYPES[file_format])
    headers = {
        "Content-Disposition": f'attachment; filename="aktenplan.{file_format}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=f"{_MEDIA_TYPES[file_format]}; charset=utf-8", headers=headers)


@router.get("/filing-plan-entries", summary="Aktenplaneinträge auflisten und suchen")
def list_entries(
    work: Work,
    plan_id: Annotated[UUID | None, Query(alias="planId", description="Nur dieser Aktenplan")] = None,
    parent_id: Annotated[UUID | None, Query(alias="parentId", description="Nur unmittelbar unter diesem")] = None,
    top_level: Annotated[bool, Query(alias="topLevel", description="Nur die obersten Einträge")] = False,
    valid_at: Annotated[date | None, Query(alias="validAt", description="Nur an diesem Tag gültige")] = None,
    code: Annotated[str | None, Query(max_length=100, description="Genau dieses Kennzeichen")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Wörter in Kennzeichen und Titel")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[EntryShape]:
    page = plan_queries.entries(
        work,
        plan_id=plan_id,
        parent_id=parent_id,
        top_level=top_level,
        valid_at=valid_at,
        code=code,
        words=q,
        cursor=cursor,
        limit=limit,
    )
    return PageShape(items=[EntryShape.model_validate(entry) for entry in page.items], next=page.next_cursor)


@router.post("/filing-plan-entries", status_code=201, summary="Aktenplaneintrag anlegen")
def create_entry(work: Work, new: NewEntry, response: Created) -> EntryShape:
    fields = new.model_dump()
    plan_id, parent_id = fields.pop("plan_id"), fields.pop("parent_id")
    entry = plan_entries.create_entry(work, plan_id, plan_entries.EntryDetails(**fields), parent_id=parent_id)
    response.headers["Location"] = f"/api/v1/filing-plan-entries/{entry.id}"
    return _entry_shape(work, entry, response)


@router.get("/filing-plan-entries/{entry_id}", summary="Aktenplaneintrag lesen")
def read_entry(work: Work, entry_id: UUID, response: Tagged) -> EntryShape:
    return _entry_shape(work, plan_queries.get_entry(work, entry_id), response)


@router.patch("/filing-plan-entries/{entry_id}", summary="Aktenplaneintrag ändern")
def change_entry(work: Work, entry_id: UUID, patch: EntryPatch, revision: Revision, response: Tagged) -> EntryShape:
    return _entry_shape(work, plan_entries.change_entry(work, entry_id, patch.fields(), revision=revision), response)


@router.post("/filing-plan-entries/{entry_id}:close-down", summary="Aktenplaneintrag stilllegen")
def close_down_entry(work: Work, entry_id: UUID, revision: Revision, response: Tagged) -> EntryShape:
    return _entry_shape(work, plan_entries.close_down_entry(work, entry_id, revision=revision), response)
