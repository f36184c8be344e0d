"""Commands that are loaded when somebody gives them.

Together they need SQLAlchemy, FastAPI, PDF and OCR libraries, which take seconds to load; no single command needs all.
"""

import gc
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

_HERE = __package__


class LazyCommand(TyperCommand):
    """A command, or a group of them, known by name and purpose only; `target` is `module:name`."""

    def __init__(self, name: str, target: str, purpose: str) -> None:
        super().__init__(name, help=purpose)
        self.target = target

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return self.loaded().make_context(info_name, args, parent, **extra)

    def loaded(self) -> TyperCommand | TyperGroup:
        """The command itself."""
        module, _, name = self.target.partition(":")
        found = getattr(_imported(module), name)
        if isinstance(found, TyperGroup):
            return found
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(self.name)(found)
        command = get_command(alone)
        assert isinstance(command, TyperCommand)
        return command


def _imported(name: str) -> ModuleType:
    """A module with all it needs, of which nothing becomes garbage: looking for some costs a quarter of the time."""
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


def add_lazily(group: TyperGroup, commands: Iterable[tuple[str, str, str]]) -> TyperGroup:
    """Give a group its commands: the name of each, where it stands in this package, and what it is for."""
    for name, place, purpose in commands:
        group.add_command(LazyCommand(name, f"{_HERE}.{place}", purpose))
    return group
