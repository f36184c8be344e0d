"""Presenters (Darstellung): packages that can show files of a format of their own, which have no pages by themselves.

A presenter is a module that is named, not handed over: it runs in the child process in which a foreign file is opened.
It has two functions:

- `knows(source)` tells whether a file is of its format, by content and at little cost;
- `present(source, workdir, received_on)` shows it, and answers None for a file that holds nothing of its format.
"""

import importlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol, cast

from eakte.foundation.errors import Finding

presenters: list[str] = []
"""The modules that present, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a presenter makes of a file.

    `archival` is a PDF/A in the given work directory that shows all of it, of a `level` ("2a") for which the presenter
    vouches; None for a file that has pages of its own, as a PDF with data inside. `lines` are what it says, a name
    and a value each: search finds them whether a page shows them or not. `notices` tell people, and the package
    itself later, what the file is.
    """

    archival: Path | None
    level: str | None
    lines: tuple[str, ...]
    notices: tuple[Finding, ...] = ()


class Presenter(Protocol):
    """What a module that presents looks like; see above."""

    def knows(self, source: Path) -> bool: ...

    def present(self, source: Path, workdir: Path, received_on: date) -> Presentation | None: ...


@dataclass(frozen=True, slots=True)
class Presenting:
    """Whom a child process asks to present a file that arrived on a day."""

    names: tuple[str, ...]
    received_on: date

    def knows(self, source: Path) -> bool:
        return any(_presenter(name).knows(source) for name in self.names)

    def present(self, source: Path, workdir: Path) -> Presentation | None:
        """What the first presenter that knows the file makes of it."""
        for name in self.names:
            presentation = _presenter(name).present(source, workdir, self.received_on)
            if presentation is not None:
                return presentation
        return None


NOBODY = Presenting((), date.min)


def presenting_on(received_on: date) -> Presenting:
    """Everybody who presents in this installation."""
    return Presenting(tuple(presenters), received_on)


def _presenter(name: str) -> Presenter:
    return cast(Presenter, importlib.import_module(name))
