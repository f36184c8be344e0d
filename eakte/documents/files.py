"""Files on their way in: stored under an id of their own before any row speaks of them."""

import re
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID, uuid5

from eakte.documents.adapters.magic import media_type_of
from eakte.documents.errors import EmptyUpload
from eakte.documents.models import object_key
from eakte.foundation.errors import TooLarge
from eakte.foundation.ids import new_id
from eakte.foundation.storage import Digest, Storage, digest_of


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes that are in the object storage; a rendition row makes them part of a document."""

    object_id: UUID
    file_name: str
    media_type: str
    digest: Digest


def store_original(storage: Storage, stream: BinaryIO, file_name: str, *, max_bytes: int) -> StoredFile:
    """Hash a received file, tell its type by content, and store it unchanged.

    Raises EmptyUpload, TooLarge, StorageUnavailable; then nothing is stored.
    """
    digest = digest_of(stream)
    if digest.size == 0:
        raise EmptyUpload
    if digest.size > max_bytes:
        raise TooLarge(limit=f"{max_bytes >> 20} MB")
    media_type = media_type_of(stream)
    object_id = new_id()
    storage.put(object_key(object_id), stream, digest, media_type=media_type)
    return StoredFile(object_id, safe_file_name(file_name), media_type, digest)


def store_derived(
    storage: Storage, original_id: UUID, what: str, content: bytes, *, file_name: str, media_type: str
) -> StoredFile:
    """Store something of which an original has but one; a repeat overwrites it. Raises StorageUnavailable."""
    object_id = derived_id(original_id, what)
    digest = storage.put_bytes(object_key(object_id), content, media_type=media_type)
    return StoredFile(object_id, file_name, media_type, digest)


def derived_id(original_id: UUID, what: str) -> UUID:
    """The id of something made from an original; the same each time, so that a repeated job overwrites itself."""
    return uuid5(original_id, what)


_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def safe_file_name(name: str) -> str:
    """A name fit for display and for saving anywhere: no folders, no control or direction marks, NFC, 200 bytes.

    Names are never used as paths; this one is shown and offered for download.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = (" " if unicodedata.category(c) == "Zs" else c for c in name if unicodedata.category(c)[0] != "C")
    name = re.sub(r'[<>:"|?*]', "_", "".join(kept)).strip(" .")
    if _RESERVED.match(name):
        name = "_" + name
    stem, dot, suffix = name.rpartition(".")
    while len(name.encode()) > 200:
        stem = stem[:-1] if stem else ""
        suffix = suffix if stem else suffix[:-1]
        name = f"{stem}{dot}{suffix}" if stem else suffix
    return name or "ohne-name"
