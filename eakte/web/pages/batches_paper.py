"""Nachprüfung and Vernichtungsliste: the proof of a batch, and the end of its paper."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from eakte.access.queries import BERLIN
from eakte.foundation.http import Cursor
from eakte.foundation.work import UnitOfWork
from eakte.web.batch_views import batch_path, document_path
from eakte.web.forms import Refusal, attempt, read_shape, texts_of
from eakte.web.rendering import address, go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from ingest.batches import views
from ingest.batches.models import Batch
from ingest.batches.queries import get_batch
from ingest.batches.schemas import PaperDestruction
from ingest.batches.service import releasing

router = APIRouter(route_class=PageRoute)

# Each one is read from storage to its last byte while somebody waits.
PROOFS = 20


@router.get("/stapel/{batch_id}/nachpruefung")
def show_proof(request: Request, work: PageWork, batch_id: UUID, cursor: Cursor = None) -> Response:
    batch = get_batch(work, batch_id)
    page = views.proofs(work, batch, cursor=cursor, limit=PROOFS)
    path = f"{batch_path(batch.id)}/nachpruefung"
    return render(
        request,
        "batch_proof.html",
        batch=batch,
        path=batch_path(batch.id),
        proofs=[(proven, document_path(batch.id, proven.document_id)) for proven in page.items],
        broken=sum(bool(proven.problems) for proven in page.items),
        first=cursor is None,
        next_page=address(path, cursor=page.next_cursor) if page.next_cursor else None,
    )


@router.get("/vernichtungsliste")
def show_destruction_list(request: Request, work: PageWork) -> Response:
    return _destruction_list(request, work, None)


def _destruction_list(request: Request, work: UnitOfWork, refusal: Refusal | None) -> Response:
    today = work.now.astimezone(BERLIN).date()
    batches = releasing.destruction_list(work, today)
    return render(
        request,
        "destruction_list.html",
        status=refusal.status if refusal is not None else 200,
        batches=batches,
        kept=views.kept_of(work, batches),
        today=today,
        refusal=refusal,
    )


@router.post("/stapel/{batch_id}/vernichtung")
def record_destruction(request: Request, work: FormWork, form: OwnForm, batch_id: UUID) -> Response:
    def act() -> Batch:
        record = read_shape(PaperDestruction, texts_of(form), required=("how",))
        return releasing.destroy_paper(work, batch_id, how=record.how)

    outcome = attempt(work, act)
    if isinstance(outcome, Refusal):
        return _destruction_list(request, work, outcome)
    return go_to("/vernichtungsliste", "vernichtet")
