"""/documents (Dokumente), their versions, renditions and bytes."""

import base64
import hashlib
import re
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, File, Header, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from eakte.access import Permission
from eakte.documents import queries, service
from eakte.documents.files import store_original
from eakte.documents.models import Document, RenditionKind
from eakte.documents.schemas import (
    DocumentPatch,
    DocumentShape,
    NewDocument,
    RefileDocument,
    VersionShape,
    document_shape,
    version_shape,
)
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
    sent,
)
from eakte.foundation.storage import Digest, Storage
from eakte.records.api.dossiers import metadata_of
from eakte.records.guards import must_be_free
from eakte.records.queries import get_case
from eakte.records.rules import Action, Reading
from eakte.records.service.filing import change_record
from eakte.records.service.reading import note_reading

router = APIRouter(tags=["Dokumente"], route_class=ApiRoute)

# Whatever the file is; the type stands in the answer, and with it what `streamed` sends.
_STREAMED = ("ETag", "Repr-Digest", "Accept-Ranges", "Content-Disposition")
BINARY: dict[str, Any] = {
    "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    "headers": sent(*_STREAMED),
}
_PART = {**BINARY, "headers": sent(*_STREAMED, "Content-Range")}


def _tagged(work: Work, document: Document, response: Response) -> DocumentShape:
    shape = document_shape(work, document)
    response.headers["ETag"] = etag(document.revision)
    return shape


@router.get("/documents", summary="Dokumente auflisten")
def list_documents(
    work: Work,
    modified_after: ModifiedAfter = None,
    external_key: Annotated[
        str | None, Query(alias="externalKey", max_length=200, description="Eigener Schlüssel des Fachverfahrens")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageShape[DocumentShape]:
    page = queries.documents(
        work, case_id=None, modified_after=modified_after, external_key=external_key, cursor=cursor, limit=limit
    )
    return PageShape(items=[document_shape(work, item) for item in page.items], next=page.next_cursor)


@router.get("/cases/{case_id}/documents", summary="Dokumente eines Vorgangs")
def list_documents_of_case(
    work: Work, case_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> PageShape[DocumentShape]:
    case = get_case(work, case_id, to=Permission.READ)
    note_reading(work, case, Reading.METADATA)
    page = queries.documents(work, case_id=case.id, modified_after=None, external_key=None, cursor=cursor, limit=limit)
    return PageShape(items=[document_shape(work, item) for item in page.items], next=page.next_cursor)


@router.post("/cases/{case_id}/documents", status_code=201, summary="Dokument anlegen")
def file_document(work: Work, case_id: UUID, new: NewDocument, response: Created) -> DocumentShape:
    details = service.DocumentDetails(
        kind=new.document_kind,
        document_type=new.document_type,
        foreign_reference=new.foreign_reference,
        our_reference=new.our_reference,
        subtitle=new.subtitle,
        refers_to=new.refers_to,
        clerk=new.clerk,
        enclosures=tuple(new.enclosures),
        letter_date=new.letter_date,
        received_on=new.received_on,
        sent_on=new.sent_on,
        external_key=new.external_key,
    )
    document = service.file_document(work, case_id, metadata_of(new), details)
    response.headers["Location"] = f"/api/v1/documents/{document.id}"
    return _tagged(work, document, response)


@router.get("/documents/{document_id}", summary="Dokument lesen")
def read_document(work: Work, document_id: UUID, response: Tagged) -> DocumentShape:
    document = queries.get_document(work, document_id, to=Permission.READ)
    note_reading(work, document, Reading.METADATA)
    return _tagged(work, document, response)


@router.patch("/documents/{document_id}", summary="Dokument bearbeiten")
def change_document(
    work: Work, document_id: UUID, patch: DocumentPatch, revision: Revision, response: Tagged
) -> DocumentShape:
    document = queries.get_document(work, document_id, to=Permission.EDIT, revision=revision)
    change_record(work, document, patch.fields(), dossier_id=document.case.dossier_id)
    return _tagged(work, document, response)


@router.post("/documents/{document_id}:cancel", summary="Dokument stornieren")
def cancel_document(work: Work, document_id: UUID, revision: Revision, response: Tagged) -> DocumentShape:
    return _tagged(work, service.change_document_state(work, document_id, Action.CANCEL, revision=revision), response)


@router.post("/documents/{document_id}:restore", summary="Stornierung eines Dokuments aufheben")
def restore_document(work: Work, document_id: UUID, revision: Revision, response: Tagged) -> DocumentShape:
    return _tagged(work, service.change_document_state(work, document_id, Action.RESTORE, revision=revision), response)


@router.post("/documents/{document_id}:refile", summary="Dokument umschreiben")
def refile_document(
    work: Work, document_id: UUID, target: RefileDocument, revision: Revision, response: Tagged
) -> DocumentShape:
    document = service.refile_document(work, document_id, case_id=target.case_id, revision=revision)
    return _tagged(work, document, response)


@router.get("/documents/{document_id}/versions", summary="Versionen und Fassungen eines Dokuments")
def list_versions(work: Work, document_id: UUID) -> list[VersionShape]:
    document = queries.get_document(work, document_id, to=Permission.READ)
    note_reading(work, document, Reading.METADATA)
    return [version_shape(work, version) for version in queries.versions_of(work.session, document.id)]


@router.post("/documents/{document_id}/versions", status_code=201, summary="Version mit Original hochladen")
def add_version(work: Work, document_id: UUID, file: Annotated[UploadFile, File(title="Das Original")]) -> VersionShape:
    # Asked before storing, so that nobody fills the storage who may not file.
    must_be_free(work, queries.get_document(work, document_id, to=Permission.FILE_DOCUMENT), Action.ADD_VERSION)
    stored = store_original(
        work.storage, file.file, file.filename or "", max_bytes=work.settings.api.max_upload_mb << 20
    )
    _, version = service.add_version(work, document_id, stored)
    return version_shape(work, version)


@router.get(
    "/documents/{document_id}/renditions/{kind}",
    summary="Bytes einer Fassung laden",
    response_class=StreamingResponse,
    responses={200: BINARY, 206: _PART},
)
def read_rendition(
    work: Work,
    document_id: UUID,
    kind: RenditionKind,
    version: Annotated[int | None, Query(ge=1, le=1_000_000, description="Versionsnummer; ohne: die neueste")] = None,
    page: Annotated[int | None, Query(ge=1, le=1_000_000, description="Seite bei Text und Vorschau")] = None,
    range_: Annotated[str | None, Header(alias="Range", description="Bereich, z. B. bytes=0-1023")] = None,
    if_range: Annotated[str | None, Header(description="Bereich nur, wenn dies noch der ETag ist")] = None,
) -> Response:
    found = service.find_rendition(work, document_id, kind, version=version, page=page)
    headers = disposition(found.file_name, found.digest)
    if kind is RenditionKind.TEXT and page is not None:
        text = service.page_text(work.storage, found, page)
        headers = disposition(found.file_name, Digest(hashlib.sha256(text).hexdigest(), len(text)))
        return Response(text, headers=headers, media_type="text/plain; charset=utf-8")
    if if_range not in (None, headers["ETag"]):
        range_ = None
    return streamed(work.storage, found.key, found.digest, headers, found.media_type, range_)


def streamed(
    storage: Storage, key: str, digest: Digest, headers: dict[str, str], media_type: str, range_: str | None
) -> Response:
    """Stored bytes as an answer, checked against their hash; a range of them when asked for."""
    delivery = service.deliver(storage, key, digest, _span(range_))
    headers["Content-Length"] = str(delivery.last - delivery.first + 1)
    if delivery.partial:
        headers["Content-Range"] = f"bytes {delivery.first}-{delivery.last}/{delivery.size}"
    return StreamingResponse(delivery.chunks, 206 if delivery.partial else 200, headers, media_type)


def _span(header: str | None) -> tuple[int | None, int | None] | None:
    """One byte range; several ranges or other units are ignored, as RFC 9110 allows."""
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header or "")
    if match is None or not (match[1] or match[2]):
        return None
    return (int(match[1]) if match[1] else None, int(match[2]) if match[2] else None)


def disposition(file_name: str, digest: Digest) -> dict[str, str]:
    """Headers under which foreign bytes are safe: saved, never run, and checkable."""
    encoded = base64.b64encode(bytes.fromhex(digest.sha256)).decode()
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", file_name)
    return {
        "ETag": f'"{digest.sha256}"',
        "Repr-Digest": f"sha-256=:{encoded}:",
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
