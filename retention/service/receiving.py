"""Keeping what an archive sent before anybody reads it, and reading it."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.documents.models import object_key
from eakte.foundation.errors import Finding
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Storage, digest_of
from eakte.foundation.work import UnitOfWork
from retention.adapters.xdomea import parse_container_name, read_container
from retention.adapters.xdomea.errors import XdomeaRefused
from retention.errors import MessageOfNoList
from retention.models.disposal import DisposalMessage
from retention.rules.exchange import MessageType
from retention.service.exchanging import CONTAINER, Came, note_came


def store_and_read(storage: Storage, path: Path, name: str, *, stamp: str | None, received_at: datetime) -> Came:
    """Store a file as it came, then read it. What cannot be read is kept all the same."""
    plain = name.rpartition("/")[2]
    object_id = new_id()
    with path.open("rb") as stream:
        digest = digest_of(stream)
        storage.put(object_key(object_id), stream, digest, media_type=CONTAINER)
    said = parse_container_name(plain)
    type_ = said.type if said is not None else MessageType.APPRAISAL
    try:
        read = read_container(path, received_at=received_at, name=plain)
    except XdomeaRefused as error:
        return Came(name, stamp, digest, object_id, type_, None, [Finding(error.code(), str(error))])
    return Came(name, stamp, digest, object_id, type_, read.message, read.flaws)


def take_in_by_hand(work: UnitOfWork, path: Path, name: str) -> DisposalMessage:
    """Take in a message that somebody brings (Nachricht einlesen).

    Raises ActionForbidden, and MessageOfNoList where it is about no list of ours, also when it cannot be read and its
    name does not say.
    """
    require_unlimited(work, Permission.DISPOSE)
    came = store_and_read(work.storage, path, name, stamp=None, received_at=work.now)
    said = parse_container_name(name.rpartition("/")[2])
    process_id = came.message.envelope.process_id if came.message is not None else None
    if process_id is None and said is not None:
        process_id = UUID(said.process_id)
    if process_id is None:
        raise MessageOfNoList(findings=came.flaws, process="unbekannt")
    return note_came(work, process_id, came)
