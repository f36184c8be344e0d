"""`eakte invoice check`: whether the official validator would accept invoices, and what to change where not."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from eakte.entrypoints.checking import NOT_JUDGED, Answer, Told, check_files, invoices_in
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
        typer.echo("Unter den genannten Pfaden ist keine Datei, die eine Rechnung sein könnte.", err=True)
        raise typer.Exit(2)
    counts = Counter[int]()
    with _bar(len(files)) as advance:
        for status, words in _answers(files, _line if json_lines else _words, jobs):
            counts[status] += 1
            if json_lines:
                sys.stdout.write(words)
            else:
                typer.echo(words, err=status == NOT_JUDGED)
            advance()
    if not json_lines and len(files) > 1:
        typer.echo(f"{len(files)} geprüft: {counts[0]} angenommen, {counts[1]} abgelehnt, {counts[2]} nicht prüfbar.")
    raise typer.Exit(max(counts))


def _answers(files: list[Path], tell: Callable[[Answer], str], jobs: int) -> Iterator[Told]:
    try:
        yield from check_files(files, clock.legal_day(clock.now()), tell, jobs=jobs)
    except BrokenProcessPool:
        raise CheckingDied from None


def _line(answer: Answer) -> str:
    """The answer as a line of JSON; `problem` says why there is no verdict."""
    verdict = as_json(answer.verdict) if answer.verdict else {"accepted": None, "findings": []}
    return json.dumps({"file": answer.file, **verdict, "problem": answer.problem}, ensure_ascii=False) + "\n"


def _words(answer: Answer) -> str:
    """The answer as people read it; the colours go away where nobody sees them."""
    verdict = answer.verdict
    if verdict is None:
        return f"{answer.file}: {answer.problem}"
    word, colour = ("angenommen", typer.colors.GREEN) if verdict.accepted else ("abgelehnt", typer.colors.RED)
    scenario = verdict.scenario or "kein Prüfszenario"
    inside = f", eingebettet als {verdict.embedded}" if verdict.embedded else ""
    judged = typer.style(word, fg=colour, bold=True)
    lines = [f"{answer.file}: {judged} ({scenario}, Prüfregeln {verdict.release}{inside})"]
    for finding in verdict.findings:
        lines.append(f"  {WEIGHTS[finding.severity]} {finding.rule}: {finding.message}{_where(finding)}")
        if finding.remedy:
            lines.append(f"      {finding.remedy}")
    return "\n".join(lines)


def _where(finding: Finding) -> str:
    said = [*finding.terms, *([f"Zeile {finding.line}"] if finding.line else [])]
    return f" [{', '.join(said)}]" if said else ""


def _bar(total: int) -> AbstractContextManager[Callable[[], None]]:
    """A progress bar where somebody looks on; loading it takes as long as judging fifty invoices."""
    if not sys.stderr.isatty() or total < _ENOUGH_FOR_A_BAR:
        return nullcontext(lambda: None)
    shown: AbstractContextManager[Callable[[], None]] = import_module(f"{__package__}.progress").bar("Prüfen", total)
    return shown
