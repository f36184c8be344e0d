"""/rechnungen (E-Rechnungen): what came, what was found in it, how it looks; and checking one without keeping it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile

from eakte.access import Permission
from eakte.access.queries import BERLIN
from eakte.documents.files import store_original
from eakte.documents.models import DocumentSource, DocumentVersion, RenditionKind
from eakte.documents.queries import visible_among
from eakte.foundation.bodies import RequestInvalid
from eakte.foundation.errors import Finding, Forbidden
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import ReferenceNotFound
from eakte.records.models import Case, Dossier
from eakte.records.queries import get_record_by_reference, permissions_on
from eakte.records.rules import Reading
from eakte.records.service.reading import note_reading
from eakte.web.errors import TargetOfOtherKind
from eakte.web.flow_views import flow_of
from eakte.web.forms import Filled, Refusal, attempt, files_of, refusal_of, texts_of
from eakte.web.invoice_views import attachments_of, findings_view, invoice_path
from eakte.web.pages.uploads import nothing_chosen
from eakte.web.rendering import address, go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from eakte.web.views import trail_of
from xrechnung import queries
from xrechnung.api import handed_out
from xrechnung.complaining import complaint
from xrechnung.errors import InvoiceNotCheckable
from xrechnung.examining.quick import judge_sent
from xrechnung.judging.telling import as_json
from xrechnung.models import Invoice
from xrechnung.queries import Wanted
from xrechnung.rules import InvoiceState, title_of_invoice
from xrechnung.service import reading, receiving

router = APIRouter(prefix="/rechnungen", route_class=PageRoute)

INVOICES = 50
# The frame around the view lets nothing in it run; the view itself says what style it has.
_FRAMED = "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"
_FILES = (RenditionKind.VERDICT, RenditionKind.DATA, RenditionKind.VIEW, RenditionKind.VIEW_PDF)


@router.get("")
def show_invoices(
    request: Request,
    work: PageWork,
    state: Annotated[InvoiceState | None, Query(alias="stand")] = None,
    seller: Annotated[str, Query(alias="lieferant", max_length=200)] = "",
    number: Annotated[str, Query(alias="nummer", max_length=200)] = "",
    with_twins: Annotated[bool, Query(alias="dubletten")] = False,
    before: Annotated[UUID | None, Query(alias="vor")] = None,
) -> Response:
    wanted = Wanted(state=state, seller=seller.strip() or None, number=number.strip() or None, with_twins=with_twins)
    found = queries.newest_invoices(work, wanted, before=before, limit=INVOICES)
    shown = found[:INVOICES]
    asked = {
        "stand": state.value if state else None,
        "lieferant": seller,
        "nummer": number,
        "dubletten": "true" if with_twins else None,
    }
    return render(
        request,
        "invoices.html",
        invoices=shown,
        documents=visible_among(work, [invoice.document_id for invoice in shown]),
        states=list(InvoiceState),
        wanted=wanted,
        asked={name: value or "" for name, value in asked.items()},
        narrowed=any(asked.values()),
        today=work.now.astimezone(BERLIN).date(),
        next_page=address("/rechnungen", **asked, vor=shown[-1].id) if found[INVOICES:] else None,
    )


# --- checking, and taking in --------------------------------------------------------------------------------


@router.get("/neu")
def show_form(
    request: Request, work: PageWork, into: Annotated[str, Query(alias="in", max_length=300)] = ""
) -> Response:
    return _form(request, work, Filled({"into": into}))


@router.post("/neu")
def take(request: Request, work: FormWork, form: OwnForm) -> Response:
    texts, files = texts_of(form), files_of(form, "files")
    if not files:
        return _form(request, work, Filled(texts, refusal_of(nothing_chosen())))
    if texts.get("action") == "check":
        return _checked(request, work, texts, files[0])
    outcome = attempt(work, lambda: _filed(work, texts.get("into", ""), files[0]), ReferenceNotFound)
    if isinstance(outcome, Refusal):
        return _form(request, work, Filled(texts, outcome))
    return go_to(invoice_path(outcome.id), "rechnung")


def _checked(request: Request, work: UnitOfWork, texts: dict[str, str], file: UploadFile) -> Response:
    today, settings = work.now.astimezone(BERLIN).date(), work.settings.xrechnung
    try:
        verdict = as_json(judge_sent(file.file, today=today, settings=settings))
    except InvoiceNotCheckable as error:
        return _form(request, work, Filled(texts, refusal_of(error)))
    return render(
        request,
        "invoice_check.html",
        file_name=file.filename,
        verdict=verdict,
        findings=findings_view(verdict["findings"]),
        complaint=complaint(None, None, verdict["findings"]) if not verdict["accepted"] else None,
    )


def _filed(work: UnitOfWork, into: str, file: UploadFile) -> Invoice:
    if not into:
        raise RequestInvalid(findings=[Finding("missing", "Zum Ablegen fehlt das Aktenzeichen.", "into")])
    target = get_record_by_reference(work, into, to=Permission.READ)
    if not isinstance(target, Case | Dossier):
        raise TargetOfOtherKind
    place = {
        "case_id": target.id if isinstance(target, Case) else None,
        "dossier_id": target.id if isinstance(target, Dossier) else None,
    }
    # Asked before storing, so that nobody fills the storage who may not file.
    receiving.must_take_invoice(work, **place)
    limit = work.settings.ingest.max_file_mb << 20
    stored = store_original(work.storage, file.file, file.filename or "", max_bytes=limit)
    return receiving.file_invoice(work, stored, **place, channel=DocumentSource.UPLOAD)


def _form(request: Request, work: UnitOfWork, filled: Filled) -> Response:
    return render(
        request,
        "invoice_new.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        may_file=work.actor.may(Permission.FILE_DOCUMENT),
    )


# --- an invoice ---------------------------------------------------------------------------------------------


@router.get("/{invoice_id}")
def show_invoice(
    request: Request, work: PageWork, invoice_id: UUID, still: Annotated[bool, Query(alias="ruhig")] = False
) -> Response:
    invoice = queries.get_invoice(work, invoice_id, to=Permission.READ)
    note_reading(work, queries.document_of(work.session, invoice), Reading.PAGE)
    return invoice_page(request, work, invoice_id, None, still=still)


@router.post("/{invoice_id}/wiederholen")
def check_again(request: Request, work: FormWork, form: OwnForm, invoice_id: UUID) -> Response:
    outcome = attempt(work, lambda: receiving.send_on(work, invoice_id))
    if isinstance(outcome, Refusal):
        return invoice_page(request, work, invoice_id, outcome)
    return go_to(invoice_path(invoice_id), "pruefung")


def invoice_page(
    request: Request, work: UnitOfWork, invoice_id: UUID, refusal: Refusal | None, *, still: bool = False
) -> Response:
    """The page of an invoice, for whoever sees the record or has to work on the invoice."""
    invoice = queries.get_invoice(work, invoice_id, to=Permission.READ)
    document = queries.document_of(work.session, invoice)
    version = work.session.get_one(DocumentVersion, invoice.version_id)
    rights = permissions_on(work.actor, document)
    sees_record = Permission.READ in rights
    may_read = version.withheld is None and _may_read(work, invoice_id)
    refused = invoice.accepted is False
    return render(
        request,
        "invoice.html",
        status=refusal.status if refusal is not None else 200,
        refusal=refusal,
        invoice=invoice,
        title=title_of_invoice(invoice.type_code, invoice.number, invoice.seller_name),
        document=document,
        version=version,
        trail=trail_of(work, document) if sees_record else [],
        sees_record=sees_record,
        flow=flow_of(work, invoice_id),
        findings=findings_view(invoice.findings) if may_read else [],
        complaint=complaint(invoice.number, invoice.issue_date, invoice.findings) if may_read and refused else None,
        twins=reading.twins(work, invoice),
        attachments=attachments_of(work, document),
        files=reading.files_of(work, invoice, _FILES) if may_read else [],
        may_read=may_read,
        may_repeat=invoice.failure is not None and Permission.EDIT in rights,
        today=work.now.astimezone(BERLIN).date(),
        still=still,
        path=invoice_path(invoice.id),
    )


def _may_read(work: UnitOfWork, invoice_id: UUID) -> bool:
    try:
        queries.get_invoice(work, invoice_id, to=Permission.READ_CONTENT)
    except Forbidden:
        return False
    return True


@router.get("/{invoice_id}/ansicht")
def show_view(work: PageWork, invoice_id: UUID) -> Response:
    """The view alone, for the frame on the page and for a window of its own."""
    framed = {
        "Content-Disposition": "inline",
        "Content-Security-Policy": _FRAMED,
        "X-Frame-Options": "SAMEORIGIN",
    }
    found = reading.file_of(work, invoice_id, RenditionKind.VIEW)
    return handed_out(work, found, framed, f"{found.media_type}; charset=utf-8")


@router.get("/{invoice_id}/dateien/{kind}")
def read_file(work: PageWork, invoice_id: UUID, kind: RenditionKind) -> Response:
    original = kind is RenditionKind.ORIGINAL
    found = reading.original_of(work, invoice_id) if original else reading.file_of(work, invoice_id, kind)
    return handed_out(work, found)
