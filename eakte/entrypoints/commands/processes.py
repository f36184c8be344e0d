"""Everything on one machine, and the migrations."""

import signal

from eakte.entrypoints.commands.speaking import out
from eakte.entrypoints.configuration import load_settings
from eakte.entrypoints.house import create_database_engine, open_house
from eakte.entrypoints.migrating import migrate as bring_up_to_date
from eakte.entrypoints.stack import RunningStack, running_stack
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
