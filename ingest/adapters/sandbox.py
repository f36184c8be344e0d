"""Child processes with limits (Sandkasten): the only place where foreign files are opened.

The worker keeps one zygote (`ingest.adapters.zygote`), a small process that has imported the heavy libraries
and forks one child per file. A child has limits for memory, processor time, wall-clock time and output, its own
process group, none of the worker's environment, and dies with the zygote, which in turn dies with the worker.
What comes back is JSON, never a pickle: a child may have been taken over by the file it read.
"""

import atexit
import contextlib
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import structlog
from pydantic import TypeAdapter

from eakte.foundation import confined
from eakte.foundation.errors import EakteError, Finding
from eakte.foundation.room import NoRoomLeft
from ingest.recognition import errors

log = structlog.get_logger()

T = TypeVar("T")

_GRACE_S = 30.0
_SIGNS_OF_STARVATION = ("bad_alloc", "MemoryError", "annot allocate", "ut of memory")
_LARGEST_ANSWER = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """What the zygote is told about one child.

    `call` is "package.module:function"; when it `reports`, it gets a function `report(done, total)` as well, and
    when it works with several threads, the `cores` that all children share.
    """

    call: str
    arguments: Mapping[str, Any]
    workdir: Path | None
    timeout_s: float
    cpu_s: int
    memory_mb: int
    output_mb: int
    cores: int
    reports: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one child ended: `signal` 0 means that it left by itself. `said` is the tail of its error output."""

    signal: int
    timed_out: bool
    peak_mb: int
    cpu_s: float
    said: str


def run_confined(
    call: str,
    result: type[T],
    arguments: Mapping[str, Any],
    *,
    timeout_s: float,
    memory_mb: int,
    output_mb: int = 4096,
    cores: int = 0,
    workdir: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> T:
    """Run `call` with keyword `arguments` in a child and bring back its `result`, or one named error.

    Safe from any number of threads. `cores` is how many cores all children share that are told of any; a child
    that may use them all gets as many processor seconds more.
    """
    request = Request(
        call=call,
        arguments=arguments,
        workdir=workdir,
        timeout_s=timeout_s,
        cpu_s=int(timeout_s * (max(1, cores) + 1)) + 1,
        memory_mb=memory_mb,
        output_mb=output_mb,
        cores=cores,
        reports=progress is not None,
    )
    answer, verdict = _zygote().run(request, progress)
    if answer is not None and "result" in answer:
        peak_mb, cpu_s = (verdict.peak_mb, verdict.cpu_s) if verdict is not None else (None, None)
        log.debug("confined_call_ended", call=call, peak_mb=peak_mb, cpu_s=cpu_s)
        return _adapter(result).validate_python(answer["result"], strict=False)
    raise _failure(request, answer, verdict)


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(result: type[T]) -> TypeAdapter[T]:
    """What turns an answer into a result; making one takes longer than asking."""
    if result not in _adapters:
        _adapters[result] = TypeAdapter(result)
    return _adapters[result]


def warm_up() -> None:
    """Start the zygote now, so that the first file does not wait for its imports."""
    _zygote().start()


def shut_down() -> None:
    """End every child; calls under way raise RecognitionInterrupted, and so does every later one."""
    _zygote().shut_down()


def _failure(request: Request, answer: dict[str, Any] | None, verdict: Verdict | None) -> EakteError:
    if answer is not None:
        log.debug("confined_call_refused", call=request.call, peak_mb=verdict and verdict.peak_mb)
        return _error_from(answer, request)
    if verdict is None:
        return errors.RecognitionInterrupted()
    log.warning(
        "confined_call_died", call=request.call, signal=verdict.signal, peak_mb=verdict.peak_mb, said=verdict.said
    )
    if verdict.timed_out or verdict.signal == signal.SIGXCPU:
        return errors.RecognitionTimedOut(limit=round(request.timeout_s))
    starved = verdict.signal == signal.SIGKILL or any(sign in verdict.said for sign in _SIGNS_OF_STARVATION)
    if starved or verdict.peak_mb > 0.9 * request.memory_mb:
        return errors.RecognitionOutOfMemory(limit=request.memory_mb)
    name = signal.Signals(verdict.signal).name if verdict.signal else "vorzeitigem Ende"
    return errors.RecognitionCrashed(signal=name)


def _error_from(answer: dict[str, Any], request: Request) -> EakteError:
    """Rebuild the error a child named; anything we do not know is a failure with its name."""
    name = str(answer.get("error", ""))
    if name == "MemoryError":
        return errors.RecognitionOutOfMemory(limit=request.memory_mb)
    if name == NoRoomLeft.__name__:
        return NoRoomLeft()
    if name == "TooMuchOutput":
        return errors.TooMuchOutput(limit=request.output_mb)
    known = _known_errors().get(name)
    if known is None:
        log.warning("confined_call_failed", call=request.call, problem=name, trace=answer.get("trace", ""))
        return errors.RecognitionFailed(problem=name)
    findings = [Finding(*map(str, each)) for each in answer.get("findings", [])]
    return known(findings=findings, **{str(key): value for key, value in answer.get("facts", {}).items()})


@cache
def _known_errors() -> dict[str, type[EakteError]]:
    return {n: kind for n, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, EakteError)}


class _Zygote:
    """The worker's end: starts the zygote when it is needed, again when it died, and talks to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._shut = False
        self.owner = os.getpid()

    def start(self) -> socket.socket:
        with self._lock:
            if self._shut:
                raise errors.RecognitionInterrupted
            if self._process is not None and self._process.poll() is None and self._control is not None:
                return self._control
            self._close()
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603  our own module
                    [sys.executable, "-m", "ingest.adapters.zygote", str(theirs.fileno()), *confined.preloaded],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                    env=_environment(),
                )
            self._control = ours
            log.info("zygote_started", pid=self._process.pid)
            return ours

    def run(
        self, request: Request, progress: Callable[[int, int], None] | None
    ) -> tuple[dict[str, Any] | None, Verdict | None]:
        """Hand a request over and listen until the child has ended."""
        with contextlib.ExitStack() as stack:
            data, child_data = (stack.enter_context(end) for end in socket.socketpair())
            word, zygote_word = (stack.enter_context(end) for end in socket.socketpair())
            try:
                self._send(pickle.dumps(request), [child_data.fileno(), zygote_word.fileno()])
            except OSError:
                log.exception("zygote_unreachable")
                return None, None
            child_data.close()
            zygote_word.close()
            for end in (data, word):
                end.settimeout(request.timeout_s + _GRACE_S)
            try:
                answer = None
                for message in _messages(data):
                    if progress is not None and "progress" in message:
                        progress(*map(int, message["progress"]))
                    if "result" in message or "error" in message:
                        answer = message
                spoken = word.makefile("rb").read()
            except TimeoutError:
                self.stop()
                return None, None
        return answer, Verdict(**json.loads(spoken)) if spoken else None

    def _send(self, message: bytes, descriptors: list[int]) -> None:
        try:
            socket.send_fds(self.start(), [message], descriptors)
        except OSError:
            self.stop()
            socket.send_fds(self.start(), [message], descriptors)

    def stop(self) -> None:
        with self._lock:
            self._close()

    def shut_down(self) -> None:
        with self._lock:
            self._shut = True
            self._close()

    def _close(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=2)
            self._process.kill()
            self._process.wait()
        self._control = self._process = None


def _messages(data: socket.socket) -> Iterator[dict[str, Any]]:
    heard = 0
    for line in data.makefile("rb"):
        heard += len(line)
        if heard > _LARGEST_ANSWER:
            return
        with contextlib.suppress(ValueError):
            yield json.loads(line)


def _environment() -> dict[str, str]:
    """What a child may know: where Python finds its modules, and that no library starts threads of its own."""
    return {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path),
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


_current: list[_Zygote] = []
_current_lock = threading.Lock()


def _zygote() -> _Zygote:
    """The zygote of this process; a forked copy of us gets its own."""
    with _current_lock:
        if not _current or _current[0].owner != os.getpid():
            _current[:] = [_Zygote()]
            atexit.register(_current[0].stop)
        return _current[0]


confined.lend(run_confined)
