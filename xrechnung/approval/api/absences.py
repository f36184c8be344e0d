"""/absences (Abwesenheiten): one's own, those of one's staff, and who stands in."""

from uuid import UUID

from fastapi import APIRouter

from eakte.access import queries, service
from eakte.foundation.http import ApiRoute, Cursor, Limit, PageShape, Work
from xrechnung.approval.queries.names import names_of
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.schemas.absences import AbsenceFields, AbsenceShape, absence_shape
from xrechnung.approval.schemas.acts import PersonShape

router = APIRouter(tags=["Rechnungslauf"], route_class=ApiRoute)


@router.get("/absences", summary="Laufende und künftige Abwesenheiten: eigene, vertretene und die der eigenen Stelle")
def list_absences(work: Work, cursor: Cursor = None, limit: Limit = 50) -> PageShape[AbsenceShape]:
    page = queries.absences(work, ending_from=legal_day(work.now), cursor=cursor, limit=limit)
    names = names_of(work.session, {one for row in page.items for one in (row.principal_id, row.deputy_id)})
    return PageShape(items=[absence_shape(row, names) for row in page.items], next=page.next_cursor)


@router.get("/absences/colleagues", summary="Wer als Vertretung in Frage kommt")
def list_colleagues(work: Work, cursor: Cursor = None, limit: Limit = 50) -> PageShape[PersonShape]:
    page = queries.colleagues(work, cursor=cursor, limit=limit)
    return PageShape(items=[PersonShape(id=row.id, name=row.display_name) for row in page.items], next=page.next_cursor)


@router.post("/absences", status_code=201, summary="Abwesenheit mit Vertretung eintragen")
def enter_absence(work: Work, new: AbsenceFields) -> AbsenceShape:
    absence = service.enter_absence(
        work,
        new.person_id or work.actor.id,
        new.deputy_id,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
    )
    return absence_shape(absence, names_of(work.session, {absence.principal_id, absence.deputy_id}))


@router.delete("/absences/{absence_id}", status_code=204, summary="Abwesenheit löschen")
def remove_absence(work: Work, absence_id: UUID) -> None:
    service.end_absence(work, absence_id)
