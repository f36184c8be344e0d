"""/cases (Vorgänge)."""

from uuid import UUID

from fastapi import APIRouter, Response

from eakte.access import Permission
from eakte.foundation.http import ApiRoute, Cursor, Limit, ModifiedAfter, PageShape, Revision, Tagged, Work, etag
from eakte.records import queries
from eakte.records.models import Case
from eakte.records.rules import Action, Reading, RecordState
from eakte.records.schemas import CasePatch, CaseShape, RefileCase, case_shape
from eakte.records.service import filing, lifecycle
from eakte.records.service.reading import note_reading

router = APIRouter(prefix="/cases", tags=["Vorgänge"], route_class=ApiRoute)


def _tagged(work: Work, case: Case, response: Response) -> CaseShape:
    shape = case_shape(work, case)
    response.headers["ETag"] = etag(case.revision)
    return shape


@router.get("", summary="Vorgänge auflisten")
def list_cases(
    work: Work,
    state: RecordState | None = None,
    modified_after: ModifiedAfter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[CaseShape]:
    page = queries.cases(work, dossier_id=None, state=state, modified_after=modified_after, cursor=cursor, limit=limit)
    return PageShape(items=[case_shape(work, case) for case in page.items], next=page.next_cursor)


@router.get("/{case_id}", summary="Vorgang lesen")
def read_case(work: Work, case_id: UUID, response: Tagged) -> CaseShape:
    case = queries.get_case(work, case_id, to=Permission.READ)
    note_reading(work, case, Reading.METADATA)
    return _tagged(work, case, response)


@router.patch("/{case_id}", summary="Vorgang bearbeiten")
def change_case(work: Work, case_id: UUID, patch: CasePatch, revision: Revision, response: Tagged) -> CaseShape:
    case = queries.get_case(work, case_id, to=Permission.EDIT, revision=revision)
    filing.change_record(work, case, patch.fields(), dossier_id=case.dossier_id)
    return _tagged(work, case, response)


@router.post("/{case_id}:close", summary="Vorgang schließen (zdA)")
def close_case(work: Work, case_id: UUID, revision: Revision, response: Tagged) -> CaseShape:
    return _tagged(work, lifecycle.change_case_state(work, case_id, Action.CLOSE, revision=revision), response)


@router.post("/{case_id}:reopen", summary="Vorgang wieder öffnen (zdA aufheben)")
def reopen_case(work: Work, case_id: UUID, revision: Revision, response: Tagged) -> CaseShape:
    return _tagged(work, lifecycle.change_case_state(work, case_id, Action.REOPEN, revision=revision), response)


@router.post("/{case_id}:cancel", summary="Vorgang stornieren")
def cancel_case(work: Work, case_id: UUID, revision: Revision, response: Tagged) -> CaseShape:
    return _tagged(work, lifecycle.change_case_state(work, case_id, Action.CANCEL, revision=revision), response)


@router.post("/{case_id}:restore", summary="Stornierung eines Vorgangs aufheben")
def restore_case(work: Work, case_id: UUID, revision: Revision, response: Tagged) -> CaseShape:
    return _tagged(work, lifecycle.change_case_state(work, case_id, Action.RESTORE, revision=revision), response)


@router.post("/{case_id}:refile", summary="Vorgang umschreiben")
def refile_case(work: Work, case_id: UUID, target: RefileCase, revision: Revision, response: Tagged) -> CaseShape:
    case = lifecycle.refile_case(work, case_id, dossier_id=target.dossier_id, revision=revision)
    return _tagged(work, case, response)
