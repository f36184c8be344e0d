"""/trennblaetter (Trenn- und Deckblätter): sheets that say where the paper behind them belongs."""

from fastapi import APIRouter, Request, Response

from eakte.access import Permission
from eakte.access.queries import require
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.rendering import render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from ingest.batches.errors import BatchNotFound
from ingest.batches.schemas import SheetOrder
from ingest.batches.service import sheets
from ingest.errors import TargetNotFound

router = APIRouter(prefix="/trennblaetter", route_class=PageRoute)


@router.get("")
def show_order(request: Request, work: PageWork) -> Response:
    require(work, Permission.INGEST)
    return render(request, "separator_sheets.html", filled=Filled())


@router.post("")
def print_sheets(request: Request, work: FormWork, form: OwnForm) -> Response:
    texts = texts_of(form)

    def make() -> bytes:
        order = read_shape(SheetOrder, texts, required=("references",))
        return sheets.print_sheets(
            work, order.references, cover=order.cover, document_class=order.document_class, batch=order.batch
        )

    outcome = attempt(work, make, TargetNotFound, BatchNotFound)
    if isinstance(outcome, Refusal):
        return render(request, "separator_sheets.html", status=outcome.status, filled=Filled(texts, outcome))
    return Response(
        outcome,
        media_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="Trennblaetter.pdf"'},
    )
