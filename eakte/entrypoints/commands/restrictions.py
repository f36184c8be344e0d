"""`eakte restriction`: restriction of processing (Art. 18 DSGVO)."""

import json
import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import out

app = typer.Typer(help="Verarbeitung einschränken (Art. 18 DSGVO).", no_args_is_help=True)

Reference = Annotated[str, typer.Argument(metavar="ZEICHEN", help="Akte, Vorgang oder Dokument", show_default=False)]
Reason = Annotated[str, typer.Option(help="Begründung", show_default=False)]
_DAY = ["%Y-%m-%d"]


class Ground(StrEnum):
    """As the API names them; not loaded from there, since that takes seconds."""

    ACCURACY = "accuracy"
    UNLAWFUL = "unlawful"
    CLAIMS = "claims"
    OBJECTION = "objection"
    RETENTION = "retention"


_WORDS = {
    Ground.ACCURACY: "Richtigkeit bestritten",
    Ground.UNLAWFUL: "unrechtmäßig, Löschung abgelehnt",
    Ground.CLAIMS: "für Ansprüche gebraucht",
    Ground.OBJECTION: "Widerspruch wird geprüft",
    Ground.RETENTION: "Löschung wartet auf Aufbewahrung",
}


@app.command("set")
def restrict(
    reference: Reference,
    ground: Annotated[Ground, typer.Option(help="Grund nach Art. 18 (1) DSGVO, oder retention", show_default=False)],
    reason: Reason,
    until: Annotated[
        datetime | None, typer.Option(formats=_DAY, metavar="TAG", help="Wiedervorlage; endet damit nicht von selbst")
    ] = None,
) -> None:
    """Die Verarbeitung einer Akte, eines Vorgangs oder Dokuments einschränken, mit allem, was darin liegt."""
    body = {"ground": ground.value, "reason": reason, "until": None if until is None else until.date().isoformat()}
    with api_client() as client:
        record = client.get("/records", reference=reference)
        client.post(f"/records/{record['id']}:restrict", body, etag="*")
    out.print(f"{record['reference']}: Verarbeitung eingeschränkt.", markup=False)


@app.command()
def lift(reference: Reference, reason: Reason) -> None:
    """Eine Einschränkung aufheben; die betroffene Person ist vorher zu unterrichten."""
    with api_client() as client:
        record = client.get("/records", reference=reference)
        client.post(f"/records/{record['id']}:lift-restriction", {"reason": reason}, etag="*")
    out.print(f"{record['reference']}: Einschränkung aufgehoben.", markup=False)


@app.command("list")
def list_restrictions(
    active: Annotated[bool | None, typer.Option("--active/--lifted", help="Nur geltende oder aufgehobene")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=_DAY, metavar="TAG", help="Nur mit Wiedervorlage bis zu diesem Tag")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Als JSON ausgeben")] = False,
) -> None:
    """Einschränkungen auflisten."""
    day = None if until is None else until.date().isoformat()
    with api_client() as client:
        found = list(client.pages("/restrictions", active=active, until=day, limit=500))
    if as_json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Zeichen", "Seit", "Grund", "Begründung", "Wiedervorlage", "Aufgehoben")
    for one in found:
        lifted = (one["liftedAt"] or "")[:10]
        ground, reason = _WORDS[Ground(one["ground"])], escape(one["reason"])
        table.add_row(one["reference"], one["setAt"][:10], ground, reason, one["until"] or "", lifted)
    out.print(table)
