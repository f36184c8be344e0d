"""`eakte retention lists`, `list`, `offer`, `transfer` and `destroy`: disposal lists, from drawing up to their end."""

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

app = typer.Typer(help="Ein Aussonderungsverzeichnis aufstellen, ansehen, prüfen, freigeben.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Als JSON ausgeben")]
ListId = Annotated[
    str, typer.Argument(metavar="VERZEICHNIS", help="Zeichen (AV-2026/0001) oder Kennung", show_default=False)
]
Procedure = Annotated[
    str, typer.Option(help="destruction, two_step oder four_step", metavar="VERFAHREN", show_default=True)
]
Entry = Annotated[str | None, typer.Option(help="Kennzeichen im Aktenplan; mit allem darunter", show_default=False)]
Code = Annotated[str | None, typer.Option("--code", help="Nur diese Aussonderungsart: A, V oder B", show_default=False)]
_PATH = "/retention/lists"

_STATES = {
    "draft": "im Entwurf",
    "reviewed": "geprüft",
    "offered": "angeboten",
    "appraised": "bewertet",
    "carried_out": "ausgeführt",
    "closed": "abgeschlossen",
    "cancelled": "aufgehoben",
    "listed": "vorgesehen",
    "transferred": "an das Archiv gesandt",
    "confirmed": "vom Archiv übernommen",
    "refused": "vom Archiv nicht übernommen",
    "erasing": "wird gelöscht",
    "destroyed": "vernichtet",
    "handed_over": "abgegeben und gelöscht",
    "withdrawn": "zurückgestellt",
}


def lists(
    state: Annotated[str | None, typer.Option(help="Nur in diesem Stand", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Aussonderungsverzeichnisse auflisten."""
    with api_client() as client:
        found = list(client.pages(_PATH, state=state, limit=500))
    if as_json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Zeichen", "Bezeichnung", "Stand", "Vernichtung ab", "Kennung")
    for one in found:
        table.add_row(one["reference"], escape(one["name"]), _STATES[one["state"]], one["destroyFrom"] or "", one["id"])
    out.print(table)


@app.command()
def candidates(
    procedure: Procedure = "destruction", entry: Entry = None, code: Code = None, as_json: AsJson = False
) -> None:
    """Zeigen, was fällig ist, und was der Aussonderung noch entgegensteht."""
    with api_client() as client:
        asked = {"procedure": procedure, "entryId": _entry_id(client, entry), "disposal": code}
        found = list(client.pages("/retention/candidates", **asked, limit=500))
    if as_json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Aktenzeichen", "Fällig seit", "Art", "Was entgegensteht")
    for one in found:
        hindered = "; ".join(obstacle["message"] for obstacle in one["obstacles"])
        table.add_row(escape(one["reference"]), one["dueOn"], one["disposal"], hindered or "nichts")
    out.print(table)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Bezeichnung", show_default=False)],
    procedure: Procedure = "destruction",
    archive: Annotated[str | None, typer.Option(help="Kennung des Archivs", show_default=False)] = None,
    entry: Entry = None,
    code: Code = None,
    report_into: Annotated[
        str | None, typer.Option(help="Akte oder Vorgang für das Vernichtungsprotokoll", show_default=False)
    ] = None,
) -> None:
    """Ein Verzeichnis dessen aufstellen, was fällig und bereit ist; gibt sein Zeichen aus."""
    with api_client() as client:
        body = {
            "name": name,
            "procedure": procedure,
            "archive": archive,
            "entryId": _entry_id(client, entry),
            "disposal": code,
            "reportInto": report_into,
        }
        drawn = client.post(_PATH, body)
    out.print(f"{drawn['reference']}: {sum(one['count'] for one in drawn['counts'])} Positionen")
    if drawn["leftOut"]:
        out.print("Nicht alles Fällige ist so weit: eakte retention list candidates")


@app.command()
def show(list_id: ListId, as_json: AsJson = False) -> None:
    """Den Stand eines Verzeichnisses zeigen, und was jetzt damit geschehen kann."""
    with api_client() as client:
        found = _found(client, list_id)
    if as_json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        return
    out.print(f"{found['reference']}  {found['name']}: {_STATES[found['state']]}", markup=False)
    for one in found["counts"]:
        out.print(f"  {one['count']} {_STATES[one['state']]}, Entscheidung {one['decision'] or 'offen'}")
    out.print(f"Möglich: {', '.join(found['allowedActs']) or 'nichts'}")


@app.command()
def items(list_id: ListId, as_json: AsJson = False) -> None:
    """Die Positionen eines Verzeichnisses auflisten."""
    with api_client() as client:
        found = list(client.pages(f"{_PATH}/{_id(client, list_id)}/items", limit=500))
    if as_json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Aktenzeichen", "Betreff", "Entscheidung", "Stand", "Warum", "Kennung")
    for one in found:
        row = (one["reference"], one["title"] or "", one["decision"] or "", _STATES[one["state"]])
        table.add_row(*map(escape, row), escape(one["failure"] or ""), one["id"])
    out.print(table)


@app.command()
def act(
    list_id: ListId,
    what: Annotated[str, typer.Argument(metavar="HANDLUNG", help="review, return, release, cancel …")],
) -> None:
    """Ein Verzeichnis prüfen, zurückgeben, freigeben, aufheben …"""
    _act(list_id, what)


@app.command()
def withdraw(
    list_id: ListId,
    item_id: Annotated[UUID, typer.Argument(metavar="POSITION", help="Kennung der Position", show_default=False)],
    reason: Annotated[str, typer.Option(help="Grund", show_default=False)],
) -> None:
    """Eine Position zurückstellen."""
    with api_client() as client:
        path = f"{_PATH}/{_id(client, list_id)}/items/{item_id}:withdraw"
        item = client.post(path, {"reason": reason}, etag="*")
    out.print(f"{item['reference']}: {_STATES[item['state']]}", markup=False)


def offer(list_id: ListId) -> None:
    """Ein geprüftes Verzeichnis seinem Archiv anbieten (Nachricht 0501)."""
    _act(list_id, "offer")


def transfer(list_id: ListId) -> None:
    """Was das Archiv übernehmen will, an es abgeben (Nachricht 0503)."""
    _act(list_id, "transfer")


def destroy(list_id: ListId) -> None:
    """Die Vernichtung eines freigegebenen Verzeichnisses beginnen, sobald ihre Wartezeit um ist."""
    _act(list_id, "destroy")


def _act(list_id: str, what: str) -> None:
    with api_client() as client:
        done = client.post(f"{_PATH}/{_id(client, list_id)}/acts", {"act": what}, etag="*")
    out.print(f"{done['reference']}: {_STATES[done['state']]}", markup=False)


def _found(client: Client, wanted: str) -> Any:
    return client.get(f"{_PATH}/{_id(client, wanted)}")


def _id(client: Client, wanted: str) -> str:
    """The id of a list by its reference or its id."""
    try:
        return str(UUID(wanted))
    except ValueError:
        for one in client.pages(_PATH, limit=500):
            if one["reference"] == wanted:
                return str(one["id"])
    raise typer.BadParameter(f"Ein Verzeichnis „{wanted}“ gibt es nicht.")


def _entry_id(client: Client, code: str | None) -> str | None:
    if code is None:
        return None
    for one in client.pages("/filing-plan-entries", code=code):
        return str(one["id"])
    raise typer.BadParameter(f"Ein Kennzeichen „{code}“ gibt es nicht.")
