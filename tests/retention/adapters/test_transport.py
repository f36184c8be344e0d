"""The way to an archive and back: by a shared directory, and by WebDAV against a real server."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from retention.adapters.transport import Transport
from retention.adapters.transport.directory import DirectoryTransport
from retention.adapters.transport.errors import ArchiveUnreachable, ArrivalGone, NameTaken
from retention.adapters.transport.webdav import WebdavTransport
from tests.simulators.webdav_server import PASSWORD, USER, webdav_server

NAME = "11111111-1111-4111-8111-111111111111_0501_1.zip"
ANSWER = "11111111-1111-4111-8111-111111111111_0504_1.zip"

MakeTransport = Callable[..., Transport]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """One server for all, with the folder it serves."""
    root = tmp_path_factory.mktemp("webdav")
    with webdav_server(root) as url:
        yield root, url


@pytest.fixture
def place(server: tuple[Path, str], tmp_path: Path) -> Path:
    """What both sides look at, as the archive sees it."""
    folder = server[0] / tmp_path.name / "übergabe"
    (folder / "antworten").mkdir(parents=True)
    return folder


@pytest.fixture
def address(server: tuple[Path, str], place: Path) -> str:
    """The same, as WebDAV sees it."""
    return f"{server[1]}/{quote(place.relative_to(server[0]).as_posix())}"


@pytest.fixture(params=["directory", "webdav"])
def make(request: pytest.FixtureRequest, place: Path, address: str) -> MakeTransport:
    def directory(**more: Any) -> Transport:
        return DirectoryTransport(place, **{"pause": no_pause, **more})

    def webdav(**more: Any) -> Transport:
        return WebdavTransport(address, **{"user": USER, "password": PASSWORD, "pause": no_pause, **more})

    return directory if request.param == "directory" else webdav


def no_pause(_: float) -> None:
    """Tests do not wait."""


@pytest.fixture
def container(tmp_path: Path) -> Path:
    path = tmp_path / "container"
    path.write_bytes(os.urandom(3 << 20))
    return path


def test_a_container_lies_there_under_its_name(make: MakeTransport, place: Path, container: Path) -> None:
    make().send(container, NAME)
    assert (place / NAME).read_bytes() == container.read_bytes()
    assert sorted(path.name for path in place.iterdir()) == [NAME, "antworten"]


def test_sending_again_changes_nothing(make: MakeTransport, place: Path, container: Path) -> None:
    make().send(container, NAME)
    stamp = (place / NAME).stat().st_mtime_ns
    make().send(container, NAME)
    assert (place / NAME).stat().st_mtime_ns == stamp


def test_what_lies_there_already_is_not_overwritten(make: MakeTransport, place: Path, container: Path) -> None:
    (place / NAME).write_bytes(b"other")
    with pytest.raises(NameTaken):
        make().send(container, NAME)
    assert (place / NAME).read_bytes() == b"other"
    assert sorted(path.name for path in place.iterdir()) == [NAME, "antworten"]


def test_answers_are_found_and_fetched_and_stay_there(make: MakeTransport, place: Path, tmp_path: Path) -> None:
    (place / ANSWER).write_bytes(b"answer")
    transport = make()
    assert [arrival.name for arrival in transport.received()] == [ANSWER]
    transport.fetch(ANSWER, tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"answer"
    assert (place / ANSWER).exists()


def test_an_archive_may_answer_in_a_folder_of_its_own(make: MakeTransport, place: Path, tmp_path: Path) -> None:
    (place / "antworten" / ANSWER).write_bytes(b"answer")
    assert make().received() == []
    transport = make(answer_folders=("antworten",))
    assert [arrival.name for arrival in transport.received()] == [f"antworten/{ANSWER}"]
    transport.fetch(f"antworten/{ANSWER}", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"answer"


def test_another_file_under_the_same_name_has_another_stamp(make: MakeTransport, place: Path) -> None:
    (place / ANSWER).write_bytes(b"answer")
    transport = make()
    first = transport.received()
    (place / ANSWER).write_bytes(b"another answer")
    assert transport.received() != first


def test_what_still_grows_is_not_complete(make: MakeTransport, place: Path) -> None:
    (place / ANSWER).write_bytes(b"ans")

    def growing(_: float) -> None:
        with (place / ANSWER).open("ab") as file:
            file.write(b"wer")

    assert make(pause=growing).received() == []
    assert [arrival.name for arrival in make().received()] == [ANSWER]


def test_what_is_empty_or_hidden_or_a_folder_is_no_answer(make: MakeTransport, place: Path) -> None:
    (place / ANSWER).touch()
    (place / f".{ANSWER}").write_bytes(b"x")
    (place / f"{ANSWER}.folder").mkdir()
    assert make().received() == []


@pytest.mark.parametrize("name", [ANSWER, f"antworten/{ANSWER}", f"../{ANSWER}", "../container", f"/{ANSWER}"])
def test_what_is_not_there_is_gone(make: MakeTransport, name: str, tmp_path: Path, container: Path) -> None:
    with pytest.raises(ArrivalGone):
        make().fetch(name, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


@pytest.mark.parametrize("name", ["../x.zip", "a/b.zip", ""])
def test_names_are_no_paths(make: MakeTransport, container: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        make().send(container, name)


# --- the directory -------------------------------------------------------------------------------------------


def test_a_directory_that_is_gone_is_unreachable(tmp_path: Path, container: Path) -> None:
    transport = DirectoryTransport(tmp_path / "nicht eingehängt", pause=no_pause)
    for attempt in (
        transport.received,
        lambda: transport.send(container, NAME),
        lambda: transport.fetch(NAME, container),
    ):
        with pytest.raises(ArchiveUnreachable, match="nicht eingehängt"):
            attempt()


def test_containers_are_written_elsewhere_and_renamed_into_place(place: Path, tmp_path: Path, container: Path) -> None:
    staging = tmp_path / "staging"
    staging.mkdir()
    seen = []

    class Looking(DirectoryTransport):
        """One that looks into both folders right before the rename."""

        def _must_be_one_file_system(self) -> None:
            super()._must_be_one_file_system()
            seen.extend(path.name for path in place.iterdir())

    Looking(place, staging=staging).send(container, NAME)
    assert seen == ["antworten"]
    assert not list(staging.iterdir())
    assert (place / NAME).read_bytes() == container.read_bytes()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second file system")
def test_a_staging_folder_on_another_file_system_is_refused(place: Path, container: Path) -> None:
    if Path("/dev/shm").stat().st_dev == place.stat().st_dev:
        pytest.skip("no second file system")
    with pytest.raises(ArchiveUnreachable, match="Dateisystem"):
        DirectoryTransport(place, staging=Path("/dev/shm")).send(container, NAME)


def test_links_and_pipes_are_not_followed(place: Path, tmp_path: Path, container: Path) -> None:
    (place / ANSWER).symlink_to(container)
    os.mkfifo(place / NAME)
    transport = DirectoryTransport(place, pause=no_pause)
    assert transport.received() == []
    for name in (ANSWER, NAME):
        with pytest.raises(ArchiveUnreachable):
            transport.fetch(name, tmp_path / "fetched")


def test_only_what_is_wanted_is_waited_for(place: Path) -> None:
    pauses: list[float] = []
    (place / ANSWER).write_bytes(b"answer")
    transport = DirectoryTransport(place, pause=pauses.append, rest_s=3.0)
    (arrival,) = transport.received()
    assert transport.received(lambda one: one != arrival) == []
    assert pauses == [3.0]


# --- WebDAV --------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_told(address: str) -> None:
    with pytest.raises(ArchiveUnreachable, match="Anmeldung"):
        WebdavTransport(address, user=USER, password="falsch").received()


def a_certificate(path: Path) -> Path:
    """One that the server signed itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Stadtarchiv")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    )
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = builder.add_extension(here, critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + signed.public_bytes(Encoding.PEM))
    return path


def test_only_a_server_with_a_trusted_certificate_is_spoken_to(place: Path, tmp_path: Path, container: Path) -> None:
    certificate = a_certificate(tmp_path / "archiv.pem")
    with webdav_server(place, certificate=certificate) as url:
        WebdavTransport(url, user=USER, password=PASSWORD, certificates=certificate).send(container, NAME)
        with pytest.raises(ArchiveUnreachable, match=r"(?i)certificate"):
            WebdavTransport(url, user=USER, password=PASSWORD).received()
    assert (place / NAME).read_bytes() == container.read_bytes()


def test_a_server_that_is_away_is_unreachable(container: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        transport = WebdavTransport(f"http://127.0.0.1:{free.getsockname()[1]}", timeout_s=2.0)
        for attempt in (transport.received, lambda: transport.send(container, NAME)):
            with pytest.raises(ArchiveUnreachable):
                attempt()


def test_a_server_that_hangs_is_unreachable(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        transport = WebdavTransport(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2)
        with pytest.raises(ArchiveUnreachable, match="rechtzeitig"):
            transport.fetch(ANSWER, tmp_path / "fetched")


def test_containers_are_put_into_another_collection_and_moved(place: Path, address: str, container: Path) -> None:
    (place / "eingang").mkdir()
    WebdavTransport(f"{address}/eingang", user=USER, password=PASSWORD, staging=f"{address}/antworten").send(
        container, NAME
    )
    assert (place / "eingang" / NAME).read_bytes() == container.read_bytes()
    assert not list((place / "antworten").iterdir())


ODD_ANSWERS = [
    (b"HTTP/1.1 207 Multi-Status\r\nContent-Length: 4\r\n\r\nnope", "nicht lesbar"),
    (b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", "500"),
    (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "302"),
    (b"HTTP/1.1 207 Multi-Status\r\nContent-Length: 400\r\n\r\n<multistatus", None),
    (b"SSH-2.0-OpenSSH\r\n", None),
]


@pytest.mark.parametrize(("answer", "told"), ODD_ANSWERS)
def test_whatever_a_server_answers_it_is_unreachable_and_nothing_else(answer: bytes, told: str | None) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def reply() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(answer)

        thread = threading.Thread(target=reply, daemon=True)
        thread.start()
        transport = WebdavTransport(f"http://127.0.0.1:{server.getsockname()[1]}", timeout_s=5.0, pause=no_pause)
        with pytest.raises(ArchiveUnreachable, match=told):
            transport.received()
        thread.join()
