"""/invoices/{id}/account-lines (Kontierung): how an invoice is booked, and how others of its supplier were."""

from uuid import UUID

from fastapi import APIRouter, Response

from eakte.foundation.http import ApiRoute, Revision, Tagged, Work, etag
from xrechnung.approval.queries.flow import get_approval
from xrechnung.approval.queries.orders import lines_of
from xrechnung.approval.schemas.account_lines import (
    AccountLinesFields,
    AccountLinesShape,
    ProposalsShape,
    account_lines_shape,
    payment_terms,
    proposal_shape,
    wanted_lines,
)
from xrechnung.approval.service.accounting import set_lines
from xrechnung.approval.service.bank_accounts import bank_check
from xrechnung.approval.service.proposals import proposals_for

router = APIRouter(tags=["Rechnungslauf"], route_class=ApiRoute)


@router.get("/invoices/{invoice_id}/account-lines", summary="Wie eine Rechnung kontiert ist")
def read_lines(work: Work, invoice_id: UUID, response: Tagged) -> AccountLinesShape:
    return _answer(work, invoice_id, response)


@router.put("/invoices/{invoice_id}/account-lines", summary="Rechnung kontieren, auf den Cent")
def put_lines(
    work: Work, invoice_id: UUID, fields: AccountLinesFields, revision: Revision, response: Tagged
) -> AccountLinesShape:
    set_lines(work, invoice_id, wanted_lines(fields), terms=payment_terms(fields), revision=revision)
    return _answer(work, invoice_id, response)


@router.get(
    "/invoices/{invoice_id}/account-line-proposals", summary="Wie frühere Rechnungen dieses Lieferanten kontiert sind"
)
def list_proposals(work: Work, invoice_id: UUID) -> ProposalsShape:
    return ProposalsShape(items=[proposal_shape(one) for one in proposals_for(work, invoice_id)])


def _answer(work: Work, invoice_id: UUID, response: Response) -> AccountLinesShape:
    approval = get_approval(work, invoice_id)
    response.headers["ETag"] = etag(approval.revision)
    return account_lines_shape(approval, lines_of(work.session, invoice_id), bank_check(work, approval))
