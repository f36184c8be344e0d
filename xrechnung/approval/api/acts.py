"""/invoices/{id}/approval, /acts and /allowed-actions: where an invoice stands, and what is done with it."""

from uuid import UUID

from fastapi import APIRouter

from eakte.foundation.http import ApiRoute, Revision, Tagged, Work, etag
from xrechnung.approval.queries.flow import get_approval, mails_of
from xrechnung.approval.schemas.acts import (
    ActFields,
    ActShape,
    ActsShape,
    ApprovalShape,
    PossibleActsShape,
    act_shape,
    approval_shape,
    possible_shape,
)
from xrechnung.approval.service import standing
from xrechnung.approval.service.acting import Wish, act_on

router = APIRouter(tags=["Rechnungslauf"], route_class=ApiRoute)


@router.get("/invoices/{invoice_id}/approval", summary="Wo eine Rechnung im Rechnungslauf steht")
def read_approval(work: Work, invoice_id: UUID, response: Tagged) -> ApprovalShape:
    found = standing.standing_of(work, invoice_id)
    response.headers["ETag"] = etag(found.approval.revision)
    return approval_shape(found)


@router.get("/invoices/{invoice_id}/acts", summary="Was mit einer Rechnung getan wurde, von wem und warum")
def list_acts(work: Work, invoice_id: UUID) -> ActsShape:
    history = standing.history_of(work, invoice_id)
    return ActsShape(items=[act_shape(act, history.people, history.mails.get(act.id)) for act in history.acts])


@router.post("/invoices/{invoice_id}/acts", status_code=201, summary="Etwas mit einer Rechnung tun")
def act(work: Work, invoice_id: UUID, fields: ActFields, revision: Revision, response: Tagged) -> ActShape:
    wish = Wish(fields.reason, fields.unit_id, fields.original_id, fields.mail_to)
    done = act_on(work, invoice_id, fields.act, wish, revision=revision)
    work.session.flush()
    # Loaded as the house knows it: who hands an invoice to another unit may not see it any more.
    response.headers["ETag"] = etag(standing.revision_of(work, invoice_id))
    mail = mails_of(work.session, invoice_id).get(done.id)
    return act_shape(done, standing.people(work.session, [done.person_id, done.principal_id]), mail)


@router.get("/invoices/{invoice_id}/allowed-actions", summary="Was Sie jetzt mit einer Rechnung tun dürfen")
def list_possible(work: Work, invoice_id: UUID, response: Tagged) -> PossibleActsShape:
    approval = get_approval(work, invoice_id)
    response.headers["ETag"] = etag(approval.revision)
    return PossibleActsShape(items=[possible_shape(one) for one in standing.offers_for(work, approval)])
