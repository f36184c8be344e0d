"""Objects below a prefix of a foreign bucket (S3-Präfix): what is stored is moved below `done/` or removed."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

import structlog
from minio.commonconfig import CopySource
from minio.datatypes import Object
from minio.error import S3Error

from eakte.foundation.errors import EakteError, TooLarge
from ingest.adapters.s3_access import s3_client, speaking
from ingest.sources.definitions import PrefixSource
from ingest.sources.errors import ArrivalChanged, ArrivalGone
from ingest.sources.parcels import Arrival, History, Parcel, Settled, Settlement
from ingest.sources.sidecar import LONGEST
from ingest.sources.stacked import parcel_of, reason_file
from ingest.sources.stacking import DONE, REASON, REFUSED, Entry, Stacker

log = structlog.get_logger()

_SPOOLED = 8 << 20
_CHUNK = 1 << 20


class S3Prefix:
    """One prefix. Objects arrive whole, so they only wait for each other.

    S3 deletes without asking whether an object is still the same. A new object put under the name of a stored one in
    the instant between looking and deleting would go with it; a bucket with versions keeps it.
    """

    def __init__(self, source: PrefixSource, *, max_bytes: int) -> None:
        self._source, self._max_bytes = source, max_bytes
        self._prefix = f"{source.prefix.strip('/')}/" if source.prefix.strip("/") else ""
        self._stacker = Stacker(source.patience)
        self._sizes: dict[str, int] = {}
        self._client = s3_client(
            source.endpoint,
            source.access_key,
            source.secret,
            secure=source.secure,
            region=source.region,
            timeout_s=source.timeout_s,
        )

    def parcels(self, history: History) -> Iterator[Parcel]:
        with self._speaking():
            entries = list(self._entries())
        for stack in list(self._stacker.look(entries, at=time.monotonic())):
            parcel = parcel_of(stack, self._source.details, refusal_of=self._refusal_of, read=self._beginning)
            yield parcel
            self._stacker.forget(arrival.name for arrival in parcel.arrivals)

    @contextmanager
    def open(self, origin: str, arrival: Arrival) -> Iterator[BinaryIO]:
        tag = arrival.stamp.partition(" ")[0]
        with tempfile.SpooledTemporaryFile(_SPOOLED) as copy:
            with self._speaking():
                try:
                    response = self._client.get_object(
                        self._source.bucket, self._prefix + arrival.name, request_headers={"If-Match": f'"{tag}"'}
                    )
                except S3Error as error:
                    raise _refined(error) from error
                try:
                    for chunk in response.stream(_CHUNK):
                        copy.write(chunk)
                finally:
                    response.close()
                    response.release_conn()
            copy.seek(0)
            yield copy  # type: ignore[misc]

    def settle(self, settlement: Settlement) -> None:
        with self._speaking():
            for file in settlement.files:
                self._put_away(file, settlement.batch_number)

    def wait(self, stop: threading.Event) -> None:
        patience = self._source.patience
        soon = max(0.05, min(patience.settle_s, patience.quiet_s) / 2)
        stop.wait(min(self._source.poll_s, soon) if self._stacker.waits else self._source.poll_s)

    def close(self) -> None:
        """Nothing is kept open."""

    def _entries(self) -> Iterator[Entry]:
        self._sizes = {}
        for item in self._client.list_objects(self._source.bucket, prefix=self._prefix, recursive=True):
            name = (item.object_name or "").removeprefix(self._prefix)
            # Consoles leave objects that stand for folders; names like paths out of here are no names.
            if name and not name.endswith("/") and ".." not in PurePosixPath(name).parts:
                self._sizes[name] = item.size or 0
                yield Entry(name, _stamp(item))

    def _refusal_of(self, name: str) -> EakteError | None:
        return TooLarge(limit=f"{self._max_bytes >> 20} MB") if self._sizes[name] > self._max_bytes else None

    def _beginning(self, name: str) -> bytes:
        with self._speaking():
            response = self._client.get_object(self._source.bucket, self._prefix + name, length=LONGEST + 1)
            try:
                content: bytes = response.read()
            finally:
                response.close()
                response.release_conn()
        return content

    def _put_away(self, file: Settled, batch_number: str | None) -> None:
        bucket, key = self._source.bucket, self._prefix + file.name
        try:
            found = self._client.stat_object(bucket, key)
        except S3Error as error:
            if isinstance(_refined(error), ArrivalGone):
                return
            raise
        if _stamp(found) != file.stamp:
            log.warning("source_file_changed_after_storing", batch=batch_number)
            return
        if file.reason is not None:
            target = f"{self._prefix}{REFUSED}/{file.name}"
            told = reason_file(file.reason)
            self._client.put_object(bucket, target + REASON, BytesIO(told), len(told), "text/plain; charset=utf-8")
            self._client.copy_object(bucket, target, CopySource(bucket, key))
        elif self._source.after == "move":
            self._client.copy_object(
                bucket, f"{self._prefix}{DONE}/{batch_number}/{file.name}", CopySource(bucket, key)
            )
        self._client.remove_object(bucket, key)

    def _speaking(self) -> AbstractContextManager[None]:
        return speaking(f"Der Speicher der Quelle „{self._source.key}“ antwortet nicht.")


def _stamp(item: Object) -> str:
    return f"{(item.etag or '').strip(chr(34))} {item.size}"


def _refined(error: S3Error) -> EakteError | S3Error:
    match error.code:
        case "NoSuchKey":
            return ArrivalGone()
        case "PreconditionFailed":
            return ArrivalChanged()
        case _:
            return error
