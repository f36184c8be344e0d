"""/retention/due (Fälliges) and /retention/records (warum so lange)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from eakte.foundation.clock import legal_day
from eakte.foundation.http import ApiRoute, Cursor, Limit, PageShape, Work
from eakte.records.plan_rules import DisposalCode
from retention.queries.candidates import standing_of
from retention.queries.due import WantedDue, due
from retention.schemas.periods import DueShape, ExplanationShape, due_shape, explanation_shape
from retention.service.explaining import explain

router = APIRouter(prefix="/retention", tags=["Aufbewahrung"], route_class=ApiRoute)


@router.get("/due", summary="Fällige Akten und Vorgänge, die ältesten zuerst, mit dem, was entgegensteht")
def list_due(
    work: Work,
    entry_id: Annotated[UUID | None, Query(alias="entryId", description="Unter diesem Aktenplaneintrag")] = None,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Dieser Stelle und der unter ihr")] = None,
    by: Annotated[date | None, Query(description="Spätestens an diesem Tag fällig; ohne: heute")] = None,
    disposal: Annotated[DisposalCode | None, Query(description="Nur diese Aussonderungsart")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[DueShape]:
    wanted = WantedDue(by or legal_day(work.now), entry_id, unit_id, disposal)
    page = due(work, wanted, cursor=cursor, limit=limit)
    standing = {one.standing.record_id: one for one in standing_of(work, [row.record_id for row in page.items])}
    shapes = [due_shape(row, standing[row.record_id]) for row in page.items]
    return PageShape(items=shapes, next=page.next_cursor)


@router.get("/records/{record_id}", summary="Bis wann und warum eine Akte oder ein Vorgang aufbewahrt wird")
def explain_record(work: Work, record_id: UUID) -> ExplanationShape:
    return explanation_shape(explain(work, record_id))
