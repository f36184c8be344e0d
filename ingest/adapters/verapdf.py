"""veraPDF, where the operator has it, gives a second opinion on PDF/A. Runs inside the sandbox.

Source: the report of `verapdf --format xml`, which is the same since version 1.20.
"""

import os
import subprocess
from pathlib import Path

from lxml import etree

from eakte.foundation.errors import Finding
from ingest.recognition.errors import ValidatorFailed
from ingest.recognition.results import SecondOpinion

_HEAP = "-Xmx768m"
_MOST_FINDINGS = 50
_IN_TIME = 0.95


def validate_here(archival: Path, level: str, program: Path, timeout_s: float) -> SecondOpinion:
    """See `ingest.recognition.confined.second_opinion`."""
    command = [str(program), "--format", "xml", "--flavour", level, str(archival)]
    try:
        done = subprocess.run(  # noqa: S603  the program is the operator's choice, the rest is ours
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=timeout_s * _IN_TIME,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(archival.parent), "JAVA_OPTS": _HEAP},
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise ValidatorFailed(problem=type(error).__name__) from None
    return opinion_in(done.stdout)


def opinion_in(report: bytes) -> SecondOpinion:
    """What a report of veraPDF says of the one file it is about. Raises ValidatorFailed."""
    try:
        root = etree.fromstring(report, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        raise ValidatorFailed(problem="kein lesbarer Bericht") from None
    verdict = root.find(".//validationReport")
    if verdict is None or verdict.get("isCompliant") is None:
        raise ValidatorFailed(problem="kein Urteil im Bericht")
    version = root.find(".//releaseDetails[@id='core']")
    return SecondOpinion(
        passed=verdict.get("isCompliant") == "true",
        validator=f"veraPDF {version.get('version', '')}".strip() if version is not None else "veraPDF",
        findings=tuple(_finding(rule) for rule in verdict.iterfind(".//rule[@status='failed']"))[:_MOST_FINDINGS],
    )


def _finding(rule: etree._Element) -> Finding:
    described = rule.findtext("description") or ""
    return Finding(f"verapdf-{rule.get('clause', '')}-{rule.get('testNumber', '')}", " ".join(described.split()))
