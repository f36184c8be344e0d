"""Prefixes of foreign buckets: what is stored is moved or removed, and nothing is lost on the way."""

import io
from typing import Any

import pytest
from minio import Minio

from eakte.foundation.ids import new_id
from eakte.foundation.work import House
from ingest.batches.rules import BatchState
from ingest.sources.definitions import PrefixSource
from ingest.sources.errors import SourceUnavailable
from ingest.sources.neighbours import neighbour_of
from ingest.sources.parcels import Settlement
from ingest.sources.running import Intake
from tests.ingest.sources.office import ScanningOffice
from tests.simulators.sudden_death import Fate, Killed, mortal
from tests.support.installation import closed_port
from tests.support.scans import a_scan


class ForeignBucket:
    """A bucket of somebody else's on the same server."""

    def __init__(self, house: House) -> None:
        self.settings = house.settings.storage
        endpoint = self.settings.endpoint.removeprefix("http://")
        secret = self.settings.secret_key.get_secret_value()
        self.client = Minio(endpoint, self.settings.access_key, secret, secure=False, region=self.settings.region)
        self.name = f"scanner-{new_id().hex}"
        self.client.make_bucket(self.name)

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(self.name, key, io.BytesIO(content), len(content))

    def objects(self) -> list[str]:
        return [str(item.object_name) for item in self.client.list_objects(self.name, recursive=True)]

    def source(self, office: ScanningOffice, **fields: Any) -> PrefixSource:
        said = {
            "key": "ablage",
            "endpoint": self.settings.endpoint,
            "access_key": self.settings.access_key,
            "secret_key": self.settings.secret_key,
            "bucket": self.name,
            "secure": False,
            "prefix": "eingang/",
            "settle_s": 0,
            "quiet_s": 0,
            **fields,
        }
        return PrefixSource(kind="s3", as_identity=office.login, **said)


@pytest.fixture
def bucket(committed_house: House) -> ForeignBucket:
    return ForeignBucket(committed_house)


def test_objects_become_batches_by_folder_and_move_to_done(office: ScanningOffice, bucket: ForeignBucket) -> None:
    bucket.put("eingang/Karton 1/scan_2.png", a_scan("zwei"))
    bucket.put("eingang/Karton 1/scan_10.png", a_scan("zehn"))
    bucket.put("eingang/Karton 1/batch.json", b'{"sheets": 2, "box": "1"}')
    bucket.put("eingang/Karton 1/", b"")
    bucket.put("anderes/fremd.png", a_scan("fremd"))
    office.take(bucket.source(office))
    (batch,) = office.batches()
    assert (batch.state, batch.expected_sheets, batch.box) == (BatchState.SPLITTING, 2, "1")
    assert office.contents() == [a_scan("zwei"), a_scan("zehn")]
    done = f"eingang/done/{batch.number}/Karton 1"
    assert {key for key in bucket.objects() if not key.endswith("/")} == {
        "anderes/fremd.png",
        f"{done}/batch.json",
        f"{done}/scan_10.png",
        f"{done}/scan_2.png",
    }


def test_stored_objects_are_removed_where_the_operator_wants_it(office: ScanningOffice, bucket: ForeignBucket) -> None:
    bucket.put("eingang/a.png", a_scan("eins"))
    office.take(bucket.source(office, after="remove"))
    assert (len(office.files()), bucket.objects()) == (1, [])


def test_a_stack_that_comes_again_is_refused_with_the_reason_beside_it(
    office: ScanningOffice, bucket: ForeignBucket
) -> None:
    bucket.put("eingang/a.png", a_scan("eins"))
    office.take(bucket.source(office))
    bucket.put("eingang/b.png", a_scan("eins"))
    office.take(bucket.source(office))
    first, second = office.batches()
    assert second.state is BatchState.REJECTED
    reason = bucket.client.get_object(bucket.name, "eingang/refused/b.png.grund.txt").read().decode("utf-8-sig")
    assert first.number in reason


def test_an_object_put_anew_after_it_was_stored_is_taken_too(office: ScanningOffice, bucket: ForeignBucket) -> None:
    bucket.put("eingang/a.png", a_scan("eins"))
    source = bucket.source(office)
    neighbour: Any = neighbour_of(source, office.house.settings)
    settle = neighbour.settle

    def overwritten(settlement: Settlement) -> None:
        bucket.put("eingang/a.png", a_scan("zwei"))
        settle(settlement)

    neighbour.settle = overwritten
    Intake(office.house, source, neighbour).take_all()
    assert "eingang/a.png" in bucket.objects()
    office.take(source)
    assert office.contents() == [a_scan("eins"), a_scan("zwei")]


def test_dying_at_any_moment_loses_nothing_and_files_nothing_twice(
    office: ScanningOffice, bucket: ForeignBucket
) -> None:
    source = bucket.source(office, after="remove")
    moment, survived = 0, False
    while not survived:
        for name in ("a", "b"):
            bucket.put(f"eingang/{moment}/{name}.png", a_scan(f"{name} {moment}"))
        fate = Fate(at=moment)
        house, neighbour = mortal(office.house, neighbour_of(source, office.house.settings), fate)
        try:
            Intake(house, source, neighbour).take_all()
        except Killed:
            assert len(office.files()) + len(bucket.objects()) >= 2 * (moment + 1), f"lost at moment {moment}"
        survived = fate.survived
        office.take(source)
        assert (len(office.batches()), len(office.files())) == (moment + 1, 2 * (moment + 1)), f"at moment {moment}"
        assert bucket.objects() == []
        moment += 1
    assert moment > 8


def test_a_storage_that_is_away_is_unavailable(office: ScanningOffice, bucket: ForeignBucket) -> None:
    source = bucket.source(office, endpoint=f"http://127.0.0.1:{closed_port()}", timeout_s=1)
    with pytest.raises(SourceUnavailable):
        office.take(source)
