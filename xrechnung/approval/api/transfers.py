"""/invoices/transfers: the finance system fetches payment orders, and says what became of them."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from eakte.foundation.http import ApiRoute, Cursor, Limit, PageShape, Tagged, Work, etag
from xrechnung.approval.adapters.order_csv import orders_as_csv
from xrechnung.approval.adapters.order_xml import orders_as_xml
from xrechnung.approval.models.payment import PaymentOrder
from xrechnung.approval.queries.transfers import WantedOrders, get_order, orders
from xrechnung.approval.rules.payment import OrderState
from xrechnung.approval.schemas.transfers import (
    AcknowledgeFields,
    BookFields,
    ClaimFields,
    ClaimShape,
    FailFields,
    TransferShape,
    as_plain,
    claim_shape,
    transfer_shape,
)
from xrechnung.approval.service import transferring
from xrechnung.approval.service.sepa_files import sepa_file

router = APIRouter(tags=["Übergabe an das Finanzverfahren"], route_class=ApiRoute)

_MOST = 500


class TransferFormat(StrEnum):
    """How orders are written."""

    JSON = "json"
    XML = "xml"
    CSV = "csv"


_MEDIA_TYPES = {TransferFormat.XML: "application/xml", TransferFormat.CSV: "text/csv"}
_WRITERS: dict[TransferFormat, Callable[[Sequence[dict[str, Any]]], bytes]] = {
    TransferFormat.XML: orders_as_xml,
    TransferFormat.CSV: orders_as_csv,
}
_TEXT = {"schema": {"type": "string"}}
_FORMATS: dict[int | str, dict[str, Any]] = {200: {"content": {"application/xml": _TEXT, "text/csv": _TEXT}}}

Format = Annotated[TransferFormat | None, Query(alias="format", description="Ohne: wie „Accept“ es verlangt")]
Lease = Annotated[UUID | None, Query(description="Nur, was zuletzt mit dieser Abholung ausgegeben wurde")]


def _asked(wanted: TransferFormat | None, accept: str) -> TransferFormat:
    if wanted is not None:
        return wanted
    return next((form for form, media_type in _MEDIA_TYPES.items() if media_type in accept), TransferFormat.JSON)


def _written(found: Sequence[PaymentOrder], form: TransferFormat) -> Response:
    content = _WRITERS[form]([as_plain(order) for order in found])
    return Response(content, media_type=_MEDIA_TYPES[form], headers={"Vary": "Accept"})


@router.post("/invoices/transfers:claim", summary="Anordnungen abholen; was nicht quittiert wird, kommt wieder")
def claim(work: Work, fields: ClaimFields) -> ClaimShape:
    lease = timedelta(seconds=fields.lease_seconds)
    return claim_shape(transferring.claim_orders(work, limit=fields.limit, lease=lease))


@router.get(
    "/invoices/transfers.pain001",
    summary="Abgeholte Anordnungen als SEPA-Überweisungen (pain.001.001.09)",
    response_class=Response,
    responses={200: {"content": {"application/xml": _TEXT}}},
)
def read_sepa_file(
    work: Work,
    lease: Lease = None,
    ids: Annotated[list[UUID] | None, Query(max_length=_MOST, description="Nur diese Anordnungen")] = None,
) -> Response:
    wanted = WantedOrders(lease=lease, ids=ids)
    return Response(sepa_file(work, wanted, limit=_MOST), media_type="application/xml")


@router.get(
    "/invoices/transfers",
    summary="Anordnungen auflisten, als JSON, XML oder CSV",
    response_model=PageShape[TransferShape],
    responses=_FORMATS,
)
def list_transfers(
    work: Work,
    state: Annotated[OrderState | None, Query(description="Nur mit diesem Stand der Übergabe")] = None,
    recalled: Annotated[bool | None, Query(description="Nur zurückgerufene, oder nur die anderen")] = None,
    lease: Lease = None,
    form: Format = None,
    accept: Annotated[str, Header()] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response | PageShape[TransferShape]:
    page = orders(work, WantedOrders(state, recalled, lease), cursor=cursor, limit=limit)
    asked = _asked(form, accept)
    if asked is TransferFormat.JSON:
        return PageShape(items=[transfer_shape(order) for order in page.items], next=page.next_cursor)
    answer = _written(page.items, asked)
    if page.next_cursor is not None:
        answer.headers["X-Next-Cursor"] = page.next_cursor
    return answer


@router.get(
    "/invoices/transfers/{order_id}",
    summary="Eine Anordnung, als JSON, XML oder CSV",
    response_model=TransferShape,
    responses=_FORMATS,
)
def read_transfer(
    work: Work, order_id: UUID, response: Tagged, form: Format = None, accept: Annotated[str, Header()] = ""
) -> Response | TransferShape:
    order, asked = get_order(work, order_id), _asked(form, accept)
    if asked is not TransferFormat.JSON:
        return _written([order], asked)
    return _answer(order, response)


@router.post("/invoices/transfers/{order_id}:acknowledge", summary="Quittieren: die Anordnung liegt vor")
def acknowledge(work: Work, order_id: UUID, fields: AcknowledgeFields, response: Tagged) -> TransferShape:
    return _answer(transferring.acknowledge_order(work, order_id, fields.lease), response)


@router.post("/invoices/transfers/{order_id}:book", summary="Melden: gebucht, vielleicht schon gezahlt")
def book(work: Work, order_id: UUID, fields: BookFields, response: Tagged) -> TransferShape:
    booked = transferring.note_booked(
        work, order_id, ledger_number=fields.ledger_number, booked_on=fields.booked_on, paid_on=fields.paid_on
    )
    return _answer(booked, response)


@router.post("/invoices/transfers/{order_id}:fail", summary="Melden: nicht ausgeführt, und wird es nie")
def fail(work: Work, order_id: UUID, fields: FailFields, response: Tagged) -> TransferShape:
    return _answer(transferring.note_failed(work, order_id, reason=fields.reason), response)


def _answer(order: PaymentOrder, response: Response) -> TransferShape:
    response.headers["ETag"] = etag(order.revision)
    return transfer_shape(order)
