"""What stands behind the command `eakte` before anybody gives one of its commands."""

import subprocess
import sys

import pytest
from typer.core import TyperGroup

from eakte.entrypoints.cli import command_line
from eakte.entrypoints.commands.lazy import LazyCommand
from tests.support.installation import EAKTE

LAZY = [command for command in command_line().commands.values() if isinstance(command, LazyCommand)]


@pytest.mark.parametrize("command", LAZY, ids=lambda command: command.name)
def test_every_command_is_there_and_does_what_the_list_says(command: LazyCommand) -> None:
    loaded = command.loaded()
    assert loaded.help == command.help
    assert loaded.params or isinstance(loaded, TyperGroup) or command.name in {"stack", "migrate", "sweep"}


def test_the_list_of_commands_names_them_all() -> None:
    shown = subprocess.run([*EAKTE, "--help"], capture_output=True, text=True, check=True).stdout
    assert all(command.name in shown and command.help.split()[0] in shown for command in LAZY)


def test_what_a_command_does_not_need_is_not_loaded() -> None:
    listing = "import sys, eakte.entrypoints.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlalchemy", "fastapi", "pikepdf", "pydantic", "httpx"} & set(loaded)


@pytest.mark.parametrize("command", ["batch", "document", "ingest", "records", "search"])
def test_a_command_that_asks_the_server_does_not_load_it(command: str) -> None:
    listing = f"import sys, eakte.entrypoints.commands.{command}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlalchemy", "fastapi", "pikepdf", "psycopg"} & set(loaded)
