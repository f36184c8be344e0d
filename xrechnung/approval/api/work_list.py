"""/invoices/work-list: what is to be done next, by what is lost when."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from eakte.foundation.http import ApiRoute, Cursor, Limit, PageShape, Work
from xrechnung.approval.queries import work_list as queries
from xrechnung.approval.queries.names import names_of, unit_names_of
from xrechnung.approval.queries.work_list import WantedWork
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.workflow import Step
from xrechnung.approval.schemas.work_list import WorkCountsShape, WorkItemShape, work_counts_shape, work_item

router = APIRouter(tags=["Rechnungslauf"], route_class=ApiRoute)

Unit = Annotated[UUID | None, Query(description="Nur was bei dieser Stelle liegt")]
Central = Annotated[bool, Query(description="Nur was bei der zentralen Rechnungsstelle liegt")]
Mine = Annotated[bool, Query(description="Nur was ich übernommen habe")]


@router.get("/invoices/work-list", summary="Rechnungen, die auf jemanden warten, das Dringendste zuerst")
def list_work(
    work: Work,
    unit: Unit = None,
    central: Central = False,
    step: Annotated[Step | None, Query(description="Nur mit diesem Bearbeitungsstand")] = None,
    mine: Mine = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[WorkItemShape]:
    page = queries.work_list(work, WantedWork(unit, central, step, mine), cursor=cursor, limit=limit)
    units = unit_names_of(work.session, {row.unit_id for row in page.items})
    people = names_of(work.session, {row.claimed_by for row in page.items if row.claimed_by})
    today = legal_day(work.now)
    return PageShape(items=[work_item(row, today, units, people) for row in page.items], next=page.next_cursor)


@router.get("/invoices/work-list/counts", summary="Wie viele Rechnungen an welchem Schritt warten")
def count_work(work: Work, unit: Unit = None, central: Central = False, mine: Mine = False) -> WorkCountsShape:
    return work_counts_shape(queries.work_counts(work, WantedWork(unit, central, None, mine)))
