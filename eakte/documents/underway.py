"""Files that jobs make: noted, then stored, then spoken of by a row; what comes to nothing in between is erased.

A job may die, or end when nobody wants its results any more; a file without a row would outlive the destruction of its
record. Originals never go this way: whatever is kept here can be made from them again.
"""

import io
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from eakte.documents.adapters.magic import media_type_of
from eakte.documents.errors import CameTooLate
from eakte.documents.files import StoredFile
from eakte.documents.models import ObjectUnderway, object_key
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Storage, digest_of
from eakte.foundation.work import BeginWork, UnitOfWork

KeyT = TypeVar("KeyT", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Made:
    """A file somebody made; `media_type` is told by its content where nobody says it."""

    content: Path | bytes
    file_name: str
    media_type: str | None = None

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        with io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb") as stream:
            yield stream


@dataclass(frozen=True, slots=True)
class Underway(Generic[KeyT]):
    """Files that are stored and of which no row speaks yet; only the work that gives them rows gets to know them."""

    _files: Mapping[KeyT, StoredFile]

    def arrive(self, work: UnitOfWork) -> Mapping[KeyT, StoredFile]:
        """The files, for the rows that this work gives them.

        Raises CameTooLate when they have been erased, as after a machine slept for days.
        """
        ids = [file.object_id for file in self._files.values()]
        gone = delete(ObjectUnderway).where(ObjectUnderway.object_id.in_(ids)).returning(ObjectUnderway.object_id)
        if len(work.session.execute(gone).all()) != len(ids):
            raise CameTooLate
        return self._files


def keep(begin: BeginWork, made: Mapping[KeyT, Made]) -> Underway[KeyT]:
    """Store files under ids of their own, noted before. Raises StorageUnavailable."""
    ids = {key: new_id() for key in made}
    with begin() as work:
        storage = work.storage
        _note(work, ids.values())
    return Underway({key: _stored(storage, ids[key], one) for key, one in made.items()})


def _stored(storage: Storage, object_id: UUID, made: Made) -> StoredFile:
    with made.opened() as stream:
        digest, media_type = digest_of(stream), made.media_type or media_type_of(stream)
        storage.put(object_key(object_id), stream, digest, media_type=media_type)
    return StoredFile(object_id, made.file_name, media_type, digest)


def give_up(work: UnitOfWork, object_ids: Iterable[UUID]) -> None:
    """Leave objects to be erased whose rows this work takes away."""
    _note(work, object_ids)


def _note(work: UnitOfWork, object_ids: Iterable[UUID]) -> None:
    rows = [{"object_id": one, "noted_at": work.now} for one in object_ids]
    if rows:
        noted = insert(ObjectUnderway)
        again = noted.on_conflict_do_update(index_elements=["object_id"], set_={"noted_at": noted.excluded.noted_at})
        work.session.execute(again, rows)
