"""Forms for what hangs on a record: parties, links, and the readers of a protected dossier."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from eakte.access import Permission
from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import ReferenceNotFound
from eakte.records.models import Dossier, Record
from eakte.records.queries import get_dossier, get_record, get_record_by_reference, readers_of
from eakte.records.schemas import PartyFields
from eakte.records.service import details
from eakte.web import queries
from eakte.web.errors import LoginsUnknown
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.pages.records import record_page
from eakte.web.rendering import go_to, path_of, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork, seen_revision
from eakte.web.views import trail_of

router = APIRouter(route_class=PageRoute)


# --- parties and links --------------------------------------------------------------------------------------


@router.get("/schriftgut/{record_id}/beteiligte")
def show_new_party(request: Request, work: PageWork, record_id: UUID) -> Response:
    return _party(request, work, get_record(work, record_id, to=Permission.READ), Filled())


@router.post("/schriftgut/{record_id}/beteiligte")
def add_party(request: Request, work: FormWork, form: OwnForm, record_id: UUID) -> Response:
    record = get_record(work, record_id, to=Permission.READ)
    texts = texts_of(form)

    def add() -> None:
        new = read_shape(PartyFields, texts, required=("name", "role"))
        details.add_party(work, record_id, details.PartyDetails(**new.model_dump()))

    outcome = attempt(work, add)
    if isinstance(outcome, Refusal):
        return _party(request, work, record, Filled(texts, outcome))
    return go_to(path_of(record), "beteiligte")


def _party(request: Request, work: UnitOfWork, record: Record, filled: Filled) -> Response:
    status = filled.refusal.status if filled.refusal is not None else 200
    trail = [*trail_of(work, record), (record.reference, path_of(record))]
    return render(request, "party.html", status=status, record=record, trail=trail, filled=filled)


@router.post("/schriftgut/{record_id}/beteiligte/{party_id}/entfernen")
def remove_party(request: Request, work: FormWork, form: OwnForm, record_id: UUID, party_id: UUID) -> Response:
    record = get_record(work, record_id, to=Permission.READ)
    outcome = attempt(work, lambda: details.remove_party(work, record_id, party_id, revision=seen_revision(form)))
    if isinstance(outcome, Refusal):
        return record_page(request, work, record, outcome)
    return go_to(path_of(record), "beteiligte")


@router.post("/schriftgut/{record_id}/verweise")
def link(request: Request, work: FormWork, form: OwnForm, record_id: UUID) -> Response:
    record = get_record(work, record_id, to=Permission.READ)
    texts = texts_of(form)

    def set_link() -> None:
        target = get_record_by_reference(work, texts.get("reference", ""), to=Permission.READ)
        details.link_records(work, record_id, target.id, note=texts.get("note") or None)

    outcome = attempt(work, set_link, ReferenceNotFound)
    if isinstance(outcome, Refusal):
        return record_page(request, work, record, outcome)
    return go_to(path_of(record), "verweis")


@router.post("/schriftgut/{record_id}/verweise/{link_id}/entfernen")
def unlink(request: Request, work: FormWork, form: OwnForm, record_id: UUID, link_id: UUID) -> Response:
    record = get_record(work, record_id, to=Permission.READ)
    outcome = attempt(work, lambda: details.unlink_records(work, record_id, link_id, revision=seen_revision(form)))
    if isinstance(outcome, Refusal):
        return record_page(request, work, record, outcome)
    return go_to(path_of(record), "verweis")


# --- protection ---------------------------------------------------------------------------------------------


@router.get("/akten/{dossier_id}/schutz")
def show_protection(request: Request, work: PageWork, dossier_id: UUID) -> Response:
    dossier = get_dossier(work, dossier_id, to=Permission.PROTECT)
    readers = queries.logins_of(work.session, readers_of(work.session, dossier.id))
    values = {"readers": "\n".join(readers), "protected": "ja" if dossier.protected else ""}
    return _protection(request, work, dossier, Filled(values))


@router.post("/akten/{dossier_id}/schutz")
def protect(request: Request, work: FormWork, form: OwnForm, dossier_id: UUID) -> Response:
    dossier = get_dossier(work, dossier_id, to=Permission.PROTECT)
    texts = texts_of(form)

    def change() -> None:
        logins = set(texts.get("readers", "").split())
        known = queries.identities_called(work.session, logins)
        if unknown := sorted(logins - known.keys()):
            message = f"Nicht bekannt: {', '.join(unknown)}."
            raise LoginsUnknown(findings=[Finding("login-unknown", message, "readers")])
        details.protect_dossier(
            work,
            dossier_id,
            protected=texts.get("protected") == "ja",
            readers=list(known.values()),
            revision=seen_revision(form),
        )

    outcome = attempt(work, change)
    if isinstance(outcome, Refusal):
        return _protection(request, work, dossier, Filled(texts, outcome))
    return go_to(path_of(dossier), "schutz")


def _protection(request: Request, work: UnitOfWork, dossier: Dossier, filled: Filled) -> Response:
    status = filled.refusal.status if filled.refusal is not None else 200
    trail = [*trail_of(work, dossier), (dossier.reference, path_of(dossier))]
    return render(request, "protection.html", status=status, dossier=dossier, trail=trail, filled=filled)
