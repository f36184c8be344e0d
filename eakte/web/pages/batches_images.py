"""/stapel/…/bilder: every image of a batch, what became of it, and what can still be made of it."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from eakte.documents.api import disposition, streamed
from eakte.documents.models import object_key
from eakte.foundation.http import Cursor
from eakte.foundation.work import UnitOfWork
from eakte.web import batch_queries
from eakte.web.batch_views import batch_path, document_path, offers_of
from eakte.web.forms import Refusal, attempt, files_of, read_shape, texts_of
from eakte.web.pages.batches import reason_in
from eakte.web.pages.batches_documents import part_page, whole_number
from eakte.web.pages.uploads import nothing_chosen
from eakte.web.rendering import address, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from ingest.batches import views
from ingest.batches.errors import BatchDocumentNotFound
from ingest.batches.queries import files_by_id, get_batch, get_image
from ingest.batches.schemas import Turn
from ingest.batches.service import arranging
from ingest.splitting.rules import PageKind

router = APIRouter(prefix="/stapel/{batch_id}/bilder", route_class=PageRoute)

IMAGES = 200
_ASIDE = [kind for kind in PageKind if kind is not PageKind.PAGE]

Kind = Annotated[PageKind | None, Query(alias="art")]


@router.get("")
def show_images(request: Request, work: PageWork, batch_id: UUID, kind: Kind = None, cursor: Cursor = None) -> Response:
    return _images(request, work, batch_id, None, kind, cursor)


def _images(
    request: Request,
    work: UnitOfWork,
    batch_id: UUID,
    refusal: Refusal | None,
    kind: PageKind | None = None,
    cursor: str | None = None,
) -> Response:
    """The images of one kind; without a kind those that are in no document."""
    batch = get_batch(work, batch_id)
    kinds = _ASIDE if kind is None else [kind]
    page = batch_queries.images(work.session, batch.id, kinds, cursor=cursor, limit=IMAGES)
    path = f"{batch_path(batch.id)}/bilder"
    chosen = kind.value if kind is not None else None
    parts = {image.document_id for image in page.items if image.document_id is not None}
    return render(
        request,
        "batch_images.html",
        status=refusal.status if refusal is not None else 200,
        batch=batch,
        path=batch_path(batch.id),
        images=page.items,
        shown=views.shown_among(work, page.items),
        files=files_by_id(work.session, {image.file_id for image in page.items}),
        numbers=batch_queries.document_numbers(work.session, parts),
        counted=views.account_of(work, batch).counted,
        chosen=kind,
        may_arrange=offers_of(work, batch, batch_queries.marks_of(work.session, batch)).arrange,
        refusal=refusal,
        next_page=address(path, art=chosen, cursor=page.next_cursor) if page.next_cursor else None,
    )


@router.get("/{n}/vorschau")
def read_preview(
    work: PageWork, batch_id: UUID, n: int, known: Annotated[str, Header(alias="If-None-Match")] = ""
) -> Response:
    found = views.preview_of(work, get_batch(work, batch_id), n)
    assert found.media_type.startswith("image/")
    headers = disposition(found.file_name, found.digest) | {"Content-Disposition": "inline"}
    # Another image after a rearrangement, and only for whoever still may look.
    headers["Cache-Control"] = "private, no-cache"
    if headers["ETag"] in known:
        return Response(status_code=304, headers=headers)
    return streamed(work.storage, object_key(found.object_id), found.digest, headers, found.media_type, None)


# --- what is made of an image -------------------------------------------------------------------------------


@router.post("/{n}/drehen")
def turn(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, n: int) -> Response:
    def act() -> UUID | None:
        how = read_shape(Turn, _degrees(form), required=("clockwise",))
        return arranging.turn_image(work, batch_id, n, clockwise=how.clockwise).document_id

    return _arranged(request, work, batch_id, n, act, "gedreht")


def _degrees(form: FormData) -> dict[str, Any]:
    given = texts_of(form).get("clockwise", "")
    return {"clockwise": int(given) if given in ("90", "180", "270") else given}


@router.post("/{n}/zurueckweisen")
def reject(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, n: int) -> Response:
    def act() -> UUID | None:
        document_id = get_image(work.session, get_batch(work, batch_id).id, n).document_id
        arranging.reject_image(work, batch_id, n, reason=reason_in(form))
        return document_id

    return _arranged(request, work, batch_id, n, act, "herausgenommen")


@router.post("/{n}/einordnen")
def place(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, n: int) -> Response:
    def act() -> UUID | None:
        texts = texts_of(form)
        number, page = whole_number(texts, "number"), whole_number(texts, "page")
        document_id = batch_queries.document_of_number(work.session, batch_id, number)
        return arranging.place_image(work, batch_id, n, document_id=document_id, page=page).document_id

    return _arranged(request, work, batch_id, n, act, "eingeordnet")


@router.post("/{n}/nachscannen")
def rescan(request: Request, work: FormWork, form: OwnForm, batch_id: UUID, n: int) -> Response:
    def act() -> UUID | None:
        chosen = files_of(form, "files")
        if not chosen:
            raise nothing_chosen()
        arranging.rescan_image(work, batch_id, n, chosen[0].file, chosen[0].filename or "")
        return get_image(work.session, batch_id, n).document_id

    return _arranged(request, work, batch_id, n, act, "nachgescannt")


def _arranged(
    request: Request, work: UnitOfWork, batch_id: UUID, n: int, act: Callable[[], UUID | None], done: str
) -> Response:
    """Go on to the document `act` names, at the image; refused, the page that shows the image says why."""
    outcome = attempt(work, act, BatchDocumentNotFound)
    if isinstance(outcome, Refusal):
        return _refused(request, work, batch_id, n, outcome)
    path = document_path(batch_id, outcome) if outcome is not None else f"{batch_path(batch_id)}/bilder"
    return RedirectResponse(f"{address(path, meldung=done)}#bild-{n}", 303)


def _refused(request: Request, work: UnitOfWork, batch_id: UUID, n: int, refusal: Refusal) -> Response:
    image = get_image(work.session, get_batch(work, batch_id).id, n)
    if image.document_id is None:
        return _images(request, work, batch_id, refusal, image.kind)
    return part_page(request, work, batch_id, image.document_id, refusal)
