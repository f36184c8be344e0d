"""/dokumente (Dokumente): metadata, versions, pages and bytes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from eakte.access import Permission
from eakte.documents import queries, service
from eakte.documents.api import disposition, streamed
from eakte.documents.errors import PageMissing, VersionNotFound
from eakte.documents.models import Document, DocumentVersion, Rendition, RenditionKind
from eakte.foundation.work import UnitOfWork
from eakte.records.queries import may_read_content
from eakte.records.rules import Reading
from eakte.records.service.reading import note_reading
from eakte.web.forms import Refusal
from eakte.web.queries import page_text
from eakte.web.rendering import path_of, render
from eakte.web.session import PageRoute, PageWork
from eakte.web.views import record_view, trail_of
from xrechnung.queries import invoice_of_version

router = APIRouter(prefix="/dokumente", route_class=PageRoute)

Number = Annotated[int | None, Query(alias="version", ge=1, le=1_000_000)]


@router.get("/{document_id}")
def show_document(request: Request, work: PageWork, document_id: UUID, version: Number = None) -> Response:
    document = queries.get_document(work, document_id, to=Permission.READ)
    note_reading(work, document, Reading.PAGE)
    return document_page(request, work, document, None, version)


def document_page(
    request: Request, work: UnitOfWork, document: Document, refusal: Refusal | None, number: int | None = None
) -> Response:
    """A document with the renditions and pages of one version, the newest unless one is named."""
    versions = queries.versions_of(work.session, document.id)
    version = _chosen(versions, number)
    renditions = queries.renditions_of(work.session, version.id) if version is not None else []
    return render(
        request,
        "document.html",
        status=refusal.status if refusal is not None else 200,
        view=record_view(work, document),
        document=document,
        versions=versions,
        version=version,
        files=[rendition for rendition in renditions if rendition.kind is not RenditionKind.PREVIEW],
        pages=[rendition.page for rendition in renditions if rendition.kind is RenditionKind.PREVIEW],
        invoice=invoice_of_version(work.session, version.id) if version is not None else None,
        may_read=may_read_content(work.actor, document),
        refusal=refusal,
    )


def _chosen(versions: list[DocumentVersion], number: int | None) -> DocumentVersion | None:
    if number is None:
        return versions[-1] if versions else None
    chosen = next((version for version in versions if version.number == number), None)
    if chosen is None:
        raise VersionNotFound
    return chosen


@router.get("/{document_id}/seiten/{page}")
def show_page(request: Request, work: PageWork, document_id: UUID, page: int, version: Number = None) -> Response:
    document = queries.get_document(work, document_id, to=Permission.READ_CONTENT)
    note_reading(work, document, Reading.CONTENT)
    chosen = queries.version_of(work.session, document.id, version)
    if not 1 <= page <= (chosen.page_count or 0):
        raise PageMissing(pages=chosen.page_count or 0)
    return render(
        request,
        "page.html",
        document=document,
        trail=[*trail_of(work, document), (document.title, path_of(document))],
        version=chosen,
        page=page,
        text=page_text(work.session, chosen.id, page),
    )


@router.get("/{document_id}/fassungen/{kind}")
def read_rendition(
    work: PageWork,
    document_id: UUID,
    kind: RenditionKind,
    version: Number = None,
    page: Annotated[int | None, Query(alias="seite", ge=1, le=1_000_000)] = None,
    range_: Annotated[str | None, Header(alias="Range")] = None,
    known: Annotated[str, Header(alias="If-None-Match")] = "",
) -> Response:
    found = service.find_rendition(work, document_id, kind, version=version, page=page)
    headers = disposition(found.file_name, found.digest)
    # Kept by the browser, but only shown again after the right to see it was asked for anew.
    headers["Cache-Control"] = "private, no-cache"
    if headers["ETag"] in known:
        return Response(status_code=304, headers=headers)
    if kind is RenditionKind.PREVIEW:
        headers |= _shown_inline(found)
    return streamed(work.storage, found.key, found.digest, headers, found.media_type, range_)


def _shown_inline(preview: Rendition) -> dict[str, str]:
    """Previews are images that we made ourselves; they may be looked at without saving them."""
    assert preview.media_type.startswith("image/")
    return {"Content-Disposition": "inline"}
