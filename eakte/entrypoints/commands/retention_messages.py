"""`eakte retention messages`, `message` and `import`: what was said to archives, and what they said."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import err, out

AsJson = Annotated[bool, typer.Option("--json", help="Als JSON ausgeben")]


def list_messages(
    list_id: Annotated[UUID, typer.Argument(metavar="VERZEICHNIS", help="Kennung", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Nachrichten an das Archiv und von ihm auflisten."""
    with api_client() as client:
        messages = list(client.pages(f"/retention/lists/{list_id}/messages", limit=500))
    if as_json:
        json.dump(messages, sys.stdout, ensure_ascii=False, indent=2)
        return
    table = Table("Kennung", "Typ", "Richtung", "Am", "Antwort bis", "Anmerkungen")
    for message in messages:
        table.add_row(
            message["id"],
            message["messageType"],
            "an das Archiv" if message["direction"] == "sent" else "vom Archiv",
            (message["sentAt"] or message["createdAt"])[:16].replace("T", " "),
            message["deadline"] or "",
            escape("; ".join(_flaws(message))),
        )
    out.print(table)


def save_message(
    message_id: Annotated[UUID, typer.Argument(metavar="NACHRICHT", help="Kennung", show_default=False)],
    into: Annotated[Path, typer.Option("--output", "-o", help="Datei oder Ordner", show_default=False)],
) -> None:
    """Den Container einer Nachricht laden, etwa um ihn auf anderem Weg zu übergeben."""
    with api_client() as client:
        message = client.get(f"/retention/messages/{message_id}")
        target = into / Path(message["fileName"]).name if into.is_dir() else into
        with target.open("xb") as stream:
            client.download(f"/retention/messages/{message_id}/container", stream)
    out.print(f"{escape(str(target))}: {message['size']} Bytes")


def import_message(
    path: Annotated[Path, typer.Argument(metavar="DATEI", help="ZIP-Container oder XML des Archivs", exists=True)],
    as_json: AsJson = False,
) -> None:
    """Eine Nachricht des Archivs einlesen, die auf anderem Weg kam. Ende mit 1: sie hat Mängel."""
    with api_client() as client, path.open("rb") as stream:
        message = client.upload("/retention/messages", path.name, stream)
    if as_json:
        json.dump(message, sys.stdout, ensure_ascii=False, indent=2)
    else:
        out.print(f"Nachricht {message['messageType']} ist eingelesen.")
    for flaw in _flaws(message):
        err.print(escape(flaw))
    raise typer.Exit(1 if message["findings"] else 0)


def _flaws(message: dict[str, Any]) -> list[str]:
    return [f"{one['message']} ({one['pointer']})" if one["pointer"] else one["message"] for one in message["findings"]]
