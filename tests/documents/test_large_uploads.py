"""Large files pass through the server without filling its memory."""

import hashlib
from pathlib import Path

import pytest

from tests.support.installation import Installation

LIMIT_MB = 256


@pytest.mark.parametrize(
    "size_mb", [pytest.param(300, id="300 MB"), pytest.param(2048, id="2 GiB", marks=pytest.mark.soak)]
)
def test_a_large_file_goes_in_and_out_in_constant_memory(stack: Installation, tmp_path: Path, size_mb: int) -> None:
    large = tmp_path / "groß.bin"
    with large.open("wb") as file:
        file.truncate(size_mb << 20)
        file.write(b"kein Loch")
    with large.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    pid = stack.api.pid
    assert pid is not None
    before = peak_mb(pid, anew=True)

    with stack.client() as client:
        ingest = client.open_ingest(stack.new_dossier())
        with large.open("rb") as file:
            item = client.upload(f"/ingests/{ingest['id']}/items", large.name, file)
        assert (item["sha256"], item["size"]) == (sha256, large.stat().st_size)
        after_upload = peak_mb(pid)
        with (tmp_path / "zurück.bin").open("wb") as target:
            client.download(f"/ingest-items/{item['id']}/original", target)

    with (tmp_path / "zurück.bin").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == sha256
    assert after_upload - before < LIMIT_MB
    assert peak_mb(pid) - before < LIMIT_MB


def peak_mb(pid: int, *, anew: bool = False) -> int:
    """The peak of a process's resident memory in MB; `anew` starts counting from what it has now."""
    if anew:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) >> 10
