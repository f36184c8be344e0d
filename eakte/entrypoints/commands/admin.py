"""`eakte sweep`: objects and rows that lost each other."""

from typing import Annotated

import typer

from eakte.entrypoints.commands.common import opened_house, out
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
