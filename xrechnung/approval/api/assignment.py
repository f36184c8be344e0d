"""/assignment-rules (Zuweisungsregeln), and remembering an assignment by hand as one."""

from uuid import UUID

from fastapi import APIRouter

from eakte.foundation.http import ApiRoute, Cursor, Limit, PageShape, Work
from xrechnung.approval.queries.assignment import assignment_rules
from xrechnung.approval.queries.flow import get_approval
from xrechnung.approval.schemas.assignment import (
    AssignmentRuleFields,
    AssignmentRuleShape,
    OfferShape,
    OffersShape,
    RememberedFields,
)
from xrechnung.approval.service import assignment
from xrechnung.approval.service.assignment import WantedRule

router = APIRouter(tags=["Rechnungslauf"], route_class=ApiRoute)


@router.get("/assignment-rules", summary="Zuweisungsregeln auflisten, in der Reihenfolge, in der sie gefragt werden")
def list_rules(work: Work, cursor: Cursor = None, limit: Limit = 50) -> PageShape[AssignmentRuleShape]:
    page = assignment_rules(work, cursor=cursor, limit=limit)
    return PageShape(items=[AssignmentRuleShape.model_validate(row) for row in page.items], next=page.next_cursor)


@router.post("/assignment-rules", status_code=201, summary="Zuweisungsregel eintragen")
def make_rule(work: Work, new: AssignmentRuleFields) -> AssignmentRuleShape:
    return AssignmentRuleShape.model_validate(assignment.make_rule(work, WantedRule(**new.model_dump())))


@router.delete("/assignment-rules/{rule_id}", status_code=204, summary="Zuweisungsregel löschen")
def remove_rule(work: Work, rule_id: UUID) -> None:
    assignment.remove_rule(work, rule_id)


@router.get("/invoices/{invoice_id}/assignment-rules", summary="Als welche Regeln die Zuweisung zu merken wäre")
def list_offers(work: Work, invoice_id: UUID) -> OffersShape:
    offers = assignment.rememberable(get_approval(work, invoice_id))
    return OffersShape(items=[OfferShape(criterion=one, pattern=pattern) for one, pattern in offers.items()])


@router.post("/invoices/{invoice_id}/assignment-rules", status_code=201, summary="Zuweisung als Regel merken")
def remember(work: Work, invoice_id: UUID, new: RememberedFields) -> AssignmentRuleShape:
    return AssignmentRuleShape.model_validate(assignment.remember_rule(work, invoice_id, new.criterion))
