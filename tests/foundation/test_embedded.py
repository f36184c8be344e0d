"""The embedded engines, with real engines: what they keep, whom they refuse, and how they end."""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.error import MinioException, S3Error
from minio.retention import Retention

from eakte.foundation.embedded import (
    AlreadyRunning,
    EmbeddedPostgres,
    EmbeddedS3,
    EngineFailed,
    Supervised,
    ensure_not_running_twice,
)

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]
BUCKET = "akten"


def client_of(s3: EmbeddedS3, *, secret_key: str | None = None) -> Minio:
    return Minio(
        endpoint=s3.endpoint,
        access_key=s3.access_key,
        secret_key=secret_key or s3.secret_key,
        region=s3.region,
        secure=s3.secure,
        http_client=urllib3.PoolManager(retries=False, timeout=20.0),
    )


def processes_in(directory: Path) -> list[str]:
    """Every living process that works in `directory` or below."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(OSError):
                cwd = (process / "cwd").readlink()
                if cwd.is_relative_to(directory):
                    found.append(f"{process.name} {(process / 'comm').read_text().strip()}")
    return found


def eventually(check: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if check():
            return True
        time.sleep(0.05)
    return check()


@contextlib.contextmanager
def occupied(port: int) -> Iterator[None]:
    """Somebody else listens on this port."""
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        yield


@contextlib.contextmanager
def owner_process(directory: Path, body: str) -> Iterator[subprocess.Popen[str]]:
    """Another Python process that runs `body` with the engines and says `ready`."""
    script = "\n".join(
        [
            "import os, sys, time, threading",
            "from pathlib import Path",
            "from eakte.foundation.embedded import *",
            "here = Path(sys.argv[1])",
            "os.chdir(here)",
            body,
        ]
    )
    root = Path(__file__).parents[2]
    owner = subprocess.Popen(
        [sys.executable, "-c", script, str(directory)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        yield owner
    finally:
        owner.kill()
        owner.communicate()


def wait_for_ready(owner: subprocess.Popen[str]) -> None:
    assert owner.stdout is not None
    for line in owner.stdout:
        if line.strip() == "ready":
            return
    raise AssertionError("the owner ended before it was ready")


# PostgreSQL


def test_the_database_continues_where_it_stopped(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres") as first, psycopg.connect(first.dsn) as connection:
        connection.execute("CREATE TABLE akte (zeichen text)")
        connection.execute("INSERT INTO akte VALUES ('10.20/1')")
    with EmbeddedPostgres(tmp_path / "postgres") as second, psycopg.connect(second.dsn) as connection:
        assert connection.execute("SELECT zeichen FROM akte").fetchall() == [("10.20/1",)]
    assert second.dsn == first.dsn
    assert processes_in(tmp_path) == []


def test_the_database_wants_its_password_and_keeps_its_secrets_private(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", durable=False) as postgres:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://eakte:falsch@127.0.0.1:{postgres.port}/eakte")
        assert (tmp_path / "postgres" / "secrets.json").stat().st_mode & 0o077 == 0
        assert (tmp_path / "postgres").stat().st_mode & 0o077 == 0
        assert postgres.pid is not None
        assert set(listeners(postgres.pid)) == {f"127.0.0.1:{postgres.port}"}


def test_the_database_moves_to_another_port_when_its_own_is_taken(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", durable=False) as postgres:
        before = postgres.port
    with occupied(before), EmbeddedPostgres(tmp_path / "postgres", durable=False) as postgres:
        assert postgres.port != before
        psycopg.connect(postgres.dsn).close()


def test_a_pid_file_from_before_a_reboot_does_not_keep_the_database_down(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", durable=False):
        pass
    with Supervised("fremd", SLEEP, logs=tmp_path / "log", cwd=tmp_path) as stranger:
        assert eventually(lambda: stranger.pid is not None)
        stale = f"{stranger.pid}\n{tmp_path}/postgres/data\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready\n"
        (tmp_path / "postgres" / "data" / "postmaster.pid").write_text(stale)
        with EmbeddedPostgres(tmp_path / "postgres", durable=False) as postgres:
            psycopg.connect(postgres.dsn).close()


def test_a_database_that_cannot_start_says_why_in_german(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed) as failure:
        EmbeddedPostgres(tmp_path / "postgres", settings={"shared_buffers": "viel"}).start()
    assert "shared_buffers" in str(failure.value)
    assert "Protokoll" in str(failure.value)
    assert processes_in(tmp_path) == []


def test_a_killed_database_comes_back_with_its_data(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres") as postgres:
        with psycopg.connect(postgres.dsn) as connection:
            connection.execute("CREATE TABLE akte AS SELECT 1 AS nummer")
        first = postgres.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)

        def answers() -> bool:
            try:
                with psycopg.connect(postgres.dsn) as again:
                    return again.execute("SELECT nummer FROM akte").fetchone() == (1,)
            except psycopg.OperationalError:
                return False

        assert eventually(answers)
        assert postgres.pid != first


# S3


def listeners(pid: int) -> list[str]:
    """Where a process listens."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                address, _, port = fields[1].partition(":")
                name = "127.0.0.1" if address == "0100007F" else address
                found.append(f"{name}:{int(port, 16)}")
    return found


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedS3]:
    with EmbeddedS3(tmp_path_factory.mktemp("engine") / "s3") as server:
        client_of(server).make_bucket(bucket_name=BUCKET, object_lock=True)
        yield server


def test_what_is_retained_cannot_be_deleted_or_shortened(s3: EmbeddedS3) -> None:
    client, tomorrow = client_of(s3), datetime.now(UTC) + timedelta(days=1)
    stored = client.put_object(
        bucket_name=BUCKET,
        object_name="a",
        data=io.BytesIO(b"Bescheid"),
        length=8,
        retention=Retention(COMPLIANCE, tomorrow),
    )
    with pytest.raises(S3Error, match="AccessDenied"):
        client.remove_object(bucket_name=BUCKET, object_name="a", version_id=stored.version_id)
    with pytest.raises(S3Error, match="AccessDenied"):
        client.set_object_retention(
            bucket_name=BUCKET,
            object_name="a",
            config=Retention(COMPLIANCE, tomorrow - timedelta(hours=12)),
            version_id=stored.version_id,
        )
    answer = client.get_object(bucket_name=BUCKET, object_name="a", offset=2, length=4)
    assert answer.read() == b"sche"
    answer.release_conn()


def test_what_is_held_can_only_be_deleted_once_the_hold_is_lifted(s3: EmbeddedS3) -> None:
    client = client_of(s3)
    stored = client.put_object(bucket_name=BUCKET, object_name="h", data=io.BytesIO(b"x"), length=1, legal_hold=True)
    with pytest.raises(S3Error, match="AccessDenied"):
        client.remove_object(bucket_name=BUCKET, object_name="h", version_id=stored.version_id)
    client.disable_object_legal_hold(bucket_name=BUCKET, object_name="h", version_id=stored.version_id)
    client.remove_object(bucket_name=BUCKET, object_name="h", version_id=stored.version_id)
    with pytest.raises(S3Error, match="NoSuch"):
        client.stat_object(bucket_name=BUCKET, object_name="h", version_id=stored.version_id)


def test_large_objects_arrive_in_parts_and_are_read_in_ranges(s3: EmbeddedS3) -> None:
    client, content = client_of(s3), os.urandom(16_000_000)
    client.put_object(
        bucket_name=BUCKET,
        object_name="big",
        data=io.BytesIO(content),
        length=-1,
        part_size=5 * 1024 * 1024,
    )
    answer = client.get_object(bucket_name=BUCKET, object_name="big", offset=5_242_870, length=20)
    assert answer.read() == content[5_242_870:5_242_890]
    answer.release_conn()


def test_every_door_of_the_s3_server_is_local_and_needs_the_key(s3: EmbeddedS3) -> None:
    assert s3.pid is not None
    doors = listeners(s3.pid)
    assert f"127.0.0.1:{s3.port}" in doors
    assert [door for door in doors if not door.startswith("127.0.0.1:")] == []
    with pytest.raises(S3Error, match="SignatureDoesNotMatch"):
        client_of(s3, secret_key="falsch").list_buckets()
    for door in doors:
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            for path in (f"/buckets/{BUCKET}/", f"/{BUCKET}/big"):
                answer = urllib3.request("GET", f"http://{door}{path}", retries=False, timeout=5.0)
                assert answer.status >= 400, (door, path, answer.status)
    assert (s3.directory / "secrets.json").stat().st_mode & 0o077 == 0


def names_in(s3: EmbeddedS3) -> set[str | None]:
    try:
        return {item.object_name for item in client_of(s3).list_objects(bucket_name=BUCKET)}
    except (MinioException, urllib3.exceptions.HTTPError):
        return set()


def test_the_s3_server_continues_where_it_was_killed_even_on_other_ports(tmp_path: Path) -> None:
    with EmbeddedS3(tmp_path / "s3", durable=False) as server:
        client = client_of(server)
        client.make_bucket(bucket_name=BUCKET, object_lock=True)
        for number in range(20):
            client.put_object(bucket_name=BUCKET, object_name=f"{number}", data=io.BytesIO(b"Akte" * 999), length=3996)
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: server.pid not in (None, first) and "19" in names_in(server))
    taken = json.loads((tmp_path / "s3" / "secrets.json").read_text())["ports"]
    with contextlib.ExitStack() as strangers:
        for port in taken.values():
            strangers.enter_context(occupied(port))
        with EmbeddedS3(tmp_path / "s3", durable=False) as server:
            assert server.port not in taken.values()
            for number in range(20):
                answer = client_of(server).get_object(bucket_name=BUCKET, object_name=f"{number}")
                assert answer.read() == b"Akte" * 999
                answer.release_conn()
            client_of(server).put_object(bucket_name=BUCKET, object_name="neu", data=io.BytesIO(b"x"), length=1)
    assert processes_in(tmp_path) == []
    assert list(Path("/tmp").glob(f"seaweedfs-*-grpc-{taken['s3.port.grpc']}.sock")) == []


def test_the_s3_server_takes_over_ports_kept_by_an_earlier_version_and_stops_soon(tmp_path: Path) -> None:
    kept = {"s3.port": 20_999, "admin.port": 20_998, "admin.port.grpc": 20_997}
    (tmp_path / "s3").mkdir()
    (tmp_path / "s3" / "secrets.json").write_text(json.dumps({"access_key": "A" * 20, "ports": kept}))
    server = EmbeddedS3(tmp_path / "s3", durable=False).start()
    assert server.access_key == "A" * 20
    assert "-admin" not in " ".join(Path(f"/proc/{server.pid}/cmdline").read_text().split("\0"))
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 10
    assert processes_in(tmp_path) == []


# Children


def test_a_killed_child_comes_back(tmp_path: Path) -> None:
    with Supervised("worker", SLEEP, logs=tmp_path / "log", cwd=tmp_path) as worker:
        assert eventually(lambda: worker.pid is not None)
        first = worker.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: worker.pid not in (None, first), 5)
        assert worker.restarts == 1
        assert worker.exit_code == -signal.SIGKILL
    assert processes_in(tmp_path) == []


def test_a_child_that_cannot_live_is_tried_ever_more_seldom(tmp_path: Path) -> None:
    with Supervised("kaputt", ["/bin/sh", "-c", "echo hilfe; exit 3"], logs=tmp_path / "log") as child:
        time.sleep(2.0)
        assert 2 <= child.restarts <= 3
        assert child.exit_code == 3
        assert "hilfe" in child.last_words()


def test_stopping_a_child_takes_everything_it_started(tmp_path: Path) -> None:
    body = (
        "import subprocess, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"subprocess.Popen({SLEEP!r}, start_new_session=True); time.sleep(600)"
    )
    command = [sys.executable, "-I", "-S", "-c", body]
    with Supervised("stur", command, logs=tmp_path / "log", cwd=tmp_path, grace_s=0.5):
        assert eventually(lambda: len(processes_in(tmp_path)) == 2)
    assert processes_in(tmp_path) == []


def test_a_child_dies_with_its_guard(tmp_path: Path) -> None:
    worker = Supervised("worker", SLEEP, logs=tmp_path / "log", cwd=tmp_path).start()
    assert eventually(lambda: worker.pid is not None)
    guard = int(Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(guard, signal.SIGKILL)
    assert eventually(lambda: processes_in(tmp_path) == [], 5)
    assert not worker.is_guarded
    worker.stop()


def test_a_child_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    worker = Supervised("worker", SLEEP, logs=tmp_path / "log", cwd=tmp_path)
    starter = threading.Thread(target=worker.start)
    starter.start()
    starter.join()
    with worker:
        assert eventually(lambda: worker.pid is not None)
        time.sleep(1.5)
        assert worker.restarts == 0
        assert worker.exit_code is None


# The whole


WHOLE = f"""
with ended_by_signal(), ensure_not_running_twice(here / "var"):
    with EmbeddedPostgres(here / "var" / "postgres") as pg, EmbeddedS3(here / "var" / "s3") as s3:
        with Supervised("worker", {SLEEP!r}, logs=here / "var" / "log"):
            print("ready", flush=True)
            time.sleep(600)
print("left in order", flush=True)
"""


def test_after_a_sigkill_of_the_owner_nothing_is_left_and_the_next_start_continues(tmp_path: Path) -> None:
    with owner_process(tmp_path, WHOLE) as owner:
        wait_for_ready(owner)
        assert len(processes_in(tmp_path)) > 5
        owner.kill()
        owner.wait()
        with owner_process(tmp_path, WHOLE) as successor:
            wait_for_ready(successor)
            successor.kill()
            successor.wait()
    assert eventually(lambda: processes_in(tmp_path) == [])
    journal = (tmp_path / "var" / "log" / "postgres.log").read_text()
    assert journal.count("database system is shut down") == 2
    used = json.loads((tmp_path / "var" / "s3" / "secrets.json").read_text())["ports"]
    assert [one for port in used.values() for one in Path("/tmp").glob(f"seaweedfs-*-grpc-{port}.sock")] == []
    assert "not properly shut down" not in journal


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_whole_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with owner_process(tmp_path, WHOLE) as owner:
        wait_for_ready(owner)
        owner.send_signal(number)
        time.sleep(0.1)
        owner.send_signal(number)
        rest, _ = owner.communicate(timeout=30)
        assert "left in order" in rest
        assert owner.returncode == 0
        assert processes_in(tmp_path) == []


def test_a_second_start_while_running_is_refused(tmp_path: Path) -> None:
    with owner_process(tmp_path, WHOLE) as owner:
        wait_for_ready(owner)
        with pytest.raises(AlreadyRunning, match=str(owner.pid)):
            ensure_not_running_twice(tmp_path / "var").__enter__()
        with pytest.raises(AlreadyRunning):
            EmbeddedPostgres(tmp_path / "var" / "postgres").start()
        with pytest.raises(AlreadyRunning) as refusal:
            EmbeddedS3(tmp_path / "var" / "s3").start()
        assert "läuft" in refusal.value.title
    assert eventually(lambda: processes_in(tmp_path) == [])
