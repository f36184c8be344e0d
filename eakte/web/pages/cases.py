"""/vorgaenge (Vorgänge)."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from eakte.access import Permission
from eakte.documents.queries import documents
from eakte.foundation.http import Cursor
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Case
from eakte.records.queries import get_case
from eakte.records.rules import Reading
from eakte.records.service.reading import note_reading
from eakte.web.forms import Refusal
from eakte.web.rendering import address, path_of, render
from eakte.web.session import PageRoute, PageWork
from eakte.web.views import record_view

router = APIRouter(prefix="/vorgaenge", route_class=PageRoute)

SHOWN = 100


@router.get("/{case_id}")
def show_case(request: Request, work: PageWork, case_id: UUID, cursor: Cursor = None) -> Response:
    case = get_case(work, case_id, to=Permission.READ)
    note_reading(work, case, Reading.PAGE)
    return case_page(request, work, case, None, cursor)


def case_page(
    request: Request, work: UnitOfWork, case: Case, refusal: Refusal | None, cursor: str | None = None
) -> Response:
    """A case with its documents."""
    page = documents(work, case_id=case.id, modified_after=None, external_key=None, cursor=cursor, limit=SHOWN)
    return render(
        request,
        "case.html",
        status=refusal.status if refusal is not None else 200,
        view=record_view(work, case),
        case=case,
        documents=page.items,
        next_page=address(path_of(case), cursor=page.next_cursor) if page.next_cursor else None,
        refusal=refusal,
    )
