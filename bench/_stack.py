"""What the benchmarks share: a whole product of their own under a temporary directory, and a look at its processes."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
# Python puts the folder of a script first on its path, where `retention.py` would hide the package it measures.
_HERE = str(Path(__file__).parent)
sys.path[:] = [*(place for place in sys.path if place != _HERE), _HERE]
EAKTE = (sys.executable, "-m", "eakte.entrypoints.cli")


@dataclass(frozen=True)
class Stack:
    """A running `eakte stack`: where its data is, how to reach it, and its processes."""

    var: Path
    url: str
    token: str
    process: psutil.Process

    def run(self, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run the command line against this stack; what it says comes back as text."""
        command = [*EAKTE, *arguments]
        return subprocess.run(command, env=environment(self.var), text=True, stdout=subprocess.PIPE, **options)

    def part(self, name: str) -> psutil.Process:
        """The process that serves as `serve` or `worker`."""
        for child in self.process.children(recursive=True):
            if child.cmdline()[-1:] == [name]:
                return child
        raise LookupError(name)


def environment(var: Path) -> dict[str, str]:
    """Ours, without an installation that the caller may have configured; limits of work may be set."""
    tuning = ("EAKTE_WORKER__", "EAKTE_INGEST__", "EAKTE_XRECHNUNG__")
    kept = {name: value for name, value in os.environ.items() if name.startswith(tuning) or name[:6] != "EAKTE_"}
    return {**kept, "EAKTE_VAR": str(var), "EAKTE_LOG_LEVEL": "warning"}


@contextmanager
def own_stack(timeout_s: float = 120.0) -> Iterator[Stack]:
    """Start everything under a temporary directory; stop and forget it at the end."""
    with tempfile.TemporaryDirectory(prefix="eakte-bench-") as directory:
        var = Path(directory) / "var"
        command = [*EAKTE, "stack"]
        process = subprocess.Popen(command, env=environment(var), stdout=subprocess.PIPE, text=True, cwd=directory)
        try:
            assert process.stdout is not None
            _wait_for(process, timeout_s)
            parts = json.loads((var / "run" / "stack.json").read_text())
            yield Stack(var, parts["client"]["url"], parts["client"]["token"], psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(process: "subprocess.Popen[str]", timeout_s: float) -> None:
    """Until the stack tells where it is, which it does when it answers."""
    said: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if "Strg-C" in line:
                ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    if not ready.wait(timeout_s) or process.poll() is not None:
        raise RuntimeError("The stack did not start:\n" + "".join(said))


def tree(process: psutil.Process) -> list[psutil.Process]:
    """A process and everything below it that still lives."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(process: psutil.Process) -> float:
    """Processor time of a tree so far, including children that ended and were waited for."""
    total = 0.0
    for one in tree(process):
        try:
            total += sum(one.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


_PARTS = {"API": "serve", "worker": "worker", "PostgreSQL": "postgres", "S3": "weed"}


def parts_of(process: psutil.Process) -> dict[str, list[psutil.Process]]:
    """The topmost process of each part of a stack; what it starts counts to it, and the guards beside it to nobody."""
    parts: dict[str, list[psutil.Process]] = {}
    for name, sign in _PARTS.items():
        named = [one for one in tree(process) if sign in _called(one)]
        ids = {one.pid for one in named}
        parts[name] = [one for one in named if ids.isdisjoint(parent.pid for parent in one.parents())]
    return parts


def _called(process: psutil.Process) -> tuple[str, ...]:
    try:
        return (process.name(), *process.cmdline()[-1:])
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ()


class PeakMemory:
    """Samples the proportional set size (PSS) of process trees; `peak` is the largest sum, in bytes.

    PSS counts shared pages once, so that forked processes do not look larger than they are.
    """

    def __init__(self, roots: Sequence[psutil.Process], every_s: float = 0.25) -> None:
        self.peak = 0
        self._roots = roots
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        own = os.getpid()
        while not self._ended.wait(self._every_s):
            below = {one.pid for root in self._roots for one in tree(root)} - {own}
            self.peak = max(self.peak, sum(map(_pss, below)))


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return 0


def machine() -> str:
    """The machine in one line, for the head of a table."""
    load = os.getloadavg()[0]
    memory = psutil.virtual_memory().total / (1 << 30)
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, load before {load:.1f}, {time.strftime('%Y-%m-%d')}"
    )
