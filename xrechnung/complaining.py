"""What to write to a supplier whose invoice cannot be accepted (Beanstandung): ready for an e-mail, in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from xrechnung.judging.verdict import Severity

_MOST = 20
_REFUSING = (Severity.FATAL, Severity.ERROR)


def complaint(
    number: str | None,
    issue_date: date | None,
    findings: Sequence[Mapping[str, Any]],
    *,
    reason: str | None = None,
) -> str:
    """The text: which invoice, what refuses it and what to change, each once; findings as a verdict tells them.

    `reason` is what somebody of the house says besides.
    """
    refusing = [finding for finding in findings if finding["severity"] in _REFUSING]
    named = f"Ihre Rechnung {number}" if number else "Ihre elektronische Rechnung"
    dated = f" vom {issue_date:%d.%m.%Y}" if issue_date is not None else ""
    lines = ["Sehr geehrte Damen und Herren,", ""]
    lines.append(f"{named}{dated} können wir so nicht annehmen.")
    if reason:
        lines += ["", reason.strip()]
    lines += ["", "Sie erfüllt diese Vorgaben für E-Rechnungen nicht:", "", *_points(refusing)] if refusing else [""]
    lines += ["Bitte berichtigen Sie die Rechnung und senden Sie sie uns neu zu.", "", "Mit freundlichen Grüßen"]
    return "\n".join(lines)


def _points(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    said: set[tuple[str, str]] = set()
    for finding in findings:
        key = (finding["rule"], finding["message"])
        if key in said:
            continue
        said.add(key)
        if len(said) > _MOST:
            yield "Weitere Fehler nennt das Prüfergebnis."
            yield ""
            return
        yield f"{len(said)}. {finding['message']}"
        if finding["remedy"]:
            yield f"   Bitte: {finding['remedy']}"
        yield f"   ({_where(finding)})"
        yield ""


def _where(finding: Mapping[str, Any]) -> str:
    parts = [f"Regel {finding['rule']}"]
    if finding["term"]:
        parts.append(f"Angabe {finding['term']}")
    if finding["line"]:
        parts.append(f"Zeile {finding['line']}")
    return ", ".join(parts)
