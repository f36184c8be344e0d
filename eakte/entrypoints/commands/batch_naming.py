"""Which batch and which of its documents somebody means who says a number."""

from typing import Annotated, Any
from uuid import UUID

import typer

from eakte.entrypoints.client import Client
from eakte.entrypoints.commands.speaking import err

BatchName = Annotated[str, typer.Argument(metavar="STAPEL", help="Kennung oder Stapelnummer", show_default=False)]


def find(client: Client, batch: str) -> Any:
    """The batch behind an id or a number."""
    try:
        return client.get(f"/batches/{UUID(batch)}")
    except ValueError:
        found = client.get("/batches", number=batch)["items"]
    if not found:
        err.print(f"Einen Stapel „{batch}“ gibt es nicht.", markup=False)
        raise typer.Exit(2)
    return found[0]


def document_of(client: Client, batch_id: str, number: int) -> str:
    """The id of a batch's document by its number in the batch."""
    for document in client.pages(f"/batches/{batch_id}/documents", limit=500):
        if document["number"] == number:
            return str(document["id"])
    err.print(f"Der Stapel hat kein Dokument {number}.")
    raise typer.Exit(2)
