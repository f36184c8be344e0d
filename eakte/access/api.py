"""Sessions, /me, identities, units, grants and tokens (Anmeldung und Berechtigungen)."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from eakte.access import Permission, queries, service
from eakte.access.models import ApiToken, Identity
from eakte.access.schemas import (
    DeputyFields,
    DeputyShape,
    GrantFields,
    GrantShape,
    IdentityPatch,
    IdentityShape,
    Login,
    MeShape,
    NewIdentity,
    NewPassword,
    NewToken,
    NewTokenShape,
    NewUnit,
    OwnPassword,
    TokenShape,
    UnitShape,
)
from eakte.foundation.errors import EakteError
from eakte.foundation.http import (
    AnonymousWork,
    ApiRoute,
    Created,
    Cursor,
    Limit,
    PageShape,
    Revision,
    Tagged,
    Work,
    etag,
)
from eakte.foundation.problems import problem_response

router = APIRouter(tags=["Berechtigungen"], route_class=ApiRoute)


@router.post("/sessions", status_code=201, summary="Anmelden", response_model=NewTokenShape)
def log_in(work: AnonymousWork, login: Login, request: Request, response: Response) -> NewTokenShape | JSONResponse:
    outcome = service.log_in(work, login.login, login.password)
    if isinstance(outcome, EakteError):
        # Answered, not raised: the failed attempt has to be committed.
        return problem_response(request, outcome)
    response.headers["Cache-Control"] = "no-store"
    return _with_secret(*outcome)


def _with_secret(token: ApiToken, secret: str) -> NewTokenShape:
    return NewTokenShape(**TokenShape.model_validate(token).model_dump(), secret=secret)


@router.get("/me", summary="Wer bin ich")
def read_me(work: Work) -> MeShape:
    permissions = [permission for permission in Permission if work.actor.may(permission)]
    return MeShape(id=work.actor.id, login=work.actor.name, permissions=permissions)


@router.put("/me/password", status_code=204, summary="Eigenes Kennwort ändern")
def change_own_password(work: Work, new: OwnPassword) -> None:
    service.change_own_password(work, new.current_password, new.password)


@router.get("/organisational-units", summary="Organisationseinheiten auflisten")
def list_units(work: Work, cursor: Cursor = None, limit: Limit = 50) -> PageShape[UnitShape]:
    page = queries.units(work, cursor=cursor, limit=limit)
    return PageShape(items=[UnitShape.model_validate(unit) for unit in page.items], next=page.next_cursor)


@router.post("/organisational-units", status_code=201, summary="Organisationseinheit anlegen")
def create_unit(work: Work, new: NewUnit) -> UnitShape:
    unit = service.create_unit(work, key=new.key, name=new.name, parent_id=new.parent_id)
    return UnitShape.model_validate(unit)


@router.get("/identities", summary="Personen und Fachverfahren auflisten")
def list_identities(work: Work, cursor: Cursor = None, limit: Limit = 50) -> PageShape[IdentityShape]:
    page = queries.identities(work, cursor=cursor, limit=limit)
    return PageShape(items=[IdentityShape.model_validate(item) for item in page.items], next=page.next_cursor)


@router.post("/identities", status_code=201, summary="Person oder Fachverfahren aufnehmen")
def create_identity(work: Work, new: NewIdentity, response: Created) -> IdentityShape:
    identity = service.create_identity(work, **new.model_dump())
    response.headers["Location"] = f"/api/v1/identities/{identity.id}"
    return _tagged(identity, response)


def _tagged(identity: Identity, response: Response) -> IdentityShape:
    response.headers["ETag"] = etag(identity.revision)
    return IdentityShape.model_validate(identity)


@router.get("/identities/{identity_id}", summary="Person oder Fachverfahren lesen")
def read_identity(work: Work, identity_id: UUID, response: Tagged) -> IdentityShape:
    return _tagged(queries.get_identity(work, identity_id), response)


@router.patch("/identities/{identity_id}", summary="Person oder Fachverfahren ändern oder sperren")
def change_identity(
    work: Work, identity_id: UUID, patch: IdentityPatch, revision: Revision, response: Tagged
) -> IdentityShape:
    identity = service.change_identity(work, identity_id, revision=revision, **patch.model_dump())
    return _tagged(identity, response)


@router.put("/identities/{identity_id}/password", status_code=204, summary="Kennwort setzen")
def set_password(work: Work, identity_id: UUID, new: NewPassword, revision: Revision, response: Tagged) -> None:
    identity = service.set_password(work, identity_id, new.password, revision=revision)
    response.headers["ETag"] = etag(identity.revision)


@router.get("/identities/{identity_id}/grants", summary="Berechtigungen auflisten")
def list_grants(work: Work, identity_id: UUID) -> list[GrantShape]:
    return [GrantShape.model_validate(grant) for grant in queries.grants_of(work, identity_id)]


@router.post("/identities/{identity_id}/grants", status_code=201, summary="Berechtigung erteilen")
def grant_role(work: Work, identity_id: UUID, new: GrantFields) -> GrantShape:
    fields = new.model_dump()
    return GrantShape.model_validate(service.grant_role(work, identity_id, fields.pop("role"), **fields))


@router.delete("/grants/{grant_id}", status_code=204, summary="Berechtigung zurücknehmen")
def revoke_grant(work: Work, grant_id: UUID) -> None:
    service.revoke_grant(work, grant_id)


@router.get("/identities/{identity_id}/deputies", summary="Vertretungen auflisten")
def list_deputies(work: Work, identity_id: UUID) -> list[DeputyShape]:
    return [DeputyShape.model_validate(one) for one in queries.deputyships_of(work, identity_id)]


@router.post("/identities/{identity_id}/deputies", status_code=201, summary="Vertretung einrichten")
def appoint_deputy(work: Work, identity_id: UUID, new: DeputyFields) -> DeputyShape:
    deputyship = service.appoint_deputy(
        work, identity_id, new.deputy_id, valid_from=new.valid_from, valid_until=new.valid_until
    )
    return DeputyShape.model_validate(deputyship)


@router.delete("/deputyships/{deputyship_id}", status_code=204, summary="Vertretung beenden")
def relieve_deputy(work: Work, deputyship_id: UUID) -> None:
    service.relieve_deputy(work, deputyship_id)


@router.get("/identities/{identity_id}/tokens", summary="API-Token auflisten")
def list_tokens(work: Work, identity_id: UUID) -> list[TokenShape]:
    return [TokenShape.model_validate(token) for token in queries.tokens_of(work, identity_id)]


@router.post("/identities/{identity_id}/tokens", status_code=201, summary="API-Token ausstellen")
def issue_token(work: Work, identity_id: UUID, new: NewToken, response: Response) -> NewTokenShape:
    response.headers["Cache-Control"] = "no-store"
    return _with_secret(*service.issue_token(work, identity_id, label=new.label, expires_at=new.expires_at))


@router.delete("/tokens/{token_id}", status_code=204, summary="API-Token zurückziehen")
def revoke_token(work: Work, token_id: UUID) -> None:
    service.revoke_token(work, token_id)
