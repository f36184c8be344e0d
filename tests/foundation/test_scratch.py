"""Temporary files of processes that die."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from eakte.foundation.scratch import scratch_room

_HOLDER = """
import tempfile, time
from pathlib import Path
from eakte.foundation.scratch import scratch_room
with scratch_room() as room:
    (room / "page.png").write_bytes(b"1")
    print(room, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def own_temporary_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_temporary_files_go_into_the_room_and_with_it(tmp_path: Path) -> None:
    with scratch_room() as room:
        with tempfile.NamedTemporaryFile() as file:
            assert Path(file.name).parent == room
        assert list(tmp_path.iterdir()) == [room]
    assert list(tmp_path.iterdir()) == []
    assert tempfile.gettempdir() == str(tmp_path)


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_needs_is_not() -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLDER], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        theirs = Path(holder.stdout.readline().strip())
        with scratch_room():
            assert (theirs / "page.png").exists()
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        assert (theirs / "page.png").exists()
        with scratch_room():
            assert not theirs.exists()
