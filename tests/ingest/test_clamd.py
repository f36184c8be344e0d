"""The virus scanner: what it finds is believed, and only a plain "OK" lets a file pass."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte.foundation.settings import ClamdSettings
from ingest.adapters.clamd import find_malware
from ingest.errors import FileTooLargeToScan, MalwareScannerUnavailable
from tests.simulators.clamd import EICAR, Fault, nobody, scanner

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "brief.txt"
    path.write_bytes(b"Sehr geehrte Damen und Herren" * 50_000)
    return path


@pytest.fixture
def virus(tmp_path: Path) -> Path:
    path = tmp_path / "eicar.txt"
    path.write_bytes(EICAR)
    return path


def settings(address: str) -> ClamdSettings:
    return ClamdSettings(address=address, timeout_s=1.0)


def test_without_a_scanner_nothing_is_asked(virus: Path) -> None:
    assert find_malware(virus, ClamdSettings()) is None


def test_malware_is_named_and_a_letter_is_not(letter: Path, virus: Path) -> None:
    with scanner() as address:
        assert find_malware(letter, settings(address)) is None
        assert find_malware(virus, settings(address)) == "Eicar-Test-Signature"


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.GARBAGE, Fault.HANGS_UP, Fault.OUT_OF_MEMORY])
def test_a_scanner_in_trouble_lets_nothing_pass(letter: Path, fault: Fault) -> None:
    with scanner(fault) as address, pytest.raises(MalwareScannerUnavailable):
        find_malware(letter, settings(address))


@pytest.mark.parametrize(
    "address", [nobody(), "/gibt/es/nicht.sock", "kein:port"], ids=["closed", "no socket", "no port"]
)
def test_a_scanner_that_is_not_there_lets_nothing_pass(letter: Path, address: str) -> None:
    with pytest.raises(MalwareScannerUnavailable):
        find_malware(letter, settings(address))


def test_a_file_too_large_for_the_scanner_is_said_to_be_so(letter: Path) -> None:
    with scanner(Fault.TOO_LARGE) as address, pytest.raises(FileTooLargeToScan, match="StreamMaxLength"):
        find_malware(letter, settings(address))


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real clamd with a signature database of one signature, on a socket of its own."""
    if CLAMD is None:
        pytest.skip("clamd is not installed (Debian: clamav-daemon)")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "db").mkdir()
    (folder / "db" / "eigene.ndb").write_text(f"Test.Eicar:0:*:{EICAR.hex()}\n")
    address = folder / "clamd.sock"
    (folder / "clamd.conf").write_text(
        f"DatabaseDirectory {folder / 'db'}\nLocalSocket {address}\nForeground yes\nStreamMaxLength 1M\n"
    )
    process = subprocess.Popen(
        [CLAMD, "--config-file", str(folder / "clamd.conf")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    deadline = time.monotonic() + 60
    while not address.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if not address.exists():
        process.kill()
        pytest.skip(f"clamd did not start: {process.communicate()[0][-300:]!r}")
    yield str(address)
    process.terminate()
    process.wait()


def test_the_real_scanner_finds_what_its_signatures_say(clamd: str, virus: Path, tmp_path: Path) -> None:
    patient = ClamdSettings(address=clamd, timeout_s=20)
    assert find_malware(virus, patient) == "Test.Eicar.UNOFFICIAL"
    (tmp_path / "kurz.txt").write_text("Vermerk")
    assert find_malware(tmp_path / "kurz.txt", patient) is None


def test_the_real_scanner_refuses_what_is_too_large(clamd: str, letter: Path) -> None:
    with pytest.raises((FileTooLargeToScan, MalwareScannerUnavailable)):
        find_malware(letter, ClamdSettings(address=clamd, timeout_s=20))
