"""The processes: everything on one machine, or API, workers and migrations one by one."""

import signal
from typing import Annotated

import typer

from eakte.entrypoints import serve as serving
from eakte.entrypoints.commands.speaking import out
from eakte.entrypoints.configuration import load_settings
from eakte.entrypoints.house import create_database_engine, open_house
from eakte.entrypoints.house import migrate as bring_up_to_date
from eakte.entrypoints.stack import RunningStack, running_stack
from eakte.entrypoints.worker import run_worker
from eakte.foundation.embedded import ended_by_signal
from eakte.foundation.logging import configure_logging
from eakte.foundation.settings import Settings


def stack() -> None:
    """Alles auf einem Rechner starten: PostgreSQL, S3, API und Worker; bis Strg-C."""
    settings = Settings()
    configure_logging(settings)
    with ended_by_signal(), running_stack(settings) as running:
        say_where(running)
        wait_for_interrupt()
    out.print("Beendet.")


def serve(
    host: Annotated[str | None, typer.Option(help="Adresse; Vorgabe 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; Vorgabe 8080")] = None,
) -> None:
    """Die API bedienen."""
    settings = load_settings()
    configure_logging(settings)
    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    settings = settings.model_copy(update={"api": settings.api.model_copy(update=given)})
    serving.run_server(settings)


def worker(
    queues: Annotated[str | None, typer.Option(help="Nur diese Warteschlangen, durch Komma getrennt")] = None,
) -> None:
    """Aufträge abarbeiten: Erkennung, Ablage, Suchindex."""
    settings = load_settings()
    configure_logging(settings)
    run_worker(settings, queues.split(",") if queues else None)


def migrate() -> None:
    """Datenbank und Objektspeicher auf den neuesten Stand bringen."""
    settings = load_settings()
    configure_logging(settings)
    engine = create_database_engine(settings)
    bring_up_to_date(engine)
    engine.dispose()
    with open_house(settings) as house:
        house.storage.prepare()
    out.print("Datenbank und Objektspeicher sind auf dem neuesten Stand.")


def say_where(running: RunningStack) -> None:
    """Where to look, and as whom."""
    out.print(f"\nE-Akte läuft: [bold]{running.url}[/]  (API-Beschreibung: {running.url}/docs)")
    out.print(f"Anmeldung:    [bold]{running.user}[/]  Kennwort: [bold]{running.password}[/]", highlight=False)
    out.print("Ende mit Strg-C.\n")


def wait_for_interrupt() -> None:
    while True:
        signal.pause()
