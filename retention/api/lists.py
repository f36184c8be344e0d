"""/retention/lists (Aussonderungsverzeichnisse), what could go on one, and what stays of what is gone."""

from collections.abc import Sequence
from itertools import islice
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.http import ApiRoute, Created, Cursor, Limit, PageShape, Revision, Tagged, Work, etag
from eakte.records.plan_rules import DisposalCode
from retention.models.disposal import DisposalItem, DisposalList
from retention.queries import lists as queries
from retention.queries.candidates import Wanted, candidates
from retention.queries.silence import silences
from retention.remembering import get_tombstone
from retention.rules.disposal import ItemState, ListState, Procedure
from retention.rules.readiness import OBSTACLE_WORDS
from retention.schemas.lists import (
    CandidateShape,
    CountShape,
    DrawnListShape,
    ItemProposal,
    ItemShape,
    ItemsToPut,
    ItemWithdrawal,
    ListActFields,
    ListDetailShape,
    ListShape,
    NewList,
    TombstoneShape,
    candidate_shape,
)
from retention.service import deciding, listing
from retention.service.listing import Drawn

router = APIRouter(prefix="/retention", tags=["Aussonderung"], route_class=ApiRoute)


@router.get("/candidates", summary="Was fällig ist, mit dem, was der Aussonderung entgegensteht")
def list_candidates(
    work: Work,
    procedure: Annotated[Procedure, Query(description="Verfahren, für das gefragt wird")],
    entry_id: Annotated[UUID | None, Query(alias="entryId", description="Unter diesem Aktenplaneintrag")] = None,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Dieser Stelle und der darunter")] = None,
    disposal: Annotated[DisposalCode | None, Query(description="Nur mit dieser Aussonderungsart")] = None,
    ready: Annotated[bool | None, Query(description="Nur, was bereit ist, oder nur, was es nicht ist")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[CandidateShape]:
    require_unlimited(work, Permission.DISPOSE)
    wanted = Wanted(entry_id, unit_id, disposal)
    judged = candidates(work, wanted, procedure, list_id=None, after=cursor)
    found = list(islice((one for one in judged if ready is None or one.ready is ready), limit + 1))
    words = {obstacle.value: word for obstacle, word in OBSTACLE_WORDS.items()}
    more = str(found[limit - 1].standing.record_id) if len(found) > limit else None
    return PageShape(items=[candidate_shape(one, words) for one in found[:limit]], next=more)


@router.get("/lists", summary="Aussonderungsverzeichnisse auflisten")
def list_lists(
    work: Work,
    state: Annotated[ListState | None, Query(description="Nur in diesem Stand")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[ListShape]:
    page = queries.lists(work, state=state, cursor=cursor, limit=limit)
    return PageShape(items=[ListShape.model_validate(one) for one in _shown(work, page.items)], next=page.next_cursor)


@router.post("/lists", status_code=201, summary="Aussonderungsverzeichnis aufstellen")
def draw_up(work: Work, new: NewList, response: Created) -> DrawnListShape:
    drawn = listing.draw_up_list(
        work,
        name=new.name,
        procedure=new.procedure,
        archive=new.archive,
        wanted=new.as_wanted(),
        report_into=new.report_into,
    )
    response.headers["Location"] = f"/api/v1/retention/lists/{drawn.list.id}"
    return _drawn(work, drawn, response)


@router.get("/lists/{list_id}", summary="Aussonderungsverzeichnis lesen")
def read_list(work: Work, list_id: UUID, response: Tagged) -> ListDetailShape:
    return _detail(work, queries.get_list(work, list_id), response)


@router.get("/lists/{list_id}/items", summary="Positionen eines Aussonderungsverzeichnisses auflisten")
def list_items(
    work: Work,
    list_id: UUID,
    state: Annotated[ItemState | None, Query(description="Nur in diesem Stand")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[ItemShape]:
    page = queries.items(work, queries.get_list(work, list_id), state=state, cursor=cursor, limit=limit)
    shown = queries.titles_shown(work, [item.record_id for item in page.items])
    return PageShape(items=[_item(item, shown) for item in page.items], next=page.next_cursor)


@router.post("/lists/{list_id}/items", summary="Weiteres auf ein Aussonderungsverzeichnis setzen")
def put_on(work: Work, list_id: UUID, fields: ItemsToPut, revision: Revision, response: Tagged) -> DrawnListShape:
    return _drawn(work, listing.put_on_list(work, list_id, fields.records, revision=revision), response)


@router.post("/lists/{list_id}/items/{item_id}:withdraw", summary="Eine Position zurückstellen")
def withdraw(
    work: Work, list_id: UUID, item_id: UUID, fields: ItemWithdrawal, revision: Revision, response: Tagged
) -> ItemShape:
    item = listing.take_off_list(work, list_id, item_id, reason=fields.reason, revision=revision)
    return _changed(work, list_id, item, response)


@router.put("/lists/{list_id}/items/{item_id}/proposal", summary="Dem Archiv eine Bewertung vorschlagen")
def propose(
    work: Work, list_id: UUID, item_id: UUID, fields: ItemProposal, revision: Revision, response: Tagged
) -> ItemShape:
    item = listing.propose(work, list_id, item_id, proposal=fields.proposal, reason=fields.reason, revision=revision)
    return _changed(work, list_id, item, response)


@router.post("/lists/{list_id}/acts", summary="Prüfen, zurückgeben, anbieten, freigeben, vernichten, aufheben …")
def act(work: Work, list_id: UUID, fields: ListActFields, revision: Revision, response: Tagged) -> ListDetailShape:
    return _detail(work, deciding.act_on_list(work, list_id, fields.act, revision=revision), response)


@router.get("/tombstones/{record_id}", summary="Was von ausgesondertem Schriftgut bleibt")
def read_tombstone(work: Work, record_id: UUID) -> TombstoneShape:
    found = get_tombstone(work, record_id)
    return TombstoneShape.model_validate({name: getattr(found, name) for name in TombstoneShape.model_fields})


def _detail(work: Work, list_: DisposalList, response: Response) -> ListDetailShape:
    response.headers["ETag"] = etag(list_.revision)
    return ListDetailShape.model_validate(_columns(work, list_))


def _drawn(work: Work, drawn: Drawn, response: Response) -> DrawnListShape:
    response.headers["ETag"] = etag(drawn.list.revision)
    left_out = {obstacle.value: count for obstacle, count in drawn.left_out.items()}
    return DrawnListShape.model_validate({**_columns(work, drawn.list), "left_out": left_out})


def _shown(work: Work, lists: Sequence[DisposalList]) -> list[dict[str, object]]:
    """What every shape of a list shows."""
    silent = silences(work.session, [one.id for one in lists])
    stored = ListShape.model_fields.keys() - {"silences"}
    return [{**{name: getattr(one, name) for name in stored}, "silences": silent.get(one.id, 0)} for one in lists]


def _columns(work: Work, list_: DisposalList) -> dict[str, object]:
    counts = queries.counts_of(work.session, list_.id)
    return {
        **_shown(work, [list_])[0],
        "counts": [
            CountShape(state=state, decision=decision, count=count)
            for (state, decision), count in sorted(counts.items(), key=str)
        ],
        "allowed_acts": list(listing.acts_allowed(work, list_)),
    }


def _item(item: DisposalItem, shown: set[UUID]) -> ItemShape:
    columns = {name: getattr(item, name) for name in ItemShape.model_fields}
    if item.record_id not in shown:
        columns["title"] = None
    return ItemShape.model_validate(columns)


def _changed(work: Work, list_id: UUID, item: DisposalItem, response: Response) -> ItemShape:
    response.headers["ETag"] = etag(queries.get_list(work, list_id).revision)
    return _item(item, queries.titles_shown(work, [item.record_id]))
