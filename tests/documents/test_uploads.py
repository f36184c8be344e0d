"""Documents take originals, keep every version, and hand out exactly what they took."""

import base64
import hashlib
import io
import re
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from minio.error import S3Error
from PIL import Image

from eakte.access import Role
from eakte.documents.api import disposition
from eakte.documents.files import safe_file_name
from eakte.documents.models import Rendition, RenditionKind
from eakte.documents.queries import rendition, version_of
from eakte.entrypoints.sweep import Orphan, OrphanKind, find_orphans
from eakte.foundation.ids import new_id
from eakte.foundation.settings import StorageSettings
from eakte.foundation.storage import CHECKED_AHEAD, Digest, Storage
from eakte.foundation.work import House
from eakte.records.rules import Action
from eakte.records.service.lifecycle import change_case_state
from tests.simulators import storage_fails
from tests.support.app import app_on
from tests.support.factories import AsActor, a_case, a_document, a_token
from tests.support.queue import work_off_ingests
from tests.support.scans import a_scanned_stack

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def document(house: House) -> UUID:
    with house.begin() as work:
        return a_document(work, content=CONTENT).id


def path(document: UUID, kind: str = "original") -> str:
    return f"/api/v1/documents/{document}/renditions/{kind}"


def upload(client: TestClient, document: UUID, content: bytes, name: str = "brief.pdf") -> Any:
    return client.post(f"/api/v1/documents/{document}/versions", files={"file": (name, content)})


def original_of(house: House, document: UUID, version: int | None = None) -> Rendition:
    with house.sessions() as session:
        return rendition(session, version_of(session, document, version).id, RenditionKind.ORIGINAL, None)


# --- whole and in parts ---------------------------------------------------------------------------------


def test_an_original_comes_back_as_it_was(client: TestClient, document: UUID) -> None:
    answer = client.get(path(document))
    assert answer.status_code == 200
    assert answer.content == CONTENT
    sha256 = hashlib.sha256(CONTENT)
    assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(sha256.digest()).decode()}:"
    assert answer.headers["etag"] == f'"{sha256.hexdigest()}"'
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("asked", "first", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=10000-", 10000, 10240),
        ("bytes=-5", 10235, 10240),
        ("bytes=10239-99999999", 10239, 10240),
    ],
)
def test_a_range_is_that_part(client: TestClient, document: UUID, asked: str, first: int, stop: int) -> None:
    answer = client.get(path(document), headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == CONTENT[first:stop]
    assert answer.headers["content-range"] == f"bytes {first}-{stop - 1}/{len(CONTENT)}"
    assert answer.headers["content-length"] == str(stop - first)


@pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=99999999999999999-", "bytes=-0", "bytes=9-3"])
def test_a_range_beyond_the_file_cannot_be_had(client: TestClient, document: UUID, asked: str) -> None:
    answer = client.get(path(document), headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.json()["code"] == "range-not-satisfiable"
    assert "10240" in answer.json()["detail"]
    assert answer.headers["content-range"] == "bytes */10240"


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "seiten=1-2", "bytes=", "bytes=-", "bytes=a-b", "unfug", "bytes=0-" + "9" * 400]
)
def test_a_range_that_is_none_of_ours_is_ignored(client: TestClient, document: UUID, asked: str) -> None:
    answer = client.get(path(document), headers={"Range": asked})
    assert answer.status_code == 200
    assert answer.content == CONTENT


def test_a_range_of_what_changed_meanwhile_is_the_whole(client: TestClient, document: UUID) -> None:
    seen = client.get(path(document)).headers["etag"]
    part = {"Range": "bytes=0-9"}
    assert client.get(path(document), headers={**part, "If-Range": seen}).status_code == 206
    assert client.get(path(document), headers={**part, "If-Range": '"anders"'}).status_code == 200


def test_what_is_known_is_not_sent_again(client: TestClient, document: UUID) -> None:
    seen = client.get(path(document)).headers["etag"]
    again = client.get(path(document), headers={"If-None-Match": seen})
    assert (again.status_code, again.content) == (304, b"")


def test_a_large_object_comes_whole_and_in_parts(client: TestClient, house: House, document: UUID) -> None:
    content = b"%PDF-1.7\n" + bytes(CHECKED_AHEAD) + b"Ende"
    assert upload(client, document, content).status_code == 201
    assert client.get(path(document)).content == content
    tail = client.get(path(document), headers={"Range": "bytes=-4"})
    assert (tail.status_code, tail.content) == (206, b"Ende")


# --- names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Straße.pdf", "Stra_e.pdf"),
        ("U\u0308bersicht.pdf", "_bersicht.pdf"),
        ('mit "Zitat".pdf', "mit _Zitat_.pdf"),
        ("zeile\r\nSet-Cookie: a=b.pdf", "zeileSet-Cookie_ a=b.pdf"),
        ("gnp\u202efdp.exe", "gnpfdp.exe"),
        ("100%41.pdf", "100_41.pdf"),
    ],
)
def test_odd_names_are_offered_safely(name: str, plain: str) -> None:
    header = disposition(safe_file_name(name), Digest("00" * 32, 0))["Content-Disposition"]
    match = re.fullmatch(r"attachment; filename=\"([^\"\\]*)\"; filename\*=UTF-8''(\S+)", header)
    assert match is not None
    assert match[1] == plain
    assert unquote(match[2]) == safe_file_name(name)


def test_a_name_goes_through_the_api_as_unicode_composed(client: TestClient, document: UUID) -> None:
    assert upload(client, document, b"%PDF-1.7\n", "U\u0308bersicht Straße.pdf").status_code == 201
    header = client.get(path(document)).headers["content-disposition"]
    assert header.endswith("filename*=UTF-8''%C3%9Cbersicht%20Stra%C3%9Fe.pdf")


@given(st.text(max_size=400))
def test_whatever_the_name_the_header_is_one_line_of_ascii_and_its_name_has_no_folder(name: str) -> None:
    kept = safe_file_name(name)
    assert 0 < len(kept.encode()) <= 200
    assert not set(kept) & set('/\\\0\r\n"')
    assert kept not in (".", "..")
    header = disposition(kept, Digest("00" * 32, 0))["Content-Disposition"]
    assert header.isascii()
    assert header.isprintable()


# --- versions and renditions ----------------------------------------------------------------------------


def test_every_version_stays_and_the_newest_is_the_default(client: TestClient, document: UUID) -> None:
    assert upload(client, document, b"%PDF-1.7\nzwei").json()["number"] == 2
    assert upload(client, document, b"%PDF-1.7\ndrei").json()["number"] == 3
    assert client.get(path(document)).content == b"%PDF-1.7\ndrei"
    assert client.get(path(document), params={"version": 1}).content == CONTENT
    assert client.get(path(document), params={"version": 2}).content == b"%PDF-1.7\nzwei"
    missing = client.get(path(document), params={"version": 4})
    assert (missing.status_code, missing.json()["code"]) == (404, "version-not-found")
    numbers = [version["number"] for version in client.get(f"/api/v1/documents/{document}/versions").json()]
    assert numbers == [1, 2, 3]


def test_an_upload_gets_archival_copy_texts_and_previews(client: TestClient, house: House, document: UUID) -> None:
    stack = a_scanned_stack("Erste Seite", "Zweite Seite", image_format="TIFF")
    assert upload(client, document, stack, "stapel.tif").status_code == 201
    early = client.get(path(document, "archival"))
    assert (early.status_code, early.json()["code"]) == (404, "rendition-missing")
    work_off_ingests(house)
    assert client.get(path(document)).content == stack
    assert client.get(path(document, "archival")).content.startswith(b"%PDF-")
    whole = client.get(path(document, "text")).text
    assert [page.strip() for page in whole.split("\f")] == ["Erste Seite", "Zweite Seite"]
    second = client.get(path(document, "text"), params={"page": 2})
    assert second.text.strip() == "Zweite Seite"
    assert second.headers["repr-digest"] == digest_header(second.content)
    preview = client.get(path(document, "preview"), params={"page": 2})
    assert preview.headers["repr-digest"] == digest_header(preview.content)
    assert Image.open(io.BytesIO(preview.content)).format == "JPEG"
    for kind in ("text", "preview"):
        beyond = client.get(path(document, kind), params={"page": 3})
        assert (beyond.status_code, beyond.json()["code"]) == (404, "page-missing")
        assert "2 Seite(n)" in beyond.json()["detail"]


def digest_header(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def test_an_empty_upload_stores_nothing(client: TestClient, house: House, document: UUID) -> None:
    answer = upload(client, document, b"")
    assert (answer.status_code, answer.json()["code"]) == (422, "empty-upload")
    assert "nichts gespeichert" in answer.json()["detail"]
    assert len(client.get(f"/api/v1/documents/{document}/versions").json()) == 1


def test_a_closed_case_takes_no_version(client: TestClient, house: House) -> None:
    with house.begin() as work:
        case = a_case(work)
        document = a_document(work, case=case)
        change_case_state(work, case.id, Action.CLOSE, revision=None)
    answer = upload(client, document.id, CONTENT)
    assert (answer.status_code, answer.json()["code"]) == (409, "transition-blocked")
    assert case.reference in answer.text


def test_who_may_see_but_not_read_gets_no_bytes(client_of: Any, as_actor: AsActor, document: UUID) -> None:
    archivist = client_of(as_actor(Role.ARCHIVIST))
    assert archivist.get(f"/api/v1/documents/{document}").status_code == 200
    answer = archivist.get(path(document))
    assert (answer.status_code, answer.json()["code"]) == (403, "action-forbidden")


# --- storage --------------------------------------------------------------------------------------------


def test_a_stored_original_lies_under_legal_hold_with_its_hash(
    house: House, document: UUID, storage_settings: StorageSettings
) -> None:
    original = original_of(house, document)
    client = Storage(storage_settings)._client
    assert client.is_object_legal_hold_enabled(storage_settings.bucket, original.key)
    stored = client.stat_object(storage_settings.bucket, original.key)
    assert stored.metadata is not None
    assert stored.metadata["x-amz-meta-sha256"] == original.sha256
    with pytest.raises(S3Error, match="AccessDenied"):
        client.remove_object(storage_settings.bucket, original.key, version_id=stored.version_id)


def test_one_changed_bit_is_found_and_nothing_is_delivered(client: TestClient, house: House, document: UUID) -> None:
    changed = bytes([CONTENT[0] ^ 1]) + CONTENT[1:]
    storage_fails.damages(house.storage, original_of(house, document).key, changed)
    for headers in ({}, {"Range": "bytes=100-199"}):
        answer = client.get(path(document), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "object-damaged")


def test_a_large_damaged_object_breaks_off_instead_of_ending(client: TestClient, house: House, document: UUID) -> None:
    content = bytes(CHECKED_AHEAD + 1)
    assert upload(client, document, content).status_code == 201
    original = original_of(house, document)
    storage_fails.damages_behind_the_hash(house.storage, original.key, content[:-1] + b"x", original.sha256)
    with pytest.raises(RuntimeError, match="response already started"):
        client.get(path(document))


def test_a_lost_object_is_said_to_be_lost(client: TestClient, house: House, document: UUID) -> None:
    storage_fails.forgets(house.storage, original_of(house, document).key)
    answer = client.get(path(document))
    assert (answer.status_code, answer.json()["code"]) == (404, "object-missing")


def test_without_the_object_storage_no_version_is_half_made(
    house: House, storage_settings: StorageSettings, as_actor: AsActor, document: UUID
) -> None:
    off = House(house.sessions, storage_fails.switched_off(storage_settings), house.settings)
    token = a_token(house, as_actor.with_every_role().id)
    client = TestClient(app_on(off), headers={"Authorization": f"Bearer {token}"})
    for answer in (upload(client, document, CONTENT), client.get(path(document))):
        assert (answer.status_code, answer.json()["code"]) == (503, "storage-unavailable")
        assert answer.headers["retry-after"]
    assert len(client.get(f"/api/v1/documents/{document}/versions").json()) == 1


def test_the_sweep_finds_rows_without_objects_and_objects_without_rows(
    house: House, storage_settings: StorageSettings
) -> None:
    storage = Storage(storage_settings.model_copy(update={"bucket": f"eakte-{new_id().hex}"}))
    storage.prepare()
    own = House(house.sessions, storage, house.settings)
    with own.begin() as work:
        kept, lost = (a_document(work, content=CONTENT).id for _ in range(2))
    assert list(find_orphans(own, grace_minutes=0)) == []
    strays = {f"renditions/{new_id()}", f"renditions/{new_id()}-2", "renditions/von-hand.txt"}
    for stray in strays:
        storage.put_bytes(stray, b"von niemandem", media_type="text/plain", hold=False)
    storage_fails.forgets(storage, original_of(own, lost).key)
    gone = Orphan(OrphanKind.ROW_WITHOUT_OBJECT, original_of(own, lost).key)
    unknown = {Orphan(OrphanKind.OBJECT_WITHOUT_ROW, stray) for stray in strays}
    assert set(find_orphans(own, grace_minutes=0)) == {gone, *unknown}
    assert set(find_orphans(own, grace_minutes=10)) == {gone}
    assert original_of(own, kept).sha256 == hashlib.sha256(CONTENT).hexdigest()
