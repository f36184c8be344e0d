"""What the storage itself refuses to delete, against the real one."""

from datetime import UTC, datetime, timedelta

import pytest
from minio import Minio
from minio.error import S3Error

from eakte.foundation.ids import new_id
from eakte.foundation.settings import StorageSettings
from eakte.foundation.storage import LockMode, ObjectLocked, ObjectMissing, Storage

SOON = datetime(2026, 1, 1, tzinfo=UTC).replace(year=datetime.now(UTC).year + 1)
LATER = SOON + timedelta(days=400)


@pytest.fixture
def key(storage: Storage) -> str:
    key = f"renditions/{new_id()}"
    storage.put_bytes(key, b"Bescheid", media_type="text/plain")
    return key


def whoever_reaches_the_storage(settings: StorageSettings) -> Minio:
    address = settings.endpoint.rpartition("//")[2]
    return Minio(address, settings.access_key, settings.secret_key.get_secret_value(), secure=False)


def delete_newest_version(settings: StorageSettings, key: str) -> None:
    client = whoever_reaches_the_storage(settings)
    (version,) = client.list_objects(settings.bucket, prefix=key, include_version=True)
    client.remove_object(settings.bucket, key, version_id=version.version_id)


def test_a_hold_keeps_an_object_from_whoever_reaches_the_storage(
    storage: Storage, storage_settings: StorageSettings, key: str
) -> None:
    assert storage.is_held(key)
    with pytest.raises(S3Error):
        delete_newest_version(storage_settings, key)
    storage.hold(key, on=False)
    assert not storage.is_held(key)
    delete_newest_version(storage_settings, key)


@pytest.mark.parametrize("mode", LockMode)
def test_retention_is_extended_and_never_shortened(
    storage: Storage, storage_settings: StorageSettings, key: str, mode: LockMode
) -> None:
    assert storage.retained_until(key) is None
    storage.retain(key, SOON, mode)
    storage.retain(key, LATER, mode)
    storage.retain(key, SOON, mode)
    assert storage.retained_until(key) == LATER
    storage.hold(key, on=False)
    with pytest.raises(S3Error):
        delete_newest_version(storage_settings, key)


def test_what_compliance_keeps_is_not_erased_by_any_right(storage: Storage, key: str) -> None:
    storage.retain(key, SOON, LockMode.COMPLIANCE)
    storage.retain(key, LATER, LockMode.GOVERNANCE)
    with pytest.raises(ObjectLocked):
        storage.erase(key, bypass_governance=True)
    assert storage.retained_until(key) == LATER


def test_what_governance_keeps_is_erased_by_the_right_to_do_so_only(storage: Storage, key: str) -> None:
    storage.retain(key, SOON, LockMode.GOVERNANCE)
    with pytest.raises(ObjectLocked):
        storage.erase(key)
    assert storage.erase(key, bypass_governance=True) == 1


def test_erasing_takes_every_version_and_leaves_nothing(
    storage: Storage, storage_settings: StorageSettings, key: str
) -> None:
    storage.put_bytes(key, b"Bescheid", media_type="text/plain")
    neighbour = f"{key}-2"
    storage.put_bytes(neighbour, b"anderer", media_type="text/plain")
    whoever_reaches_the_storage(storage_settings).remove_object(storage_settings.bucket, key)
    assert storage.erase(key) == 3
    assert storage.erase(key) == 0
    with pytest.raises(ObjectMissing):
        storage.is_held(key)
    assert storage.is_held(neighbour)
