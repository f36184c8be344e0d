"""/signing-rights (Befugnisse): who may certify and who may order, up to which amount."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from eakte.foundation.http import ApiRoute, Cursor, Limit, Located, PageShape, Work
from xrechnung.approval.queries import signing as queries
from xrechnung.approval.schemas.signing_rights import NewSigningRight, SigningRightShape, SigningRightsShape
from xrechnung.approval.service import signing

router = APIRouter(tags=["Rechnungslauf"], route_class=ApiRoute)


@router.get("/signing-rights", summary="Befugnisse auflisten, auch die entzogenen")
def list_rights(
    work: Work,
    person_id: Annotated[UUID | None, Query(alias="personId", description="Nur die eines Menschen")] = None,
    in_force_on: Annotated[date | None, Query(alias="inForceOn", description="Nur die an diesem Tag gelten")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[SigningRightShape]:
    page = queries.signing_rights(work, person_id=person_id, in_force_on=in_force_on, cursor=cursor, limit=limit)
    return PageShape(items=[SigningRightShape.model_validate(one) for one in page.items], next=page.next_cursor)


@router.get("/me/signing-rights", summary="Meine Befugnisse")
def list_own(work: Work) -> SigningRightsShape:
    return SigningRightsShape(items=[SigningRightShape.model_validate(one) for one in queries.own_signing_rights(work)])


@router.post("/signing-rights", status_code=201, summary="Befugnis erteilen")
def grant(work: Work, new: NewSigningRight, response: Located) -> SigningRightShape:
    right = signing.grant_signing_right(
        work,
        new.person_id,
        new.act,
        unit_id=new.unit_id,
        budgets=new.budgets,
        limit=new.limit,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
    )
    response.headers["Location"] = f"/api/v1/signing-rights?personId={right.person_id}"
    return SigningRightShape.model_validate(right)


@router.post("/signing-rights/{right_id}:revoke", summary="Befugnis sofort entziehen; was unterschrieben ist, gilt")
def revoke(work: Work, right_id: UUID) -> SigningRightShape:
    return SigningRightShape.model_validate(signing.revoke_signing_right(work, right_id))
