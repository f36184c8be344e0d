"""Objects of the storage, read piece by piece as a file is."""

from collections.abc import Iterator
from contextlib import contextmanager

from eakte.foundation.storage import Digest, Storage


class StoredFile:
    """Calling it opens the object; what is read is checked against its digest. Raises ObjectMissing, ObjectDamaged."""

    def __init__(self, storage: Storage, key: str, digest: Digest) -> None:
        self._storage, self._key, self._digest = storage, key, digest

    @contextmanager
    def __call__(self) -> "Iterator[_Pieces]":
        with self._storage.open(self._key, self._digest) as chunks:
            yield _Pieces(chunks)


class _Pieces:
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end only."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._rest = chunk
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece
