"""Watches over one child process, and takes it down when its owner is gone. A program of its own.

Run as `python -I -S guard.py`; the first line on stdin is the order (see `Order`), and stdin then stays open
as the thread of life: at its end, however the owner died, the child is stopped. A pipe instead of
PR_SET_PDEATHSIG, since that follows the *thread* that started us, and is lost when a user id changes.
Between us and the child PDEATHSIG is right: we have one thread, and set it last.

On stdout we say `started PID` and `ended CODE`. Standard library only: nothing of E-Akte is imported here.
"""

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import sys
import time
from typing import TypedDict

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_CHILD_SUBREAPER, PR_CAP_AMBIENT = 1, 8, 36, 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOG_LIMIT_BYTES = 20_000_000


class Order(TypedDict):
    """What to run, how to end it, and which files to remove then. Times in seconds."""

    command: list[str]
    cwd: str
    env: dict[str, str]
    log: str
    stop_signal: int
    death_signal: int
    grace_s: float
    orphans_grace_s: float
    restart: bool
    restart_first_s: float
    restart_longest_s: float
    uid: int | None
    gid: int | None
    capability: int | None
    owner: int
    remove: list[str]


class Guard:
    """One child, its log, and the way it ends."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.child: int | None = None
        self.exit_code = 0
        self.stopping = False
        for entry in os.scandir("/proc/self/fd"):
            with contextlib.suppress(OSError):
                os.set_inheritable(int(entry.name), int(entry.name) <= 2)
        self.wake_read, wake_write = os.pipe()
        for end in (self.wake_read, wake_write, 1):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Orphans of the child become our children, so none of them can hide in a session of its own.
        self.libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def _on_stop(self, *_: object) -> None:
        self.stopping = True

    def say(self, what: str, number: int) -> None:
        with contextlib.suppress(OSError):
            os.write(1, f"{what} {number}\n".encode())

    def run(self) -> int:
        """Keep the child going until the owner says or is gone; its last exit code."""
        delay = self.order["restart_first_s"]
        while not self._finished():
            started = time.monotonic()
            self.spawn()
            while self.child is not None and not self._finished():
                self.pause(1.0)
                self.reap()
                self.trim_log()
            if self.child is not None:
                self.stop_child()
            self.end_orphans()
            for path in self.order["remove"]:
                with contextlib.suppress(OSError):
                    os.unlink(path)  # noqa: PTH108
            if not self.order["restart"]:
                break
            if time.monotonic() - started > 2 * self.order["restart_longest_s"]:
                delay = self.order["restart_first_s"]
            due = time.monotonic() + delay
            while not self._finished() and time.monotonic() < due:
                self.pause(due - time.monotonic())
            delay = min(delay * 2, self.order["restart_longest_s"])
        return self.exit_code

    def _finished(self) -> bool:
        return self.stopping or os.getppid() != self.order["owner"]

    def pause(self, seconds: float) -> None:
        """Sleep until something happens to the child or to the owner."""
        ready, _, _ = select.select([0, self.wake_read], [], [], max(seconds, 0))
        if self.wake_read in ready:
            with contextlib.suppress(OSError):
                os.read(self.wake_read, 4096)
        if 0 in ready and not os.read(0, 4096):
            self.stopping = True

    def spawn(self) -> None:
        # No signal may fall between fork and exec, where our handler would swallow it.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        pid = os.fork()
        if pid == 0:
            try:
                self.become_child()
            except OSError as error:
                os.write(2, f"{self.order['command'][0]}: {error}\n".encode())
            finally:
                os._exit(127)
        self.child = pid
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        self.say("started", pid)

    def become_child(self) -> None:
        order = self.order
        guard = os.getppid()
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (*STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.umask(0o077)
        os.chdir(order["cwd"])
        if order["uid"] is not None and order["gid"] is not None:
            self.drop_root(order["uid"], order["gid"], order["capability"])
        self.libc.prctl(PR_SET_PDEATHSIG, order["death_signal"], 0, 0, 0)
        if os.getppid() != guard:
            os._exit(127)
        self.run_command({**os.environ, **order["env"]})  # noqa: TID251  passed on, not read

    def run_command(self, environment: dict[str, str]) -> None:
        """In the child: become what was ordered. Never returns."""
        command = self.order["command"]
        os.execve(command[0], command, environment)  # noqa: S606

    def drop_root(self, uid: int, gid: int, capability: int | None) -> None:
        """Become another user, keeping at most the one capability to walk through closed directories."""
        if capability is not None:
            self.libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        if capability is not None:
            bit = 1 << capability
            header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
            sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
            if self.libc.capset(header, sets) != 0:
                raise OSError(ctypes.get_errno(), "capset")
            if self.libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "prctl")

    def reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.child:
                self.child = None
                self.exit_code = os.waitstatus_to_exitcode(status)
                self.say("ended", self.exit_code)

    def stop_child(self) -> None:
        """Ask, wait, insist."""
        assert self.child is not None
        for number, seconds in ((self.order["stop_signal"], self.order["grace_s"]), (signal.SIGKILL, 10.0)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.child, number)
            until = time.monotonic() + seconds
            while self.child is not None and time.monotonic() < until:
                select.select([self.wake_read], [], [], min(0.2, max(until - time.monotonic(), 0)))
                with contextlib.suppress(OSError):
                    os.read(self.wake_read, 4096)
                self.reap()
            if self.child is None:
                return

    def end_orphans(self) -> None:
        """Whatever the child left behind ends too: by itself within the grace, or by SIGKILL."""
        until = time.monotonic() + self.order["orphans_grace_s"]
        while orphans := children_of(os.getpid()):
            if time.monotonic() >= until:
                for pid in orphans:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
            self.reap()

    def trim_log(self) -> None:
        """Keep one older log; the child goes on writing into the same file."""
        path = self.order["log"]
        with contextlib.suppress(OSError):
            if os.stat(path).st_size > LOG_LIMIT_BYTES:  # noqa: PTH116  pathlib would cost this process 1 MB
                shutil.copyfile(path, path + ".1")
                os.truncate(path, 0)


def children_of(parent: int) -> list[int]:
    """The direct children of a process; zombies are none."""
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdecimal():
            continue
        try:
            stat = os.open(f"{entry.path}/stat", os.O_RDONLY)
        except OSError:
            continue
        with contextlib.suppress(OSError):
            state, ppid = os.read(stat, 4096).rpartition(b")")[2].split()[:2]
            if int(ppid) == parent and state not in (b"Z", b"X"):
                found.append(int(entry.name))
        os.close(stat)
    return found


def read_order() -> Order:
    """The first line of stdin, byte by byte, so that nothing behind it is swallowed."""
    line = bytearray()
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    order: Order = json.loads(line)
    return order


if __name__ == "__main__":
    code = Guard(read_order()).run()
    sys.exit(code if code >= 0 else 128 - code)
