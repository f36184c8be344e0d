"""Child processes that are restarted when they die and that never outlive us."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import ClassVar, Self

from eakte.foundation.embedded import guard


class Supervised:
    """One child process under a guard of its own, in its own session, with its own log `logs/NAME.log`.

    It comes back when it dies: after 0.2 s, then 0.4 s … 30 s; after a minute of life it starts over.
    `stop_signal` asks it to end, after `grace_s` it is killed, and with it every process it started.
    When we are killed, the guard does the same; when the guard is killed, the child gets `death_signal`.
    `user` is (uid, gid, capability kept) for root; the files `remove` are taken away when the child has ended.
    """

    guarded_by: ClassVar[Sequence[str]] = ("-I", "-S", guard.__file__)
    """How Python is told to run the guard."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        logs: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        restart: bool = True,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGKILL,
        grace_s: float = 10.0,
        orphans_grace_s: float = 0.0,
        user: tuple[int, int, int | None] | None = None,
        remove: Sequence[Path] = (),
    ) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self._guard: subprocess.Popen[bytes] | None = None
        self._said = b""
        self._pid: int | None = None
        self._starts = 0
        self._exit_code: int | None = None
        self._grace_s = grace_s
        uid, gid, capability = user or (None, None, None)
        self._order = guard.Order(
            command=list(command),
            cwd=str(cwd or Path.cwd()),
            env=dict(env or {}),
            log=str(self.log.absolute()),
            stop_signal=stop_signal,
            death_signal=death_signal,
            grace_s=grace_s,
            orphans_grace_s=orphans_grace_s,
            restart=restart,
            restart_first_s=0.2,
            restart_longest_s=30.0,
            uid=uid,
            gid=gid,
            capability=capability,
            owner=os.getpid(),
            remove=[str(path) for path in remove],
        )

    def start(self, *, keep_open: Sequence[int] = ()) -> Self:
        """Start the guard and the child. The guard keeps the descriptors `keep_open` as long as it lives."""
        if self.is_guarded:
            return self
        self._said, self._pid, self._starts, self._exit_code = b"", None, 0, None
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._order["owner"] = os.getpid()
        self._guard = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, *self.guarded_by],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            pass_fds=list(keep_open),
        )
        assert self._guard.stdin is not None
        assert self._guard.stdout is not None
        os.set_blocking(self._guard.stdout.fileno(), False)
        self._guard.stdin.write(json.dumps(self._order).encode() + b"\n")
        self._guard.stdin.flush()
        return self

    def stop(self) -> int | None:
        """End the child and everything below it; its exit code."""
        if self._guard is None:
            return self._exit_code
        assert self._guard.stdin is not None
        assert self._guard.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._guard.stdin.close()
        self._guard.wait(self._grace_s + 30)
        self._listen()
        self._guard.stdout.close()
        self._guard = None
        self._pid = None
        return self._exit_code

    def wait(self, timeout_s: float) -> int | None:
        """Wait for a child that is not restarted; its exit code, or None when the time is over."""
        until = time.monotonic() + timeout_s
        while self.exit_code is None and time.monotonic() < until:
            time.sleep(0.02)
        return self.exit_code

    @property
    def is_guarded(self) -> bool:
        return self._guard is not None and self._guard.poll() is None

    @property
    def pid(self) -> int | None:
        """The child of this moment; None between its death and its return."""
        self._listen()
        return self._pid

    @property
    def restarts(self) -> int:
        self._listen()
        return max(self._starts - 1, 0)

    @property
    def exit_code(self) -> int | None:
        """How the child ended last; negative for a signal; None as long as it never has."""
        self._listen()
        return self._exit_code

    def last_words(self, lines: int = 5) -> str:
        """The end of the log, for an error message."""
        try:
            return " / ".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])
        except OSError:
            return ""

    def _listen(self) -> None:
        if self._guard is None or self._guard.stdout is None or self._guard.stdout.closed:
            return
        with contextlib.suppress(BlockingIOError):
            while more := os.read(self._guard.stdout.fileno(), 4096):
                self._said += more
        *lines, self._said = self._said.split(b"\n")
        for line in lines:
            word, _, number = line.decode("ascii").partition(" ")
            if word == "started":
                self._pid, self._starts = int(number), self._starts + 1
            else:
                self._pid, self._exit_code = None, int(number)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Leave the block on the first SIGINT, SIGTERM or SIGHUP, so that what it opened is closed in order.

    Further signals are ignored while that happens. Main thread only.
    """
    told: list[int] = []

    def leave(number: int, frame: FrameType | None) -> None:
        if not told:
            told.append(number)
            raise KeyboardInterrupt

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, leave) for number in signals}
    try:
        yield
    except KeyboardInterrupt:
        if not told:
            raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
