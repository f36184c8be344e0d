"""An object storage that does not answer, loses objects, or gives other bytes back than it got."""

import io
import socket

from eakte.foundation.settings import StorageSettings
from eakte.foundation.storage import Digest, Storage


def switched_off(settings: StorageSettings) -> Storage:
    """A storage at whose address nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Storage(settings.model_copy(update={"endpoint": f"http://127.0.0.1:{port}", "timeout_s": 1.0}))


def forgets(storage: Storage, key: str) -> None:
    """The object is gone, as after somebody's clean-up."""
    storage._client.remove_object(storage._bucket, key)


def damages(storage: Storage, key: str, content: bytes) -> None:
    """Other bytes lie under the key now, under the recorded hash of the old ones."""
    storage.put_bytes(key, content, media_type="application/octet-stream", hold=False)


def damages_behind_the_hash(storage: Storage, key: str, content: bytes, sha256: str) -> None:
    """Other bytes lie under the key, and the object still claims the old hash, as when a disk decays."""
    digest = Digest(sha256, len(content))
    storage.put(key, io.BytesIO(content), digest, media_type="application/octet-stream", hold=False)
