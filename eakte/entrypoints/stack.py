"""Everything on one machine: embedded PostgreSQL and S3, migrations, API and worker under supervision."""

import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import structlog
from pydantic import SecretStr

from eakte.access import Role
from eakte.access.models import IdentityKind
from eakte.access.queries import anybody_exists, identity_by_login
from eakte.access.rules import Confidentiality
from eakte.access.service import create_identity, create_unit, grant_role, issue_token
from eakte.entrypoints.configuration import completed, stack_file
from eakte.entrypoints.house import open_house
from eakte.entrypoints.migrating import migrate
from eakte.foundation.embedded import EmbeddedPostgres, EmbeddedS3, Supervised, ensure_not_running_twice
from eakte.foundation.embedded.ports import free_port, is_free
from eakte.foundation.errors import Unavailable
from eakte.foundation.settings import ClientSettings, Settings
from eakte.foundation.work import House

log = structlog.get_logger()

ADMIN = "admin"
LOCAL_CLIENT = "eakte-cli"
FIRST_UNIT = "10"
PREFERRED_PORT = 8080


class ServerNotReady(Unavailable):
    """Der Server ist nicht bereit geworden."""

    advice = "Bitte die Protokolle unter {logs} ansehen."


@dataclass(frozen=True, slots=True)
class RunningStack:
    """What somebody needs to use it."""

    settings: Settings
    url: str
    user: str
    password: str


@contextmanager
def running_stack(settings: Settings) -> Iterator[RunningStack]:
    """Start what the settings leave to us, and stop it at the end.

    Raises AlreadyRunning when another stack uses the same data, ServerNotReady, EngineFailed.
    """
    with ExitStack() as stack:
        stack.enter_context(ensure_not_running_twice(settings.var))
        settings = _with_engines(settings, stack)
        with open_house(settings) as house:
            migrate(house.sessions.kw["bind"])
            house.storage.prepare()
            token = _first_start(house)
        port = settings.api.port or _port(settings.var)
        url = f"http://{settings.api.host}:{port}"
        settings = settings.model_copy(
            update={
                "api": settings.api.model_copy(update={"port": port}),
                "client": ClientSettings(url=url, token=SecretStr(token)),
            }
        )
        stack.enter_context(_published(settings))
        command = [sys.executable, "-m", "eakte.entrypoints.cli"]
        logs = settings.var / "log"
        environment = {"EAKTE_VAR": str(settings.var.absolute()), "EAKTE_LOG_FORMAT": "json"}
        stack.enter_context(Supervised("api", [*command, "serve"], logs=logs, env=environment))
        stack.enter_context(Supervised("worker", [*command, "worker"], logs=logs, env=environment, grace_s=25))
        _wait_until_ready(url, logs)
        credentials = _read_json(settings.var / "secrets" / "admin.json")
        yield RunningStack(settings, url, credentials["user"], credentials["password"])


def _with_engines(settings: Settings, stack: ExitStack) -> Settings:
    parts: dict[str, dict[str, Any]] = {"audit": {"key": _secret(settings.var, "audit.key")}}
    if not settings.database.dsn.get_secret_value():
        postgres = stack.enter_context(EmbeddedPostgres(settings.var / "postgres"))
        parts["database"] = {"dsn": postgres.dsn}
    if not settings.storage.endpoint:
        s3 = stack.enter_context(EmbeddedS3(settings.var / "s3"))
        parts["storage"] = {"endpoint": s3.endpoint, "access_key": s3.access_key, "secret_key": s3.secret_key}
    return completed(settings, parts)


def _first_start(house: House) -> str:
    """Make the first unit, the administrator and the local client; answers the local client's token."""
    var = house.settings.var
    with house.begin() as work:
        if not anybody_exists(work.session):
            password = secrets.token_urlsafe(12)
            unit = create_unit(work, key=FIRST_UNIT, name="Hauptamt")
            admin = create_identity(
                work, kind=IdentityKind.PERSON, login=ADMIN, display_name="Administration", password=password
            )
            client = create_identity(
                work, kind=IdentityKind.CLIENT, login=LOCAL_CLIENT, display_name="Befehlszeile auf diesem Rechner"
            )
            for identity in (admin, client):
                for role in (Role.ADMINISTRATOR, Role.RECORDS_MANAGER, Role.REGISTRY):
                    grant_role(work, identity.id, role, max_confidentiality=Confidentiality.CONFIDENTIAL)
            _write_private(var / "secrets" / "admin.json", json.dumps({"user": ADMIN, "password": password}))
            log.info("first_start", unit=unit.key)
    path = var / "secrets" / "cli.token"
    if not path.exists():
        with house.begin() as work:
            client = identity_by_login(work.session, LOCAL_CLIENT) or create_identity(
                work, kind=IdentityKind.CLIENT, login=LOCAL_CLIENT, display_name="Befehlszeile auf diesem Rechner"
            )
            _, secret = issue_token(work, client.id, label="Befehlszeile auf diesem Rechner")
        _write_private(path, secret)
    return path.read_text()


def _port(var: Path) -> int:
    """The port of last time or 8080 if free, so that bookmarks stay right; any free one otherwise."""
    path = var / "run" / "api.port"
    wanted = int(path.read_text()) if path.exists() else PREFERRED_PORT
    port = wanted if is_free(wanted) else free_port()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(port))
    return port


@contextmanager
def _published(settings: Settings) -> Iterator[None]:
    path = stack_file(settings)
    parts = {
        "database": {"dsn": settings.database.dsn.get_secret_value()},
        "storage": {
            "endpoint": settings.storage.endpoint,
            "access_key": settings.storage.access_key,
            "secret_key": settings.storage.secret_key.get_secret_value(),
        },
        "audit": {"key": settings.audit.key.get_secret_value()},
        "api": {"port": settings.api.port},
        "client": {"url": settings.client.url, "token": settings.client.token.get_secret_value()},
    }
    _write_private(path, json.dumps(parts))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _wait_until_ready(url: str, logs: Path, timeout_s: float = 60.0) -> None:
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        try:
            if httpx.get(f"{url}/health/ready", timeout=2.0).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise ServerNotReady(logs=logs)


def _secret(var: Path, name: str) -> str:
    path = var / "secrets" / name
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(32))
    return path.read_text()


def _read_json(path: Path) -> dict[str, str]:
    if not path.exists():
        return {"user": ADMIN, "password": "(siehe Ersteinrichtung)"}
    values: dict[str, str] = json.loads(path.read_text())
    return values


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
