"""/batches and /scan-profiles (Stapel, Scanprofile)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from eakte.access.queries import BERLIN
from eakte.documents.api import BINARY, disposition, streamed
from eakte.documents.models import object_key
from eakte.foundation.http import ApiRoute, Cursor, Limit, Located, PageShape, Work
from ingest.batches import queries, views
from ingest.batches.models import Batch
from ingest.batches.rules import BatchState, Expected
from ingest.batches.schemas import (
    BackupRunShape,
    BatchDetailShape,
    BatchDocumentShape,
    BatchFileShape,
    BatchShape,
    Check,
    DestroyableShape,
    ImageShape,
    MergeWith,
    NewBackupRun,
    NewBatch,
    PaperDestruction,
    Place,
    ProfileShape,
    ProofShape,
    Reason,
    SheetOrder,
    SplitAt,
    Turn,
    batch_shape,
    destroyable_shape,
    detail_shape,
    document_shape,
    file_shape,
    image_shape,
    proof_shape,
)
from ingest.batches.service import arranging, checking, keeping, profiles, receiving, releasing, sheets

router = APIRouter(tags=["Stapel"], route_class=ApiRoute)


@router.get("/scan-profiles", summary="Scanprofile auflisten")
def list_profiles(work: Work) -> PageShape[ProfileShape]:
    return PageShape(items=[ProfileShape.model_validate(one) for one in queries.profiles(work.session)])


@router.put("/scan-profiles/{key}", summary="Scanprofil anlegen oder ändern")
def set_profile(work: Work, key: str, profile: ProfileShape) -> ProfileShape:
    return ProfileShape.model_validate(profiles.set_profile(work, key, profile.model_dump(exclude={"key"})))


@router.post("/batches", status_code=201, summary="Stapel anlegen")
def open_batch(work: Work, new: NewBatch, response: Located) -> BatchShape:
    details = receiving.BatchDetails(
        profile=new.profile,
        into=new.into,
        unit=new.unit,
        device=new.device,
        device_inventory=new.device_inventory,
        workstation=new.workstation,
        workstation_inventory=new.workstation_inventory,
        box=new.box,
        shelf=new.shelf,
        expected=Expected(new.expected_sheets, new.expected_images, new.expected_documents),
    )
    batch = receiving.open_batch(work, details)
    response.headers["Location"] = f"/api/v1/batches/{batch.id}"
    return batch_shape(batch)


@router.get("/batches", summary="Stapel auflisten")
def list_batches(
    work: Work,
    state: Annotated[BatchState | None, Query(description="Nur in diesem Zustand")] = None,
    number: Annotated[str | None, Query(max_length=60, description="Stapelnummer")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[BatchShape]:
    page = queries.batches(work, state=state, number=number, cursor=cursor, limit=limit)
    return PageShape(items=[batch_shape(batch) for batch in page.items], next=page.next_cursor)


@router.get("/batches/{batch_id}", summary="Stapel mit Nachweis und Fortschritt")
def read_batch(work: Work, batch_id: UUID) -> BatchDetailShape:
    return _detail(work, queries.get_batch(work, batch_id))


@router.post("/batches/{batch_id}/files", status_code=201, summary="Rohscan in einen Stapel geben")
def receive_file(work: Work, batch_id: UUID, file: Annotated[UploadFile, File(title="Datei")]) -> BatchFileShape:
    return file_shape(receiving.receive_file(work, batch_id, file.file, file.filename or ""))


@router.get("/batches/{batch_id}/files", summary="Rohscans eines Stapels")
def list_files(work: Work, batch_id: UUID, cursor: Cursor = None, limit: Limit = 50) -> PageShape[BatchFileShape]:
    page = queries.files(work, queries.get_batch(work, batch_id), cursor=cursor, limit=limit)
    return PageShape(items=[file_shape(file) for file in page.items], next=page.next_cursor)


@router.get(
    "/batches/{batch_id}/files/{file_id}/content",
    summary="Rohscan, wie er ankam",
    response_class=StreamingResponse,
    responses={200: BINARY},
)
def read_raw_scan(work: Work, batch_id: UUID, file_id: UUID) -> Response:
    file = views.raw_scan_of(work, queries.get_batch(work, batch_id), file_id)
    assert file.object_id is not None
    sent_as = disposition(file.file_name, file.digest)
    return streamed(work.storage, object_key(file.object_id), file.digest, sent_as, file.media_type, None)


@router.get("/batches/{batch_id}/images", summary="Jedes Bild eines Stapels und was daraus wurde")
def list_images(work: Work, batch_id: UUID, cursor: Cursor = None, limit: Limit = 50) -> PageShape[ImageShape]:
    page = views.images(work, queries.get_batch(work, batch_id), cursor=cursor, limit=limit)
    return PageShape(items=[image_shape(view) for view in page.items], next=page.next_cursor)


@router.get("/batches/{batch_id}/documents", summary="Dokumente eines Stapels")
def list_documents(
    work: Work, batch_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> PageShape[BatchDocumentShape]:
    page = views.documents(work, queries.get_batch(work, batch_id), cursor=cursor, limit=limit)
    return PageShape(items=[document_shape(view) for view in page.items], next=page.next_cursor)


@router.get(
    "/batches/{batch_id}/images/{n}/preview",
    summary="Vorschau eines Bildes",
    response_class=StreamingResponse,
    responses={200: BINARY},
)
def read_preview(work: Work, batch_id: UUID, n: int) -> Response:
    file = views.preview_of(work, queries.get_batch(work, batch_id), n)
    sent_as = disposition(file.file_name, file.digest)
    return streamed(work.storage, object_key(file.object_id), file.digest, sent_as, file.media_type, None)


# --- what is done with a batch ----------------------------------------------------------------------------


@router.post("/batches/{batch_id}:complete", summary="Alle Dateien sind da: Stapel trennen und erkennen")
def complete(work: Work, batch_id: UUID) -> BatchDetailShape:
    return _detail(work, receiving.complete_batch(work, batch_id))


@router.post("/batches/{batch_id}:explain", summary="Fehlende oder überzählige Blätter klären")
def explain(work: Work, batch_id: UUID, why: Reason) -> BatchDetailShape:
    return _detail(work, checking.explain_differences(work, batch_id, explanation=why.reason))


@router.post("/batches/{batch_id}:accept", summary="Prüfung abschließen: Dokumente werden abgelegt")
def accept(work: Work, batch_id: UUID) -> BatchDetailShape:
    return _detail(work, checking.accept_batch(work, batch_id))


@router.post("/batches/{batch_id}:reject", summary="Stapel zurückweisen: Papier wird neu gescannt")
def reject(work: Work, batch_id: UUID, why: Reason) -> BatchDetailShape:
    return _detail(work, checking.reject_batch(work, batch_id, reason=why.reason))


@router.post("/batches/{batch_id}:release", summary="Stapel freigeben: die Aufbewahrung des Papiers beginnt")
def release(work: Work, batch_id: UUID) -> BatchDetailShape:
    return _detail(work, releasing.release_batch(work, batch_id))


@router.post("/batches/{batch_id}:destroy-paper", summary="Vernichtung des Papiers festhalten")
def destroy_paper(work: Work, batch_id: UUID, record: PaperDestruction) -> BatchDetailShape:
    return _detail(work, releasing.destroy_paper(work, batch_id, how=record.how))


@router.get("/batches/{batch_id}/proof", summary="Dokumente eines Stapels aus dem Speicher nachprüfen")
def prove(work: Work, batch_id: UUID, cursor: Cursor = None, limit: Limit = 20) -> PageShape[ProofShape]:
    page = views.proofs(work, queries.get_batch(work, batch_id), cursor=cursor, limit=limit)
    return PageShape(items=[proof_shape(proven) for proven in page.items], next=page.next_cursor)


@router.get("/paper-destructions", summary="Vernichtungsliste: Stapel, deren Papier nicht mehr gebraucht wird")
def list_destroyable(work: Work) -> PageShape[DestroyableShape]:
    due = releasing.destruction_list(work, work.now.astimezone(BERLIN).date())
    kept = views.kept_of(work, due)
    return PageShape(items=[destroyable_shape(batch, kept[batch.id]) for batch in due])


@router.post("/backup-runs", status_code=201, summary="Sicherungslauf verzeichnen")
def record_backup(work: Work, run: NewBackupRun) -> BackupRunShape:
    recorded = releasing.record_backup(work, ended_at=run.ended_at or work.now, remark=run.remark)
    return BackupRunShape.model_validate(recorded)


@router.post(
    "/separator-sheets",
    summary="Trenn- und Deckblätter drucken",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def print_sheets(work: Work, order: SheetOrder) -> Response:
    pdf = sheets.print_sheets(
        work, order.references, cover=order.cover, document_class=order.document_class, batch=order.batch
    )
    return Response(pdf, media_type="application/pdf")


# --- what is done with its documents and images -----------------------------------------------------------


@router.post("/batches/{batch_id}/documents/{document_id}:check", summary="Ergebnis einer Sichtprüfung")
def check(work: Work, batch_id: UUID, document_id: UUID, how: Check) -> BatchDetailShape:
    checking.check_document(work, batch_id, document_id, how.verdict, remark=how.remark)
    return _detail(work, queries.get_batch(work, batch_id))


@router.post(
    "/batches/{batch_id}/documents/{document_id}:keep-paper",
    summary="Papier eines Dokuments behalten, wenn das des Stapels vernichtet wird",
)
def keep_paper(work: Work, batch_id: UUID, document_id: UUID, why: Reason) -> BatchDetailShape:
    keeping.keep_paper(work, batch_id, document_id, reason=why.reason)
    return _detail(work, queries.get_batch(work, batch_id))


@router.post(
    "/batches/{batch_id}/documents/{document_id}:release-paper", summary="Papier eines Dokuments nicht mehr behalten"
)
def release_paper(work: Work, batch_id: UUID, document_id: UUID) -> BatchDetailShape:
    keeping.release_paper(work, batch_id, document_id)
    return _detail(work, queries.get_batch(work, batch_id))


@router.post("/batches/{batch_id}/documents/{document_id}:split", summary="Dokument teilen")
def split(work: Work, batch_id: UUID, document_id: UUID, how: SplitAt) -> BatchDetailShape:
    arranging.split_document(work, batch_id, document_id, at_page=how.page)
    return _detail(work, queries.get_batch(work, batch_id))


@router.post("/batches/{batch_id}/documents/{document_id}:merge", summary="Zwei Dokumente verbinden")
def merge(work: Work, batch_id: UUID, document_id: UUID, how: MergeWith) -> BatchDetailShape:
    arranging.merge_documents(work, batch_id, document_id, following=how.following)
    return _detail(work, queries.get_batch(work, batch_id))


@router.post(
    "/batches/{batch_id}/documents/{document_id}:insert-pages",
    status_code=201,
    summary="Fehlendes Blatt eines Dokuments nachtragen",
)
def insert_pages(
    work: Work,
    batch_id: UUID,
    document_id: UUID,
    file: Annotated[UploadFile, File(title="Scan des fehlenden Blatts")],
    page: Annotated[
        int,
        Form(
            ge=1,
            le=1_000_000,
            title="Welche Seite des Dokuments die erste neue wird; dahinter: angehängt",
            examples=[2],
        ),
    ],
) -> BatchFileShape:
    return file_shape(arranging.insert_pages(work, batch_id, document_id, file.file, file.filename or "", page=page))


@router.post("/batches/{batch_id}/images/{n}:turn", summary="Seite drehen")
def turn(work: Work, batch_id: UUID, n: int, how: Turn) -> BatchDetailShape:
    arranging.turn_image(work, batch_id, n, clockwise=how.clockwise)
    return _detail(work, queries.get_batch(work, batch_id))


@router.post("/batches/{batch_id}/images/{n}:reject", summary="Seite zurückweisen")
def reject_image(work: Work, batch_id: UUID, n: int, why: Reason) -> BatchDetailShape:
    arranging.reject_image(work, batch_id, n, reason=why.reason)
    return _detail(work, queries.get_batch(work, batch_id))


@router.post("/batches/{batch_id}/images/{n}:place", summary="Bild als Seite eines Dokuments einordnen")
def place(work: Work, batch_id: UUID, n: int, where: Place) -> BatchDetailShape:
    arranging.place_image(work, batch_id, n, document_id=where.document, page=where.page)
    return _detail(work, queries.get_batch(work, batch_id))


@router.post("/batches/{batch_id}/images/{n}:rescan", status_code=201, summary="Seite nachscannen")
def rescan(work: Work, batch_id: UUID, n: int, file: Annotated[UploadFile, File(title="Nachscan")]) -> BatchFileShape:
    return file_shape(arranging.rescan_image(work, batch_id, n, file.file, file.filename or ""))


def _detail(work: Work, batch: Batch) -> BatchDetailShape:
    return detail_shape(batch, views.account_of(work, batch))
