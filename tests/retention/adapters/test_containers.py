"""Containers on the disk: whole or not there, with the bytes that are recorded, under the names archives expect."""

import fcntl
import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from retention.adapters.appearing import FileBeingWritten, appearing, unfinished_name
from retention.adapters.xdomea.errors import FileDiffers, RecordTwice
from retention.adapters.xdomea.names import container_name, parse_container_name, parse_file_name
from retention.rules.exchange import MessageType, XdomeaVersion
from retention.rules.nodes import ContainedFile, FormatNode, Readable, RecordNode
from tests.retention.adapters.records import PDF, Process, a_case, a_document, a_file, a_version

V3, V4 = XdomeaVersion.V3_0_0, XdomeaVersion.V4_0_0
ID = UUID("11111111-1111-4111-8111-111111111111")


def case_with(*files: ContainedFile) -> RecordNode:
    formats = [FormatNode(file=file, media_type="application/pdf") for file in files]
    return a_case("Vorgang", a_document(versions=(a_version("1", *formats),)))


@pytest.mark.parametrize(
    ("version", "type_", "expected"),
    [
        (V3, MessageType.OFFER, "_Aussonderung.Anbieteverzeichnis.0501.zip"),
        (V3, MessageType.TRANSFER, "_Aussonderung.Aussonderung.0503.zip"),
        (V3, MessageType.APPRAISAL_RECEIVED, "_Aussonderung.BewertungEmpfangBestaetigen.0505.zip"),
        (V4, MessageType.OFFER, "_0501_1.zip"),
    ],
)
def test_a_container_is_called_as_its_version_says(
    version: XdomeaVersion, type_: MessageType, expected: str, tmp_path: Path
) -> None:
    name = container_name(Process(version, tmp_path, ID).head(type_))
    assert name == f"{ID}{expected}"
    said = parse_container_name(name)
    assert said is not None
    assert (said.process_id, said.type) == (str(ID), type_)


@pytest.mark.parametrize(
    ("name", "type_", "number"),
    [
        (f"{ID}_0502.zip", MessageType.APPRAISAL, None),
        (f"{ID}_0502_3.xdomea", MessageType.APPRAISAL, 3),
        (f"{str(ID).upper()}_Aussonderung.Bewertungsverzeichnis.0502.XDOMEA", MessageType.APPRAISAL, None),
    ],
)
def test_the_names_of_others_are_understood(name: str, type_: MessageType, number: int | None) -> None:
    said = parse_container_name(name)
    assert said is not None
    assert (said.type, said.number) == (type_, number)


@pytest.mark.parametrize(
    "name",
    ["readme.txt", f"{ID}_0501.zip.part", f"x{ID}_0501.zip", f"{ID}_0601.zip", f"{ID}_0501/x.zip", f"{ID}_0501.zip\n"],
)
def test_other_files_are_no_messages(name: str) -> None:
    assert parse_container_name(name) is None


@pytest.mark.parametrize(
    "name",
    [f"{ID}/../x.pdf", "../x.pdf", f"{ID}_a/b.pdf", f"{ID}_a\\b.pdf", f"{ID}|.pdf", "x.pdf", f"{ID}_a\0.pdf", ""],
)
def test_a_path_is_no_file_name(name: str) -> None:
    assert parse_file_name(name) is None


@pytest.mark.parametrize(
    ("name", "extension"), [(f"{ID}.pdf", "pdf"), (f"{ID}_Plan 2.1.pdf", "pdf"), (str(ID), ""), (f"{ID}_x", "")]
)
def test_a_file_name_begins_with_the_id_of_the_file(name: str, extension: str) -> None:
    assert parse_file_name(name) == (str(ID), extension)


def test_files_lie_flat_beside_the_message_under_their_own_ids(tmp_path: Path) -> None:
    files = [a_file(), a_file(b"Text", "txt"), a_file(b"?", "Übersicht.DWG")]
    written = Process(V3, tmp_path).transfer(case_with(*files))
    with zipfile.ZipFile(written.path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert names == [*(one.name for one in files), f"{written.path.stem}.xml"]
    assert all(name.isascii() and "/" not in name for name in names)
    assert files[2].name == f"{files[2].file_id}.bersichtdwg"


def test_what_was_written_is_told(tmp_path: Path) -> None:
    written = Process(V3, tmp_path).transfer(case_with(a_file(), a_file()))
    data = written.path.read_bytes()
    assert (written.size, written.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (written.files, written.file_bytes) == (2, 2 * len(PDF))


@pytest.mark.parametrize(
    "file",
    [
        a_file(PDF, recorded=PDF + b" "),
        a_file(PDF + b" ", recorded=PDF),
        a_file(PDF[:-1] + b"?", recorded=PDF),
        a_file(b"", recorded=PDF),
    ],
)
def test_a_file_that_is_not_the_recorded_one_is_never_handed_over(file: ContainedFile, tmp_path: Path) -> None:
    with pytest.raises(FileDiffers):
        Process(V3, tmp_path).transfer(case_with(a_file(), file))
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_opened_leaves_no_container_behind(tmp_path: Path) -> None:
    @contextmanager
    def failing() -> Iterator[Readable]:
        raise ConnectionError
        yield

    file = ContainedFile(file_id=ID, extension="pdf", size=1, sha256="0" * 64, open=failing)
    with pytest.raises(ConnectionError):
        Process(V3, tmp_path).transfer(case_with(file))
    assert not list(tmp_path.iterdir())


def test_one_file_does_not_go_twice(tmp_path: Path) -> None:
    file = a_file()
    with pytest.raises(RecordTwice):
        Process(V3, tmp_path).transfer(case_with(file, file))


def test_a_container_written_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    process, case = Process(V3, tmp_path), case_with(a_file())
    first, second = process.transfer(case), process.transfer(case)
    assert first.sha256 == second.sha256
    assert list(tmp_path.iterdir()) == [second.path]


def test_until_it_is_complete_a_file_has_a_name_nobody_takes_for_its_own(tmp_path: Path) -> None:
    final = tmp_path / f"{ID}_0501_1.zip"
    with appearing(final) as file:
        file.write(b"half")
        (unfinished,) = tmp_path.iterdir()
        assert final.stem not in unfinished.name
        assert str(ID) not in unfinished.name
    assert list(tmp_path.iterdir()) == [final]


def test_what_a_killed_process_left_is_written_over(tmp_path: Path) -> None:
    process = Process(V3, tmp_path)
    name = container_name(process.head(MessageType.OFFER))
    (tmp_path / unfinished_name(name)).write_bytes(b"left over " * 10_000)
    written = process.offer(a_case())
    assert zipfile.ZipFile(written.path).testzip() is None
    assert list(tmp_path.iterdir()) == [written.path]


def test_two_processes_do_not_write_the_same_container_at_once(tmp_path: Path) -> None:
    process = Process(V3, tmp_path)
    name = container_name(process.head(MessageType.OFFER))
    other = os.open(tmp_path / unfinished_name(name), os.O_RDWR | os.O_CREAT)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        with pytest.raises(FileBeingWritten):
            process.offer(a_case())
    finally:
        os.close(other)


class Zeros:
    """As many bytes as one likes, without having them."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int, /) -> bytes:
        size = min(size, self._left)
        self._left -= size
        return bytes(size)


@pytest.mark.soak
def test_a_file_of_more_than_four_gigabytes_goes_into_a_container(tmp_path: Path) -> None:
    size, sha256 = (1 << 32) + 7, hashlib.sha256()
    source = Zeros(size)
    while piece := source.read(1 << 20):
        sha256.update(piece)

    @contextmanager
    def opening() -> Iterator[Readable]:
        yield Zeros(size)

    file = ContainedFile(file_id=ID, extension="tif", size=size, sha256=sha256.hexdigest(), open=opening)
    written = Process(V3, tmp_path).transfer(case_with(file))
    with zipfile.ZipFile(written.path) as archive:
        assert archive.getinfo(file.name).file_size == size
        assert archive.testzip() is None


@pytest.mark.soak
def test_a_container_holds_more_than_65535_files(tmp_path: Path) -> None:
    case = a_case("Vorgang", *(a_document(f"Blatt {number}") for number in range(1 << 16)))
    written = Process(V3, tmp_path).transfer(case)
    with zipfile.ZipFile(written.path) as archive:
        assert len(archive.namelist()) == (1 << 16) + 1
