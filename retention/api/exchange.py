"""/retention/lists/{id}/messages and /retention/messages (Nachrichten an das Archiv und von ihm)."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Response, UploadFile
from fastapi.responses import StreamingResponse

from eakte.documents.api import BINARY, disposition, streamed
from eakte.documents.models import object_key
from eakte.foundation.http import ApiRoute, Cursor, Limit, PageShape, Work
from retention.queries import exchange as queries
from retention.schemas.exchange import MessageShape
from retention.service.exchanging import CONTAINER, digest_of_message
from retention.service.receiving import take_in_by_hand

router = APIRouter(prefix="/retention", tags=["Aussonderung"], route_class=ApiRoute)


@router.get("/lists/{list_id}/messages", summary="Nachrichten eines Aussonderungsverzeichnisses auflisten")
def list_messages(work: Work, list_id: UUID, cursor: Cursor = None, limit: Limit = 50) -> PageShape[MessageShape]:
    page = queries.messages(work, list_id, cursor=cursor, limit=limit)
    return PageShape(items=[MessageShape.model_validate(one) for one in page.items], next=page.next_cursor)


@router.post("/messages", status_code=201, summary="Nachricht eines Archivs einlesen, die auf anderem Weg kam")
def take_in(work: Work, file: Annotated[UploadFile, File(title="ZIP-Container oder XML")]) -> MessageShape:
    with TemporaryDirectory(prefix="eakte-") as folder:
        path = Path(folder) / "message"
        with path.open("wb") as target:
            shutil.copyfileobj(file.file, target)
        return MessageShape.model_validate(take_in_by_hand(work, path, file.filename or ""))


@router.get("/messages/{message_id}", summary="Nachricht lesen")
def read_message(work: Work, message_id: UUID) -> MessageShape:
    return MessageShape.model_validate(queries.get_message(work, message_id))


@router.get(
    "/messages/{message_id}/container",
    summary="Container einer Nachricht herunterladen",
    response_class=StreamingResponse,
    responses={200: BINARY},
)
def read_container(work: Work, message_id: UUID) -> Response:
    message = queries.get_message(work, message_id)
    digest = digest_of_message(message)
    name = message.file_name.rpartition("/")[2]
    return streamed(work.storage, object_key(message.object_id), digest, disposition(name, digest), CONTAINER, None)
