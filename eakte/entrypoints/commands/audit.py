"""`eakte audit`."""

import json
import sys
from typing import Annotated

import typer

from eakte.audit.service import verify_audit
from eakte.entrypoints.commands.common import OPERATOR, opened_house
from eakte.entrypoints.commands.speaking import out

app = typer.Typer(help="Protokoll prüfen.", no_args_is_help=True)


@app.command("verify")
def verify(as_json: Annotated[bool, typer.Option("--json", help="Ein JSON-Objekt je Befund")] = False) -> None:
    """Alle Protokolleinträge prüfen. Ende mit 0: unversehrt, 1: etwas wurde geändert, entfernt oder eingefügt."""
    flaws = 0
    with opened_house() as house, house.begin(OPERATOR) as work:
        for flaw in verify_audit(work):
            flaws += 1
            if as_json:
                sys.stdout.write(json.dumps({name: getattr(flaw, name) for name in flaw.__dataclass_fields__}) + "\n")
            else:
                out.print(f"{flaw.kind}: Kette {flaw.lane}, Eintrag {flaw.position} {flaw.entry_id}: {flaw.message}")
    if not as_json:
        out.print("Das Protokoll ist unversehrt." if not flaws else f"{flaws} Befund(e).")
    raise typer.Exit(1 if flaws else 0)
