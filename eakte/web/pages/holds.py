"""/loeschsperren: legal holds."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from eakte.access import Permission
from eakte.foundation.errors import NotFound
from eakte.foundation.work import UnitOfWork
from eakte.records.queries import get_record_by_reference
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.rendering import address, go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork, seen_revision
from retention.queries import holds as queries
from retention.queries.lists import names_of
from retention.rules.holding import Scope
from retention.schemas.holds import NewHold, ReleasedHold, ScopeFields
from retention.service import holding

router = APIRouter(prefix="/loeschsperren", route_class=PageRoute)

_PATH = "/loeschsperren"
_SHOWN = 100


@router.get("")
def show_holds(request: Request, work: PageWork, nach: str | None = None) -> Response:
    return _overview(request, work, Filled(), cursor=nach)


@router.post("")
def set_hold(request: Request, work: FormWork, form: OwnForm) -> Response:
    texts = texts_of(form)

    def do() -> UUID:
        new = read_shape(NewHold, {"reason": texts.get("reason", "")}, required=("reason",))
        named = [line.strip() for line in texts.get("references", "").splitlines() if line.strip()]
        ids = [get_record_by_reference(work, one, to=Permission.MANAGE_HOLDS).id for one in named]
        return holding.set_hold(work, reason=new.reason, record_ids=ids, scope=_scope(texts)).id

    outcome = attempt(work, do, NotFound)
    if isinstance(outcome, Refusal):
        return _overview(request, work, Filled(texts, outcome), cursor=None)
    return go_to(f"{_PATH}/{outcome}", "gesperrt")


def _scope(texts: dict[str, str]) -> Scope | None:
    asked = {"party": texts.get("party", ""), "words": texts.get("words", "").split()}
    fields = ScopeFields.model_validate({name: value for name, value in asked.items() if value})
    scope = fields.as_scope()
    return None if scope.asks_for_nothing else scope


@router.get("/{hold_id}")
def show_hold(request: Request, work: PageWork, hold_id: UUID, nach: str | None = None) -> Response:
    return _page(request, work, hold_id, Filled(), cursor=nach)


@router.post("/{hold_id}/aufheben")
def release(request: Request, work: FormWork, form: OwnForm, hold_id: UUID) -> Response:
    texts = texts_of(form)

    def do() -> None:
        end = read_shape(ReleasedHold, texts, required=("reason",))
        holding.release_hold(work, hold_id, reason=end.reason, revision=seen_revision(form))

    outcome = attempt(work, do)
    if isinstance(outcome, Refusal):
        return _page(request, work, hold_id, Filled(texts, outcome), cursor=None)
    return go_to(f"{_PATH}/{hold_id}", "aufgehoben")


def _overview(request: Request, work: UnitOfWork, filled: Filled, *, cursor: str | None) -> Response:
    page = queries.holds(work, active=None, cursor=cursor, limit=_SHOWN)
    return render(
        request,
        "holds.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        holds=page.items,
        people=names_of(work.session, {hold.set_by for hold in page.items}),
        next_page=address(_PATH, nach=page.next_cursor) if page.next_cursor else None,
    )


def _page(request: Request, work: UnitOfWork, hold_id: UUID, filled: Filled, *, cursor: str | None) -> Response:
    hold = queries.get_hold(work, hold_id)
    page = queries.held_by(work, hold, cursor=cursor, limit=_SHOWN)
    return render(
        request,
        "hold.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        hold=hold,
        scope=None if hold.scope is None else Scope.model_validate(hold.scope),
        held=page.items,
        references=queries.references_of(work.session, [one.record_id for one in page.items]),
        people=names_of(work.session, {hold.set_by, hold.released_by}),
        next_page=address(f"{_PATH}/{hold_id}", nach=page.next_cursor) if page.next_cursor else None,
    )
