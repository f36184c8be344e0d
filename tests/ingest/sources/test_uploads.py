"""Uploads in parts: continued anywhere, checked, bounded, one's own, and given into a batch."""

import base64
import hashlib
import random
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text

from eakte.access import Role
from eakte.foundation.settings import IngestSettings, UploadsSettings
from eakte.foundation.work import Actor, House
from ingest.adapters.upload_parts import parts_store
from ingest.sources.uploads.messages import DiscardParts
from ingest.sources.uploads.service import discard_expired
from ingest.sources.uploads.tasks import discard_parts
from tests.support.app import app_on
from tests.support.factories import AsActor, a_token

STACK = b"%PDF-1.7\n" + bytes(range(256)) * 40
PART = {"Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0"}


def b64(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def begin(client: TestClient, size: int = len(STACK), name: str = "Stapel Größe.pdf", **metadata: str) -> str:
    said = ",".join(f"{key} {b64(value)}" for key, value in {"filename": name, **metadata}.items())
    answer = client.post("/api/v1/uploads", headers={"Upload-Length": str(size), "Upload-Metadata": said})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def send(client: TestClient, upload: str, offset: int, content: bytes, **headers: str) -> Response:
    answer: Response = client.patch(upload, content=content, headers={**PART, "Upload-Offset": str(offset), **headers})
    return answer


def offset_of(client: TestClient, upload: str) -> int:
    answer = client.head(upload, headers={"Tus-Resumable": "1.0.0"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return int(answer.headers["upload-offset"])


def a_batch(client: TestClient) -> str:
    return str(client.post("/api/v1/batches", json={}).json()["id"])


def take(client: TestClient, batch: str, upload: str) -> Response:
    answer: Response = client.post(f"/api/v1/batches/{batch}/uploads/{upload.rpartition('/')[2]}:take")
    return answer


@pytest.fixture
def scanner(client_of: Callable[[Actor], TestClient], as_actor: AsActor) -> TestClient:
    return client_of(as_actor(Role.REGISTRY))


def test_a_file_in_parts_becomes_a_raw_scan(scanner: TestClient) -> None:
    upload = begin(scanner, sha256=hashlib.sha256(STACK).hexdigest())
    middle = len(STACK) // 3
    assert send(scanner, upload, 0, STACK[:middle]).headers["upload-offset"] == str(middle)
    assert offset_of(scanner, upload) == middle
    assert send(scanner, upload, middle, STACK[middle:]).status_code == 204
    assert scanner.get(upload).json()["complete"]
    file = take(scanner, a_batch(scanner), upload).json()
    assert (file["fileName"], file["sha256"], file["size"]) == (
        "Stapel Größe.pdf",
        hashlib.sha256(STACK).hexdigest(),
        len(STACK),
    )


def test_any_process_continues_what_another_began(house: House, as_actor: AsActor) -> None:
    token = a_token(house, as_actor(Role.REGISTRY).id)
    headers = {"Authorization": f"Bearer {token}"}
    with TestClient(app_on(house), headers=headers) as one, TestClient(app_on(house), headers=headers) as other:
        upload = begin(one)
        send(one, upload, 0, STACK[:100])
        send(other, upload, 100, STACK[100:])
        assert take(one, a_batch(other), upload).json()["sha256"] == hashlib.sha256(STACK).hexdigest()


def test_a_part_from_a_wrong_place_is_told_where_to_go_on(scanner: TestClient) -> None:
    upload = begin(scanner)
    send(scanner, upload, 0, STACK[:100])
    for offset in (0, 50, 101, len(STACK)):
        answer = send(scanner, upload, offset, b"x")
        assert (answer.status_code, answer.json()["code"]) == (409, "upload-offset-differs")
        assert "100" in answer.json()["detail"]
    assert offset_of(scanner, upload) == 100


def test_random_cuts_and_repeats_always_come_to_the_same_file(scanner: TestClient) -> None:
    chance = random.Random(7)
    for _ in range(3):
        upload, offset = begin(scanner), 0
        while offset < len(STACK):
            part = STACK[offset : offset + chance.randint(1, 4000)]
            send(scanner, upload, offset, part)
            if chance.random() < 0.5:
                assert send(scanner, upload, offset, part).status_code == 409
            offset = offset_of(scanner, upload)
        assert take(scanner, a_batch(scanner), upload).json()["sha256"] == hashlib.sha256(STACK).hexdigest()


def test_more_than_announced_is_not_kept(scanner: TestClient) -> None:
    upload = begin(scanner, size=10)
    assert send(scanner, upload, 0, b"x" * 11).status_code == 413
    assert offset_of(scanner, upload) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_part_damaged_on_its_way_is_not_kept(scanner: TestClient, algorithm: str) -> None:
    upload = begin(scanner)
    right = b64(hashlib.new(algorithm, STACK[:100]).digest())
    answer = send(scanner, upload, 0, b"y" + STACK[1:100], **{"Upload-Checksum": f"{algorithm} {right}"})
    assert (answer.status_code, answer.json()["code"]) == (460, "upload-damaged")
    assert offset_of(scanner, upload) == 0
    assert send(scanner, upload, 0, STACK[:100], **{"Upload-Checksum": f"{algorithm} {right}"}).status_code == 204


def test_a_file_that_is_not_the_announced_one_is_not_taken(scanner: TestClient) -> None:
    upload = begin(scanner, sha256="0" * 64)
    send(scanner, upload, 0, STACK)
    answer = take(scanner, a_batch(scanner), upload)
    assert (answer.status_code, answer.json()["code"]) == (422, "upload-damaged")


def test_an_incomplete_upload_is_not_taken(scanner: TestClient) -> None:
    upload = begin(scanner)
    send(scanner, upload, 0, STACK[:-1])
    answer = take(scanner, a_batch(scanner), upload)
    assert (answer.status_code, answer.json()["code"]) == (409, "upload-incomplete")


def test_taking_twice_answers_the_same_raw_scan_and_no_other_batch_gets_it(scanner: TestClient) -> None:
    upload, batch = begin(scanner), a_batch(scanner)
    send(scanner, upload, 0, STACK)
    assert take(scanner, batch, upload).json()["id"] == take(scanner, batch, upload).json()["id"]
    assert len(scanner.get(f"/api/v1/batches/{batch}/files").json()["items"]) == 1
    assert take(scanner, a_batch(scanner), upload).json()["code"] == "upload-taken-elsewhere"


def test_the_same_file_twice_in_a_batch_is_told(scanner: TestClient) -> None:
    batch = a_batch(scanner)
    states = []
    for _ in range(2):
        upload = begin(scanner)
        send(scanner, upload, 0, STACK)
        states.append(take(scanner, batch, upload).json()["state"])
    assert states == ["received", "duplicate"]


def test_an_upload_is_its_owners_and_nobody_elses(
    scanner: TestClient, client_of: Callable[[Actor], TestClient], as_actor: AsActor
) -> None:
    upload = begin(scanner)
    stranger = client_of(as_actor.with_every_role())
    for answer in (
        stranger.get(upload),
        stranger.head(upload),
        send(stranger, upload, 0, STACK),
        stranger.delete(upload),
        take(stranger, a_batch(stranger), upload),
    ):
        assert answer.status_code == 404
    assert offset_of(scanner, upload) == 0


def test_a_discarded_upload_is_gone_and_so_are_its_bytes(scanner: TestClient, house: House) -> None:
    upload = begin(scanner)
    send(scanner, upload, 0, STACK)
    assert kept_bytes(house, upload) == 1
    assert scanner.delete(upload).status_code == 204
    assert scanner.get(upload).status_code == 404
    discard_parts(DiscardParts(upload_id=UUID(upload.rpartition("/")[2])), house.begin)
    assert kept_bytes(house, upload) == 0


def test_an_upload_nobody_came_back_for_expires(scanner: TestClient, house: House) -> None:
    upload = begin(scanner)
    with house.begin() as work:
        work.session.execute(text("update uploads set expires_at = :then"), {"then": work.now - timedelta(seconds=1)})
    assert scanner.get(upload).status_code == 404
    with house.begin() as work:
        discard_expired(work)
        assert work.session.scalar(text("select count(*) from uploads")) == 0


def test_uploads_are_bounded_in_size_and_number(house: House, as_actor: AsActor) -> None:
    settings = house.settings.model_copy(
        update={"ingest": IngestSettings(max_file_mb=1), "uploads": UploadsSettings(max_open=2)}
    )
    small = House(house.sessions, house.storage, settings)
    token = a_token(house, as_actor(Role.REGISTRY).id)
    with TestClient(app_on(small), headers={"Authorization": f"Bearer {token}"}) as client:
        large = client.post("/api/v1/uploads", headers={"Upload-Length": str((1 << 20) + 1)})
        assert large.status_code == 413
        begin(client)
        begin(client)
        third = client.post("/api/v1/uploads", headers={"Upload-Length": "1"})
        assert (third.status_code, third.json()["code"]) == (409, "too-many-uploads")


def test_a_part_longer_than_any_body_may_be_is_refused(scanner: TestClient) -> None:
    upload = begin(scanner, size=64 << 20)
    assert send(scanner, upload, 0, bytes((32 << 20) + 1)).status_code == 413
    assert offset_of(scanner, upload) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Upload-Length": "-1"},
        {"Upload-Length": "viel"},
        {"Upload-Length": "9" * 30},
        {"Upload-Length": "1", "Upload-Metadata": "filename ???"},
        {"Upload-Length": "1", "Upload-Metadata": "filename /w=="},
        {"Upload-Length": "1", "Upload-Metadata": f"sha256 {b64('kurz')}"},
    ],
)
def test_unusable_headers_begin_nothing(scanner: TestClient, headers: dict[str, str]) -> None:
    answer = scanner.post("/api/v1/uploads", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "upload-headers-invalid")


def test_another_version_of_tus_is_refused_and_ours_is_named(scanner: TestClient) -> None:
    answer = scanner.post("/api/v1/uploads", headers={"Upload-Length": "1", "Tus-Resumable": "0.2.2"})
    assert (answer.status_code, answer.json()["code"]) == (412, "tus-version-differs")
    described = scanner.options("/api/v1/uploads")
    assert (described.status_code, described.headers["tus-version"]) == (204, "1.0.0")


def kept_bytes(house: House, upload: str) -> int:
    store = parts_store(house.settings)
    prefix = upload.rpartition("/")[2]
    return sum(1 for _ in store._client.list_objects(store._bucket, prefix=f"{prefix}/", recursive=True))
