"""The zygote: imports the heavy libraries once and forks one limited child per request.

Started by `ingest.adapters.sandbox`, never by hand. It has one thread, so forking is safe. Its control socket
is its lifeline: when the worker is gone, it kills all children and leaves.
"""

import contextlib
import ctypes
import errno
import gc
import importlib
import json
import os
import pickle
import resource
import selectors
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic_core import to_jsonable_python

from eakte.foundation.errors import EakteError
from eakte.foundation.room import NoRoomLeft, lacks_room
from ingest.adapters.cores import Cores, new_core
from ingest.adapters.sandbox import Request, Verdict

_PRELOADED = (
    "ingest.adapters.filetype",
    "ingest.adapters.ocrmypdf",
    "ingest.adapters.page_looks",
    "ingest.adapters.assembling",
)
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_TAIL = 4000
_ERRORS_BY_NUMBER = {
    errno.ENOMEM: "MemoryError",
    errno.EFBIG: "TooMuchOutput",
}


@dataclass(slots=True)
class _Child:
    """One running child, seen by the zygote; `noise` holds what it wrote to its outputs."""

    pid: int
    handle: int
    word: socket.socket
    noise: int
    deadline: float
    timed_out: bool = False


class Zygote:
    """Serves requests until the control socket closes."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._children: dict[int, _Child] = {}
        self._cores: list[int] = []

    def serve(self) -> None:
        while True:
            for key, _ in self._selector.select(self._patience()):
                if key.fileobj is not self._control:
                    self._bury(self._children[key.fd])
                elif not self._accept():
                    self._kill_all()
                    return
            self._stop_the_late()

    def _patience(self) -> float | None:
        waiting = [child.deadline for child in self._children.values() if not child.timed_out]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else None

    def _accept(self) -> bool:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, 1 << 20, 2)
        except OSError:
            return False
        if not message:
            return False
        data, word = descriptors
        request: Request = pickle.loads(message)  # noqa: S301  from our own worker
        noise = os.memfd_create("noise")
        zygote = os.getpid()
        self._cores += [new_core() for _ in range(len(self._cores), request.cores)]
        try:
            pid = os.fork()
        except OSError:
            for descriptor in (data, word, noise):
                os.close(descriptor)
            return True
        if pid == 0:
            os.close(word)
            self._leave_the_zygote()
            _live(request, data, noise, zygote, Cores(self._cores[: request.cores]))
        os.close(data)
        child = _Child(pid, os.pidfd_open(pid), socket.socket(fileno=word), noise, time.monotonic() + request.timeout_s)
        self._children[child.handle] = child
        self._selector.register(child.handle, selectors.EVENT_READ)
        return True

    def _leave_the_zygote(self) -> None:
        """Let go, in a new child, of what the zygote holds.

        A sibling's `word` above all: the worker hears the end of a verdict only when nobody holds it open any more.
        """
        self._control.close()
        self._selector.close()
        for sibling in self._children.values():
            sibling.word.close()
            os.close(sibling.handle)
            os.close(sibling.noise)

    def _stop_the_late(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.deadline <= now and not child.timed_out:
                child.timed_out = True
                _kill_group(child.pid)

    def _bury(self, child: _Child) -> None:
        """Kill what a dead child left behind, then tell the worker how it ended."""
        _kill_group(child.pid)
        _, status, usage = os.wait4(child.pid, 0)
        self._selector.unregister(child.handle)
        del self._children[child.handle]
        size = os.lseek(child.noise, 0, os.SEEK_END)
        verdict = Verdict(
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            timed_out=child.timed_out,
            peak_mb=usage.ru_maxrss // 1024,
            cpu_s=round(usage.ru_utime + usage.ru_stime, 2),
            said=os.pread(child.noise, _TAIL, max(0, size - _TAIL)).decode(errors="replace"),
        )
        with child.word, contextlib.suppress(OSError):
            child.word.sendall(json.dumps(asdict(verdict)).encode())
        os.close(child.handle)
        os.close(child.noise)

    def _kill_all(self) -> None:
        for child in self._children.values():
            _kill_group(child.pid)


def _kill_group(pid: int) -> None:
    """Kill a child with all it started; also before it has become the leader of its group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _live(request: Request, data: int, noise: int, zygote: int, cores: Cores) -> NoReturn:
    """The life of a child: take on the limits, do the work, answer, leave."""
    try:
        _confine(request, noise, zygote)
        with open(data, "wb", buffering=0) as out:
            _answer(request, cores, out)
    except BaseException:  # noqa: BLE001  nothing may reach the zygote's own loop
        traceback.print_exc()
    finally:
        os._exit(0)


def _confine(request: Request, noise: int, zygote: int) -> None:
    os.setsid()
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    libc = ctypes.CDLL(None, use_errno=True)
    _leave_network(libc)
    # After that, for new namespaces make the kernel forget it.
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote:
        os._exit(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, noise), (2, noise)):
        os.dup2(source, target)
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for kind, limit in (
        (resource.RLIMIT_AS, mapped + request.memory_mb * 1024 * 1024),
        (resource.RLIMIT_CPU, request.cpu_s),
        (resource.RLIMIT_FSIZE, request.output_mb * 1024 * 1024),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    if request.workdir is not None:
        tempfile.tempdir = str(request.workdir)
        os.chdir(request.workdir)


def _leave_network(libc: ctypes.CDLL) -> None:
    """Move to a network without a way out, where the system allows it: files cannot make anybody ask for anything."""
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _answer(request: Request, cores: Cores, out: Any) -> None:
    def say(message: dict[str, Any]) -> None:
        line = json.dumps(message).encode() + b"\n"
        while line:
            line = line[out.write(line) :]

    def report(done: int, total: int) -> None:
        say({"progress": [done, total]})

    try:
        module, _, function = request.call.partition(":")
        call = getattr(importlib.import_module(module), function)
        reports = {"report": report} if request.reports else {}
        shares = {"cores": cores} if request.cores else {}
        result = call(**request.arguments, **reports, **shares)
        say({"result": to_jsonable_python(result)})
    except Exception as error:  # noqa: BLE001  whatever it is, the worker shall hear its name
        say(_told(error))


def _told(error: Exception) -> dict[str, Any]:
    """What the worker is told of an error; a full disk hides behind many of them."""
    if lacks_room(error):
        return {"error": NoRoomLeft.__name__, "trace": traceback.format_exc()}
    if isinstance(error, EakteError):
        findings = [(f.code, f.message, f.pointer) for f in error.findings]
        return {"error": type(error).__name__, "facts": error.facts, "findings": findings}
    if isinstance(error, MemoryError):
        return {"error": "MemoryError"}
    name = _ERRORS_BY_NUMBER.get(error.errno or 0) if isinstance(error, OSError) else None
    return {"error": name or type(error).__name__, "trace": traceback.format_exc()}


def main(descriptor: int, more: Sequence[str]) -> None:
    """Import once, then serve; what was imported is frozen so that forks share it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nothing that is imported becomes garbage; looking for some costs a quarter of the start.
    gc.disable()
    for name in (*_PRELOADED, *more):
        module = importlib.import_module(name)
        if hasattr(module, "preload"):
            module.preload()
    gc.collect()
    gc.freeze()
    gc.enable()
    with socket.socket(fileno=descriptor) as control:
        Zygote(control).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
