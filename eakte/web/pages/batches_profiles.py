"""/scanprofile (Scanprofile): how a class of paper is scanned and checked."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from eakte.access import Permission
from eakte.access.errors import ActionForbidden
from eakte.access.queries import require_unlimited
from eakte.foundation.bodies import RequestInvalid
from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.web import batch_queries
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.rendering import go_to, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork
from ingest.batches.errors import ScanProfileKeyTaken
from ingest.batches.models import ScanProfile
from ingest.batches.queries import profile_by_key, profiles
from ingest.batches.rules import Purpose
from ingest.batches.schemas import ProfileShape
from ingest.batches.service.profiles import set_profile
from ingest.splitting.rules import Collation, Duplex, SeparateBy

router = APIRouter(prefix="/scanprofile", route_class=PageRoute)

Key = Annotated[str, Query(alias="kennzeichen", max_length=60)]

_REQUIRED = (
    "key", "name", "purpose", "procedure", "procedure_version", "sample_share", "sample_minimum", "buffer_days",
)  # fmt: skip
_BEGINNING = {"sample_share": "10", "sample_minimum": "3", "buffer_days": "180", "confidentiality": "restricted"}


@router.get("")
def show_profiles(request: Request, work: PageWork) -> Response:
    shown = profiles(work.session)
    return render(request, "scan_profiles.html", profiles=shown, may_set=_may_set(work), percent=_percent)


@router.get("/neu")
def show_new_profile(request: Request, work: PageWork) -> Response:
    require_unlimited(work, Permission.MANAGE_INGEST)
    return _form(request, Filled(_BEGINNING), known=None)


@router.post("/neu")
def add_profile(request: Request, work: FormWork, form: OwnForm) -> Response:
    texts = texts_of(form)

    def add() -> ScanProfile:
        if batch_queries.profile_of_key(work.session, texts.get("key", "")) is not None:
            raise ScanProfileKeyTaken(findings=[Finding("taken", "Bitte ein anderes Kennzeichen wählen.", "key")])
        return _set(work, texts)

    outcome = attempt(work, add)
    if isinstance(outcome, Refusal):
        return _form(request, Filled(texts, outcome), known=None)
    return go_to("/scanprofile", "angelegt")


@router.get("/bearbeiten")
def show_profile(request: Request, work: PageWork, key: Key) -> Response:
    require_unlimited(work, Permission.MANAGE_INGEST)
    return _form(request, Filled(_written(profile_by_key(work.session, key))), known=key)


@router.post("/bearbeiten")
def change_profile(request: Request, work: FormWork, form: OwnForm, key: Key) -> Response:
    texts = {**texts_of(form), "key": profile_by_key(work.session, key).key}
    outcome = attempt(work, lambda: _set(work, texts))
    if isinstance(outcome, Refusal):
        return _form(request, Filled(texts, outcome), known=key)
    return go_to("/scanprofile", "gespeichert")


def _form(request: Request, filled: Filled, *, known: str | None) -> Response:
    return render(
        request,
        "scan_profile.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        filled=filled,
        known=known,
        purposes=list(Purpose),
        separations=list(SeparateBy),
        sides=list(Duplex),
        collations=list(Collation),
    )


def _may_set(work: UnitOfWork) -> bool:
    try:
        require_unlimited(work, Permission.MANAGE_INGEST)
    except ActionForbidden:
        return False
    return True


def _set(work: UnitOfWork, texts: Mapping[str, str]) -> ScanProfile:
    profile = read_shape(ProfileShape, {**texts, "sample_share": _share(texts)}, required=_REQUIRED)
    return set_profile(work, profile.key, profile.model_dump(exclude={"key"}))


def _share(texts: Mapping[str, str]) -> str:
    """The share that a percentage with a decimal comma means; nothing for nothing. Raises RequestInvalid."""
    given = texts.get("sample_share", "").removesuffix("%").strip().replace(",", ".")
    if not given:
        return ""
    try:
        share = Decimal(given) / 100
    except InvalidOperation:
        share = Decimal(-1)
    if not (share.is_finite() and 0 <= share <= 1):
        raise RequestInvalid(findings=[Finding("share-invalid", "Bitte 0 bis 100 Prozent angeben.", "sample_share")])
    return str(share)


def _percent(share: float) -> str:
    return f"{share * 100:.10g}".replace(".", ",")


def _written(profile: ScanProfile) -> dict[str, str]:
    """A profile's values as its form holds them."""
    values = {name: str(getattr(profile, name)) for name in ProfileShape.model_fields}
    return {
        **values,
        "sample_share": _percent(profile.sample_share),
        "second_person": "true" if profile.second_person else "",
    }
