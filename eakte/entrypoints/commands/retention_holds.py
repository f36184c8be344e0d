"""`eakte retention hold`: legal holds."""

import json
import sys
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from eakte.entrypoints.client import Client
from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import out

app = typer.Typer(help="Löschsperren setzen, ansehen, aufheben.", no_args_is_help=True)

_PATH = "/retention/holds"

HoldName = Annotated[str, typer.Argument(metavar="SPERRE", help="Kennung oder Zeichen (LS-…)", show_default=False)]
Reason = Annotated[str, typer.Option(help="Grund", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Als JSON ausgeben")]


@app.command("list")
def list_holds(
    active: Annotated[bool | None, typer.Option("--active/--released", help="Nur geltende oder aufgehobene")] = None,
    as_json: AsJson = False,
) -> None:
    """Löschsperren auflisten."""
    with api_client() as client:
        holds = list(client.pages(_PATH, active=active, limit=500))
    if as_json:
        json.dump(holds, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Zeichen", "Seit", "Grund", "Gesperrt", "Aufgehoben")
    for hold in holds:
        released = (hold["releasedAt"] or "")[:10]
        table.add_row(hold["reference"], hold["setAt"][:10], escape(hold["reason"]), str(hold["held"]), released)
    out.print(table)


@app.command("set")
def set_hold(
    reason: Reason,
    references: Annotated[
        list[str] | None, typer.Argument(metavar="ZEICHEN…", help="Akten, Vorgänge, Dokumente", show_default=False)
    ] = None,
    words: Annotated[list[str] | None, typer.Option("--word", help="Wort im Betreff, auch künftiger Akten")] = None,
    party: Annotated[str | None, typer.Option(help="Name eines Beteiligten", show_default=False)] = None,
    unit: Annotated[UUID | None, typer.Option(help="Kennung der Stelle", show_default=False)] = None,
) -> None:
    """Eine Löschsperre setzen; mit --word, --party oder --unit erfasst sie auch, was später dazukommt."""
    scope: dict[str, Any] = {"words": words or [], "party": party, "unitId": None if unit is None else str(unit)}
    with api_client() as client:
        records = [client.get("/records", reference=reference)["id"] for reference in references or []]
        body = {"reason": reason, "records": records, "scope": scope if any(scope.values()) else None}
        hold = client.post(_PATH, body)
    out.print(f"Löschsperre {hold['reference']} gilt für {hold['held']} Akten, Vorgänge und Dokumente.")


@app.command()
def release(hold: HoldName, reason: Reason) -> None:
    """Eine Löschsperre aufheben."""
    with api_client() as client:
        found = _find(client, hold)
        client.post(f"{_PATH}/{found['id']}:release", {"reason": reason}, etag="*")
    out.print(f"Löschsperre {found['reference']} ist aufgehoben.")


@app.command()
def show(hold: HoldName) -> None:
    """Zeigen, was eine Löschsperre sperrt."""
    with api_client() as client:
        found = _find(client, hold)
        held = list(client.pages(f"{_PATH}/{found['id']}/records", limit=500))
    table = Table("Zeichen", "Seit", "Durch", title=escape(f"{found['reference']}: {found['reason']}"))
    for one in held:
        table.add_row(one["reference"], one["since"][:10], "Suche" if one["matched"] else "Nennung")
    out.print(table)


def _find(client: Client, name: str) -> Any:
    """A hold by id or reference."""
    for hold in client.pages(_PATH, limit=500):
        if name in (hold["id"], hold["reference"]):
            return hold
    raise typer.BadParameter(f"Die Löschsperre „{name}“ gibt es nicht.")
