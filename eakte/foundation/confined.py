"""Foreign files are opened in child processes with limits (Sandkasten). Who has them lends them to everybody here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

preloaded: list[str] = []
"""Modules that the parent of all children imports once, so that no child has to."""


class Confine(Protocol):
    """Runs `call` ("package.module:function") with keyword `arguments` in a child, and brings back its `result`.

    Raises an Invalid that says how the child ended, and Unavailable when that was not the file's fault.
    """

    def __call__(
        self,
        call: str,
        result: type[T],
        arguments: Mapping[str, Any],
        *,
        timeout_s: float,
        memory_mb: int,
        workdir: Path | None = None,
    ) -> T: ...


_lenders: list[Confine] = []


def lend(confine: Confine) -> None:
    """Let other packages open foreign files where this one does."""
    _lenders[:] = [confine]


def run_confined(
    call: str,
    result: type[T],
    arguments: Mapping[str, Any],
    *,
    timeout_s: float,
    memory_mb: int,
    workdir: Path | None = None,
) -> T:
    """See `Confine`."""
    assert _lenders, "no package lends child processes"
    return _lenders[0](call, result, arguments, timeout_s=timeout_s, memory_mb=memory_mb, workdir=workdir)
