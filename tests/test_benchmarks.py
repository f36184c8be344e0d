"""Benchmarks run seldom; here is what would be noticed late: that one does not start, or writes rows nobody takes."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from eakte.foundation.work import House

BENCH = Path(__file__).parents[1] / "bench"
SCRIPTS = sorted(BENCH.glob("[a-z]*.py"))
# One interpreter loads them all. A script begins with its own folder first on the path, as Python has it.
START = """
import runpy, sys
bench, *scripts = sys.argv[1:]
clean = list(sys.path)
for script in scripts:
    sys.path[:] = [bench, *clean]
    sys.modules.pop("_stack", None)
    runpy.run_path(script, run_name="benchmark")
    if sys.path[0] == bench:
        print(script)
"""


def test_every_benchmark_loads_and_none_hides_the_package_it_is_called_like() -> None:
    command = [sys.executable, "-c", START, str(BENCH), *map(str, SCRIPTS)]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert SCRIPTS
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == []


def test_a_town_hall_for_measuring_has_the_rows_the_database_wants(
    committed_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    hall = importlib.import_module("_town").build_town_hall(committed_house, 120)
    assert hall.token
