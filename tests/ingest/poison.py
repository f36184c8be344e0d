"""What hostile files make of a child: called by name inside the sandbox."""

import ctypes
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from ingest.adapters.cores import Cores
from ingest.recognition.errors import BrokenImage


def answer(value: int) -> int:
    return value


def report_progress(report: object) -> int:
    for done in (1, 2, 3):
        report(done, 3)  # type: ignore[operator]
    return 3


def spin() -> int:
    while True:
        pass


def sleep_long() -> int:
    time.sleep(300)
    return 0


def eat_memory() -> int:
    held = []
    while True:
        held.append(bytearray(1 << 24))


def eat_memory_natively() -> int:
    """Like a C++ library whose allocation fails: it says so and aborts."""
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'")
    os.abort()


def crash() -> int:
    ctypes.string_at(0)
    return 0


def fill_disk(target: Path) -> int:
    with target.open("wb") as out:
        while True:
            out.write(b"\0" * (1 << 24))


def name_the_error() -> int:
    raise BrokenImage(problem="Bild 3 von 7 ist nicht lesbar.")


def fail_unexpectedly() -> int:
    raise ZeroDivisionError


def leave_a_child(pid_file: Path) -> int:
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    pid_file.write_text(str(helper.pid))
    return helper.pid


def leave_a_child_and_hang(pid_file: Path) -> int:
    leave_a_child(pid_file)
    return sleep_long()


def environment() -> str:
    return " ".join(os.environ)


def own_pid(pid_file: Path) -> int:
    pid_file.write_text(str(os.getpid()))
    return sleep_long()


def wait_for(pid_file: Path) -> int:
    """Until another child lives, whose id is the answer."""
    while not (pid_file.exists() and pid_file.read_text()):
        time.sleep(0.02)
    return int(pid_file.read_text())


def hold_a_core(pid_file: Path, cores: Cores) -> int:
    with cores.one():
        return own_pid(pid_file)


def take_a_core(cores: Cores) -> int:
    with cores.one():
        return len(cores)


def call_home(port: int) -> bool:
    """Ask a server on this very machine for something, as a link in a file would."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
