"""/eingaenge (Eingänge) and /arbeitsliste (what failed and waits for a decision)."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from eakte.access import Permission
from eakte.documents.api import disposition, streamed
from eakte.foundation.cursors import Page
from eakte.foundation.errors import NotFound
from eakte.foundation.http import Cursor
from eakte.foundation.work import UnitOfWork
from eakte.records.models import Record
from eakte.records.queries import get_record
from eakte.web import queries
from eakte.web.forms import Refusal, attempt, texts_of
from eakte.web.rendering import address, go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from ingest.errors import TargetNotFound
from ingest.models import Ingest, IngestItem
from ingest.queries import counts, get_ingest, get_item, items, references_of
from ingest.rules import SETTLED, ItemState
from ingest.service import quarantine, work_list

router = APIRouter(route_class=PageRoute)

ITEMS = 200
INGESTS = 50
WORK_LIST_SHOWN = 50


@router.get("/eingaenge")
def show_ingests(request: Request, work: PageWork) -> Response:
    ingests = queries.own_ingests(work, INGESTS)
    progress = queries.under_way(work.session, [ingest.id for ingest in ingests])
    targets = {ingest.id: _visible(work, ingest.target_id) for ingest in ingests}
    return render(request, "ingests.html", ingests=ingests, progress=progress, targets=targets)


@router.get("/eingaenge/{ingest_id}")
def show_ingest(
    request: Request,
    work: PageWork,
    ingest_id: UUID,
    still: Annotated[bool, Query(alias="ruhig")] = False,
    cursor: Cursor = None,
) -> Response:
    ingest = get_ingest(work, ingest_id)
    states = counts(work.session, ingest.id)
    page = items(work, ingest_id=ingest.id, state=None, cursor=cursor, limit=ITEMS)
    path = f"/eingaenge/{ingest.id}"
    return render(
        request,
        "ingest.html",
        ingest=ingest,
        target=_visible(work, ingest.case_id or ingest.target_id),
        items=page.items,
        references=_references(work, page.items),
        states=sorted(states.items(), key=lambda pair: list(ItemState).index(pair[0])),
        total=sum(states.values()),
        settled=sum(number for state, number in states.items() if state in SETTLED),
        failed=states.get(ItemState.FAILED, 0),
        still=still,
        path=path,
        next_page=address(path, cursor=page.next_cursor, ruhig="true") if page.next_cursor else None,
    )


def _visible(work: UnitOfWork, record_id: UUID | None) -> Record | None:
    """The dossier or case files go to, unless one's rights have ended meanwhile."""
    if record_id is None:
        return None
    try:
        return get_record(work, record_id, to=Permission.READ)
    except NotFound:
        return None


def _references(work: UnitOfWork, found: Sequence[IngestItem]) -> dict[UUID, str]:
    return references_of(work.session, [item.document_id for item in found if item.document_id is not None])


# --- the work list ------------------------------------------------------------------------------------------


def waiting_items(work: UnitOfWork, *, cursor: str | None) -> Page[IngestItem]:
    """A page of the work list."""
    return items(work, ingest_id=None, state=ItemState.FAILED, cursor=cursor, limit=WORK_LIST_SHOWN)


@router.get("/arbeitsliste")
def show_work_list(request: Request, work: PageWork, cursor: Cursor = None) -> Response:
    return _work_list(request, work, None, cursor)


def _work_list(
    request: Request, work: UnitOfWork, refusal: Refusal | None, cursor: str | None = None, into: str = ""
) -> Response:
    page = waiting_items(work, cursor=cursor)
    targets: dict[UUID, Record | None] = {}
    for item in page.items:
        if item.ingest_id not in targets:
            targets[item.ingest_id] = _visible(work, _target_of(item.ingest))
    return render(
        request,
        "work_list.html",
        status=refusal.status if refusal is not None else 200,
        items=page.items,
        targets=targets,
        next_page=address("/arbeitsliste", cursor=page.next_cursor) if page.next_cursor else None,
        refusal=refusal,
        into=into,
        may_release=work.actor.may(Permission.RELEASE_QUARANTINE),
    )


def _target_of(ingest: Ingest) -> UUID | None:
    return ingest.case_id or ingest.target_id


@router.post("/arbeitsliste/{item_id}/wiederholen")
def retry(request: Request, work: FormWork, form: OwnForm, item_id: UUID) -> Response:
    into = texts_of(form).get("into") or None

    def send_again() -> IngestItem:
        return work_list.retry_item(work, item_id, into=into)

    outcome = attempt(work, send_again, TargetNotFound)
    if isinstance(outcome, Refusal):
        return _work_list(request, work, outcome, into=into or "")
    return go_to(f"/eingaenge/{outcome.ingest_id}", "wiederholt")


@router.post("/arbeitsliste/{item_id}/verwerfen")
def discard(request: Request, work: FormWork, form: OwnForm, item_id: UUID) -> Response:
    outcome = attempt(work, lambda: work_list.discard_item(work, item_id, reason=texts_of(form).get("reason", "")))
    if isinstance(outcome, Refusal):
        return _work_list(request, work, outcome)
    return go_to("/arbeitsliste", "verworfen")


@router.post("/arbeitsliste/{item_id}/freigeben")
def release(request: Request, work: FormWork, form: OwnForm, item_id: UUID) -> Response:
    outcome = attempt(work, lambda: quarantine.release_item(work, item_id, reason=texts_of(form).get("reason", "")))
    if isinstance(outcome, Refusal):
        return _work_list(request, work, outcome)
    return go_to(f"/eingaenge/{outcome.ingest_id}", "wiederholt")


@router.get("/arbeitsliste/{item_id}/original")
def read_original(work: PageWork, item_id: UUID) -> Response:
    item, key = work_list.original_of(work, item_id)
    return streamed(work.storage, key, item.digest, disposition(item.file_name, item.digest), item.media_type, None)


@router.get("/arbeitsliste/{item_id}")
def show_item(work: PageWork, item_id: UUID) -> Response:
    return go_to(f"/eingaenge/{get_item(work, item_id).ingest_id}")
