"""/invoices (E-Rechnungen): checked for anybody, or taken in, listed and read."""

import hashlib
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Header, Query, Request, Response, UploadFile
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile as SentFile

from eakte.access import Permission
from eakte.access.queries import BERLIN
from eakte.documents.api import BINARY, disposition, streamed
from eakte.documents.errors import EmptyUpload
from eakte.documents.files import store_original
from eakte.documents.models import DocumentSource, Rendition, RenditionKind
from eakte.documents.queries import visible_among as visible_documents
from eakte.foundation.bodies import RequestInvalid, must_have_only
from eakte.foundation.errors import Finding
from eakte.foundation.http import AN_ID, ApiRoute, Authenticate, Created, Cursor, Limit, PageShape, Tagged, Work, etag
from eakte.foundation.settings import XrechnungSettings
from eakte.foundation.storage import Digest
from eakte.foundation.work import House
from eakte.records.rules import Reading
from eakte.records.service.reading import note_reading
from xrechnung import queries
from xrechnung.examining.quick import judge_sent
from xrechnung.models import Invoice
from xrechnung.queries import Wanted
from xrechnung.rules import InvoiceState
from xrechnung.schemas import (
    InvoiceDetailShape,
    InvoiceShape,
    VerdictShape,
    detail_shape,
    invoice_shape,
    kept_verdict_shape,
    verdict_shape,
)
from xrechnung.service import reading, receiving
from xrechnung.service.reading import MadeNow, ViewFormat

router = APIRouter(tags=["E-Rechnungen"], route_class=ApiRoute)

_SPOOLED = 1 << 20


# --- only checking ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """A file somebody wants to have checked, today."""

    content: BinaryIO
    today: date
    settings: XrechnungSettings


async def sent_invoice(request: Request) -> AsyncIterator[Sent]:
    """The body itself, or the one file of a form. Read for somebody known only. Raises RequestInvalid, EmptyUpload."""
    today, settings = await run_in_threadpool(_must_be_known, request)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        await must_have_only(request, {"file"})
        async with request.form() as form:
            file = form.get("file")
            if not isinstance(file, SentFile):
                raise RequestInvalid(findings=[Finding("missing", "Die Angabe fehlt.", "/body/file")])
            yield _not_empty(Sent(file.file, today, settings))
        return
    with tempfile.SpooledTemporaryFile(_SPOOLED) as content:
        async for chunk in request.stream():
            await run_in_threadpool(content.write, chunk)
        yield _not_empty(Sent(content, today, settings))  # type: ignore[arg-type]


def _must_be_known(request: Request) -> tuple[date, XrechnungSettings]:
    house: House = request.app.state.house
    authenticate: Authenticate = request.app.state.authenticate
    with house.begin_as(lambda session, now: authenticate(request, session, now)) as work:
        return work.now.astimezone(BERLIN).date(), work.settings.xrechnung


def _not_empty(sent: Sent) -> Sent:
    sent.content.seek(0)
    if not sent.content.read(1):
        raise EmptyUpload
    return sent


_BYTES = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary", "description": "XML oder PDF"}},
        "required": ["file"],
    }
}
_EITHER: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Die Rechnung selbst, oder ein Formular mit ihr; höchstens 32 MB",
        "content": {"multipart/form-data": _FORM, "application/xml": _BYTES, "application/pdf": _BYTES},
    }
}


@router.post("/invoices:check", summary="Rechnung nur prüfen; gespeichert wird nichts", openapi_extra=_EITHER)
def check(sent: Annotated[Sent, Depends(sent_invoice)]) -> VerdictShape:
    return verdict_shape(judge_sent(sent.content, today=sent.today, settings=sent.settings))


# --- taking in ----------------------------------------------------------------------------------------------


@router.post("/invoices", status_code=201, summary="Rechnung einreichen; sie wird abgelegt und dann geprüft")
def receive(
    work: Work,
    response: Created,
    file: Annotated[UploadFile, File(title="XML oder PDF, wie die Rechnung kam")],
    case_id: Annotated[UUID | None, Form(alias="caseId", title="Vorgang, zu dem sie gehört", examples=[AN_ID])] = None,
    dossier_id: Annotated[
        UUID | None, Form(alias="dossierId", title="Akte, in der ein Vorgang für sie angelegt wird", examples=[AN_ID])
    ] = None,
    source: Annotated[DocumentSource, Form(title="Eingangsweg")] = DocumentSource.SPECIALIST_SYSTEM,
) -> InvoiceDetailShape:
    # Asked before storing, so that nobody fills the storage who may not file.
    receiving.must_take_invoice(work, case_id=case_id, dossier_id=dossier_id)
    limit = work.settings.ingest.max_file_mb << 20
    stored = store_original(work.storage, file.file, file.filename or "", max_bytes=limit)
    invoice = receiving.file_invoice(work, stored, case_id=case_id, dossier_id=dossier_id, channel=source)
    response.headers["Location"] = f"/api/v1/invoices/{invoice.id}"
    return _detail(work, invoice, response)


@router.post("/invoices/{invoice_id}:recheck", summary="Abgebrochene Prüfung wiederholen")
def check_again(work: Work, invoice_id: UUID, response: Tagged) -> InvoiceDetailShape:
    return _detail(work, receiving.send_on(work, invoice_id), response)


# --- reading ------------------------------------------------------------------------------------------------


@router.get("/invoices", summary="Eingegangene Rechnungen auflisten")
def list_invoices(
    work: Work,
    state: Annotated[InvoiceState | None, Query(description="Nur mit diesem Stand der Prüfung")] = None,
    accepted: Annotated[bool | None, Query(description="Nur angenommene, oder nur die anderen")] = None,
    seller: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Name des Verkäufers (Teil) oder seine USt-IdNr.")
    ] = None,
    number: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Rechnungsnummer, gleich welcher Schreibweise")
    ] = None,
    issued_from: Annotated[date | None, Query(alias="issuedFrom", description="Rechnungsdatum ab")] = None,
    issued_until: Annotated[date | None, Query(alias="issuedUntil", description="Rechnungsdatum bis")] = None,
    due_before: Annotated[date | None, Query(alias="dueBefore", description="Fällig vor diesem Tag")] = None,
    with_twins: Annotated[bool, Query(alias="withTwins", description="Nur mit Verdacht auf Dublette")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[InvoiceShape]:
    wanted = Wanted(
        state=state,
        accepted=accepted,
        seller=seller,
        number=number,
        issued_from=issued_from,
        issued_until=issued_until,
        due_before=due_before,
        with_twins=with_twins,
    )
    page = queries.invoices(work, wanted, cursor=cursor, limit=limit)
    documents = visible_documents(work, [invoice.document_id for invoice in page.items])
    shapes = [invoice_shape(invoice, documents[invoice.document_id]) for invoice in page.items]
    return PageShape(items=shapes, next=page.next_cursor)


@router.get("/invoices/{invoice_id}", summary="Rechnung mit Eckdaten, Stand der Prüfung und Dubletten")
def read_invoice(work: Work, invoice_id: UUID, response: Tagged) -> InvoiceDetailShape:
    invoice = queries.get_invoice(work, invoice_id, to=Permission.READ)
    note_reading(work, queries.document_of(work.session, invoice), Reading.METADATA)
    return _detail(work, invoice, response)


@router.get("/invoices/{invoice_id}/verdict", summary="Prüfergebnis mit allen Befunden")
def read_verdict(work: Work, invoice_id: UUID, response: Tagged) -> VerdictShape:
    invoice = reading.read_findings(work, invoice_id)
    response.headers["ETag"] = etag(invoice.revision)
    return kept_verdict_shape(invoice)


@router.get(
    "/invoices/{invoice_id}/model",
    summary="Alles, was die Rechnung sagt, als JSON nach EN 16931",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
def read_model(work: Work, invoice_id: UUID) -> Response:
    return handed_out(work, reading.file_of(work, invoice_id, RenditionKind.DATA))


@router.get(
    "/invoices/{invoice_id}/original",
    summary="Die Rechnung, wie sie kam",
    response_class=StreamingResponse,
    responses={200: BINARY},
)
def read_original(work: Work, invoice_id: UUID) -> Response:
    return handed_out(work, reading.original_of(work, invoice_id))


@router.get(
    "/invoices/{invoice_id}/view",
    summary="Die Rechnung lesbar, als HTML oder PDF/A",
    response_class=StreamingResponse,
    responses={200: BINARY},
)
def read_view(
    work: Work,
    invoice_id: UUID,
    form: Annotated[ViewFormat | None, Query(alias="format", description="Ohne: wie „Accept“ es verlangt")] = None,
    accept: Annotated[str, Header()] = "",
) -> Response:
    asked = ViewFormat.PDF if "application/pdf" in accept and "text/html" not in accept else ViewFormat.HTML
    return handed_out(work, reading.view_of(work, invoice_id, form or asked), {"Vary": "Accept"})


def handed_out(
    work: Work, found: Rendition | MadeNow, more: Mapping[str, str] | None = None, media_type: str | None = None
) -> Response:
    """The bytes of a file as an answer, kept or made for the moment, with `more` headers."""
    if isinstance(found, MadeNow):
        digest = Digest(hashlib.sha256(found.content).hexdigest(), len(found.content))
        headers = {**disposition(found.file_name, digest), "Accept-Ranges": "none", **(more or {})}
        return Response(found.content, headers=headers, media_type=media_type or found.media_type)
    headers = {**disposition(found.file_name, found.digest), **(more or {})}
    return streamed(work.storage, found.key, found.digest, headers, media_type or found.media_type, None)


def _detail(work: Work, invoice: Invoice, response: Response) -> InvoiceDetailShape:
    work.session.flush()
    document = queries.document_of(work.session, invoice)
    response.headers["ETag"] = etag(invoice.revision)
    return detail_shape(invoice, document, reading.twins(work, invoice))
