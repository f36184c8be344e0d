"""`eakte plan`: filing plans."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from eakte.entrypoints.commands.common import OPERATOR, opened_house
from eakte.entrypoints.commands.speaking import out
from eakte.records.errors import PlanNotFound
from eakte.records.plan_queries import plan_by_key
from eakte.records.service.plans import create_plan, export_plan, import_plan

app = typer.Typer(help="Aktenpläne übernehmen und ausgeben.", no_args_is_help=True)

MEDIA_TYPES = {".csv": "text/csv", ".json": "application/json"}


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV oder JSON")],
    key: Annotated[str, typer.Option(help="Kennung des Aktenplans")] = "hauptplan",
    name: Annotated[str, typer.Option(help="Name, falls der Plan neu ist")] = "Aktenplan",
    version: Annotated[str, typer.Option(help="Fassung, falls der Plan neu ist")] = "1",
) -> None:
    """Einen Aktenplan aus CSV oder JSON übernehmen; wiederholtes Übernehmen ändert nur, was anders ist."""
    media_type = MEDIA_TYPES.get(file.suffix.lower(), "text/csv")
    with opened_house() as house, house.begin(OPERATOR) as work:
        plan = plan_by_key(work.session, key) or create_plan(work, key=key, name=name, version=version)
        outcome = import_plan(work, plan.id, file.read_bytes(), media_type)
    out.print(f"{outcome.created} Einträge neu, {outcome.changed} geändert, {outcome.unchanged} unverändert.")


@app.command("export")
def export(
    key: Annotated[str, typer.Option(help="Kennung des Aktenplans")] = "hauptplan",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Zieldatei (.csv oder .json)")] = None,
) -> None:
    """Einen Aktenplan als CSV oder JSON ausgeben."""
    media_type = MEDIA_TYPES.get(output.suffix.lower() if output else ".csv", "text/csv")
    with opened_house() as house, house.begin(OPERATOR) as work:
        plan = plan_by_key(work.session, key)
        if plan is None:
            raise PlanNotFound
        content = export_plan(work, plan.id, media_type)
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        output.write_bytes(content)
