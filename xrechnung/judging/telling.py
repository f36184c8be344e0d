"""A verdict as JSON: on the command line, over the API and beside the invoice it is about, always the same."""

from typing import Any

from xrechnung.judging.verdict import Finding, Verdict


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict with its findings, as people's and programs' tools read it."""
    return {
        "syntax": verdict.syntax,
        "specification": verdict.specification,
        "scenario": verdict.scenario,
        "accepted": verdict.accepted,
        "refusal": verdict.refusal,
        "findings": [finding_as_json(finding) for finding in verdict.findings],
        "release": verdict.release,
        "embedded": verdict.embedded,
    }


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """One finding; `term` is the first of the business terms it is about."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "official": finding.official,
        "term": finding.terms[0] if finding.terms else None,
        "location": finding.location,
        "line": finding.line,
        "message": finding.message,
        "remedy": finding.remedy,
    }
