"""Whatever a file does to its child, it costs only itself."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest.adapters import sandbox
from ingest.recognition import errors


def run(function: str, arguments: dict[str, Any] | None = None, **limits: Any) -> Any:
    result = limits.pop("result", int)
    settings = {"timeout_s": 20.0, "memory_mb": 300} | limits
    return sandbox.run_confined(f"tests.ingest.poison:{function}", result, arguments or {}, **settings)


def may_leave_the_network() -> bool:
    """Whether processes here may have a network of their own, as root or in a namespace for users."""
    tries = (["unshare", "--net", "true"], ["unshare", "--user", "--net", "true"])
    return any(subprocess.run(command, capture_output=True, check=False).returncode == 0 for command in tries)


def state_of(pid: int) -> str:
    """One letter as in /proc/PID/stat, or "gone"."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def gone(pid: int, within_s: float = 5.0) -> bool:
    """Whether a process has ended; a zombie nobody has buried yet counts as ended."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if state_of(pid) in ("gone", "Z"):
            return True
        time.sleep(0.02)
    return False


def wait_for(path: Path) -> int:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if path.exists() and path.read_text():
            return int(path.read_text())
        time.sleep(0.02)
    raise AssertionError(f"{path.name} never came")


def test_a_child_answers() -> None:
    assert run("answer", {"value": 7}) == 7


@pytest.mark.skipif(not may_leave_the_network(), reason="this system allows no network namespaces")
def test_a_file_cannot_make_anybody_ask_for_anything() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert run("call_home", {"port": server.getsockname()[1]}, result=bool) is False


def test_progress_is_heard_while_the_child_works() -> None:
    heard: list[tuple[int, int]] = []
    assert run("report_progress", progress=lambda done, total: heard.append((done, total))) == 3
    assert heard == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("poison", ["spin", "sleep_long"])
def test_a_file_that_never_ends_is_stopped(poison: str) -> None:
    begun = time.monotonic()
    with pytest.raises(errors.RecognitionTimedOut, match="Nach 1 Sekunden"):
        run(poison, timeout_s=1.0)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("poison", ["eat_memory", "eat_memory_natively"])
def test_a_file_that_eats_memory_is_stopped(poison: str) -> None:
    with pytest.raises(errors.RecognitionOutOfMemory, match="300 MB"):
        run(poison)


def test_a_crash_is_named_by_its_signal() -> None:
    with pytest.raises(errors.RecognitionCrashed, match="SIGSEGV"):
        run("crash")


def test_output_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(errors.TooMuchOutput, match="64 MB"):
        run("fill_disk", {"target": tmp_path / "flood"}, output_mb=64)
    assert (tmp_path / "flood").stat().st_size <= 64 << 20


def test_a_named_error_arrives_with_its_facts() -> None:
    with pytest.raises(errors.BrokenImage, match="Bild 3 von 7 ist nicht lesbar"):
        run("name_the_error")


def test_an_unexpected_error_is_a_failure_of_this_file() -> None:
    with pytest.raises(errors.RecognitionFailed, match="ZeroDivisionError"):
        run("fail_unexpectedly")


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    assert gone(run("leave_a_child", {"pid_file": tmp_path / "pid"}))
    with pytest.raises(errors.RecognitionTimedOut):
        run("leave_a_child_and_hang", {"pid_file": tmp_path / "other"}, timeout_s=2.0)
    assert gone(wait_for(tmp_path / "other"))


def test_a_child_knows_nothing_of_the_workers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EAKTE_DATABASE__PASSWORD", "geheim")
    sandbox._zygote().stop()
    assert "EAKTE" not in run("environment", result=str)


def test_good_files_pass_beside_poison_from_many_threads() -> None:
    def one(number: int) -> int | str:
        try:
            return int(run("answer", {"value": number}) if number % 3 else run("crash"))
        except errors.RecognitionCrashed:
            return "crashed"

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(one, range(30)))
    assert outcomes == [number if number % 3 else "crashed" for number in range(30)]


def test_a_file_that_is_done_does_not_wait_for_a_later_one(tmp_path: Path) -> None:
    def hang() -> None:
        with contextlib.suppress(errors.RecognitionOutOfMemory):
            run("own_pid", {"pid_file": tmp_path / "later"})

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(run, "wait_for", {"pid_file": tmp_path / "later"})
        threads.submit(hang)
        later = wait_for(tmp_path / "later")
        try:
            assert first.result(timeout=5) == later
        finally:
            os.kill(later, signal.SIGKILL)


def test_files_share_the_cores_and_a_dead_one_gives_its_core_back(tmp_path: Path) -> None:
    def hold() -> None:
        with contextlib.suppress(errors.RecognitionOutOfMemory):
            run("hold_a_core", {"pid_file": tmp_path / "holder"}, cores=1)

    with ThreadPoolExecutor(2) as threads:
        threads.submit(hold)
        holder = wait_for(tmp_path / "holder")
        try:
            other = threads.submit(run, "take_a_core", cores=1)
            with pytest.raises(TimeoutError):
                other.result(timeout=1)
        finally:
            os.kill(holder, signal.SIGKILL)
        assert other.result(timeout=10) == 1


def test_a_killed_zygote_interrupts_its_files_and_is_replaced(tmp_path: Path) -> None:
    run("answer", {"value": 1})
    zygote = sandbox._zygote()._process
    assert zygote is not None
    outcome: list[BaseException] = []

    def hang() -> None:
        try:
            run("own_pid", {"pid_file": tmp_path / "pid"})
        except errors.RecognitionInterrupted as error:
            outcome.append(error)

    thread = threading.Thread(target=hang)
    thread.start()
    child = wait_for(tmp_path / "pid")
    zygote.send_signal(signal.SIGKILL)
    thread.join(timeout=10)
    assert outcome, "the caller was not told"
    assert gone(child)
    assert run("answer", {"value": 2}) == 2


def test_nothing_stays_when_the_worker_is_killed(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import pathlib, sys
        from ingest.adapters import sandbox
        sandbox.run_confined("tests.ingest.poison:own_pid", int, {"pid_file": pathlib.Path(sys.argv[1])},
                             timeout_s=100.0, memory_mb=300)
        """
    )
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, [str(Path.cwd()), *sys.path])))
    worker = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "pid")], env=environment)
    child = wait_for(tmp_path / "pid")
    zygote = parent_of(child)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert gone(child)
    assert gone(zygote)
