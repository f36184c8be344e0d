"""A whole installation as its operator runs it: own database and bucket, API and worker as real processes."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import text

from eakte.access import Confidentiality, Role
from eakte.entrypoints.client import Client
from eakte.entrypoints.house import open_house
from eakte.foundation.embedded import Supervised
from eakte.foundation.embedded.ports import free_port
from eakte.foundation.ids import new_id
from eakte.foundation.settings import ApiSettings, ClientSettings, DatabaseSettings, Settings, StorageSettings
from eakte.foundation.work import House
from tests.support import commands
from tests.support.factories import AsActor, a_dossier, a_token
from tests.support.preloaded import Preloaded

EAKTE = (sys.executable, "-m", "eakte.entrypoints.cli")


@dataclass(slots=True)
class Installation:
    """Settings, the house behind them, and the processes that run on it."""

    settings: Settings
    house: House
    environment: Mapping[str, str]
    api: Supervised
    worker: Supervised

    def cli(self, *arguments: object, timeout_s: float = 300.0) -> "subprocess.CompletedProcess[str]":
        """Run `eakte` as somebody at a terminal does."""
        return commands.run([*map(str, arguments)], {**os.environ, **self.environment}, timeout_s)

    def client(self) -> Client:
        return Client(self.settings)

    def http(self) -> httpx.Client:
        """HTTP as a specialist system speaks it, below the client of the command line."""
        token = self.settings.client.token.get_secret_value()
        return httpx.Client(
            base_url=f"{self.settings.client.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=300.0
        )

    def new_dossier(self) -> str:
        """The reference of an empty dossier."""
        with self.house.begin() as work:
            return a_dossier(work).reference

    def kill(self, process: Supervised) -> None:
        """SIGKILL, as the kernel does it when memory is short; its supervisor starts it anew."""
        until(lambda: process.pid is not None, f"{process.name}: {process.last_words()}")
        pid = process.pid
        assert pid is not None
        os.kill(pid, 9)
        until(lambda: process.pid not in (pid, None), f"the return of {process.name}")

    def wait_for(self, process: Supervised) -> None:
        """Until a process that was just started answers, or takes jobs."""
        until(self._api_answers if process is self.api else self._worker_takes_jobs, f"{process.name}")

    def wait_for_index(self) -> None:
        """Until everything that was asked of the queue is done."""
        until(self._queue_is_empty, "the queue")

    def _api_answers(self) -> bool:
        try:
            return httpx.get(f"{self.settings.client.url}/health/ready", timeout=2.0).is_success
        except httpx.HTTPError:
            return False

    def _worker_takes_jobs(self) -> bool:
        recent = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '2 seconds'"
        return self.worker.pid is not None and self.number(recent) > 0

    def _queue_is_empty(self) -> bool:
        return self.number("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')") == 0

    def number(self, question: str) -> int:
        """What the database answers to an SQL question for one number."""
        with self.house.sessions() as session:
            return int(session.scalar(text(question)) or 0)


@contextmanager
def installation(
    var: Path,
    dsn: str,
    storage: StorageSettings,
    *,
    audit_key: str,
    worker: bool = True,
    within: Sequence[str] = (),
    **environment: str,
) -> Iterator[Installation]:
    """Run API and worker on a migrated database, `within` another program; nothing of them is left at the end."""
    port = free_port()
    own = storage.model_copy(update={"bucket": f"eakte-{new_id().hex}"})
    values = {
        "EAKTE_VAR": str(var),
        "EAKTE_LOG_FORMAT": "json",
        "EAKTE_DATABASE__DSN": dsn,
        "EAKTE_STORAGE__ENDPOINT": own.endpoint,
        "EAKTE_STORAGE__ACCESS_KEY": own.access_key,
        "EAKTE_STORAGE__SECRET_KEY": own.secret_key.get_secret_value(),
        "EAKTE_STORAGE__REGION": own.region,
        "EAKTE_STORAGE__BUCKET": own.bucket,
        "EAKTE_AUDIT__KEY": audit_key,
        "EAKTE_API__PORT": str(port),
        **environment,
    }
    settings = Settings(
        _env_file=None,
        var=var,
        database=DatabaseSettings(dsn=SecretStr(dsn)),
        storage=own,
        api=ApiSettings(port=port),
        audit={"key": SecretStr(audit_key)},  # type: ignore[arg-type]
    )
    with ExitStack() as stack:
        house = stack.enter_context(open_house(settings))
        house.storage.prepare()
        token = _registry_clerk(house)
        url = f"http://127.0.0.1:{port}"
        settings = settings.model_copy(update={"client": ClientSettings(url=url, token=SecretStr(token))})
        values |= {"EAKTE_CLIENT__URL": url, "EAKTE_CLIENT__TOKEN": token}
        logs = var / "log"

        def process(name: str, command: str) -> Supervised:
            # What runs within another program is loaded there.
            supervised = Supervised if within else Preloaded
            return supervised(name, [*within, *EAKTE, command], logs=logs, env=values)

        running = Installation(settings, house, values, process("api", "serve"), process("worker", "worker"))
        for each in (running.api, running.worker) if worker else (running.api,):
            stack.callback(each.stop)
            each.start()
        running.wait_for(running.api)
        yield running


def _registry_clerk(house: House) -> str:
    """A token of somebody who opens, fills, closes and manages, but is no superuser."""
    actor = AsActor(house)(Role.REGISTRY, Role.RECORDS_MANAGER, Role.ADMINISTRATOR, level=Confidentiality.CONFIDENTIAL)
    return a_token(house, actor.id)


def until(
    happened: Callable[[], bool], what: str, *, seen: Callable[[], object] = str, timeout_s: float = 120.0
) -> None:
    """Wait for something that must happen; how long it takes is no matter. What is `seen` instead is told."""
    give_up = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < give_up, f"waited in vain for {what}\n{seen()}"
        time.sleep(0.02)


def json_lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
