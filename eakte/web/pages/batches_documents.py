"""/stapel/…/dokumente (Sichtprüfung): a document of a batch, all its pages in order, and what one says of it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from eakte.access import Permission
from eakte.foundation.bodies import RequestInvalid
from eakte.foundation.errors import Finding, NotFound, Stale
from eakte.foundation.work import UnitOfWork
from eakte.web import batch_queries, queries
from eakte.web.batch_views import (
    batch_path,
    can_be_judged,
    document_path,
    filed_among,
    is_arrangeable,
    is_up_for_look,
    offers_of,
    page_views,
)
from eakte.web.forms import Refusal, attempt, files_of, read_shape, texts_of
from eakte.web.pages.uploads import nothing_chosen
from eakte.web.rendering import go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork, seen_revision
from ingest.batches.errors import BatchDocumentNotFound
from ingest.batches.models import Batch, BatchDocument, BatchFile
from ingest.batches.queries import get_batch, get_document, pages_of
from ingest.batches.schemas import Check, Reason
from ingest.batches.service import arranging, checking, keeping
from ingest.errors import TargetNotFound
from ingest.models import IngestItem
from ingest.queries import get_item
from ingest.rules import ItemState
from ingest.service import work_list

router = APIRouter(prefix="/stapel/{batch_id}/dokumente/{document_id}", route_class=PageRoute)


@router.get("")
def show_document(request: Request, work: PageWork, batch_id: UUID, document_id: UUID) -> Response:
    return part_page(request, work, batch_id, document_id, None)


def part_page(
    request: Request, work: UnitOfWork, batch_id: UUID, document_id: UUID, refusal: Refusal | None
) -> Response:
    """A document of a batch as it is looked at. Raises BatchNotFound, BatchDocumentNotFound."""
    batch = get_batch(work, batch_id)
    part = part_of(work, batch, document_id)
    marks = batch_queries.marks_of(work.session, batch)
    offers = offers_of(work, batch, marks)
    place = next(place for place, mark in enumerate(marks) if mark.id == part.id)
    return render(
        request,
        "batch_document.html",
        status=refusal.status if refusal is not None else 200,
        batch=batch,
        path=batch_path(batch.id),
        part=part,
        item=part.item,
        pages=page_views(work, part, pages_of(work.session, part.id)),
        insertions=batch_queries.insertions_without_effect(work.session, part.id),
        may_look=batch.created_by == work.actor.id or work.actor.may(Permission.READ_CONTENT),
        may_check=offers.check and can_be_judged(batch, part),
        may_arrange=offers.arrange and is_arrangeable(part),
        may_keep=offers.keep,
        may_decide=_may_decide(work, part.item),
        barred=offers.barred and is_up_for_look(batch, part),
        filed=filed_among(work, [part]).get(part.id),
        checked_by=queries.name_of(work.session, part.checked_by) if part.checked_by is not None else None,
        kept_by=queries.name_of(work.session, part.paper_kept_by) if part.paper_kept_by is not None else None,
        before=marks[place - 1] if place > 0 else None,
        after=marks[place + 1] if place + 1 < len(marks) else None,
        total=len(marks),
        refusal=refusal,
    )


def part_of(work: UnitOfWork, batch: Batch, document_id: UUID) -> BatchDocument:
    """A document of this batch. Raises BatchDocumentNotFound."""
    part = get_document(work, document_id)
    if part.batch_id != batch.id or part.dissolved:
        raise BatchDocumentNotFound
    return part


def _may_decide(work: UnitOfWork, item: IngestItem | None) -> bool:
    """Whether the document waits in a work list that the actor sees."""
    if item is None or item.state is not ItemState.FAILED:
        return False
    try:
        return get_item(work, item.id) is item
    except NotFound:
        return False


# --- what one says of it ------------------------------------------------------------------------------------


@router.post("/pruefung")
def check(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, document_id: UUID) -> Response:
    def say() -> BatchDocument:
        said = read_shape(Check, texts_of(form), required=("verdict",))
        _must_be_what_was_seen(work, batch_id, document_id, form)
        return checking.check_document(work, batch_id, document_id, said.verdict, remark=said.remark)

    outcome = attempt(work, say)
    if isinstance(outcome, Refusal):
        return part_page(request, work, batch_id, document_id, outcome)
    return go_to(_onward(work, batch_id, outcome), "geprueft")


def _must_be_what_was_seen(work: UnitOfWork, batch_id: UUID, document_id: UUID, form: FormData) -> None:
    """Nobody judges or divides pages that were put together anew after the look. Raises Stale."""
    batch = get_batch(work, batch_id, lock=True)
    if part_of(work, batch, document_id).assembled != seen_revision(form):
        raise Stale


def _onward(work: UnitOfWork, batch_id: UUID, checked: BatchDocument) -> str:
    """The next document to be looked at, after this one first; the batch when all are done."""
    marks = batch_queries.marks_of(work.session, get_batch(work, batch_id))
    unchecked = [mark for mark in marks if mark.unchecked]
    later = [mark for mark in unchecked if mark.number > checked.number]
    following = (later or unchecked)[:1]
    return document_path(batch_id, following[0].id) if following else batch_path(batch_id)


# --- paper that is kept -------------------------------------------------------------------------------------


@router.post("/papier-behalten")
def keep_paper(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, document_id: UUID) -> Response:
    def act() -> BatchDocument:
        why = read_shape(Reason, texts_of(form), required=("reason",))
        return keeping.keep_paper(work, batch_id, document_id, reason=why.reason)

    return _arranged(request, work, (batch_id, document_id), act, "papier-bleibt")


@router.post("/papier-nicht-behalten")
def release_paper(request: Request, work: FormWork, batch_id: UUID, document_id: UUID) -> Response:
    def act() -> BatchDocument:
        return keeping.release_paper(work, batch_id, document_id)

    return _arranged(request, work, (batch_id, document_id), act, "papier-geht")


# --- dividing, joining and completing ------------------------------------------------------------------------


@router.post("/teilen")
def split(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, document_id: UUID) -> Response:
    def act() -> BatchDocument:
        at_page = whole_number(texts_of(form), "page")
        _must_be_what_was_seen(work, batch_id, document_id, form)
        return arranging.split_document(work, batch_id, document_id, at_page=at_page)

    return _arranged(request, work, (batch_id, document_id), act, "geteilt")


@router.post("/verbinden")
def merge(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, document_id: UUID) -> Response:
    def act() -> BatchDocument:
        _must_be_what_was_seen(work, batch_id, document_id, form)
        following = batch_queries.document_of_number(work.session, batch_id, whole_number(texts_of(form), "number"))
        return arranging.merge_documents(work, batch_id, document_id, following=following)

    return _arranged(request, work, (batch_id, document_id), act, "verbunden")


@router.post("/nachtragen")
def insert(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, document_id: UUID) -> Response:
    def act() -> BatchFile:
        page = whole_number(texts_of(form), "page")
        chosen = files_of(form, "files")
        if not chosen:
            raise nothing_chosen()
        _must_be_what_was_seen(work, batch_id, document_id, form)
        scan = chosen[0]
        return arranging.insert_pages(work, batch_id, document_id, scan.file, scan.filename or "", page=page)

    return _arranged(request, work, (batch_id, document_id), act, "nachgetragen")


def _arranged(
    request: Request, work: UnitOfWork, place: tuple[UUID, UUID], act: Callable[[], Any], done: str
) -> Response:
    outcome = attempt(work, act, BatchDocumentNotFound, TargetNotFound)
    if isinstance(outcome, Refusal):
        return part_page(request, work, *place, outcome)
    return go_to(document_path(*place), done)


_NUMBERS = {"page": "Seite", "number": "Dokument"}


def whole_number(texts: Mapping[str, str], name: str) -> int:
    """A number of a page or document, as somebody wrote it. Raises RequestInvalid."""
    given = texts.get(name, "")
    if given.isascii() and given.isdigit() and len(given) <= 9 and int(given) > 0:
        return int(given)
    message = f"{_NUMBERS[name]}: Bitte eine ganze Zahl ab 1 angeben."
    raise RequestInvalid(findings=[Finding("number-invalid", message)])


# --- what waits in the work list ----------------------------------------------------------------------------


@router.post("/wiederholen")
def retry(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, document_id: UUID) -> Response:
    def act() -> IngestItem:
        into = texts_of(form).get("into") or None
        return work_list.retry_item(work, _waiting(work, batch_id, document_id), into=into)

    return _arranged(request, work, (batch_id, document_id), act, "wiederholt")


@router.post("/verwerfen")
def discard(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, document_id: UUID) -> Response:
    def act() -> IngestItem:
        reason = texts_of(form).get("reason", "")
        return work_list.discard_item(work, _waiting(work, batch_id, document_id), reason=reason)

    return _arranged(request, work, (batch_id, document_id), act, "verworfen")


def _waiting(work: UnitOfWork, batch_id: UUID, document_id: UUID) -> UUID:
    """The item of a document. Raises BatchNotFound, BatchDocumentNotFound."""
    part = part_of(work, get_batch(work, batch_id), document_id)
    if part.item_id is None:
        raise BatchDocumentNotFound
    return part.item_id
