"""/dossiers (Akten)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from eakte.access import Permission
from eakte.foundation.http import (
    ApiRoute,
    Created,
    Cursor,
    Limit,
    ModifiedAfter,
    PageShape,
    Revision,
    Tagged,
    Work,
    etag,
)
from eakte.records import queries
from eakte.records.models import Dossier
from eakte.records.rules import Action, Reading, RecordState
from eakte.records.schemas import (
    CaseShape,
    DossierPatch,
    DossierShape,
    NewCase,
    NewDossier,
    NewRecord,
    Protection,
    RefileDossier,
    case_shape,
    dossier_shape,
)
from eakte.records.service import details, filing, lifecycle
from eakte.records.service.reading import note_reading

router = APIRouter(prefix="/dossiers", tags=["Akten"], route_class=ApiRoute)


def _tagged(work: Work, dossier: Dossier, response: Response) -> DossierShape:
    shape = dossier_shape(work, dossier)
    response.headers["ETag"] = etag(dossier.revision)
    return shape


@router.get("", summary="Akten auflisten")
def list_dossiers(
    work: Work,
    entry_id: Annotated[UUID | None, Query(alias="entryId", description="Aktenplaneintrag, auch darunter")] = None,
    state: RecordState | None = None,
    modified_after: ModifiedAfter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[DossierShape]:
    page = queries.dossiers(
        work, entry_id=entry_id, state=state, modified_after=modified_after, cursor=cursor, limit=limit
    )
    return PageShape(items=[dossier_shape(work, dossier) for dossier in page.items], next=page.next_cursor)


@router.post("", status_code=201, summary="Akte anlegen")
def create_dossier(work: Work, new: NewDossier, response: Created) -> DossierShape:
    dossier = filing.create_dossier(
        work,
        new.entry_id,
        metadata_of(new),
        unit_id=new.unit_id,
        keeping_unit_id=new.keeping_unit_id,
        dossier_type=new.dossier_type,
    )
    response.headers["Location"] = f"/api/v1/dossiers/{dossier.id}"
    return _tagged(work, dossier, response)


@router.get("/{dossier_id}", summary="Akte lesen")
def read_dossier(work: Work, dossier_id: UUID, response: Tagged) -> DossierShape:
    dossier = queries.get_dossier(work, dossier_id, to=Permission.READ)
    note_reading(work, dossier, Reading.METADATA)
    return _tagged(work, dossier, response)


@router.patch("/{dossier_id}", summary="Akte bearbeiten")
def change_dossier(
    work: Work, dossier_id: UUID, patch: DossierPatch, revision: Revision, response: Tagged
) -> DossierShape:
    dossier = queries.get_dossier(work, dossier_id, to=Permission.EDIT, revision=revision)
    filing.change_record(work, dossier, patch.fields(), dossier_id=dossier.id)
    return _tagged(work, dossier, response)


@router.post("/{dossier_id}:close", summary="Akte schließen (zdA)")
def close_dossier(work: Work, dossier_id: UUID, revision: Revision, response: Tagged) -> DossierShape:
    dossier = lifecycle.change_dossier_state(work, dossier_id, Action.CLOSE, revision=revision)
    return _tagged(work, dossier, response)


@router.post("/{dossier_id}:reopen", summary="Akte wieder öffnen (zdA aufheben)")
def reopen_dossier(work: Work, dossier_id: UUID, revision: Revision, response: Tagged) -> DossierShape:
    dossier = lifecycle.change_dossier_state(work, dossier_id, Action.REOPEN, revision=revision)
    return _tagged(work, dossier, response)


@router.post("/{dossier_id}:cancel", summary="Akte stornieren")
def cancel_dossier(work: Work, dossier_id: UUID, revision: Revision, response: Tagged) -> DossierShape:
    dossier = lifecycle.change_dossier_state(work, dossier_id, Action.CANCEL, revision=revision)
    return _tagged(work, dossier, response)


@router.post("/{dossier_id}:restore", summary="Stornierung einer Akte aufheben")
def restore_dossier(work: Work, dossier_id: UUID, revision: Revision, response: Tagged) -> DossierShape:
    dossier = lifecycle.change_dossier_state(work, dossier_id, Action.RESTORE, revision=revision)
    return _tagged(work, dossier, response)


@router.post("/{dossier_id}:refile", summary="Akte umschreiben")
def refile_dossier(
    work: Work, dossier_id: UUID, target: RefileDossier, revision: Revision, response: Tagged
) -> DossierShape:
    dossier = lifecycle.refile_dossier(
        work, dossier_id, entry_id=target.entry_id, unit_id=target.unit_id, revision=revision
    )
    return _tagged(work, dossier, response)


@router.put("/{dossier_id}/protection", summary="Schutz einer Akte festlegen")
def protect_dossier(
    work: Work, dossier_id: UUID, protection: Protection, revision: Revision, response: Tagged
) -> DossierShape:
    dossier = details.protect_dossier(
        work, dossier_id, protected=protection.protected, readers=protection.readers, revision=revision
    )
    return _tagged(work, dossier, response)


@router.get("/{dossier_id}/cases", summary="Vorgänge einer Akte")
def list_cases(work: Work, dossier_id: UUID, cursor: Cursor = None, limit: Limit = 50) -> PageShape[CaseShape]:
    dossier = queries.get_dossier(work, dossier_id, to=Permission.READ)
    note_reading(work, dossier, Reading.METADATA)
    page = queries.cases(work, dossier_id=dossier.id, state=None, modified_after=None, cursor=cursor, limit=limit)
    return PageShape(items=[case_shape(work, case) for case in page.items], next=page.next_cursor)


@router.post("/{dossier_id}/cases", status_code=201, summary="Vorgang anlegen")
def create_case(work: Work, dossier_id: UUID, new: NewCase, response: Created) -> CaseShape:
    case = filing.create_case(
        work, dossier_id, metadata_of(new), keeping_unit_id=new.keeping_unit_id, case_type=new.case_type
    )
    shape = case_shape(work, case)
    response.headers["Location"] = f"/api/v1/cases/{case.id}"
    response.headers["ETag"] = etag(case.revision)
    return shape


def metadata_of(new: NewRecord) -> filing.Metadata:
    """What any new record may say, out of its shape."""
    given = {name: getattr(new, name) for name in filing.Metadata.__dataclass_fields__ if hasattr(new, name)}
    return filing.Metadata(**{**given, "keywords": tuple(new.keywords)})
