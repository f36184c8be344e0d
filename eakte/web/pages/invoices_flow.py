"""/rechnungen/{id}/schritt and /kontierung: what people do with an invoice on its way to payment."""

import re
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from eakte.access import Permission
from eakte.foundation.bodies import RequestInvalid
from eakte.foundation.errors import Finding, NotFound
from eakte.foundation.mail import ADDRESS
from eakte.foundation.work import UnitOfWork
from eakte.web.account_lines import (
    Blank,
    blank_of,
    proposed_lines,
    read_lines,
    read_terms,
    written_lines,
    written_terms,
)
from eakte.web.errors import ActionUnknown
from eakte.web.forms import Filled, Refusal, attempt, texts_of
from eakte.web.invoice_views import invoice_path
from eakte.web.pages.invoices import invoice_page
from eakte.web.rendering import go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork, seen_revision
from xrechnung import queries
from xrechnung.approval.queries.flow import get_approval
from xrechnung.approval.queries.orders import lines_of
from xrechnung.approval.rules.assignment import Criterion
from xrechnung.approval.rules.payment import TaxTreatment
from xrechnung.approval.rules.workflow import Act
from xrechnung.approval.service.accounting import amount_due, may_account, set_lines
from xrechnung.approval.service.acting import Wish, act_on
from xrechnung.approval.service.assignment import remember_rule
from xrechnung.approval.service.proposals import proposals_for
from xrechnung.queries import Wanted

router = APIRouter(prefix="/rechnungen/{invoice_id}", route_class=PageRoute)


# --- acts ---------------------------------------------------------------------------------------------------


@router.post("/schritt")
def act(request: Request, work: FormWork, form: OwnForm, invoice_id: UUID) -> Response:
    texts = texts_of(form)

    def do() -> None:
        wish = Wish(texts.get("reason") or None, _unit(texts), _original(work, invoice_id, texts), _address(texts))
        act_on(work, invoice_id, _act(texts), wish, revision=seen_revision(form))

    outcome = attempt(work, do)
    if isinstance(outcome, Refusal):
        return invoice_page(request, work, invoice_id, outcome)
    if not _still_seen(work, invoice_id):
        return go_to("/rechnungen/meine", "weitergegeben")
    return go_to(invoice_path(invoice_id), "schritt")


def _act(texts: dict[str, str]) -> Act:
    try:
        return Act(texts.get("act", ""))
    except ValueError:
        raise ActionUnknown from None


def _unit(texts: dict[str, str]) -> UUID | None:
    try:
        return UUID(texts["unit"]) if texts.get("unit") else None
    except ValueError:
        raise ActionUnknown from None


def _address(texts: dict[str, str]) -> str | None:
    """Raises RequestInvalid."""
    address = texts.get("mail_to")
    if address and re.fullmatch(ADDRESS, address) is None:
        raise RequestInvalid(findings=[Finding("pattern", "Das ist keine E-Mail-Adresse.", "mail_to")])
    return address or None


def _original(work: UnitOfWork, invoice_id: UUID, texts: dict[str, str]) -> UUID | None:
    """The invoice that another one is a duplicate of, by the number people know. Raises RequestInvalid."""
    number = texts.get("original")
    if not number:
        return None
    found = queries.newest_invoices(work, Wanted(number=number), before=None, limit=2)
    others = [one for one in found if one.id != invoice_id]
    if len(others) != 1:
        said = "Diese Nummer hat keine andere Rechnung." if not others else "Diese Nummer haben mehrere Rechnungen."
        raise RequestInvalid(findings=[Finding("unknown", said, "original")])
    return others[0].id


def _still_seen(work: UnitOfWork, invoice_id: UUID) -> bool:
    """Whether the actor still sees an invoice, which may lie with others now."""
    try:
        queries.get_invoice(work, invoice_id, to=Permission.READ)
    except NotFound:
        return False
    return True


@router.post("/merken")
def remember(request: Request, work: FormWork, form: OwnForm, invoice_id: UUID) -> Response:
    texts = texts_of(form)
    outcome = attempt(work, lambda: remember_rule(work, invoice_id, _criterion(texts)))
    if isinstance(outcome, Refusal):
        return invoice_page(request, work, invoice_id, outcome)
    return go_to(invoice_path(invoice_id), "gemerkt")


def _criterion(texts: dict[str, str]) -> Criterion:
    try:
        return Criterion(texts.get("criterion", ""))
    except ValueError:
        raise ActionUnknown from None


# --- account lines ------------------------------------------------------------------------------------------


@router.get("/kontierung")
def show_lines(
    request: Request,
    work: PageWork,
    invoice_id: UUID,
    proposal: Annotated[int | None, Query(alias="vorschlag", ge=1, le=9)] = None,
) -> Response:
    approval = get_approval(work, invoice_id)
    offered = proposals_for(work, invoice_id) if proposal is not None else []
    if proposal is not None and proposal <= len(offered):
        lines = proposed_lines(offered[proposal - 1])
    else:
        lines = written_lines(lines_of(work.session, invoice_id))
    texts = {**lines, **written_terms(approval)}
    return _lines(request, work, invoice_id, Filled(texts), blank_of(texts))


@router.post("/kontierung")
def enter_lines(request: Request, work: FormWork, form: OwnForm, invoice_id: UUID) -> Response:
    texts = texts_of(form)
    rows = blank_of(texts)
    if texts.get("action") == "more":
        return _lines(request, work, invoice_id, Filled(texts), rows.longer())

    def enter() -> None:
        set_lines(work, invoice_id, read_lines(texts), terms=read_terms(texts), revision=seen_revision(form))

    outcome = attempt(work, enter)
    if isinstance(outcome, Refusal):
        return _lines(request, work, invoice_id, Filled(texts, outcome), rows)
    return go_to(invoice_path(invoice_id), "kontiert")


def _lines(request: Request, work: UnitOfWork, invoice_id: UUID, filled: Filled, rows: Blank) -> Response:
    approval = get_approval(work, invoice_id)
    due: Decimal = abs(amount_due(approval.invoice))
    return render(
        request,
        "invoice_lines.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        approval=approval,
        invoice=approval.invoice,
        due=due,
        rows=list(rows),
        taxes=list(TaxTreatment),
        proposals=proposals_for(work, invoice_id),
        may_account=may_account(work, approval),
        path=invoice_path(invoice_id),
    )
