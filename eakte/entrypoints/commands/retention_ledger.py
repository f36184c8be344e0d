"""`eakte retention reconcile`: after a restore, what was destroyed is destroyed again."""

import json
import sys
from functools import partial
from typing import Annotated

import typer

from eakte.entrypoints.commands.common import OPERATOR, opened_house
from eakte.entrypoints.commands.speaking import out
from retention.service.reconciling import Returned, find_returned
from retention.service.reconciling import reconcile as erase_what_returned


def reconcile(
    apply: Annotated[bool, typer.Option("--apply", help="Erneut löschen; ohne diese Angabe wird nur gezeigt")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Ein JSON-Objekt je Befund")] = False,
) -> None:
    """Nach einer Wiederherstellung zeigen, was vernichtet war und zurück ist; mit --apply erneut löschen.

    Verglichen wird das Löschverzeichnis im Objektspeicher mit der Datenbank. Was eine Löschsperre hält, bleibt auch
    mit --apply, bis ein Mensch entschieden hat. Ende mit 0: nichts ist zurück, 1: etwas ist noch da.
    """
    left = 0
    with opened_house() as house:
        begin = partial(house.begin, OPERATOR)
        if apply:
            for returned, gone in erase_what_returned(begin, house.storage):
                left += not gone
                _tell(returned, "erneut gelöscht" if gone else "bleibt", as_json=as_json)
        else:
            for returned in find_returned(begin, house.storage):
                left += 1
                _tell(returned, "ist zurück", as_json=as_json)
    if not as_json:
        out.print("Nichts, was vernichtet oder abgegeben wurde, ist noch da." if not left else f"{left} Befund(e).")
    raise typer.Exit(1 if left else 0)


def _tell(returned: Returned, what: str, *, as_json: bool) -> None:
    held = f", {len(returned.held)} davon gesperrt" if returned.held else ""
    if as_json:
        told = {
            "reference": returned.reference,
            "list": returned.list_reference,
            "records": [str(one) for one in returned.records],
            "held": [str(one) for one in returned.held],
            "result": what,
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    line = f"{returned.reference} ({returned.list_reference}): {len(returned.records)} Datensätze{held}; {what}"
    out.print(line, markup=False)
