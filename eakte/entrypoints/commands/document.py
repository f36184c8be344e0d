"""`eakte document`: fetching what was made."""

import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from eakte.entrypoints.client import Client
from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import out

app = typer.Typer(help="Dokumente ansehen und laden.", no_args_is_help=True)


class RenditionName(StrEnum):
    ORIGINAL = "original"
    ARCHIVAL = "archival"
    TEXT = "text"
    PREVIEW = "preview"
    LAYOUT = "layout"
    TRANSFER_NOTE = "transfer_note"


@app.command("get")
def get(
    document: Annotated[str, typer.Argument(help="Kennung oder Aktenzeichen des Dokuments")],
    rendition: Annotated[RenditionName, typer.Option(help="Fassung")] = RenditionName.ARCHIVAL,
    page: Annotated[int | None, typer.Option(min=1, help="Seite, bei Text und Vorschau")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Version; ohne: die neueste")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Zieldatei; ohne: Standardausgabe")] = None,
) -> None:
    """Eine Fassung laden, geprüft gegen ihren Prüfwert."""
    with api_client() as client, tempfile.TemporaryFile() as checked:
        path = f"/documents/{document_id(client, document)}/renditions/{rendition.value}"
        client.download(path, checked, page=page, version=version)
        checked.seek(0)
        if output is None:
            sys.stdout.buffer.write(checked.read())
            return
        with output.open("wb") as target:
            while chunk := checked.read(1 << 20):
                target.write(chunk)


@app.command("show")
def show(document: Annotated[str, typer.Argument(help="Kennung oder Aktenzeichen des Dokuments")]) -> None:
    """Metadaten, Versionen und Fassungen zeigen."""
    with api_client() as client:
        found = client.get(f"/documents/{document_id(client, document)}")
        versions = client.get(f"/documents/{found['id']}/versions")
    out.print(f"[bold]{found['reference']}[/]  {found['title']}  ({found['state']})")
    for version in versions:
        table = Table("Fassung", "Seite", "Typ", "Bytes", "PDF/A", "SHA-256", title=f"Version {version['number']}")
        for row in version["renditions"]:
            table.add_row(
                row["kind"],
                str(row["page"] or ""),
                row["mediaType"],
                str(row["size"]),
                row["pdfaLevel"] or "",
                row["sha256"][:16],
            )
        out.print(table)
        for warning in version["warnings"]:
            out.print(f"  {warning['message']} ({warning['code']})", markup=False)


def document_id(client: Client, document: str) -> str:
    """The id behind an id or a reference."""
    try:
        return str(UUID(document))
    except ValueError:
        return str(client.get("/records", reference=document)["id"])
