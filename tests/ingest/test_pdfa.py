"""PDF/A is what passes the checks, not what a file says of itself."""

from pathlib import Path

import pikepdf
import pytest

from ingest.adapters import pdfa
from tests.ingest.papers import LETTER, native_pdf, scan, scanned_pdf


def written(tmp_path: Path) -> Path:
    target = tmp_path / "archiv.pdf"
    level, findings = pdfa.write(scanned_pdf(tmp_path / "a.pdf", scan(dpi=72)), target, "2b", {})
    assert (level, findings) == ("2b", ())
    return target


def test_a_scan_passes_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pikepdf.open(path) as pdf:
        assert pdfa.claimed_level(pdf) == "2b"


def test_a_file_without_claim_has_no_level(tmp_path: Path) -> None:
    with pikepdf.open(scanned_pdf(tmp_path / "a.pdf", scan(dpi=72))) as pdf:
        assert pdfa.claimed_level(pdf) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data + b"angehaengt",
        lambda data: b"\n" + data,
        lambda data: data.replace(b"%PDF-1.", b"%PDF-9.", 1),
        lambda data: data[:9] + b"%abcd\n" + data[data.index(b"\n", 10) + 1 :],
    ],
)
def test_bytes_that_pikepdf_tidies_away_are_found(tmp_path: Path, spoil: object) -> None:
    path = written(tmp_path)
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    assert any(finding.code == "pdfa-bytes" for finding in pdfa.check(path, "2b"))


def test_a_script_added_later_is_found(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("x"))
        pdf.save(path)
    assert pdfa.check(path, "2b")


def test_what_cannot_become_pdfa_is_written_and_says_why(tmp_path: Path) -> None:
    source = native_pdf(tmp_path / "a.pdf", LETTER, core_font=True)
    level, findings = pdfa.write(source, tmp_path / "b.pdf", "2b", {})
    assert level is None
    assert findings
    assert (tmp_path / "b.pdf").exists()
