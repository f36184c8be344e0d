"""`eakte retention due`, `explain`, `check` and `recompute`."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from eakte.entrypoints.client import Client
from eakte.entrypoints.commands.common import OPERATOR, opened_house
from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import out
from eakte.records.plan_queries import entry_by_code
from retention.queries.facts import Concerned
from retention.queries.periods import last_round
from retention.service.rounds import compute_all, mend_all

AsJson = Annotated[bool, typer.Option("--json", help="Als JSON ausgeben")]
RecordName = Annotated[
    str, typer.Argument(metavar="ZEICHEN", help="Aktenzeichen, Vorgangszeichen oder Kennung", show_default=False)
]
Entry = Annotated[str | None, typer.Option(help="Kennzeichen im Aktenplan; mit allem darunter", show_default=False)]

_STANDING = {"in_force": "gilt", "replaced": "ersetzt", "not_valid": "nicht in Kraft"}
_OUTCOMES = {"ends": "", "for_ever": "auf Dauer", "waiting": "wartet auf ein Datum", "unruled": "keine Regel"}


def list_due(
    entry: Entry = None,
    by: Annotated[
        str | None, typer.Option(metavar="JJJJ-MM-TT", help="Spätestens dann fällig; ohne: heute", show_default=False)
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help="Nur A, V oder B", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Fällige Akten und Vorgänge auflisten, die ältesten zuerst."""
    with api_client() as client:
        entry_id = None if entry is None else _entry_id(client, entry)
        found = list(client.pages("/retention/due", entryId=entry_id, by=by, disposal=code, limit=500))
    if as_json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Fällig seit", "Zeichen", "Betreff", "Art", "Regel", "Entgegen steht")
    for one in found:
        hindered = "; ".join(obstacle["message"] for obstacle in one["obstacles"])
        row = (one["reference"], one["title"], one["disposal"], one["ruleName"] or "", hindered)
        table.add_row(_german(one["dueOn"]), *(escape(cell) for cell in row))
    out.print(table)


def explain(record: RecordName, as_json: AsJson = False) -> None:
    """Sagen, bis wann und warum eine Akte oder ein Vorgang aufbewahrt wird."""
    with api_client() as client:
        found = client.get(f"/retention/records/{record_id(client, record)}")
    if as_json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        return
    out.print(escape(f"{found['reference']}: {found['sentence']}"))
    table = Table("Wo", "Regel", "Grundlage", "Steht", "Ereignis", "Bis", "")
    for rule in found["rules"]:
        until = _german(rule["lastDay"]) or _OUTCOMES.get(rule["outcome"] or "", "")
        row = (rule["place"], rule["name"], rule["source"], _STANDING[rule["standing"]], _german(rule["eventDay"]))
        table.add_row(*(escape(cell) for cell in row), until, "maßgeblich" if rule["governs"] else "")
    out.print(table)
    for one in found["unreadable"]:
        out.print(escape(f"Kein Datum: {one['name']} = {one['value']}"))
    for one in found["obstacles"]:
        out.print(escape(f"Der Aussonderung steht entgegen: {one['message']}"))


def check() -> None:
    """Prüfen, ob alles Geschlossene eine Frist hat oder sagt, warum nicht; was fehlt, wird berechnet."""
    with opened_house() as house:
        mended = mend_all(lambda: house.begin(OPERATOR))
        with house.begin(OPERATOR) as work:
            last = last_round(work.session)
    if last is not None:
        state = f"{last.computed} berechnet, {last.newly_due} neu fällig" if last.finished_at else "nicht beendet"
        out.print(f"Letzter nächtlicher Lauf: {last.day:%d.%m.%Y}, {state}.")
    if mended:
        out.print(f"{mended} Fristen fehlten oder standen zu Unrecht da und sind berichtigt.")
        raise typer.Exit(1)
    out.print("Alles Geschlossene hat eine Frist oder sagt, warum nicht.")


def recompute(entry: Entry = None) -> None:
    """Fristen neu berechnen; gespeichert wird nur, was sich geändert hat."""
    with opened_house() as house:
        with house.begin(OPERATOR) as work:
            entry_id = None if entry is None else entry_by_code(work.session, entry).id
        looked_at, changed = compute_all(lambda: house.begin(OPERATOR), Concerned(entry_id=entry_id))
    out.print(f"{looked_at} Akten und Vorgänge berechnet, {changed} geändert.")


def record_id(client: Client, name: str) -> str:
    """The id behind a reference or an id. Raises ProblemAnswer."""
    found: dict[str, Any] = client.get(f"/records/{name}" if _is_id(name) else "/records", **_by(name))
    return str(found["id"])


def _by(name: str) -> dict[str, str]:
    return {} if _is_id(name) else {"reference": name}


def _is_id(name: str) -> bool:
    return len(name) == 36 and name.count("-") == 4


def _entry_id(client: Client, code: str) -> str:
    found = client.get("/filing-plan-entries", code=code, limit=1)["items"]
    if not found:
        raise typer.BadParameter(f"Den Aktenplaneintrag „{code}“ gibt es nicht.")
    return str(found[0]["id"])


def _german(day: str | None) -> str:
    return "" if day is None else ".".join(reversed(day.split("-")))
