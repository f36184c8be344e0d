"""veraPDF as second opinion: its verdict is kept, and what it refutes is no PDF/A any more."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.recognition.confined import recognize
from ingest.recognition.errors import ValidatorFailed
from ingest.recognition.results import Recognition, RecognitionLimits
from ingest.service.judging import judged_again
from tests.ingest.papers import LETTER, native_pdf

LIMITS = RecognitionLimits(timeout_s=5, memory_mb=800)
# As veraPDF 1.26 writes it.
REPORT = """<?xml version="1.0" encoding="utf-8"?>
<report><buildInformation><releaseDetails id="core" version="1.26.2"></releaseDetails></buildInformation>
<jobs><job><validationReport jobEndStatus="normal" profileName="PDF/A-2B validation profile" isCompliant="{verdict}">
<details passedRules="143" failedRules="{failed}">{rules}</details></validationReport></job></jobs></report>"""
RULE = (
    '<rule specification="ISO 19005-2:2011" clause="6.2.11.4.1" testNumber="1" status="failed" failedChecks="1">'
    "<description>The font programs for all fonts\n used shall be embedded</description></rule>"
)


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Recognition:
    folder = tmp_path_factory.mktemp("archived")
    source = native_pdf(folder / "brief.pdf", LETTER)
    (folder / "work").mkdir()
    return recognize(source, folder / "work", limits=RecognitionLimits(timeout_s=60, memory_mb=800))


@pytest.fixture
def verapdf(tmp_path: Path) -> Callable[[str], Path]:
    """A program that answers like veraPDF, after making sure it was asked properly."""

    def verapdf(answer: str) -> Path:
        program = tmp_path / "verapdf"
        (tmp_path / "report").write_text(answer)
        asked = '[ "$1 $2 $3 $4" = "--format xml --flavour 2b" ] && head -c 5 "$5" | grep -q %PDF- || exit 9'
        program.write_text(f"#!/bin/sh\n{asked}\ncat {tmp_path / 'report'}\n")
        program.chmod(0o755)
        return program

    return verapdf


def test_without_verapdf_our_own_check_has_the_word(archived: Recognition) -> None:
    assert judged_again(archived, None, LIMITS) is archived


def test_what_passes_keeps_its_level_and_the_report_says_by_whom(
    archived: Recognition, verapdf: Callable[[str], Path]
) -> None:
    judged = judged_again(archived, verapdf(REPORT.format(verdict="true", failed=0, rules="")), LIMITS)
    assert judged.pdfa_level == "2b"
    assert [finding.message for finding in judged.findings] == ["veraPDF 1.26.2: PDF/A-2b bestanden."]


def test_what_verapdf_refutes_loses_its_level_and_keeps_the_reasons(
    archived: Recognition, verapdf: Callable[[str], Path]
) -> None:
    judged = judged_again(archived, verapdf(REPORT.format(verdict="false", failed=1, rules=RULE)), LIMITS)
    assert judged.pdfa_level is None
    assert [finding.code for finding in judged.findings] == ["verapdf", "verapdf-6.2.11.4.1-1"]
    assert "fonts used shall be embedded" in judged.findings[1].message


@pytest.mark.parametrize("answer", ["", "Exception in thread main", "<report><jobs/></report>"])
def test_no_verdict_is_an_error_and_never_a_pass(
    archived: Recognition, verapdf: Callable[[str], Path], answer: str
) -> None:
    with pytest.raises(ValidatorFailed):
        judged_again(archived, verapdf(answer), LIMITS)


def test_what_has_no_archival_rendition_is_not_judged(archived: Recognition, verapdf: Callable[[str], Path]) -> None:
    waiting = replace(archived, archival=None, pdfa_level=None)
    assert judged_again(waiting, verapdf(""), LIMITS) is waiting
