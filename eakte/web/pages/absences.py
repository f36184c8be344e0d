"""/abwesenheit: when somebody is away, and who stands in."""

from collections.abc import Iterator
from uuid import UUID

from fastapi import APIRouter, Request, Response

from eakte.access import queries, service
from eakte.access.errors import IdentityNotFound
from eakte.access.models import Deputyship, Identity
from eakte.foundation.work import UnitOfWork
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.rendering import go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from xrechnung.approval.queries.names import names_of
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.schemas.absences import AbsenceFields

router = APIRouter(route_class=PageRoute)

_PATH = "/abwesenheit"
_SHOWN = 200


@router.get(_PATH)
def show_absences(request: Request, work: PageWork) -> Response:
    return _page(request, work, Filled())


@router.post(_PATH)
def enter(request: Request, work: FormWork, form: OwnForm) -> Response:
    texts = texts_of(form)

    def note() -> Deputyship:
        new = read_shape(AbsenceFields, texts, required=("deputy_id", "valid_from", "valid_until"))
        return service.enter_absence(
            work, work.actor.id, new.deputy_id, valid_from=new.valid_from, valid_until=new.valid_until
        )

    outcome = attempt(work, note, IdentityNotFound)
    if isinstance(outcome, Refusal):
        return _page(request, work, Filled(texts, outcome))
    return go_to(_PATH, "abwesend")


@router.post(f"{_PATH}/{{absence_id}}/loeschen")
def remove(request: Request, work: FormWork, form: OwnForm, absence_id: UUID) -> Response:
    outcome = attempt(work, lambda: service.end_absence(work, absence_id))
    if isinstance(outcome, Refusal):
        return _page(request, work, Filled({}, outcome))
    return go_to(_PATH, "anwesend")


def _page(request: Request, work: UnitOfWork, filled: Filled) -> Response:
    found = queries.absences(work, ending_from=legal_day(work.now), cursor=None, limit=_SHOWN).items
    people = names_of(work.session, {one for row in found for one in (row.principal_id, row.deputy_id)})
    return render(
        request,
        "absences.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        absences=found,
        people=people,
        me=work.actor.id,
        colleagues=[(str(one.id), one.display_name) for one in _colleagues(work)],
    )


def _colleagues(work: UnitOfWork) -> Iterator[Identity]:
    """Everybody who may be asked to stand in, however many they are."""
    cursor: str | None = None
    while True:
        page = queries.colleagues(work, cursor=cursor, limit=_SHOWN)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return
