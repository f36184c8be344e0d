"""/uploads (fortsetzbare Übertragungen): tus 1.0 with creation, expiration, termination and checksum.

A part is at most as long as any other body that is no form, 32 MB; a file is as many parts as it takes.
"""

import tempfile
from collections.abc import AsyncIterator
from email.utils import format_datetime
from typing import Annotated, Any, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from eakte.foundation.bodies import TEXT_LIMIT_MB
from eakte.foundation.http import ApiRoute, Located, Work, must_be_known
from eakte.foundation.problems import PROBLEM, problem_response
from ingest.batches.schemas import BatchFileShape, file_shape
from ingest.sources.uploads import queries, service, tus
from ingest.sources.uploads.errors import TusVersionDiffers, UploadDamaged, UploadHeadersInvalid
from ingest.sources.uploads.models import Upload
from ingest.sources.uploads.schemas import UploadShape

router = APIRouter(tags=["Übertragungen"], route_class=ApiRoute)

_SPOOLED = 1 << 20


def speaks_tus(tus_resumable: Annotated[str | None, Header(description="1.0.0", examples=["1.0.0"])] = None) -> None:
    """Raises TusVersionDiffers when the sender names another version of the protocol."""
    if tus_resumable not in (None, tus.VERSION):
        raise TusVersionDiffers


async def part_of(request: Request) -> AsyncIterator[BinaryIO]:
    """The bytes of one part, on disk; of a connection that broke, those that came. Read for somebody known only."""
    await run_in_threadpool(must_be_known, request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != tus.PART_TYPE:
        raise UploadHeadersInvalid(problem=f"Ein Stück hat den Content-Type {tus.PART_TYPE}.")
    with tempfile.SpooledTemporaryFile(_SPOOLED) as part:
        try:
            async for chunk in request.stream():
                await run_in_threadpool(part.write, chunk)
        except ClientDisconnect:
            pass
        yield part  # type: ignore[misc]


Part = Annotated[BinaryIO, Depends(part_of)]
_TUS = [Depends(speaks_tus)]


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


_Responses = dict[int | str, dict[str, Any]]
_VERSION: _Responses = {412: _problem("Diese Fassung von tus wird nicht gesprochen")}
_TOO_LARGE: _Responses = {**_VERSION, 413: _problem("Zu groß")}
_DAMAGED: _Responses = {**_VERSION, tus.CHECKSUM_MISMATCH: _problem("Das Stück hat einen anderen Prüfwert")}


@router.options("/uploads", status_code=204, summary="Was bei Übertragungen möglich ist")
def describe(work: Work) -> Response:
    limit = work.settings.ingest.max_file_mb << 20
    return Response(
        status_code=204,
        headers={
            "Tus-Resumable": tus.VERSION,
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Max-Size": str(limit),
            "Tus-Checksum-Algorithm": ",".join(tus.CHECKSUMS),
            "Upload-Part-Max-Size": str(TEXT_LIMIT_MB << 20),
        },
    )


@router.post("/uploads", status_code=201, summary="Übertragung beginnen", dependencies=_TUS, responses=_TOO_LARGE)
def begin(
    work: Work,
    response: Located,
    upload_length: Annotated[str | None, Header(description="Größe der Datei in Bytes", examples=["1048576"])] = None,
    upload_metadata: Annotated[
        str | None,
        Header(description="„filename“ und „sha256“, Werte in Base64", examples=["filename c3RhcGVsLnBkZg=="]),
    ] = None,
) -> UploadShape:
    upload = service.begin_upload(work, tus.announced(upload_length, upload_metadata))
    _tell(response, upload)
    response.headers["Location"] = f"/api/v1/uploads/{upload.id}"
    return UploadShape.model_validate(upload)


@router.get("/uploads/{upload_id}", summary="Übertragung und ihr Stand")
def read(work: Work, upload_id: UUID, response: Response) -> UploadShape:
    upload = queries.get_upload(work, upload_id)
    _tell(response, upload)
    return UploadShape.model_validate(upload)


@router.head("/uploads/{upload_id}", summary="Stand einer Übertragung", dependencies=_TUS, responses=_VERSION)
def look(work: Work, upload_id: UUID) -> Response:
    response = Response(headers={"Cache-Control": "no-store"})
    _tell(response, queries.get_upload(work, upload_id))
    return response


@router.patch(
    "/uploads/{upload_id}",
    status_code=204,
    summary="Nächstes Stück übertragen",
    dependencies=_TUS,
    responses=_DAMAGED,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {tus.PART_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def continue_(
    request: Request,
    part: Part,
    work: Work,
    upload_id: UUID,
    upload_offset: Annotated[str | None, Header(description="Wo das Stück beginnt", examples=["0"])] = None,
    upload_checksum: Annotated[str | None, Header(description="Verfahren und Prüfwert in Base64")] = None,
) -> Response:
    offset, checksum = tus.number(upload_offset, "Upload-Offset"), tus.checksum(upload_checksum)
    if checksum is not None and not checksum.matches(part):
        return problem_response(request, UploadDamaged(), status=tus.CHECKSUM_MISMATCH)
    response = Response(status_code=204)
    _tell(response, service.continue_upload(work, upload_id, offset, part))
    return response


@router.delete(
    "/uploads/{upload_id}", status_code=204, summary="Übertragung verwerfen", dependencies=_TUS, responses=_VERSION
)
def discard(work: Work, upload_id: UUID) -> Response:
    service.discard_upload(work, upload_id)
    return Response(status_code=204, headers={"Tus-Resumable": tus.VERSION})


@router.post(
    "/batches/{batch_id}/uploads/{upload_id}:take",
    status_code=201,
    summary="Vollständige Übertragung als Rohscan in einen Stapel geben",
    tags=["Stapel"],
)
def take(work: Work, batch_id: UUID, upload_id: UUID) -> BatchFileShape:
    return file_shape(service.take_upload(work, batch_id, upload_id))


def _tell(response: Response, upload: Upload) -> None:
    response.headers["Tus-Resumable"] = tus.VERSION
    response.headers["Upload-Offset"] = str(upload.offset)
    response.headers["Upload-Length"] = str(upload.size)
    response.headers["Upload-Expires"] = format_datetime(upload.expires_at, usegmt=True)
