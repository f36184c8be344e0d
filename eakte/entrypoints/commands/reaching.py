"""Finding a server, or starting one for the length of a command."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import Any

import httpx

from eakte.entrypoints.client import Client, ServerUnreachable
from eakte.entrypoints.commands.speaking import err
from eakte.entrypoints.configuration import load_settings
from eakte.foundation.logging import configure_logging
from eakte.foundation.settings import Settings


@contextmanager
def api_client() -> Iterator[Client]:
    """A client of the running server; without one, of an embedded stack started for this command.

    Raises ServerUnreachable when a configured server does not answer.
    """
    settings = quiet(load_settings())
    if settings.client.url:
        if _answers(settings.client.url):
            with Client(settings) as client:
                yield client
            return
        if _configured_elsewhere(settings):
            raise ServerUnreachable
    err.print("[dim]Kein laufender Server; die eingebettete Umgebung läuft für diesen Befehl.[/]")
    with _stack_of_our_own(quiet(Settings())) as stack, Client(stack.settings) as client:
        yield client


def quiet(settings: Settings) -> Settings:
    """Commands speak through their output; the log tells troubles only."""
    configure_logging(settings.model_copy(update={"log_level": "warning"}))
    return settings


def _stack_of_our_own(settings: Settings) -> AbstractContextManager[Any]:
    """Loaded here and not above: it takes seconds, and hardly a command finds no server."""
    started: AbstractContextManager[Any] = import_module("eakte.entrypoints.stack").running_stack(settings)
    return started


def _configured_elsewhere(settings: Settings) -> bool:
    return bool(Settings().client.url or Settings().database.dsn.get_secret_value()) and bool(settings.client.url)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", timeout=3.0).is_success
    except httpx.HTTPError:
        return False
