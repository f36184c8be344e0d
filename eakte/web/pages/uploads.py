"""Files from somebody's machine into a dossier, a case or a document."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from eakte.access import Permission
from eakte.documents.files import store_original
from eakte.documents.models import Document, DocumentSource
from eakte.documents.queries import get_document
from eakte.documents.service import add_version
from eakte.foundation.errors import Finding
from eakte.foundation.work import UnitOfWork
from eakte.records.guards import must_be_free
from eakte.records.models import Record
from eakte.records.queries import get_record
from eakte.records.rules import Action
from eakte.web.errors import NothingChosen
from eakte.web.forms import Filled, Refusal, attempt, files_of
from eakte.web.rendering import go_to, path_of, render
from eakte.web.session import FormWork, OwnForm, PageRoute, PageWork, seen_revision
from eakte.web.views import trail_of
from ingest.models import Ingest
from ingest.service import receiving

router = APIRouter(route_class=PageRoute)


def nothing_chosen() -> NothingChosen:
    return NothingChosen(findings=[Finding("missing", "Bitte eine Datei auswählen.", "files")])


@router.get("/schriftgut/{record_id}/hochladen")
def show_upload(request: Request, work: PageWork, record_id: UUID) -> Response:
    return _upload(request, work, get_record(work, record_id, to=Permission.READ), Filled())


@router.post("/schriftgut/{record_id}/hochladen")
def upload(request: Request, work: FormWork, form: OwnForm, record_id: UUID) -> Response:
    record = get_record(work, record_id, to=Permission.READ)

    def receive() -> Ingest:
        files = files_of(form, "files")
        if not files:
            raise nothing_chosen()
        ingest = receiving.open_ingest(work, record.reference, source=DocumentSource.UPLOAD)
        for file in files:
            receiving.receive(work, ingest.id, file.file, file.filename or "")
        return ingest

    outcome = attempt(work, receive)
    if isinstance(outcome, Refusal):
        return _upload(request, work, record, Filled({}, outcome))
    return go_to(f"/eingaenge/{outcome.id}")


def _upload(request: Request, work: UnitOfWork, record: Record, filled: Filled) -> Response:
    return render(
        request,
        "upload.html",
        status=filled.refusal.status if filled.refusal is not None else 200,
        record=record,
        trail=[*trail_of(work, record), (record.reference, path_of(record))],
        largest_mb=work.settings.ingest.max_file_mb,
        filled=filled,
        is_version=isinstance(record, Document),
    )


@router.get("/dokumente/{document_id}/neue-version")
def show_new_version(request: Request, work: PageWork, document_id: UUID) -> Response:
    return _upload(request, work, get_document(work, document_id, to=Permission.READ), Filled())


@router.post("/dokumente/{document_id}/neue-version")
def upload_version(request: Request, work: FormWork, form: OwnForm, document_id: UUID) -> Response:
    document = get_document(work, document_id, to=Permission.READ)

    def store() -> None:
        files = files_of(form, "files")
        if not files:
            raise nothing_chosen()
        revision = seen_revision(form)
        # Asked before storing, so that nobody fills the storage who may not file.
        loaded = get_document(work, document_id, to=Permission.FILE_DOCUMENT, revision=revision)
        must_be_free(work, loaded, Action.ADD_VERSION)
        limit = work.settings.api.max_upload_mb << 20
        stored = store_original(work.storage, files[0].file, files[0].filename or "", max_bytes=limit)
        add_version(work, document_id, stored, revision=revision)

    outcome = attempt(work, store)
    if isinstance(outcome, Refusal):
        return _upload(request, work, document, Filled({}, outcome))
    return go_to(path_of(document), "version")
