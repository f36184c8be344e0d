"""/retention/rules, /retention/assignments (Zuordnungen) and /retention/dates (fristauslösende Daten)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from eakte.foundation.errors import TooLarge
from eakte.foundation.http import ApiRoute, Cursor, Limit, PageShape, Revision, Tagged, Work, etag
from retention.adapters.catalogue_yaml import MAX_BYTES
from retention.models.rules import EnteredDate
from retention.queries import rules as queries
from retention.schemas.rules import (
    AssignmentShape,
    AwaitedShape,
    CatalogueShape,
    DatePatch,
    DateShape,
    NewAssignment,
    NewDate,
    RuleShape,
    assignment_shape,
)
from retention.service import assigning, catalogues, dating
from retention.service.assigning import Place

router = APIRouter(prefix="/retention", tags=["Aufbewahrung"], route_class=ApiRoute)

_EXAMPLE = """catalogue: stadt
name: Regeln der Stadt
rules:
- {key: bauakten, name: Bauakten, source: Aktenordnung Nr. 4, event: closing, period: 30 years}
"""
_FILE: dict[str, Any] = {
    "required": True,
    "content": {"application/yaml": {"schema": {"type": "string"}, "example": _EXAMPLE}},
}


# --- rules ------------------------------------------------------------------------------------------------


@router.get("/rules", summary="Aufbewahrungsregeln auflisten")
def list_rules(
    work: Work,
    catalogue: Annotated[str | None, Query(max_length=100, description="Nur aus diesem Katalog")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[RuleShape]:
    page = queries.rules(work, catalogue=catalogue, cursor=cursor, limit=limit)
    return PageShape(items=[RuleShape.model_validate(rule) for rule in page.items], next=page.next_cursor)


@router.get("/rules/{rule_id}", summary="Aufbewahrungsregel lesen")
def read_rule(work: Work, rule_id: UUID, response: Tagged) -> RuleShape:
    rule = queries.get_rule(work, rule_id)
    response.headers["ETag"] = etag(rule.revision)
    return RuleShape.model_validate(rule)


async def _received(request: Request) -> bytes:
    """The request's body as it came, up to a limit. Raises TooLarge."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BYTES:
            raise TooLarge(limit="2 MB")
    return bytes(content)


@router.post(
    "/rules:import",
    summary="Katalog von Aufbewahrungsregeln aus YAML übernehmen; wiederholt ändert sich nur, was anders ist",
    openapi_extra={"requestBody": _FILE},
)
def import_rules(work: Work, content: Annotated[bytes, Depends(_received)]) -> CatalogueShape:
    return CatalogueShape.model_validate(catalogues.import_catalogue(work, content))


# --- where they hang --------------------------------------------------------------------------------------


@router.get("/assignments", summary="Zuordnungen zum Aktenplan auflisten; Ausnahmen stehen bei ihrer Akte")
def list_assignments(
    work: Work,
    entry_id: Annotated[UUID | None, Query(alias="entryId", description="Nur an diesem Aktenplaneintrag")] = None,
    rule_id: Annotated[UUID | None, Query(alias="ruleId", description="Nur diese Regel")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[AssignmentShape]:
    page = queries.assignments_at_entries(work, entry_id=entry_id, rule_id=rule_id, cursor=cursor, limit=limit)
    return PageShape(items=[assignment_shape(one) for one in page.items], next=page.next_cursor)


@router.post("/assignments", status_code=201, summary="Regel an Aktenplaneintrag, Akte oder Vorgang hängen")
def assign(work: Work, new: NewAssignment) -> AssignmentShape:
    place = Place(new.entry_id, new.record_id)
    return assignment_shape(
        assigning.assign_rule(work, new.rule_id, place, inheritance=new.inheritance, reason=new.reason)
    )


@router.delete("/assignments/{assignment_id}", status_code=204, summary="Regel abnehmen")
def unassign(
    work: Work,
    assignment_id: UUID,
    reason: Annotated[
        str | None, Query(min_length=3, max_length=2000, description="Grund; nötig bei einer örtlichen Ausnahme")
    ] = None,
) -> None:
    assigning.unassign_rule(work, assignment_id, reason=reason)


# --- dates ------------------------------------------------------------------------------------------------


@router.get("/dates", summary="Für Haushaltsjahre eingetragene Daten auflisten")
def list_dates(
    work: Work,
    key: Annotated[str | None, Query(max_length=100, description="Nur Daten dieses Namens")] = None,
    fiscal_year: Annotated[int | None, Query(alias="fiscalYear", ge=1900, le=2200, description="Haushaltsjahr")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[DateShape]:
    page = queries.dates_of_years(work, key=key, fiscal_year=fiscal_year, cursor=cursor, limit=limit)
    return PageShape(items=[DateShape.model_validate(one) for one in page.items], next=page.next_cursor)


@router.get("/awaited-dates", summary="Auf welche Daten geschlossene Akten und Vorgänge warten")
def list_awaited(work: Work) -> list[AwaitedShape]:
    return [AwaitedShape(key=key, records=count) for key, count in queries.awaited(work)]


@router.post("/dates", status_code=201, summary="Fristauslösendes Datum eintragen")
def enter(work: Work, new: NewDate, response: Tagged) -> DateShape:
    entered = dating.enter_date(
        work, new.key, new.day, source=new.source, fiscal_year=new.fiscal_year, record_id=new.record_id
    )
    return _date_shape(entered, response)


@router.patch("/dates/{date_id}", summary="Fristauslösendes Datum berichtigen")
def change(work: Work, date_id: UUID, patch: DatePatch, revision: Revision, response: Tagged) -> DateShape:
    return _date_shape(dating.change_date(work, date_id, patch.day, source=patch.source, revision=revision), response)


@router.delete("/dates/{date_id}", status_code=204, summary="Fristauslösendes Datum zurücknehmen")
def take_back(work: Work, date_id: UUID, revision: Revision) -> None:
    dating.take_back_date(work, date_id, revision=revision)


def _date_shape(entered: EnteredDate, response: Response) -> DateShape:
    response.headers["ETag"] = etag(entered.revision)
    return DateShape.model_validate(entered)
