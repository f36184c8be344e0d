"""/search (Suche)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from eakte.documents.models import DocumentKind
from eakte.documents.schemas import seen_shape
from eakte.foundation.http import ApiRoute, Cursor, Reading, Work
from eakte.search import service
from eakte.search.index import Filters
from eakte.search.schemas import FacetShape, HitShape, MarkedText, SearchShape, Suggestions

router = APIRouter(prefix="/search", tags=["Suche"], route_class=ApiRoute)

QUERY_HELP = (
    'Wörter, "Wortfolge", -ohne, Anfang*, feld:wert (reference, title, party, text, kind, entry, unit, year, date)'
)


@router.get("", summary="Dokumente suchen")
def search(
    work: Reading,
    q: Annotated[str, Query(max_length=10_000, description=QUERY_HELP, examples=["Baugenehmigung"])] = "",
    kind: Annotated[list[DocumentKind] | None, Query(description="Art: Eingang, Ausgang, intern")] = None,
    entry: Annotated[list[str] | None, Query(description="Kennzeichen im Aktenplan")] = None,
    unit: Annotated[list[str] | None, Query(description="Kennung der Organisationseinheit")] = None,
    year: Annotated[list[int] | None, Query(description="Jahr")] = None,
    date_from: Annotated[date | None, Query(alias="dateFrom", description="Frühestes Datum")] = None,
    date_until: Annotated[date | None, Query(alias="dateUntil", description="Spätestes Datum")] = None,
    dossier_id: Annotated[UUID | None, Query(alias="dossierId", description="Nur in dieser Akte")] = None,
    case_id: Annotated[UUID | None, Query(alias="caseId", description="Nur in diesem Vorgang")] = None,
    snippets: Annotated[int, Query(ge=0, le=5, description="Textstellen je Treffer")] = 2,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Treffer je Seite")] = 20,
) -> SearchShape:
    filters = Filters(
        kind=frozenset(value.value for value in kind or ()),
        entry=frozenset(entry or ()),
        unit=frozenset(unit or ()),
        year=frozenset(year or ()),
        dossier_id=dossier_id,
        case_id=case_id,
        date_from=date_from,
        date_until=date_until,
    )
    results = service.search(work, q, filters=filters, limit=limit, cursor=cursor, snippets=snippets)
    return SearchShape(
        items=[
            HitShape(
                document=seen_shape(work.actor, found.document),
                dossier_id=found.document.columns.dossier_id,
                score=found.hit.score,
                snippets=[
                    MarkedText(text=snippet.text, marks=list(snippet.marks), page=snippet.page)
                    for snippet in found.hit.snippets
                ],
            )
            for found in results.found
        ],
        total=results.total,
        facets={
            name: [FacetShape(value=value.value, count=value.count) for value in values]
            for name, values in results.facets.items()
        },
        next=results.next_cursor,
    )


@router.get("/suggestions", summary="Suchbegriff ergänzen")
def suggest(
    work: Reading,
    prefix: Annotated[str, Query(min_length=1, max_length=100, examples=["Bauge"])],
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
) -> Suggestions:
    return Suggestions(items=list(service.suggest(work, prefix, limit=limit)))


@router.post("/index:rebuild", status_code=202, summary="Suchindex neu aufbauen")
def rebuild(work: Work) -> None:
    service.ask_for_rebuild(work)
