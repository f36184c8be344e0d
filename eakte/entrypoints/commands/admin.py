"""`eakte sweep` and `eakte backup`: objects and rows that lost each other, and backup runs."""

from typing import Annotated

import typer

from eakte.entrypoints.commands.common import opened_house
from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import out
from eakte.entrypoints.sweep import find_orphans


def sweep(
    grace_minutes: Annotated[int, typer.Option(min=0, help="Jüngere Objekte gelten noch als unterwegs")] = 60,
) -> None:
    """Dateien ohne Datensatz und Datensätze ohne Datei melden; gelöscht wird nichts. Ende mit 1: etwas gefunden."""
    found = 0
    with opened_house() as house:
        for orphan in find_orphans(house, grace_minutes=grace_minutes):
            found += 1
            out.print(f"{orphan.kind}: {orphan.key}", markup=False)
    out.print(f"{found} Befund(e).")
    raise typer.Exit(1 if found else 0)


backup = typer.Typer(help="Datensicherung.", no_args_is_help=True)


@backup.callback()
def _backup() -> None:
    """Sicherungsläufe."""


@backup.command("record")
def record(
    ended_at: Annotated[
        str | None, typer.Option(help="Ende des Laufs, z. B. 2026-11-21T03:12:00Z; ohne: jetzt")
    ] = None,
    remark: Annotated[str | None, typer.Option(help="Bemerkung")] = None,
) -> None:
    """Einen gelungenen Sicherungslauf verzeichnen; vorher wird kein Papier vernichtet."""
    with api_client() as client:
        run = client.post("/backup-runs", {"endedAt": ended_at, "remark": remark})
    out.print(f"Sicherungslauf verzeichnet: {run['endedAt']}")
