"""A bar that shows how far a command is; loaded only where somebody looks on."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from eakte.entrypoints.commands.speaking import err


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar beside the output while the block runs; call what it gives for each thing that is done."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # With the output in a file, rich would take what is written there for its own console.
    with Progress(*columns, console=err, transient=True, redirect_stdout=sys.stdout.isatty()) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
