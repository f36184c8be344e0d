"""What the verdict says, in words a clerk can pass on."""

from collections.abc import Iterator

from xrechnung.judging.texts import term_name
from xrechnung.judging.verdict import Finding, Verdict
from xrechnung.showing.marks import Marks
from xrechnung.showing.sheet import Entry, Judgement, Note, Place
from xrechnung.showing.words import REFUSALS, SYNTAXES

_MOST_PLACES = 25


def judgement_of(verdict: Verdict, marks: Marks) -> Judgement:
    """The decision, by which rules it was taken, and all findings."""
    return Judgement(
        verdict.accepted,
        "Prüfergebnis: angenommen" if verdict.accepted else "Prüfergebnis: abgelehnt",
        _sentence(verdict),
        tuple(_facts(verdict)),
        tuple(_note(number, found) for number, found in marks.numbered()),
    )


def _sentence(verdict: Verdict) -> str:
    if verdict.refusal is not None:
        return f"Nach den amtlichen Regeln ist diese Rechnung abzulehnen. {REFUSALS[verdict.refusal]}"
    others = sum(1 for finding in verdict.findings if finding.official)
    said = "Nach den amtlichen Regeln ist diese Rechnung anzunehmen."
    return f"{said} Es gibt Befunde, die der Annahme nicht entgegenstehen." if others else said


def _facts(verdict: Verdict) -> Iterator[Entry]:
    yield Entry("Prüfszenario", verdict.scenario or "keines")
    yield Entry("Stand der Prüfregeln", verdict.release)
    if verdict.syntax is not None:
        yield Entry("Format", SYNTAXES[verdict.syntax])
    if verdict.embedded is not None:
        yield Entry("Eingebettete Datei", verdict.embedded)


def _note(number: int, found: list[tuple[Finding, str]]) -> Note:
    """One kind of finding with all places where it was found."""
    finding = found[0][0]
    return Note(
        number,
        finding.severity,
        finding.rule,
        finding.official,
        max((each.message for each, _ in found), key=len),
        finding.remedy,
        tuple(f"{term_name(term)} ({term})" for term in finding.terms),
        tuple(Place(_whereabouts(each), place) for each, place in found[:_MOST_PLACES] if place or each.location),
        max(0, len(found) - _MOST_PLACES),
    )


def _whereabouts(finding: Finding) -> str:
    line = f"Zeile {finding.line} der XML-Datei" if finding.line else ""
    return ": ".join(filter(None, (line, finding.location)))
