"""The parts of unfinished uploads, as objects in a bucket of their own.

Objects and no files, so that any API process on any machine can go on where another one stopped. A bucket of its own
without versions and locks, so that what was transient is gone when it is removed: in the bucket of the originals
nothing ever is.
"""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import BinaryIO
from uuid import UUID

from minio import Minio
from minio.error import S3Error

from eakte.foundation.settings import Settings
from eakte.foundation.storage import Digest, ObjectDamaged
from ingest.adapters.s3_access import s3_client, speaking

_CHUNK = 1 << 20


class PartsStore:
    """One bucket; every method raises SourceUnavailable when it does not answer."""

    def __init__(self, client: Minio, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def put(self, upload_id: UUID, start: int, stream: BinaryIO, digest: Digest) -> None:
        """Keep a part. A repeat from the same start takes its place."""
        stream.seek(0)
        with self._speaking():
            try:
                self._put(_key(upload_id, start), stream, digest)
            except S3Error as error:
                if error.code != "NoSuchBucket":
                    raise
                self._make_bucket()
                stream.seek(0)
                self._put(_key(upload_id, start), stream, digest)

    def append_to(self, target: BinaryIO, upload_id: UUID, start: int, digest: Digest) -> None:
        """Write a part to where `target` stands, checked. Raises ObjectDamaged."""
        key, sha256, size = _key(upload_id, start), hashlib.sha256(), 0
        with self._speaking():
            for chunk in self._chunks(key):
                sha256.update(chunk)
                size += target.write(chunk)
        if Digest(sha256.hexdigest(), size) != digest:
            raise ObjectDamaged(key=key)

    def remove(self, upload_id: UUID) -> None:
        """Remove all parts of an upload, also those that no work knows of."""
        with self._speaking():
            try:
                for found in self._client.list_objects(self._bucket, prefix=f"{upload_id}/", recursive=True):
                    if found.object_name is not None:
                        self._client.remove_object(self._bucket, found.object_name)
            except S3Error as error:
                if error.code != "NoSuchBucket":
                    raise

    def _put(self, key: str, stream: BinaryIO, digest: Digest) -> None:
        self._client.put_object(self._bucket, key, stream, length=digest.size)

    def _make_bucket(self) -> None:
        try:
            self._client.make_bucket(self._bucket)
        except S3Error as error:
            # Another process was quicker.
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise

    def _chunks(self, key: str) -> Iterator[bytes]:
        response = self._client.get_object(self._bucket, key)
        try:
            yield from response.stream(_CHUNK)
        finally:
            response.close()
            response.release_conn()

    def _speaking(self) -> AbstractContextManager[None]:
        return speaking("Der Speicher für Übertragungen antwortet nicht.")


def parts_store(settings: Settings) -> PartsStore:
    """The store of an installation."""
    storage = settings.storage
    client = _client(
        storage.endpoint,
        storage.access_key,
        storage.secret_key.get_secret_value(),
        secure=storage.secure,
        region=storage.region,
        timeout_s=storage.timeout_s,
    )
    return PartsStore(client, settings.uploads.bucket or f"{storage.bucket}-uploads")


# Clients keep connections, so that a part costs no handshake.
_client = lru_cache(maxsize=4)(s3_client)


def _key(upload_id: UUID, start: int) -> str:
    return f"{upload_id}/{start:020}"
