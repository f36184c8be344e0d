"""Object storage: bytes under keys in an S3 bucket with Object Lock and versioning.

An object carries the SHA-256 of its bytes in its metadata, the database row carries it too, and whatever
is read is compared with it before (small objects) or while (large ones) it is handed out.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO
from urllib.parse import urlparse

import structlog
import urllib3
from minio import Minio
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error
from minio.retention import Retention
from urllib3.exceptions import HTTPError

from eakte.foundation.errors import Conflict, NotFound, Unavailable
from eakte.foundation.settings import StorageSettings

log = structlog.get_logger()

CHUNK = 1 << 20
# Objects up to this size are checked whole before the first byte leaves.
CHECKED_AHEAD = 16 << 20


class StorageUnavailable(Unavailable):
    """Der Objektspeicher antwortet nicht."""

    advice = "Bitte später erneut versuchen; es wurde nichts gespeichert und nichts verändert."


class BucketWithoutLock(Conflict):
    """Der Bucket im Objektspeicher hat keine Versionierung mit Object Lock."""

    advice = "Bitte einen Bucket mit Object Lock anlegen; „{bucket}“ kann nicht verwendet werden."


class ObjectMissing(NotFound):
    """Die Datei fehlt im Objektspeicher."""

    advice = "Bitte die Systembetreuung verständigen und den Schlüssel {key} nennen."


class ObjectDamaged(Conflict):
    """Die Datei im Objektspeicher stimmt nicht mit ihrem Prüfwert überein."""

    advice = "Sie wird nicht ausgeliefert. Bitte die Systembetreuung verständigen und den Schlüssel {key} nennen."


class ObjectLocked(Conflict):
    """Der Objektspeicher lässt die Datei noch nicht löschen."""

    advice = "Ihre Sperrfrist läuft noch. Bitte die Systembetreuung verständigen und den Schlüssel {key} nennen."


class LockMode(StrEnum):
    """How the storage keeps an object: GOVERNANCE yields to a named right, COMPLIANCE to nobody."""

    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True)
class Digest:
    """What a stream turned out to be: SHA-256 as 64 hex digits, and its length in bytes."""

    sha256: str
    size: int


def digest_of(stream: BinaryIO) -> Digest:
    """Read `stream` from its start to its end, and leave it at its start."""
    stream.seek(0)
    sha256, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        sha256.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return Digest(sha256.hexdigest(), size)


class Storage:
    """One bucket. Every method raises StorageUnavailable when the neighbour does not answer."""

    def __init__(self, settings: StorageSettings) -> None:
        self._bucket = settings.bucket
        self._settings = settings
        parsed = urlparse(settings.endpoint if "//" in settings.endpoint else f"//{settings.endpoint}")
        self._client = Minio(
            parsed.netloc,
            access_key=settings.access_key,
            secret_key=settings.secret_key.get_secret_value(),
            secure=settings.secure or parsed.scheme == "https",
            region=settings.region,
            http_client=urllib3.PoolManager(
                timeout=urllib3.Timeout(connect=3.0, read=settings.timeout_s),
                maxsize=64,
                retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
            ),
        )

    def prepare(self) -> None:
        """Create the bucket with Object Lock, which brings versioning; an existing one must have it."""
        with _speaking():
            if not self._client.bucket_exists(self._bucket):
                self._client.make_bucket(self._bucket, object_lock=True)
            if self._client.get_bucket_versioning(self._bucket).status != "Enabled":
                raise BucketWithoutLock(bucket=self._bucket)

    def answers(self) -> bool:
        """Whether the bucket can be reached now."""
        try:
            with _speaking():
                return self._client.bucket_exists(self._bucket)
        except Unavailable:
            return False

    def put(self, key: str, stream: BinaryIO, digest: Digest, *, media_type: str, hold: bool = True) -> None:
        """Store `stream` under `key`, from its start; `hold` sets the S3 legal hold.

        A repeat under the same key writes a new object version with the same bytes.
        """
        stream.seek(0)
        with _speaking():
            self._client.put_object(
                self._bucket,
                key,
                stream,
                length=digest.size,
                content_type=media_type,
                metadata={"sha256": digest.sha256},
                legal_hold=hold,
            )

    def put_bytes(self, key: str, content: bytes, *, media_type: str, hold: bool = True) -> Digest:
        """Store `content` under `key` and say what it was."""
        stream = io.BytesIO(content)
        digest = digest_of(stream)
        self.put(key, stream, digest, media_type=media_type, hold=hold)
        return digest

    def read(self, key: str, digest: Digest) -> bytes:
        """The whole object, checked. For small objects only. Raises ObjectMissing, ObjectDamaged."""
        with self.open(key, digest) as chunks:
            return b"".join(chunks)

    def download(self, key: str, digest: Digest, target: BinaryIO) -> None:
        """Write the object into `target`, checked. Raises ObjectMissing, ObjectDamaged."""
        with self.open(key, digest) as chunks:
            for chunk in chunks:
                target.write(chunk)

    @contextmanager
    def open(self, key: str, digest: Digest, *, first: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        """The object's bytes in chunks, from offset `first`, `length` bytes of them.

        Up to 16 MiB the whole object is read and checked first. A larger one is checked while it streams,
        and the stream breaks off with ObjectDamaged instead of ending; of a range of a larger one only
        length and recorded hash can be checked.
        """
        stop = digest.size if length is None else first + length
        if digest.size <= CHECKED_AHEAD:
            content = self._read_checked(key, digest)
            yield iter([content[first:stop]])
            return
        with self._response(key, first, stop - first) as response:
            recorded = response.headers.get("x-amz-meta-sha256")
            if recorded != digest.sha256:
                raise ObjectDamaged(key=key)
            whole = first == 0 and stop == digest.size
            yield _checked(response, key, digest) if whole else response.stream(CHUNK)

    def measure(self, key: str) -> Digest:
        """What an object is now, whatever it should be. Raises ObjectMissing."""
        sha256, size = hashlib.sha256(), 0
        with self._response(key) as response:
            for chunk in response.stream(CHUNK):
                sha256.update(chunk)
                size += len(chunk)
        return Digest(sha256.hexdigest(), size)

    def read_unchecked(self, key: str) -> bytes:
        """The bytes of a small object as they are now, for who is about to judge them. Raises ObjectMissing."""
        with self._response(key) as response:
            content: bytes = response.read()
        return content

    def retain(self, key: str, until: datetime, mode: LockMode) -> None:
        """Keep the current version of an object until an instant: S3 retention, extended and never shortened.

        Where the storage keeps it longer already, that stays, and so does the mode it was locked by: S3 changes the
        mode, even to the stronger one, only for who may bypass governance. Raises ObjectMissing.
        """
        with _speaking(key):
            kept = self._kept(key)
            if kept is not None and kept.retain_until_date >= until:
                return
            lasting = mode.upper() if kept is None else kept.mode
            self._client.set_object_retention(self._bucket, key, Retention(lasting, until))

    def hold(self, key: str, *, on: bool) -> None:
        """Set or lift the S3 legal hold of the current version of an object. Raises ObjectMissing."""
        with _speaking(key):
            if on:
                self._client.enable_object_legal_hold(self._bucket, key)
            else:
                self._client.disable_object_legal_hold(self._bucket, key)

    def retained_until(self, key: str) -> datetime | None:
        """Until when the storage itself refuses to delete the current version. Raises ObjectMissing."""
        with _speaking(key):
            kept = self._kept(key)
        return None if kept is None else kept.retain_until_date

    def is_held(self, key: str) -> bool:
        """Whether the S3 legal hold of the current version is on. Raises ObjectMissing."""
        with _speaking(key):
            return self._client.is_object_legal_hold_enabled(self._bucket, key)

    def erase(self, key: str, *, bypass_governance: bool = False) -> int:
        """Delete every version of an object, and say how many there were; a repeat finds none.

        Legal holds are lifted on the way: whoever calls has made sure that nothing holds the record. Raises
        ObjectLocked when the retention of a version is not over and may not be bypassed.
        """
        with _speaking(key):
            found = self._client.list_objects(self._bucket, prefix=key, recursive=True, include_version=True)
            versions = [one for one in found if one.object_name == key]
            for version in versions:
                if not version.is_delete_marker:
                    self._client.disable_object_legal_hold(self._bucket, key, version_id=version.version_id)
                self._remove(key, version.version_id, bypass_governance=bypass_governance)
        return len(versions)

    def _kept(self, key: str) -> Retention | None:
        try:
            return self._client.get_object_retention(self._bucket, key)
        except S3Error as error:
            # AWS and MinIO have one code for an object without retention, which the client knows; SeaweedFS another.
            if error.code == "ObjectLockConfigurationNotFoundError":
                return None
            raise

    def _remove(self, key: str, version_id: str | None, *, bypass_governance: bool) -> None:
        """As `Minio.remove_object`, which cannot bypass governance for one object."""
        request = DeleteObject(key, version_id)
        (*errors,) = self._client.remove_objects(self._bucket, [request], bypass_governance_mode=bypass_governance)
        if errors:
            log.error("object_not_erased", key=key, code=errors[0].code)
            raise ObjectLocked(key=key)

    def keys(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Every current object under `prefix` in the order of keys, with the instant it was written."""
        with _speaking():
            for item in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                if item.object_name is not None and item.last_modified is not None:
                    yield item.object_name, item.last_modified

    def _read_checked(self, key: str, digest: Digest) -> bytes:
        with self._response(key) as response:
            content: bytes = response.read()
        if len(content) != digest.size or hashlib.sha256(content).hexdigest() != digest.sha256:
            log.error("object_damaged", key=key)
            raise ObjectDamaged(key=key)
        return content

    @contextmanager
    def _response(self, key: str, first: int = 0, length: int = 0) -> Iterator[urllib3.BaseHTTPResponse]:
        with _speaking():
            try:
                response = self._client.get_object(self._bucket, key, offset=first, length=length)
            except S3Error as error:
                if error.code == "NoSuchKey":
                    log.error("object_missing", key=key)
                    raise ObjectMissing(key=key) from error
                raise
            try:
                yield response
            finally:
                response.close()
                response.release_conn()


def _checked(response: urllib3.BaseHTTPResponse, key: str, digest: Digest) -> Iterator[bytes]:
    sha256, size = hashlib.sha256(), 0
    held = b""
    for chunk in response.stream(CHUNK):
        sha256.update(chunk)
        size += len(chunk)
        if held:
            yield held
        held = chunk
    # The last chunk is held back until the whole is known to be right.
    if size != digest.size or sha256.hexdigest() != digest.sha256:
        log.error("object_damaged", key=key)
        raise ObjectDamaged(key=key)
    yield held


@contextmanager
def _speaking(key: str = "") -> Iterator[None]:
    """Turn whatever the client says about a neighbour in trouble into StorageUnavailable.

    With a `key`, what it says about that object becomes ObjectMissing.
    """
    try:
        yield
    except S3Error as error:
        if key and error.code in ("NoSuchKey", "NoSuchVersion"):
            log.error("object_missing", key=key)
            raise ObjectMissing(key=key) from error
        log.warning("storage_unavailable", error=error.code)
        raise StorageUnavailable from error
    except (HTTPError, MinioException, OSError) as error:
        log.warning("storage_unavailable", error=type(error).__name__)
        raise StorageUnavailable from error
