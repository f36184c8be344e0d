"""`eakte invoice check`: whether the official validator would accept invoices, and what to change where not."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from eakte.entrypoints.checking import Answer, check_files, invoices_in
from eakte.entrypoints.commands.speaking import err
from eakte.foundation import clock
from eakte.foundation.errors import Unavailable
from xrechnung.judging.telling import as_json
from xrechnung.judging.verdict import Finding
from xrechnung.showing.words import WEIGHTS

_ENOUGH_FOR_A_BAR = 20


class CheckingDied(Unavailable):
    """Die Prüfung wurde abgebrochen, weil einer ihrer Prozesse beendet wurde."""

    advice = "Vermutlich war der Arbeitsspeicher knapp; mit kleinerem --jobs gelingt es meist."


def check(
    paths: Annotated[
        list[Path], typer.Argument(help="Dateien und Ordner; - für die Standardeingabe", show_default=False)
    ],
    json_lines: Annotated[bool, typer.Option("--json", help="Eine JSON-Zeile je Datei")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Zahl der Prozesse")] = 1,
) -> None:
    """Rechnungen prüfen. Ende mit 0: alle angenommen, 1: etwas abgelehnt, 2: etwas war nicht prüfbar."""
    files = list(invoices_in(paths))
    if not files:
        err.print("Unter den genannten Pfaden ist keine Datei, die eine Rechnung sein könnte.")
        raise typer.Exit(2)
    counts = Counter[int]()
    with _bar(len(files)) as advance:
        for answer in _answers(files, jobs):
            counts[answer.status] += 1
            if json_lines:
                sys.stdout.write(_line(answer))
            else:
                _tell(answer)
            advance()
    if not json_lines and len(files) > 1:
        typer.echo(f"{len(files)} geprüft: {counts[0]} angenommen, {counts[1]} abgelehnt, {counts[2]} nicht prüfbar.")
    raise typer.Exit(max(counts))


def _answers(files: list[Path], jobs: int) -> Iterator[Answer]:
    try:
        yield from check_files(files, clock.legal_day(clock.now()), jobs=jobs)
    except BrokenProcessPool:
        raise CheckingDied from None


def _line(answer: Answer) -> str:
    """The answer as a line of JSON; `problem` says why there is no verdict."""
    verdict = as_json(answer.verdict) if answer.verdict else {"accepted": None, "findings": []}
    return json.dumps({"file": answer.file, **verdict, "problem": answer.problem}, ensure_ascii=False) + "\n"


def _tell(answer: Answer) -> None:
    verdict = answer.verdict
    if verdict is None:
        err.print(f"{answer.file}: {answer.problem}", markup=False)
        return
    word, colour = ("angenommen", typer.colors.GREEN) if verdict.accepted else ("abgelehnt", typer.colors.RED)
    scenario = verdict.scenario or "kein Prüfszenario"
    inside = f", eingebettet als {verdict.embedded}" if verdict.embedded else ""
    typer.echo(f"{answer.file}: ", nl=False)
    typer.secho(word, fg=colour, bold=True, nl=False)
    typer.echo(f" ({scenario}, Prüfregeln {verdict.release}{inside})")
    for finding in verdict.findings:
        typer.echo(f"  {WEIGHTS[finding.severity]} {finding.rule}: {finding.message}{_where(finding)}")
        if finding.remedy:
            typer.echo(f"      {finding.remedy}")


def _where(finding: Finding) -> str:
    said = [*finding.terms, *([f"Zeile {finding.line}"] if finding.line else [])]
    return f" [{', '.join(said)}]" if said else ""


@contextmanager
def _bar(total: int) -> Iterator["_Advance"]:
    """A progress bar beside the output, where somebody looks on; told in steps that cost nothing."""
    if not err.is_terminal or total < _ENOUGH_FOR_A_BAR:
        yield _Advance(None)
        return
    columns = (TextColumn("Prüfen"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # With the output in a file, rich would take what is written there for its own console.
    with Progress(*columns, console=err, transient=True, redirect_stdout=sys.stdout.isatty()) as progress:
        yield _Advance(progress, total)


class _Advance:
    def __init__(self, progress: Progress | None, total: int = 0) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total) if progress else None

    def __call__(self) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)
