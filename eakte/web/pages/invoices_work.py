"""/rechnungen/meine and /rechnungen/befugnisse: what waits for whom, and who may sign what."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from eakte.access import Permission
from eakte.access.errors import ActionForbidden
from eakte.foundation.bodies import RequestInvalid
from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.web import queries
from eakte.web.account_lines import read_number
from eakte.web.errors import LoginsUnknown
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.rendering import address, go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from xrechnung.approval.models.signing import SigningRight
from xrechnung.approval.queries.names import names_of, unit_names_of
from xrechnung.approval.queries.signing import own_signing_rights, signing_rights
from xrechnung.approval.queries.work_list import MOST_COUNTED, WantedWork, work_counts, work_list
from xrechnung.approval.rules.deadlines import legal_day
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import Step
from xrechnung.approval.schemas.signing_rights import NewSigningRight
from xrechnung.approval.service.signing import grant_signing_right, revoke_signing_right

router = APIRouter(prefix="/rechnungen", route_class=PageRoute)

SHOWN = 50
_RIGHTS = "/rechnungen/befugnisse"


# --- what waits ---------------------------------------------------------------------------------------------


@router.get("/meine")
def show_work(
    request: Request,
    work: PageWork,
    mine: Annotated[bool, Query(alias="uebernommen")] = False,
    central: Annotated[bool, Query(alias="zentral")] = False,
    step: Annotated[Step | None, Query(alias="stand")] = None,
    cursor: Annotated[str | None, Query(alias="ab", max_length=2000)] = None,
) -> Response:
    page = work_list(work, WantedWork(None, central, step, mine), cursor=cursor, limit=SHOWN)
    asked = {"uebernommen": "true" if mine else None, "zentral": "true" if central else None}
    return render(
        request,
        "invoice_work.html",
        approvals=page.items,
        units=unit_names_of(work.session, {row.unit_id for row in page.items}),
        people=names_of(work.session, {row.claimed_by for row in page.items if row.claimed_by}),
        counts=[
            (one, count) for one, count in work_counts(work, WantedWork(None, central, None, mine)).items() if count
        ],
        most_counted=MOST_COUNTED,
        mine=mine,
        central=central,
        step=step,
        asked=asked,
        me=work.actor.id,
        handles=work.actor.may(Permission.HANDLE_INVOICES),
        today=legal_day(work.now),
        next_page=address("/rechnungen/meine", **asked, stand=step, ab=page.next_cursor) if page.next_cursor else None,
    )


# --- who may sign -------------------------------------------------------------------------------------------


@router.get("/befugnisse")
def show_rights(
    request: Request, work: PageWork, cursor: Annotated[str | None, Query(alias="ab", max_length=2000)] = None
) -> Response:
    return _rights(request, work, Filled({"valid_from": legal_day(work.now).isoformat()}), cursor)


@router.post("/befugnisse")
def grant(request: Request, work: FormWork, form: OwnForm) -> Response:
    texts = texts_of(form)
    outcome = attempt(work, lambda: _grant(work, texts))
    if isinstance(outcome, Refusal):
        return _rights(request, work, Filled(texts, outcome), None)
    return go_to(_RIGHTS, "befugnis")


@router.post("/befugnisse/{right_id}/entziehen")
def revoke(request: Request, work: FormWork, form: OwnForm, right_id: UUID) -> Response:
    outcome = attempt(work, lambda: revoke_signing_right(work, right_id))
    if isinstance(outcome, Refusal):
        return _rights(request, work, Filled({}, outcome), None)
    return go_to(_RIGHTS, "entzogen")


def _grant(work: UnitOfWork, texts: dict[str, str]) -> SigningRight:
    """Raises RequestInvalid, LoginsUnknown, and what granting raises."""
    login = texts.get("person", "")
    known = queries.identities_called(work.session, [login])
    if login not in known:
        raise LoginsUnknown(findings=[Finding("unknown", "Diesen Benutzernamen gibt es nicht.", "person")])
    fields = {
        "person_id": str(known[login]),
        "act": texts.get("act", ""),
        "unit_id": texts.get("unit_id", ""),
        "valid_from": texts.get("valid_from", ""),
        "valid_until": texts.get("valid_until", ""),
    }
    new = read_shape(NewSigningRight, fields, required=("act", "valid_from"))
    budgets = [one.strip() for one in texts.get("budgets", "").split(",") if one.strip()]
    return grant_signing_right(
        work,
        new.person_id,
        new.act,
        unit_id=new.unit_id,
        budgets=budgets or None,
        limit=_limit(texts.get("limit", "")),
        valid_from=new.valid_from,
        valid_until=new.valid_until,
    )


def _limit(text: str) -> Decimal | None:
    try:
        return read_number(text)
    except ValueError as error:
        raise RequestInvalid(findings=[Finding("invalid", str(error), "limit")]) from None


def _rights(request: Request, work: UnitOfWork, filled: Filled, cursor: str | None) -> Response:
    own = own_signing_rights(work)
    try:
        page = signing_rights(work, person_id=None, in_force_on=None, cursor=cursor, limit=SHOWN)
    except ActionForbidden:
        page = None
    shown = [*own, *(page.items if page is not None else [])]
    return render(
        request,
        "signing_rights.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        own=own,
        rights=page.items if page is not None else [],
        manages=page is not None,
        people=names_of(work.session, {row.person_id for row in shown} | {row.granted_by for row in shown}),
        units=queries.all_units(work.session) if page is not None else [],
        unit_names=unit_names_of(work.session, {row.unit_id for row in shown}),
        acts=list(SigningAct),
        today=legal_day(work.now),
        next_page=address(_RIGHTS, ab=page.next_cursor) if page is not None and page.next_cursor else None,
    )
