"""Processes beside this one: in order, with what they raise, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from pathlib import Path

import pytest

from eakte.foundation.beside import made_beside

LEAVES_PROCESSES = """
import itertools, multiprocessing
from eakte.foundation.beside import made_beside

if __name__ == "__main__":
    for number in made_beside(list, itertools.count(), processes=2, chunk=1):
        if number == 2:
            print(*(process.pid for process in multiprocessing.active_children()), flush=True)
"""


def halves(numbers: list[int]) -> list[tuple[int, int]]:
    return [(number // 2, os.getpid()) for number in numbers]


def tenths_of(numbers: list[int]) -> list[float]:
    return [10 / number for number in numbers]


def suicide(numbers: list[int]) -> list[int]:
    os.kill(os.getpid(), signal.SIGKILL)
    return numbers


@pytest.mark.parametrize("count", [0, 1, 7, 100])
def test_what_is_made_comes_in_the_order_of_what_was_given(count: int) -> None:
    made = list(made_beside(halves, range(0, 2 * count, 2), processes=2, chunk=3))
    assert [half for half, _ in made] == list(range(count))
    assert os.getpid() not in {process for _, process in made}
    assert active_children() == []


def test_only_a_few_are_taken_ahead() -> None:
    given = iter(range(10_000))
    made = made_beside(halves, given, processes=2, chunk=5)
    next(made)
    assert next(given) <= 50
    made.close()
    assert active_children() == []


def test_what_goes_wrong_there_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(made_beside(tenths_of, [5, 2, 1, 0, 3], processes=2, chunk=1))
    assert active_children() == []


def test_a_killed_process_is_told() -> None:
    with pytest.raises(BrokenProcessPool):
        list(made_beside(suicide, range(10), processes=2, chunk=1))
    assert active_children() == []


def test_they_end_when_we_are_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(LEAVES_PROCESSES)
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        beside = [Path("/proc", pid) for pid in parent.stdout.readline().split()]
        alive = [process for process in beside if process.exists()]
        parent.kill()
    assert len(alive) == 2
    deadline = time.monotonic() + 20
    while any(_runs(process) for process in beside):
        assert time.monotonic() < deadline, "left behind"
        time.sleep(0.05)


def _runs(process: Path) -> bool:
    try:
        return process.joinpath("stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
