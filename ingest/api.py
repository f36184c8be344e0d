"""/ingests and /ingest-items (Eingang und Arbeitsliste)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from eakte.documents.api import BINARY, disposition, streamed
from eakte.documents.models import DocumentSource
from eakte.foundation.http import ApiRoute, Cursor, Limit, Located, PageShape, Work
from ingest import queries
from ingest.models import Ingest, IngestItem
from ingest.rules import SETTLED, ItemState
from ingest.schemas import Discard, IngestShape, ItemShape, NewIngestShape, Release, Retry, item_shape
from ingest.service import conversion, quarantine, receiving, work_list

router = APIRouter(tags=["Eingang"], route_class=ApiRoute)


def _shapes(work: Work, items: list[IngestItem]) -> list[ItemShape]:
    references = queries.references_of(work.session, [item.document_id for item in items if item.document_id])
    return [item_shape(item, references.get(item.document_id) if item.document_id else None) for item in items]


def _ingest_shape(work: Work, ingest: Ingest) -> IngestShape:
    counts = queries.counts(work.session, ingest.id)
    return IngestShape(
        id=ingest.id,
        source=ingest.source,
        target_id=ingest.target_id,
        case_id=ingest.case_id,
        created_at=ingest.created_at,
        counts=counts,
        settled=counts.keys() <= SETTLED,
    )


@router.post("/ingests", status_code=201, summary="Eingang öffnen, auf Wunsch gleich mit Dateien")
def open_ingest(
    work: Work,
    into: Annotated[
        str, Form(min_length=1, max_length=300, title="Aktenzeichen von Akte oder Vorgang", examples=["63.2-2026/0118"])
    ],
    response: Located,
    source: Annotated[DocumentSource, Form(title="Herkunft")] = DocumentSource.SCAN,
    files: Annotated[list[UploadFile] | None, File(title="Dateien")] = None,
) -> NewIngestShape:
    ingest = receiving.open_ingest(work, into, source=source)
    items = [receiving.receive(work, ingest.id, file.file, file.filename or "") for file in files or ()]
    response.headers["Location"] = f"/api/v1/ingests/{ingest.id}"
    shape = _ingest_shape(work, ingest)
    return NewIngestShape(**shape.model_dump(), items=_shapes(work, items))


@router.get("/ingests", summary="Eingänge auflisten")
def list_ingests(work: Work, cursor: Cursor = None, limit: Limit = 50) -> PageShape[IngestShape]:
    page = queries.ingests(work, cursor=cursor, limit=limit)
    return PageShape(items=[_ingest_shape(work, ingest) for ingest in page.items], next=page.next_cursor)


@router.get("/ingests/{ingest_id}", summary="Stand eines Eingangs")
def read_ingest(work: Work, ingest_id: UUID) -> IngestShape:
    return _ingest_shape(work, queries.get_ingest(work, ingest_id))


@router.post("/ingests/{ingest_id}/items", status_code=201, summary="Datei in einen Eingang geben")
def receive(work: Work, ingest_id: UUID, file: Annotated[UploadFile, File(title="Datei")]) -> ItemShape:
    item = receiving.receive(work, ingest_id, file.file, file.filename or "")
    return _shapes(work, [item])[0]


@router.get("/ingests/{ingest_id}/items", summary="Dateien eines Eingangs")
def list_items(
    work: Work,
    ingest_id: UUID,
    state: Annotated[ItemState | None, Query(description="Nur in diesem Zustand")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[ItemShape]:
    ingest = queries.get_ingest(work, ingest_id)
    page = queries.items(work, ingest_id=ingest.id, state=state, cursor=cursor, limit=limit)
    return PageShape(items=_shapes(work, list(page.items)), next=page.next_cursor)


@router.get("/ingest-items", summary="Arbeitsliste: Dateien aller Eingänge, etwa die gescheiterten")
def list_work(
    work: Work,
    state: Annotated[ItemState | None, Query(description="Nur in diesem Zustand")] = ItemState.FAILED,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[ItemShape]:
    page = queries.items(work, ingest_id=None, state=state, cursor=cursor, limit=limit)
    return PageShape(items=_shapes(work, list(page.items)), next=page.next_cursor)


@router.get("/ingest-items/{item_id}", summary="Stand einer Datei")
def read_item(work: Work, item_id: UUID) -> ItemShape:
    return _shapes(work, [queries.get_item(work, item_id)])[0]


@router.post("/ingest-items/{item_id}:retry", summary="Gescheiterte Datei wiederholen")
def retry(work: Work, item_id: UUID, how: Retry) -> ItemShape:
    return _shapes(work, [work_list.retry_item(work, item_id, into=how.into)])[0]


@router.post("/ingest-items/{item_id}:discard", summary="Gescheiterte Datei verwerfen; das Original bleibt erhalten")
def discard(work: Work, item_id: UUID, why: Discard) -> ItemShape:
    return _shapes(work, [work_list.discard_item(work, item_id, reason=why.reason)])[0]


@router.post("/ingest-items/{item_id}:convert", summary="Ausstehende Archivfassung eines Office-Dokuments herstellen")
def convert(work: Work, item_id: UUID) -> ItemShape:
    return _shapes(work, [conversion.convert_item(work, item_id)])[0]


@router.post("/ingest-items/{item_id}:release-from-quarantine", summary="Datei trotz Fund des Virenscanners freigeben")
def release_from_quarantine(work: Work, item_id: UUID, why: Release) -> ItemShape:
    return _shapes(work, [quarantine.release_item(work, item_id, reason=why.reason)])[0]


@router.get(
    "/ingest-items/{item_id}/original",
    summary="Original laden, auch wenn die Verarbeitung scheiterte",
    response_class=StreamingResponse,
    responses={200: BINARY},
)
def read_original(work: Work, item_id: UUID) -> Response:
    item, key = work_list.original_of(work, item_id)
    return streamed(work.storage, key, item.digest, disposition(item.file_name, item.digest), item.media_type, None)
