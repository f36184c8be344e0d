"""/aussonderung (Aussonderungsverzeichnisse): what is due, lists on their way, and what people do with them."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from eakte.access import Permission
from eakte.access.queries import BERLIN, holds_everywhere
from eakte.foundation.work import UnitOfWork
from eakte.records.plan_rules import DisposalCode
from eakte.web.errors import ActionUnknown
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.rendering import address, go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork, seen_revision
from retention.archives import load_archives
from retention.errors import NothingToDispose
from retention.models.disposal import DisposalList
from retention.queries import exchange
from retention.queries import lists as queries
from retention.queries.candidates import Wanted, candidates
from retention.queries.silence import silences
from retention.rules.disposal import MAY_BE_TAKEN_OFF, ItemState, ListAct, Procedure
from retention.rules.readiness import OBSTACLE_WORDS
from retention.schemas.holds import ReleasedHold
from retention.schemas.lists import NewList
from retention.service import deciding, listing

router = APIRouter(prefix="/aussonderung", route_class=PageRoute)

_PATH = "/aussonderung"
_SHOWN = 100
_LOOKED_AT = 500


def list_path(list_id: UUID) -> str:
    return f"{_PATH}/{list_id}"


@router.get("")
def show_lists(request: Request, work: PageWork, nach: str | None = None) -> Response:
    return _overview(request, work, Filled(), cursor=nach)


@router.post("")
def draw_up(request: Request, work: FormWork, form: OwnForm) -> Response:
    texts = texts_of(form)

    def draw() -> UUID:
        new = read_shape(NewList, texts, required=("name", "procedure"))
        drawn = listing.draw_up_list(
            work,
            name=new.name,
            procedure=new.procedure,
            archive=new.archive,
            wanted=new.as_wanted(),
            report_into=new.report_into,
        )
        return drawn.list.id

    outcome = attempt(work, draw, NothingToDispose)
    if isinstance(outcome, Refusal):
        return _overview(request, work, Filled(texts, outcome), cursor=None)
    return go_to(list_path(outcome), "angelegt")


@router.get("/faellig")
def show_due(request: Request, work: PageWork, verfahren: Procedure = Procedure.FOUR_STEP) -> Response:
    """What is due, with what stands in its way; the beginning of it."""
    found = list(islice(candidates(work, Wanted(), verfahren, list_id=None), _LOOKED_AT + 1))
    return render(
        request,
        "due.html",
        candidates=found[:_LOOKED_AT],
        more=len(found) > _LOOKED_AT,
        procedure=verfahren,
        procedures=list(Procedure),
        obstacles=OBSTACLE_WORDS,
    )


@router.get("/{list_id}")
def show_list(
    request: Request,
    work: PageWork,
    list_id: UUID,
    nach: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    return _page(request, work, list_id, Filled(), cursor=nach)


@router.post("/{list_id}/schritt")
def act(request: Request, work: FormWork, form: OwnForm, list_id: UUID) -> Response:
    texts = texts_of(form)

    def do() -> DisposalList:
        return deciding.act_on_list(work, list_id, _act(texts), revision=seen_revision(form))

    outcome = attempt(work, do)
    if isinstance(outcome, Refusal):
        return _page(request, work, list_id, Filled({}, outcome), cursor=None)
    return go_to(list_path(list_id), "schritt")


@router.post("/{list_id}/positionen/{item_id}/zurueckstellen")
def take_off(request: Request, work: FormWork, form: OwnForm, list_id: UUID, item_id: UUID) -> Response:
    texts = texts_of(form)

    def do() -> None:
        why = read_shape(ReleasedHold, texts, required=("reason",))
        listing.take_off_list(work, list_id, item_id, reason=why.reason, revision=seen_revision(form))

    outcome = attempt(work, do)
    if isinstance(outcome, Refusal):
        return _page(request, work, list_id, Filled(texts, outcome), cursor=None)
    return go_to(list_path(list_id), "zurueckgestellt")


def _act(texts: Mapping[str, str]) -> ListAct:
    try:
        return ListAct(texts.get("act", ""))
    except ValueError:
        raise ActionUnknown from None


def _overview(request: Request, work: UnitOfWork, filled: Filled, *, cursor: str | None) -> Response:
    page = queries.lists(work, state=None, cursor=cursor, limit=_SHOWN)
    archives = load_archives(work.settings.retention.archives)
    return render(
        request,
        "disposals.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        lists=page.items,
        silences=silences(work.session, [one.id for one in page.items]),
        next_page=address(_PATH, nach=page.next_cursor) if page.next_cursor else None,
        may_draw=holds_everywhere(work, Permission.DISPOSE),
        may_hold=holds_everywhere(work, Permission.MANAGE_HOLDS),
        archives=[(archive.key, archive.name) for archive in archives],
        procedures=list(Procedure),
        codes=list(DisposalCode),
    )


def _page(request: Request, work: UnitOfWork, list_id: UUID, filled: Filled, *, cursor: str | None) -> Response:
    list_ = queries.get_list(work, list_id)
    page = queries.items(work, list_, state=None, cursor=cursor, limit=_SHOWN)
    counts: Counter[ItemState] = Counter()
    undecided = 0
    for (state, decision), count in queries.counts_of(work.session, list_id).items():
        counts[state] += count
        undecided += count if state is ItemState.LISTED and decision is None else 0
    people = {list_.created_by, list_.reviewed_by, list_.released_by, list_.undecided_by}
    return render(
        request,
        "disposal.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        list=list_,
        acts=[one for one in listing.acts_allowed(work, list_) if one in _BUTTONS],
        grave=_GRAVE,
        counts=dict(counts),
        undecided=undecided,
        items=page.items,
        titles=queries.titles_shown(work, [item.record_id for item in page.items]),
        may_be_taken_off=MAY_BE_TAKEN_OFF,
        may_take_off=ListAct.TAKE_OFF in listing.acts_allowed(work, list_),
        messages=exchange.messages(work, list_id, cursor=None, limit=_SHOWN).items,
        people=queries.names_of(work.session, people),
        today=work.now.astimezone(BERLIN).date(),
        next_page=address(list_path(list_id), nach=page.next_cursor) if page.next_cursor else None,
    )


_BUTTONS = frozenset(ListAct) - {ListAct.EDIT, ListAct.TAKE_OFF, ListAct.APPRAISE}
_GRAVE = frozenset({ListAct.CONFIRM_UNDECIDED, ListAct.RELEASE, ListAct.DESTROY, ListAct.CANCEL})
