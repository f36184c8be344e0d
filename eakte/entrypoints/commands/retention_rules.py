"""`eakte retention rules`, `assign` and `dates`."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from eakte.entrypoints.commands.common import OPERATOR, opened_house
from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.retention_periods import AsJson, record_id
from eakte.entrypoints.commands.speaking import err, out
from retention.errors import CatalogueInvalid
from retention.service.catalogues import import_catalogue, shipped_catalogue, shipped_catalogues

app = typer.Typer(help="Aufbewahrungsregeln übernehmen und auflisten.", no_args_is_help=True)
dates = typer.Typer(help="Fristauslösende Daten eintragen und auflisten.", no_args_is_help=True)


@app.command("import")
def import_(
    name: Annotated[
        str,
        typer.Argument(
            metavar="DATEI|NAME", help="YAML-Datei, oder Name eines mitgelieferten Katalogs", show_default=False
        ),
    ],
) -> None:
    """Einen Katalog übernehmen; wiederholtes Übernehmen ändert nur, was anders ist."""
    file = Path(name)
    content = file.read_bytes() if file.is_file() else shipped_catalogue(name)
    try:
        with opened_house() as house, house.begin(OPERATOR) as work:
            taken = import_catalogue(work, content)
    except CatalogueInvalid as error:
        for finding in error.findings:
            err.print(escape(f"{finding.message} ({finding.code})"))
        raise
    out.print(f"{taken.catalogue}: {taken.created} neu, {taken.changed} geändert, {taken.unchanged} unverändert.")
    if taken.missing:
        out.print(escape(f"Nicht mehr im Katalog, aber noch vorhanden: {', '.join(taken.missing)}"))


@app.command("list")
def list_rules(
    catalogue: Annotated[str | None, typer.Option(help="Nur aus diesem Katalog", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Regeln auflisten."""
    with api_client() as client:
        rules = list(client.pages("/retention/rules", catalogue=catalogue, limit=500))
    if as_json:
        json.dump(rules, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Katalog", "Schlüssel", "Name", "Grundlage", "Dauer", "Beispiel")
    for rule in rules:
        length = "auf Dauer" if rule["length"] is None else f"{rule['length']} {_UNITS[rule['unit']]}"
        row = (rule["catalogue"], rule["key"], rule["name"], rule["source"], length, "ja" if rule["example"] else "")
        table.add_row(*(escape(cell) for cell in row))
    out.print(table)


_UNITS = {"days": "Tage", "months": "Monate", "years": "Jahre"}


@app.command("shipped")
def list_shipped() -> None:
    """Die mitgelieferten Kataloge nennen; sie sind Beispiele."""
    for name in shipped_catalogues():
        out.print(name)


def assign(
    rule: Annotated[str, typer.Argument(metavar="KATALOG/SCHLÜSSEL", help="Die Regel", show_default=False)],
    entry: Annotated[str | None, typer.Option(help="Kennzeichen im Aktenplan", show_default=False)] = None,
    record: Annotated[str | None, typer.Option(help="Zeichen oder Kennung", show_default=False)] = None,
    adds: Annotated[bool, typer.Option("--adds", help="Neben den Regeln von oben statt an ihrer Stelle")] = False,
    reason: Annotated[str | None, typer.Option(help="Grund; nötig bei --record", show_default=False)] = None,
) -> None:
    """Eine Regel an einen Aktenplaneintrag, eine Akte oder einen Vorgang hängen."""
    with api_client() as client:
        body: dict[str, Any] = {"inheritance": "adds" if adds else "replaces", "reason": reason}
        catalogue, _, key = rule.partition("/")
        rules = [one for one in client.pages("/retention/rules", catalogue=catalogue, limit=500) if one["key"] == key]
        if not rules:
            raise typer.BadParameter(f"Die Regel „{rule}“ gibt es nicht.")
        body["ruleId"] = rules[0]["id"]
        if entry is not None:
            found = client.get("/filing-plan-entries", code=entry, limit=1)["items"]
            if not found:
                raise typer.BadParameter(f"Den Aktenplaneintrag „{entry}“ gibt es nicht.")
            body["entryId"] = found[0]["id"]
        if record is not None:
            body["recordId"] = record_id(client, record)
        client.post("/retention/assignments", body)
    out.print(escape(f"„{rules[0]['name']}“ gilt jetzt für {entry or record}."))


@dates.command("enter")
def enter_date(
    key: Annotated[str, typer.Argument(metavar="NAME", help="z. B. annual_statement_adopted", show_default=False)],
    day: Annotated[str, typer.Argument(metavar="JJJJ-MM-TT", show_default=False)],
    source: Annotated[str, typer.Option(help="Woher der Tag bekannt ist", show_default=False)],
    year: Annotated[int | None, typer.Option(help="Haushaltsjahr", show_default=False)] = None,
    record: Annotated[str | None, typer.Option(help="Zeichen oder Kennung", show_default=False)] = None,
) -> None:
    """Ein Datum für ein Haushaltsjahr oder für eine Akte oder einen Vorgang eintragen."""
    with api_client() as client:
        body: dict[str, Any] = {"key": key, "day": day, "source": source, "fiscalYear": year}
        if record is not None:
            body["recordId"] = record_id(client, record)
        client.post("/retention/dates", body)
    out.print("Eingetragen.")


@dates.command("list")
def list_dates(
    year: Annotated[int | None, typer.Option(help="Nur dieses Haushaltsjahr", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Für Haushaltsjahre eingetragene Daten auflisten, und worauf noch gewartet wird."""
    with api_client() as client:
        entered = list(client.pages("/retention/dates", fiscalYear=year, limit=500))
        awaited = client.get("/retention/awaited-dates")
    if as_json:
        json.dump({"dates": entered, "awaited": awaited}, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Name", "Haushaltsjahr", "Tag", "Woher")
    for one in entered:
        table.add_row(escape(one["key"]), str(one["fiscalYear"]), one["day"], escape(one["source"]))
    out.print(table)
    for one in awaited:
        out.print(escape(f"Auf „{one['key']}“ warten {one['records']} Akten und Vorgänge."))
