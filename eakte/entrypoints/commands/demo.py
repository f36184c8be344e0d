"""`eakte demo`: the main job on the sample batch, for `make run`."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from eakte.entrypoints.client import Client
from eakte.entrypoints.commands.common import OPERATOR
from eakte.entrypoints.commands.ingest import take_in
from eakte.entrypoints.commands.processes import say_where, wait_for_interrupt
from eakte.entrypoints.commands.speaking import err, out
from eakte.entrypoints.house import open_house
from eakte.entrypoints.stack import FIRST_UNIT, RunningStack, running_stack
from eakte.foundation.embedded import ended_by_signal
from eakte.foundation.errors import EakteError, Invalid
from eakte.foundation.logging import configure_logging
from eakte.foundation.settings import Settings
from eakte.records.plan_queries import plan_by_key
from eakte.records.service.plans import create_plan, import_plan

SAMPLES = Path(__file__).parents[3] / "samples"
PLAN_KEY = "muster"


class SamplesMissing(Invalid):
    """Die Musterdokumente fehlen."""

    advice = "Sie gehören zum Quellverzeichnis; bitte von dort starten oder „eakte stack“ verwenden."


class DemoFailed(Invalid):
    """Der Musterlauf ist nicht gelungen."""

    advice = "{problem}"


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter of the batch, and a word that stands on one of its pages only."""

    file: Path
    title: str
    entry: str
    page: int
    word: str


@dataclass(frozen=True, slots=True)
class Outcome:
    sample: Sample
    reference: str
    pages: int
    seconds: float
    pdfa: str
    found_on: int | None


def demo(
    once: Annotated[bool, typer.Option("--once", help="Nach dem Musterlauf beenden")] = False,
) -> None:
    """Alles starten, die Musterbriefe von Papier zu Akte bringen und zeigen, was geschah."""
    if not (SAMPLES / "manifest.json").exists():
        raise SamplesMissing
    settings = Settings()
    configure_logging(settings.model_copy(update={"log_level": "warning"}))
    with ended_by_signal(), running_stack(settings) as running:
        plan_id, is_new = _sample_plan(running)
        try:
            _run_samples(Client(running.settings), plan_id)
        except EakteError as error:
            # After the first start people may have worked with plan and letters: that is no reason to stay away.
            if is_new or once:
                raise
            err.print(f"[yellow]Musterlauf:[/] {escape(str(error))}")
        say_where(running)
        if not once:
            wait_for_interrupt()
    out.print("Beendet.")


def _samples() -> Iterator[Sample]:
    for document in json.loads((SAMPLES / "manifest.json").read_text())["documents"]:
        yield Sample(
            SAMPLES / document["file"], document["title"], document["entry"], document["page"], document["word"]
        )


def _sample_plan(running: RunningStack) -> tuple[UUID, bool]:
    """The sample plan, and whether it is new. Imported only then: what people changed in it stays changed."""
    with open_house(running.settings) as house, house.begin(OPERATOR) as work:
        known = plan_by_key(work.session, PLAN_KEY)
        if known is not None:
            return known.id, False
        plan = create_plan(work, key=PLAN_KEY, name="Musteraktenplan", version="1")
        import_plan(work, plan.id, (SAMPLES / "aktenplan.csv").read_bytes(), "text/csv")
        return plan.id, True


def _run_samples(client: Client, plan_id: UUID) -> None:
    """Bring every letter into its dossier and show what came of it."""
    begun = time.monotonic()
    prepared = list(_prepared(client, plan_id))
    with ThreadPoolExecutor(len(prepared)) as pool:
        outcomes = list(pool.map(lambda pair: _through(client, *pair), prepared))
    _show(outcomes, time.monotonic() - begun)


def _prepared(client: Client, plan_id: UUID) -> Iterator[tuple[Sample, dict[str, Any]]]:
    """Open a dossier for each letter that has none."""
    units = {unit["key"]: unit["id"] for unit in client.pages("/organisational-units")}
    unit_id = units.get(FIRST_UNIT) or next(iter(units.values()), None)
    if unit_id is None:
        raise DemoFailed(problem="Es gibt keine Organisationseinheit.")
    for sample in _samples():
        entries = client.get("/filing-plan-entries", code=sample.entry, planId=str(plan_id))["items"]
        if not entries:
            raise DemoFailed(problem=f"Im Aktenplan „{PLAN_KEY}“ fehlt der Eintrag {sample.entry}.")
        entry = entries[0]
        known = [one for one in client.pages("/dossiers", entryId=entry["id"]) if one["title"] == sample.title]
        body = {"entryId": entry["id"], "unitId": unit_id, "title": sample.title}
        yield sample, known[0] if known else client.post("/dossiers", body)


def _through(client: Client, sample: Sample, dossier: dict[str, Any]) -> Outcome:
    """Bring one letter into its dossier, unless an earlier start did, and look for its word."""
    filed = [
        document
        for case in client.pages(f"/dossiers/{dossier['id']}/cases")
        for document in client.pages(f"/cases/{case['id']}/documents")
    ]
    seconds = 0.0
    if filed:
        document_id = filed[0]["id"]
    else:
        opened = client.open_ingest(dossier["reference"])
        (line,) = take_in(client, opened["id"], [sample.file], wait=True, progress=None)
        if line.document is None:
            raise DemoFailed(problem=f"{sample.file.name}: {line.message}")
        document_id, seconds = line.document, line.seconds or 0.0
    document = client.get(f"/documents/{document_id}")
    *_, version = client.get(f"/documents/{document_id}/versions")
    levels = [one["pdfaLevel"] for one in version["renditions"] if one["kind"] == "archival"]
    return Outcome(
        sample,
        document["reference"],
        version["pageCount"] or 0,
        seconds,
        f"PDF/A-{levels[0]}" if levels and levels[0] else "–",
        _found_on(client, sample.word, document_id),
    )


def _found_on(client: Client, word: str, document_id: str, patience_s: float = 15.0) -> int | None:
    """The page on which a search for `word` finds the document; the index follows filing within seconds."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        for hit in client.get("/search", q=word)["items"]:
            if hit["document"]["id"] == document_id:
                pages = [snippet["page"] for snippet in hit["snippets"] if snippet["page"]]
                return pages[0] if pages else None
        time.sleep(0.2)
    return None


def _show(outcomes: list[Outcome], seconds: float) -> None:
    table = Table(title="Vom Papier zur Akte: die Musterbriefe")
    for heading in ("Dokument", "Datei", "Seiten", "Sekunden", "Archivfassung", "Suche nach", "gefunden auf"):
        table.add_column(heading, no_wrap=True)
    for outcome in outcomes:
        found = f"Seite {outcome.found_on}" if outcome.found_on else "nicht gefunden"
        table.add_row(
            outcome.reference,
            outcome.sample.file.name,
            str(outcome.pages),
            f"{outcome.seconds:.1f}" if outcome.seconds else "schon da",
            outcome.pdfa,
            outcome.sample.word,
            found,
        )
    out.print(table)
    pages = sum(outcome.pages for outcome in outcomes)
    out.print(f"{len(outcomes)} Dokumente, {pages} Seiten in {seconds:.1f} s.")
    lost = [outcome.sample.word for outcome in outcomes if outcome.found_on != outcome.sample.page]
    if lost:
        raise DemoFailed(problem=f"Nicht auf der richtigen Seite gefunden: {', '.join(lost)}")
