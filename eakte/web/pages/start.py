"""/ (Startseite): where one left off."""

from fastapi import APIRouter, Request, Response

from eakte.access import Permission
from eakte.web import queries
from eakte.web.pages.ingests import WORK_LIST_SHOWN, waiting_items
from eakte.web.rendering import render
from eakte.web.session import PageRoute, PageWork

router = APIRouter(route_class=PageRoute)

RECENT = 12


@router.get("/")
def show_start(request: Request, work: PageWork) -> Response:
    ingests = queries.own_ingests(work, 6)
    return render(
        request,
        "start.html",
        dossiers=queries.recent_dossiers(work, RECENT),
        ingests=ingests,
        progress=queries.under_way(work.session, [ingest.id for ingest in ingests]),
        waiting=len(waiting_items(work, cursor=None).items),
        waiting_shown=WORK_LIST_SHOWN,
        may_ingest=work.actor.may(Permission.INGEST),
    )
