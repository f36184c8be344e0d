"""`eakte ingest`: files and folders into a dossier or case."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from eakte.entrypoints.client import Client, ProblemAnswer
from eakte.entrypoints.commands.files import files_in
from eakte.entrypoints.commands.reaching import api_client
from eakte.entrypoints.commands.speaking import err, out

SETTLED = {"filed", "failed"}
POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file."""

    file: str
    state: str
    code: str | None = None
    message: str | None = None
    document: str | None = None
    reference: str | None = None
    pages: int | None = None
    seconds: float | None = None

    def as_json(self) -> str:
        return json.dumps({name: getattr(self, name) for name in self.__dataclass_fields__}, ensure_ascii=False)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Dateien und Ordner", show_default=False)],
    into: Annotated[str, typer.Option(help="Aktenzeichen von Akte oder Vorgang", show_default=False)],
    wait: Annotated[bool, typer.Option("--wait", help="Warten, bis alles abgelegt oder gescheitert ist")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Eine JSON-Zeile je Datei")] = False,
) -> None:
    """Dateien erkennen und ablegen lassen. Ende mit 0: alles angenommen oder abgelegt, 1: etwas blieb liegen."""
    files = list(files_in(paths))
    if not files:
        err.print("Unter den genannten Pfaden ist keine Datei.")
        raise typer.Exit(2)
    with api_client() as client, ExitStack() as stack:
        opened = client.open_ingest(into)
        progress = stack.enter_context(_progress()) if err.is_terminal else None
        lines = []
        for line in take_in(client, opened["id"], files, wait=wait, progress=progress):
            lines.append(line)
            if as_json:
                sys.stdout.write(line.as_json() + "\n")
                sys.stdout.flush()
            elif line.state in ("failed", "refused"):
                err.print(f"{line.file}: {line.message} ({line.code})", markup=False)
    bad = [line for line in lines if line.state in ("failed", "refused")]
    if not as_json:
        pages = sum(line.pages or 0 for line in lines)
        verb = "abgelegt" if wait else "angenommen"
        out.print(f"{len(lines) - len(bad)} Datei(en) {verb}, {pages} Seite(n), {len(bad)} in der Arbeitsliste.")
    raise typer.Exit(1 if bad else 0)


def take_in(
    client: Client, ingest_id: str, files: list[Path], *, wait: bool, progress: Progress | None
) -> Iterator[Line]:
    """Upload every file, and with `wait` follow each until it is settled."""
    names: dict[str, str] = {}
    begun = time.monotonic()
    task = progress.add_task("Übertragen", total=len(files), speed="") if progress else None
    for file in files:
        try:
            with file.open("rb") as stream:
                item = client.upload(f"/ingests/{ingest_id}/items", file.name, stream)
        except ProblemAnswer as answer:
            yield Line(str(file), "refused", answer.problem_code, str(answer))
        except OSError as error:
            yield Line(str(file), "refused", "file-unreadable", f"Die Datei ist nicht lesbar: {error.strerror}.")
        else:
            names[item["id"]] = str(file)
            if not wait:
                yield _line(names[item["id"]], item)
        if progress and task is not None:
            progress.advance(task)
    if not wait:
        return
    if progress and task is not None:
        progress.update(task, description="Verarbeiten", completed=0, total=len(names))
    pages = 0
    waiting = set(names)
    while waiting:
        for item in client.pages(f"/ingests/{ingest_id}/items", limit=500):
            if item["id"] in waiting and item["state"] in SETTLED:
                waiting.discard(item["id"])
                pages += item["pageCount"] or 0
                yield _line(names[item["id"]], item)
                if progress and task is not None:
                    per_minute = pages / max(time.monotonic() - begun, 0.001) * 60
                    progress.update(task, advance=1, speed=f"{per_minute:.0f} Seiten/min")
        if waiting:
            time.sleep(POLL_S)


def _line(file: str, item: dict[str, Any]) -> Line:
    return Line(
        file,
        item["state"],
        item["failureCode"],
        item["failureMessage"] or "; ".join(warning["message"] for warning in item["warnings"]) or None,
        item["documentId"],
        item["reference"],
        item["pageCount"],
        round(item["seconds"], 2),
    )


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeElapsedColumn(),
        console=err,
    )
