"""/einschraenkungen, and the restriction of one record (Einschränkung der Verarbeitung, Art. 18 DSGVO)."""

from collections.abc import Iterable
from uuid import UUID

from fastapi import APIRouter, Request, Response

from eakte.access import Permission
from eakte.access.queries import holds_everywhere
from eakte.foundation.work import UnitOfWork
from eakte.records import restriction_queries as queries
from eakte.records.models import Record, Restriction
from eakte.records.queries import get_record, must_allow_to
from eakte.records.restriction_schemas import LiftedRestriction, NewRestriction
from eakte.records.rules import RestrictionGround
from eakte.records.service.restricting import lift_restriction, restrict_record
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.queries import names_of
from eakte.web.rendering import address, go_to, path_of, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork, seen_revision
from eakte.web.views import trail_of

router = APIRouter(route_class=PageRoute)

_PATH = "/einschraenkungen"
_SHOWN = 100


@router.get(_PATH)
def show_restrictions(request: Request, work: PageWork, nach: str | None = None) -> Response:
    page = queries.restrictions(work, active=None, ground=None, until=None, cursor=nach, limit=_SHOWN)
    return render(
        request,
        "restrictions.html",
        restrictions=page.items,
        references=queries.references_of(work.session, {one.record_id for one in page.items}),
        people=_people(work, page.items),
        next_page=address(_PATH, nach=page.next_cursor) if page.next_cursor else None,
    )


@router.get("/schriftgut/{record_id}/einschraenkung")
def show_restriction(request: Request, work: PageWork, record_id: UUID) -> Response:
    return _page(request, work, _loaded(work, record_id), Filled())


@router.post("/schriftgut/{record_id}/einschraenkung")
def restrict(request: Request, work: FormWork, form: OwnForm, record_id: UUID) -> Response:
    record, texts = _loaded(work, record_id), texts_of(form)

    def do() -> None:
        new = read_shape(NewRestriction, texts, required=("ground", "reason"))
        restrict_record(
            work, record_id, ground=new.ground, reason=new.reason, until=new.until, revision=seen_revision(form)
        )

    outcome = attempt(work, do)
    if isinstance(outcome, Refusal):
        return _page(request, work, record, Filled(texts, outcome))
    return go_to(path_of(record), "eingeschraenkt")


@router.post("/schriftgut/{record_id}/einschraenkung/aufheben")
def lift(request: Request, work: FormWork, form: OwnForm, record_id: UUID) -> Response:
    record, texts = _loaded(work, record_id), texts_of(form)

    def do() -> None:
        end = read_shape(LiftedRestriction, texts, required=("reason",))
        lift_restriction(work, record_id, reason=end.reason, revision=seen_revision(form))

    outcome = attempt(work, do)
    if isinstance(outcome, Refusal):
        return _page(request, work, record, Filled(texts, outcome))
    return go_to(path_of(record), "uneingeschraenkt")


def _loaded(work: UnitOfWork, record_id: UUID) -> Record:
    record = get_record(work, record_id, to=Permission.READ)
    must_allow_to(work, record, Permission.RESTRICT_PROCESSING)
    return record


def _page(request: Request, work: UnitOfWork, record: Record, filled: Filled) -> Response:
    in_force = queries.restriction_of(work.session, record)
    history = queries.restrictions_of(work.session, record.id)
    inherited = in_force if in_force is not None and in_force.record_id != record.id else None
    return render(
        request,
        "restriction.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        record=record,
        trail=[*trail_of(work, record), (record.reference, path_of(record))],
        filled=filled,
        inherited=inherited,
        inherited_from=queries.references_of(work.session, [inherited.record_id]) if inherited is not None else {},
        history=history,
        grounds=list(RestrictionGround),
        people=_people(work, [*history, *([inherited] if inherited is not None else [])]),
        may_list=holds_everywhere(work, Permission.RESTRICT_PROCESSING),
    )


def _people(work: UnitOfWork, restrictions: Iterable[Restriction]) -> dict[UUID, str]:
    ids = {one for restriction in restrictions for one in (restriction.set_by, restriction.lifted_by)}
    return names_of(work.session, ids - {None})
