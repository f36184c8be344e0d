"""/akten (Akten)."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from eakte.access import Permission
from eakte.foundation.http import Cursor
from eakte.foundation.work import UnitOfWork
from eakte.records import queries
from eakte.records.models import Case, Dossier
from eakte.records.rules import Reading
from eakte.records.schemas import NewCase
from eakte.records.service.filing import Metadata, create_case
from eakte.records.service.reading import note_reading
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.queries import all_units
from eakte.web.rendering import address, go_to, path_of, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from eakte.web.views import record_view, trail_of

router = APIRouter(prefix="/akten", route_class=PageRoute)

SHOWN = 50


@router.get("/{dossier_id}")
def show_dossier(request: Request, work: PageWork, dossier_id: UUID, cursor: Cursor = None) -> Response:
    dossier = queries.get_dossier(work, dossier_id, to=Permission.READ)
    note_reading(work, dossier, Reading.PAGE)
    return dossier_page(request, work, dossier, None, cursor)


def dossier_page(
    request: Request, work: UnitOfWork, dossier: Dossier, refusal: Refusal | None, cursor: str | None = None
) -> Response:
    """A dossier with its cases."""
    page = queries.cases(work, dossier_id=dossier.id, state=None, modified_after=None, cursor=cursor, limit=SHOWN)
    return render(
        request,
        "dossier.html",
        status=refusal.status if refusal is not None else 200,
        view=record_view(work, dossier),
        dossier=dossier,
        cases=page.items,
        next_page=address(path_of(dossier), cursor=page.next_cursor) if page.next_cursor else None,
        refusal=refusal,
    )


@router.get("/{dossier_id}/neuer-vorgang")
def show_new_case(request: Request, work: PageWork, dossier_id: UUID) -> Response:
    dossier = queries.get_dossier(work, dossier_id, to=Permission.READ)
    return _new_case(request, work, dossier, Filled())


@router.post("/{dossier_id}/neuer-vorgang")
def open_case(request: Request, work: FormWork, form: OwnForm, dossier_id: UUID) -> Response:
    dossier = queries.get_dossier(work, dossier_id, to=Permission.READ)
    texts = texts_of(form)

    def create() -> Case:
        new = read_shape(NewCase, texts)
        metadata = Metadata(
            new.title, new.remark, tuple(new.keywords), new.confidentiality, new.medium, new.location,
            new.runs_from, new.runs_until,
        )  # fmt: skip
        return create_case(work, dossier.id, metadata, keeping_unit_id=new.keeping_unit_id, case_type=new.case_type)

    outcome = attempt(work, create)
    if isinstance(outcome, Refusal):
        return _new_case(request, work, dossier, Filled(texts, outcome))
    return go_to(path_of(outcome), "angelegt")


def _new_case(request: Request, work: UnitOfWork, dossier: Dossier, filled: Filled) -> Response:
    status = filled.refusal.status if filled.refusal is not None else 200
    trail = [*trail_of(work, dossier), (dossier.reference, path_of(dossier))]
    units = all_units(work.session)
    return render(request, "new_case.html", status=status, dossier=dossier, trail=trail, units=units, filled=filled)
