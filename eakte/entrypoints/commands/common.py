"""What the commands share: finding a server or starting one, finding the house."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx

from eakte.entrypoints.client import Client, ServerUnreachable
from eakte.entrypoints.commands.speaking import err
from eakte.entrypoints.configuration import load_settings
from eakte.entrypoints.house import open_house
from eakte.entrypoints.stack import running_stack
from eakte.foundation.logging import configure_logging
from eakte.foundation.settings import Settings
from eakte.foundation.work import Actor, House

# The operator at the machine itself, by whom the audit knows what was done without the API.
OPERATOR = Actor(UUID(int=1), "operator", everything=True)


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
    with running_stack(quiet(Settings())) as stack, Client(stack.settings) as client:
        yield client


@contextmanager
def opened_house() -> Iterator[House]:
    """The house itself, for administration; starts embedded engines when nothing runs."""
    settings = quiet(load_settings())
    if settings.database.dsn.get_secret_value():
        with open_house(settings) as house:
            yield house
        return
    with running_stack(settings) as stack, open_house(stack.settings) as house:
        yield house


def quiet(settings: Settings) -> Settings:
    """Commands speak through their output; the log tells troubles only."""
    configure_logging(settings.model_copy(update={"log_level": "warning"}))
    return settings


def _configured_elsewhere(settings: Settings) -> bool:
    return bool(Settings().client.url or Settings().database.dsn.get_secret_value()) and bool(settings.client.url)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", timeout=3.0).is_success
    except httpx.HTTPError:
        return False
