"""Commands of `eakte`, each in a process of its own that is forked where everything they need is loaded already.

Loading takes most of the time of a command. Whether one loads all that it needs, others test.
"""

import atexit
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from typer.core import TyperGroup

from eakte.entrypoints.cli import command_line
from eakte.entrypoints.commands.lazy import LazyCommand
from tests.support.preloaded import become

_ROOT = Path(__file__).parents[2]


def run(
    arguments: Sequence[str], environment: Mapping[str, str], timeout_s: float
) -> "subprocess.CompletedProcess[str]":
    """Run `eakte` with these arguments, as at a terminal. Raises TimeoutExpired."""
    with TemporaryDirectory(prefix="eakte-command-") as folder:
        order = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": folder,
            "cwd": str(Path.cwd()),
        }
        server = _server()
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(json.dumps(order) + "\n")
        server.stdin.flush()
        if not select.select([server.stdout], [], [], timeout_s)[0]:
            _end(server)
            _server.cache_clear()
            raise subprocess.TimeoutExpired(list(arguments), timeout_s)
        said, complaints = ((Path(folder) / name).read_text() for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess(list(arguments), int(server.stdout.readline()), said, complaints)


@cache
def _server() -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.commands"]
    # A group of its own, so that what a command has started ends with it.
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT, start_new_session=True
    )
    atexit.register(_end, server)
    return server


def _end(server: "subprocess.Popen[str]") -> None:
    if server.poll() is None:
        os.killpg(server.pid, 9)
    server.communicate()


# --- the server -------------------------------------------------------------------------------------------


def _serve() -> None:
    for command in _commands(command_line()):
        command.loaded()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(**json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _commands(group: TyperGroup) -> Iterator[LazyCommand]:
    for command in group.commands.values():
        if isinstance(command, LazyCommand):
            yield command
            loaded = command.loaded()
            if isinstance(loaded, TyperGroup):
                yield from _commands(loaded)


def _become(arguments: list[str], environment: dict[str, str], folder: str, cwd: str) -> Any:
    """Never returns, whatever happens: a second server would answer what the first was asked."""
    status = 1
    try:
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(Path(folder) / name, os.O_WRONLY | os.O_CREAT), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(cwd)
        status = become(arguments, environment)
    finally:
        os._exit(status)


if __name__ == "__main__":
    _serve()
