"""/retention/holds (Löschsperren)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from eakte.foundation.http import ApiRoute, Created, Cursor, Limit, PageShape, Revision, Tagged, Work, etag
from retention.models.holds import LegalHold
from retention.queries import holds as queries
from retention.schemas.holds import HeldMore, HeldShape, HoldShape, NewHold, ReleasedHold
from retention.service import holding

router = APIRouter(prefix="/retention/holds", tags=["Aussonderung"], route_class=ApiRoute)


def _shape(work: Work, hold: LegalHold) -> HoldShape:
    columns = {name: getattr(hold, name) for name in HoldShape.model_fields if name != "held"}
    return HoldShape.model_validate({**columns, "held": queries.count_held(work.session, hold.id)})


def _tagged(work: Work, hold: LegalHold, response: Response) -> HoldShape:
    response.headers["ETag"] = etag(hold.revision)
    return _shape(work, hold)


@router.get("", summary="Löschsperren auflisten, auch die aufgehobenen")
def list_holds(
    work: Work,
    active: Annotated[bool | None, Query(description="Nur die geltenden oder nur die aufgehobenen")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[HoldShape]:
    page = queries.holds(work, active=active, cursor=cursor, limit=limit)
    return PageShape(items=[_shape(work, hold) for hold in page.items], next=page.next_cursor)


@router.post("", status_code=201, summary="Löschsperre setzen")
def set_hold(work: Work, new: NewHold, response: Created) -> HoldShape:
    scope = None if new.scope is None else new.scope.as_scope()
    hold = holding.set_hold(work, reason=new.reason, record_ids=new.records, scope=scope)
    response.headers["Location"] = f"/api/v1/retention/holds/{hold.id}"
    return _tagged(work, hold, response)


@router.get("/{hold_id}", summary="Löschsperre lesen")
def read_hold(work: Work, hold_id: UUID, response: Tagged) -> HoldShape:
    return _tagged(work, queries.get_hold(work, hold_id), response)


@router.get("/{hold_id}/records", summary="Was die Löschsperre sperrt")
def list_held(work: Work, hold_id: UUID, cursor: Cursor = None, limit: Limit = 50) -> PageShape[HeldShape]:
    page = queries.held_by(work, queries.get_hold(work, hold_id), cursor=cursor, limit=limit)
    references = queries.references_of(work.session, [held.record_id for held in page.items])
    items = [
        HeldShape(
            record_id=held.record_id,
            reference=references[held.record_id],
            matched=held.matched,
            since=held.since,
        )
        for held in page.items
    ]
    return PageShape(items=items, next=page.next_cursor)


@router.post("/{hold_id}:add", summary="Weiteres unter die Löschsperre nehmen")
def add(work: Work, hold_id: UUID, more: HeldMore, revision: Revision, response: Tagged) -> HoldShape:
    return _tagged(work, holding.add_to_hold(work, hold_id, more.records, revision=revision), response)


@router.post("/{hold_id}:release", summary="Löschsperre aufheben")
def release(work: Work, hold_id: UUID, end: ReleasedHold, revision: Revision, response: Tagged) -> HoldShape:
    return _tagged(work, holding.release_hold(work, hold_id, reason=end.reason, revision=revision), response)
