"""Forms that change a record: its metadata, and where it is filed."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from eakte.access import Permission
from eakte.documents.models import Document
from eakte.documents.schemas import DocumentPatch
from eakte.documents.service import refile_document
from eakte.foundation.work import UnitOfWork
from eakte.records.errors import EntryNotFound, ReferenceNotFound
from eakte.records.models import Case, Dossier, Record
from eakte.records.plan_queries import entry_by_code
from eakte.records.queries import dossier_id_of, get_record, get_record_by_reference
from eakte.records.rules import Reading
from eakte.records.schemas import CasePatch, DossierPatch, RecordPatch, columns_of
from eakte.records.service.filing import change_record
from eakte.records.service.lifecycle import refile_case, refile_dossier
from eakte.records.service.reading import note_reading
from eakte.web import queries
from eakte.web.errors import TargetOfOtherKind
from eakte.web.forms import Filled, Refusal, attempt, read_shape, texts_of
from eakte.web.rendering import go_to, path_of, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork, seen_revision
from eakte.web.views import trail_of

router = APIRouter(prefix="/schriftgut/{record_id}", route_class=PageRoute)


# --- metadata -------------------------------------------------------------------------------------------


@router.get("/bearbeiten")
def show_edit(request: Request, work: PageWork, record_id: UUID) -> Response:
    record = get_record(work, record_id, to=Permission.READ)
    note_reading(work, record, Reading.PAGE)
    return _edit(request, work, record, Filled(_written(record)))


@router.post("/bearbeiten")
def edit(request: Request, work: FormWork, form: OwnForm, record_id: UUID) -> Response:
    texts = texts_of(form)

    def change() -> Record:
        record = get_record(work, record_id, to=Permission.EDIT, revision=seen_revision(form))
        patch = read_shape(_patch_of(record), texts)
        change_record(work, record, patch.fields(), dossier_id=dossier_id_of(record))
        return record

    outcome = attempt(work, change)
    if isinstance(outcome, Refusal):
        record = get_record(work, record_id, to=Permission.READ)
        return _edit(request, work, record, Filled(texts, outcome))
    return go_to(path_of(outcome), "gespeichert")


def _edit(request: Request, work: UnitOfWork, record: Record, filled: Filled) -> Response:
    return render(
        request,
        "edit.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        record=record,
        trail=_trail_through(work, record),
        units=queries.all_units(work.session),
        filled=filled,
        # After a refusal the form still speaks of the state that was seen.
        revision=filled.value("revision") or record.revision,
    )


def _patch_of(record: Record) -> type[RecordPatch]:
    match record:
        case Dossier():
            return DossierPatch
        case Case():
            return CasePatch
    return DocumentPatch


def _written(record: Record) -> dict[str, str]:
    """A record's values as a form holds them."""
    columns = columns_of(record)
    texts = {name: str(value) for name, value in columns.items() if value is not None}
    texts["keywords"] = ", ".join(record.keywords)
    if isinstance(record, Document):
        texts["enclosures"] = "\n".join(record.enclosures)
    return texts


def _trail_through(work: UnitOfWork, record: Record) -> list[tuple[str, str]]:
    return [*trail_of(work, record), (record.reference, path_of(record))]


# --- refiling -------------------------------------------------------------------------------------------


@router.get("/umschreiben")
def show_refile(request: Request, work: PageWork, record_id: UUID) -> Response:
    return _refile(request, work, get_record(work, record_id, to=Permission.READ), Filled())


@router.post("/umschreiben")
def refile(request: Request, work: FormWork, form: OwnForm, record_id: UUID) -> Response:
    texts = texts_of(form)
    record = get_record(work, record_id, to=Permission.READ)
    outcome = attempt(
        work, lambda: _refiled(work, record, texts, seen_revision(form)), EntryNotFound, ReferenceNotFound
    )
    if isinstance(outcome, Refusal):
        return _refile(request, work, get_record(work, record_id, to=Permission.READ), Filled(texts, outcome))
    return go_to(path_of(outcome), "umgeschrieben")


def _refiled(work: UnitOfWork, record: Record, texts: dict[str, str], revision: int) -> Record:
    if isinstance(record, Dossier):
        entry = entry_by_code(work.session, texts.get("entry", ""))
        unit_id = UUID(texts["unit_id"]) if texts.get("unit_id") else None
        return refile_dossier(work, record.id, entry_id=entry.id, unit_id=unit_id, revision=revision)
    target = get_record_by_reference(work, texts.get("target", ""), to=Permission.READ)
    match record, target:
        case Case(), Dossier():
            return refile_case(work, record.id, dossier_id=target.id, revision=revision)
        case Document(), Case():
            return refile_document(work, record.id, case_id=target.id, revision=revision)
    raise TargetOfOtherKind


def _refile(request: Request, work: UnitOfWork, record: Record, filled: Filled) -> Response:
    return render(
        request,
        "refile.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        record=record,
        trail=_trail_through(work, record),
        units=queries.all_units(work.session),
        filled=filled,
    )
