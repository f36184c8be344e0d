"""Long rounds: whatever is broken in a file, the answer is a result or a named error, and nothing stays behind."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.recognition import errors
from ingest.recognition.confined import recognize
from ingest.recognition.results import RecognitionLimits
from tests.ingest.papers import native_pdf, saved, scan, scanned_pdf

LIMITS = RecognitionLimits(timeout_s=60, memory_mb=800, max_pages=50, max_megapixels=20)
LINES = ("Stadt Musterhausen", "Bescheid vom 14. März")
ROUNDS = 40

MAKERS: dict[str, Callable[[Path], Path]] = {
    "scan.pdf": lambda path: scanned_pdf(path, scan(LINES, dpi=60), scan(LINES, dpi=60)),
    "native.pdf": lambda path: native_pdf(path, LINES, LINES, core_font=True),
    "scan.tif": lambda path: saved(scan(LINES, dpi=60), path, compression="tiff_lzw"),
    "scan.jpg": lambda path: saved(scan(LINES, dpi=60), path),
    "scan.png": lambda path: saved(scan(LINES, dpi=60), path),
    "scan.webp": lambda path: saved(scan(LINES, dpi=60), path),
}


@pytest.mark.soak
@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_damaged_file_ends_in_a_named_state(name: str, seed: int, tmp_path: Path) -> None:
    chance = random.Random(f"{name} {seed}")
    path = MAKERS[name](tmp_path / name)
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 3, 10, 60])):
        at = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + chance.randrange(1, 40)] = chance.randbytes(chance.randrange(40))
            case 2:
                data[at:at] = data[chance.randrange(len(data)) :][: chance.randrange(200)]
            case _:
                del data[at : at + chance.randrange(1, 200)]
    path.write_bytes(data)
    (tmp_path / "work").mkdir()
    try:
        found = recognize(path, tmp_path / "work", limits=LIMITS)
    except errors.UnreadableFile as error:
        assert not isinstance(error, errors.RecognitionFailed | errors.RecognitionCrashed), error.detail
    else:
        assert found.archival.exists() and found.pages
