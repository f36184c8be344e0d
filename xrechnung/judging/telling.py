"""A verdict as JSON: on the command line, over the API and beside the invoice it is about, always the same."""

from collections.abc import Mapping
from typing import Any

from xrechnung.judging.verdict import Finding, Refusal, Severity, Syntax, Verdict

KEYS = ("syntax", "specification", "scenario", "accepted", "refusal", "findings", "release", "embedded")
"""What is told of a verdict, in this order."""


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


def from_json(told: Mapping[str, Any]) -> Verdict:
    """The verdict that was told; of the terms a finding is about, only the first was."""
    return Verdict(
        release=told["release"],
        syntax=Syntax(told["syntax"]) if told["syntax"] else None,
        specification=told["specification"],
        scenario=told["scenario"],
        refusal=Refusal(told["refusal"]) if told["refusal"] else None,
        findings=tuple(_finding_from_json(one) for one in told["findings"]),
        embedded=told["embedded"],
    )


def _finding_from_json(told: Mapping[str, Any]) -> Finding:
    terms = (told["term"],) if told["term"] else ()
    kept = {name: told[name] for name in ("rule", "message", "remedy", "location", "line", "official")}
    return Finding(**kept, severity=Severity(told["severity"]), terms=terms)
