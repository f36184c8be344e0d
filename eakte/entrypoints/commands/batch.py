"""`eakte batch`: stacks of scanned paper, from the separator sheet to the record of destruction."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from eakte.entrypoints.client import Client, ProblemAnswer
from eakte.entrypoints.commands import batch_pages
from eakte.entrypoints.commands.batch_naming import BatchName, document_of, find
from eakte.entrypoints.commands.files import files_in
from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import err, out

app = typer.Typer(help="Papier stapelweise digitalisieren.", no_args_is_help=True)

POLL_S = 0.5
_WAITS = {"failed", "discarded"}

AsJson = Annotated[bool, typer.Option("--json", help="Als JSON ausgeben")]


@app.command("import")
def import_batch(
    paths: Annotated[list[Path], typer.Argument(help="Dateien und Ordner", show_default=False)],
    into: Annotated[str | None, typer.Option(help="Aktenzeichen für Dokumente ohne eigenes Ziel")] = None,
    profile: Annotated[str, typer.Option(help="Kennzeichen des Scanprofils")] = "standard",
    expect_sheets: Annotated[int | None, typer.Option(min=0, help="Gezählte Blätter")] = None,
    expect_images: Annotated[int | None, typer.Option(min=0, help="Gezählte Bilder")] = None,
    expect_documents: Annotated[int | None, typer.Option(min=0, help="Erwartete Dokumente")] = None,
    unit: Annotated[str | None, typer.Option(help="Kennung der Organisationseinheit")] = None,
    device: Annotated[str | None, typer.Option(help="Scanner")] = None,
    device_inventory: Annotated[str | None, typer.Option(help="Inventarnummer des Scanners")] = None,
    workstation: Annotated[str | None, typer.Option(help="Arbeitsplatz")] = None,
    workstation_inventory: Annotated[str | None, typer.Option(help="Inventarnummer des Arbeitsplatzes")] = None,
    box: Annotated[str | None, typer.Option(help="Karton")] = None,
    shelf: Annotated[str | None, typer.Option(help="Regal")] = None,
    resume: Annotated[str | None, typer.Option(help="Abgebrochene Übertragung in diesen Stapel fortsetzen")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Warten, bis nichts mehr unterwegs ist")] = False,
    as_json: AsJson = False,
) -> None:
    """Einen Stapel anlegen, übertragen und trennen lassen. Ende mit 1, wenn etwas in der Arbeitsliste wartet."""
    files = list(files_in(paths))
    if not files:
        err.print("Unter den genannten Pfaden ist keine Datei.")
        raise typer.Exit(2)
    with api_client() as client:
        if resume is not None:
            batch = find(client, resume)
        else:
            new = {
                "profile": profile,
                "into": into,
                "unit": unit,
                "device": device,
                "deviceInventory": device_inventory,
                "workstation": workstation,
                "workstationInventory": workstation_inventory,
                "box": box,
                "shelf": shelf,
                "expectedSheets": expect_sheets,
                "expectedImages": expect_images,
                "expectedDocuments": expect_documents,
            }
            batch = client.post("/batches", new)
        refused = _send(client, batch["id"], files)
        # Once complete, a batch takes nothing more: the sheets of a refused file would be missing for good.
        if refused:
            _say_how_to_go_on(batch["number"])
        else:
            client.post(f"/batches/{batch['id']}:complete")
            if wait:
                _wait(client, batch["id"])
        shown = described(client, batch["id"])
    _print(shown, as_json=as_json)
    waiting = refused or any(document["state"] in _WAITS for document in shown["documents"])
    raise typer.Exit(1 if waiting or shown["findings"] else 0)


def _send(client: Client, batch_id: str, files: list[Path]) -> bool:
    """Upload what is not there yet; answers whether anything was refused."""
    there = [(file["fileName"], file["size"]) for file in client.pages(f"/batches/{batch_id}/files", limit=500)]
    refused = False
    for number, path in enumerate(files, 1):
        try:
            known = (path.name, path.stat().st_size)
            if known in there:
                there.remove(known)
                continue
            with path.open("rb") as stream:
                file = client.upload(f"/batches/{batch_id}/files", path.name, stream)
        except ProblemAnswer as answer:
            err.print(f"{path}: {answer} ({answer.problem_code})", markup=False)
            refused = True
        except OSError as error:
            err.print(f"{path}: Die Datei ist nicht lesbar: {error.strerror}.", markup=False)
            refused = True
        else:
            if file["duplicateOf"]:
                err.print(f"{path}: Dieselbe Datei ist schon im Stapel; sie wird nicht doppelt abgelegt.", markup=False)
            if err.is_terminal:
                err.print(f"{number}/{len(files)} übertragen", end="\r")
    return refused


def _say_how_to_go_on(number: str) -> None:
    err.print(
        f"Stapel {number} bleibt offen, weil Dateien fehlen. Ist die Ursache behoben, überträgt derselbe Aufruf mit"
        f" „--resume {number}“ den Rest; ohne die genannten Dateien aufgerufen, schließt er den Stapel so ab."
    )


def _wait(client: Client, batch_id: str) -> None:
    while True:
        batch = client.get(f"/batches/{batch_id}")
        if batch["settled"]:
            return
        if err.is_terminal:
            said = ", ".join(f"{count} {state}" for state, count in batch["progress"].items())
            err.print(f"{batch['state']}: {said}    ", end="\r")
        time.sleep(POLL_S)


@app.command("show")
def show(batch: BatchName, as_json: AsJson = False) -> None:
    """Zeigen, was aus jedem Bild und jedem Dokument wurde."""
    with api_client() as client:
        shown = described(client, find(client, batch)["id"])
    _print(shown, as_json=as_json)


@app.command("list")
def list_batches(as_json: AsJson = False) -> None:
    """Stapel auflisten, der neueste zuletzt."""
    with api_client() as client:
        batches = list(client.pages("/batches", limit=500))
    if as_json:
        _write(batches)
        return
    table = Table("Stapel", "Zustand", "Profil", "Karton", "Regal", "Angelegt")
    for batch in batches:
        shown = (batch[name] or "" for name in ("number", "state", "profile", "box", "shelf", "createdAt"))
        table.add_row(*shown)
    out.print(table)


@app.command("complete")
def complete(batch: BatchName) -> None:
    """Alle Dateien sind da: den Stapel trennen und erkennen lassen."""
    _act(batch, "complete")


@app.command("explain")
def explain(batch: BatchName, reason: Annotated[str, typer.Option(help="Was mit den Blättern ist")]) -> None:
    """Fehlende oder überzählige Blätter klären."""
    _act(batch, "explain", {"reason": reason})


@app.command("check")
def check(
    batch: BatchName,
    document: Annotated[int, typer.Option(min=1, help="Nummer des Dokuments im Stapel")],
    good: Annotated[bool, typer.Option("--good/--bad", help="Stimmt mit dem Papier überein oder nicht")],
    remark: Annotated[str | None, typer.Option(help="Bemerkung")] = None,
) -> None:
    """Das Ergebnis einer Sichtprüfung festhalten."""
    with api_client() as client:
        batch_id = find(client, batch)["id"]
        verdict = {"verdict": "good" if good else "bad", "remark": remark}
        client.post(f"/batches/{batch_id}/documents/{document_of(client, batch_id, document)}:check", verdict)


app.command("turn")(batch_pages.turn)
app.command("place")(batch_pages.place)
app.command("split")(batch_pages.split)
app.command("merge")(batch_pages.merge)
app.command("reject-page")(batch_pages.reject_page)
app.command("rescan")(batch_pages.rescan)
app.command("insert")(batch_pages.insert)
app.command("keep-paper")(batch_pages.keep_paper)
app.command("release-paper")(batch_pages.release_paper)


@app.command("accept")
def accept(batch: BatchName) -> None:
    """Die Prüfung abschließen; was wartet, wird abgelegt."""
    _act(batch, "accept")


@app.command("reject")
def reject(batch: BatchName, reason: Annotated[str, typer.Option(help="Grund")]) -> None:
    """Den Stapel zurückweisen; sein Papier wird neu gescannt."""
    _act(batch, "reject", {"reason": reason})


@app.command("release")
def release(batch: BatchName) -> None:
    """Den Stapel freigeben; die Aufbewahrung des Papiers beginnt."""
    _act(batch, "release")


@app.command("prove")
def prove(batch: BatchName, as_json: AsJson = False) -> None:
    """Alles noch einmal aus dem Speicher prüfen. Ende mit 1, wenn auch nur ein Bit nicht stimmt."""
    with api_client() as client:
        proofs = list(client.pages(f"/batches/{find(client, batch)['id']}/proof", limit=20))
    broken = [proof for proof in proofs if not proof["holds"]]
    if as_json:
        _write(proofs)
    else:
        for proof in broken:
            for problem in proof["problems"]:
                out.print(f"Dokument {proof['number']} ({proof['document']}): {problem}", markup=False)
        sealed = sum(1 for proof in proofs if proof["sealedAs"])
        out.print(f"{len(proofs)} Dokument(e) geprüft, {sealed} gesiegelt, {len(broken)} mit Abweichungen.")
    raise typer.Exit(1 if broken else 0)


@app.command("destroyable")
def destroyable() -> None:
    """Die Vernichtungsliste: Stapel, deren Papier nicht mehr gebraucht wird."""
    with api_client() as client:
        batches = client.get("/paper-destructions")["items"]
    table = Table("Stapel", "Karton", "Regal", "Frühestens")
    for batch in batches:
        table.add_row(*(batch[name] or "" for name in ("number", "box", "shelf", "destroyableOn")))
    out.print(table)
    for batch in batches:
        for kept in batch["keptPaper"]:
            reference = f" ({kept['reference']})" if kept["reference"] else ""
            document = f"Dokument {kept['number']}{reference}"
            out.print(f"{batch['number']}: {document} vorher herausnehmen: {kept['reason']}", markup=False)


@app.command("destroy-paper")
def destroy_paper(batch: BatchName, how: Annotated[str, typer.Option(help="Verfahren und Ort")]) -> None:
    """Festhalten, dass das Papier vernichtet wurde."""
    _act(batch, "destroy-paper", {"how": how})


@app.command("separators")
def separators(
    references: Annotated[
        list[str], typer.Option("--for", help="Aktenzeichen von Akte oder Vorgang, mehrfach möglich")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Zieldatei")],
    cover: Annotated[bool, typer.Option("--cover", help="Deckblätter statt Trennblättern")] = False,
    document_class: Annotated[str | None, typer.Option("--class", help="Dokumentart")] = None,
    batch: Annotated[str | None, typer.Option(help="Stapelnummer, für die allein sie gelten")] = None,
) -> None:
    """Trenn- und Deckblätter drucken, je Aktenzeichen eines."""
    order = {"references": references, "cover": cover, "documentClass": document_class, "batch": batch}
    with api_client() as client:
        output.write_bytes(client.post_for_bytes("/separator-sheets", order))
    out.print(f"{len(references)} Blatt in {output}")


def described(client: Client, batch_id: str) -> dict[str, Any]:
    """A batch with every image in order and every document, as `--json` shows it."""
    batch = client.get(f"/batches/{batch_id}")
    images = list(client.pages(f"/batches/{batch_id}/images", limit=500))
    documents = list(client.pages(f"/batches/{batch_id}/documents", limit=500))
    files = list(client.pages(f"/batches/{batch_id}/files", limit=500))
    return {
        **{_snake(name): value for name, value in batch.items()},
        "files": [{_snake(name): value for name, value in file.items()} for file in files],
        "images": [{_snake(name): value for name, value in image.items()} for image in images],
        "documents": [
            {("class" if name == "documentClass" else _snake(name)): value for name, value in document.items()}
            for document in documents
        ],
    }


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _act(batch: str, action: str, body: dict[str, Any] | None = None) -> None:
    with api_client() as client:
        answer = client.post(f"/batches/{find(client, batch)['id']}:{action}", body)
    out.print(f"{answer['number']}: {answer['state']}")


def _write(what: Any) -> None:
    json.dump(what, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")


def _print(batch: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _write(batch)
        return
    counts = batch["counts"]
    out.print(
        f"[bold]{batch['number']}[/]  {batch['state']}: {counts['images']} Bilder = {counts['pages']} Seiten"
        f" + {counts['separators']} Trennblätter + {counts['blanks']} Leerseiten + {counts['rejected']} zurückgewiesen"
    )
    table = Table("Nr.", "Aktenzeichen", "Art", "Bilder", "Zustand", "Grund")
    for document in batch["documents"]:
        table.add_row(
            str(document["number"]),
            document["reference"] or "",
            document["class"] or "",
            ", ".join(str(n) for n in document["pages"]),
            document["state"],
            document["message"] or "",
        )
    out.print(table)
    for document in batch["documents"]:
        if document["paper_kept"]:
            out.print(f"  Papier von Dokument {document['number']} bleibt: {document['paper_kept']}", markup=False)
    for finding in batch["findings"] + batch["remarks"]:
        out.print(f"  {finding['message']} ({finding['code']})", markup=False)
