"""`eakte batch turn|place|split|merge|reject-page|rescan|insert|keep-paper|release-paper`: said of single sheets."""

from pathlib import Path
from typing import Annotated, Any

import typer

from eakte.entrypoints.commands.batch_naming import BatchName, document_of, find
from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import out

_QUARTERS = (90, 180, 270)

Image = Annotated[int, typer.Option(min=1, help="Nummer des Bildes im Stapel")]
Document = Annotated[int, typer.Option(min=1, help="Nummer des Dokuments im Stapel")]


def turn(
    batch: BatchName,
    image: Image,
    by: Annotated[int, typer.Option(help="Grad im Uhrzeigersinn: 90, 180 oder 270")],
) -> None:
    """Eine Seite drehen, vom Angezeigten aus."""
    if by not in _QUARTERS:
        raise typer.BadParameter("Gedreht wird um 90, 180 oder 270 Grad.", param_hint="--by")
    _of_image(batch, image, "turn", {"clockwise": by})


def reject_page(batch: BatchName, image: Image, reason: Annotated[str, typer.Option(help="Grund")]) -> None:
    """Eine Seite zurückweisen; sie bleibt beim Stapel und kommt in kein Dokument."""
    _of_image(batch, image, "reject", {"reason": reason})


def place(
    batch: BatchName,
    image: Image,
    document: Document,
    page: Annotated[int, typer.Option(min=1, help="Welche Seite des Dokuments es wird")],
) -> None:
    """Ein Bild als Seite eines Dokuments einordnen."""
    with api_client() as client:
        batch_id = find(client, batch)["id"]
        where = {"document": document_of(client, batch_id, document), "page": page}
        _say(client.post(f"/batches/{batch_id}/images/{image}:place", where))


def rescan(
    batch: BatchName,
    image: Image,
    file: Annotated[Path, typer.Argument(help="Der Nachscan, eine Seite", exists=True, dir_okay=False)],
) -> None:
    """Eine Seite durch einen Nachscan ersetzen; die alte bleibt im Nachweis."""
    with api_client() as client, file.open("rb") as stream:
        batch_id = find(client, batch)["id"]
        client.upload(f"/batches/{batch_id}/images/{image}:rescan", file.name, stream)
    out.print(f"Bild {image}: Der Nachscan ist angekommen und wird angesehen.")


def insert(
    batch: BatchName,
    document: Document,
    page: Annotated[
        int, typer.Option(min=1, help="Welche Seite des Dokuments die erste neue wird; dahinter: angehängt")
    ],
    file: Annotated[Path, typer.Argument(help="Der Scan des fehlenden Blatts", exists=True, dir_okay=False)],
) -> None:
    """Ein Blatt nachtragen, das fehlt, etwa nach einem Doppeleinzug."""
    with api_client() as client, file.open("rb") as stream:
        batch_id = find(client, batch)["id"]
        path = f"/batches/{batch_id}/documents/{document_of(client, batch_id, document)}:insert-pages"
        sent = client.upload(path, file.name, stream, page=page)
    if sent["duplicateOf"]:
        out.print(f"Dokument {document}: Dieselbe Datei ist schon im Stapel; sie wird nicht nachgetragen.")
    else:
        out.print(f"Dokument {document}: Das Blatt ist angekommen und wird angesehen.")


def split(
    batch: BatchName,
    document: Document,
    page: Annotated[int, typer.Option(min=2, help="Erste Seite des neuen Dokuments")],
) -> None:
    """Ein Dokument teilen."""
    _of_document(batch, document, "split", {"page": page})


def merge(
    batch: BatchName,
    document: Document,
    following: Annotated[int, typer.Option(min=1, help="Nummer des Dokuments, dessen Seiten angehängt werden")],
) -> None:
    """Zwei Dokumente verbinden."""
    with api_client() as client:
        batch_id = find(client, batch)["id"]
        first, second = (document_of(client, batch_id, number) for number in (document, following))
        _say(client.post(f"/batches/{batch_id}/documents/{first}:merge", {"following": second}))


def keep_paper(
    batch: BatchName,
    document: Document,
    reason: Annotated[str, typer.Option(help="Grund, etwa „Urschrift mit Siegel“")],
) -> None:
    """Das Papier eines Dokuments behalten, wenn das des Stapels vernichtet wird."""
    _of_document(batch, document, "keep-paper", {"reason": reason})


def release_paper(batch: BatchName, document: Document) -> None:
    """Das Papier eines Dokuments nicht mehr behalten."""
    _of_document(batch, document, "release-paper")


def _of_document(batch: str, document: int, action: str, body: dict[str, Any] | None = None) -> None:
    with api_client() as client:
        batch_id = find(client, batch)["id"]
        document_id = document_of(client, batch_id, document)
        _say(client.post(f"/batches/{batch_id}/documents/{document_id}:{action}", body))


def _of_image(batch: str, image: int, action: str, body: dict[str, Any]) -> None:
    with api_client() as client:
        _say(client.post(f"/batches/{find(client, batch)['id']}/images/{image}:{action}", body))


def _say(batch: Any) -> None:
    out.print(f"{batch['number']}: {batch['state']}")
