"""From bytes to verdict: the steps of the official decision, in their order, with their consequences."""

from collections.abc import Iterator
from datetime import date

from lxml import etree

from xrechnung.adapters.embedding import EmbeddingRefused, embedded_in, is_pdf
from xrechnung.adapters.xml import XmlRefused, detect, parse_xml, specifications
from xrechnung.judging.applying import Outcome, apply, rule_sets_for
from xrechnung.judging.hints.of_invoice import hints_on
from xrechnung.judging.releases import Release, Scenario, release_on
from xrechnung.judging.structure import structure_of
from xrechnung.judging.texts import rule_text
from xrechnung.judging.tree import Tree, line_of, path_of
from xrechnung.judging.verdict import Finding, Refusal, Severity, Verdict

_WRITE_XRECHNUNG = (
    "Die Rechnung als XRechnung 3.0 ausstellen und als Spezifikationskennung (BT-24) genau angeben: "
    "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
)
_UNDEFINED = (
    "Eine amtliche Prüfregel lässt sich auf diese Rechnung nicht anwenden: An dieser Stelle steht etwas mehrfach, "
    "geteilt oder in einer Form, die die Regel nicht vorsieht. Das amtliche Prüfwerkzeug bricht hier ab."
)


def judge_invoice(data: bytes, *, today: date) -> Verdict:
    """What the official configuration in force on that day says about an invoice, XML or PDF with XML in it.

    Never raises on account of the file: what cannot be read has a verdict too.
    """
    release = release_on(today)
    embedded: str | None = None
    if is_pdf(data):
        try:
            inside = embedded_in(data)
        except EmbeddingRefused as refused:
            return _unreadable(release, Refusal.NO_XML, refused.reason)
        data, embedded = inside.data, inside.name
    try:
        root = parse_xml(data)
    except XmlRefused as refused:
        return _unreadable(release, Refusal.XML, refused.reason, refused.line, embedded)
    return judge_root(root, release, today=today, embedded=embedded)


def judge_root(root: etree._Element, release: Release, *, today: date, embedded: str | None = None) -> Verdict:
    """The verdict on a parsed invoice."""
    syntax, specification = detect(root)
    claimed = specifications(root, syntax) if specification is None else (specification,)
    scenario = release.scenario(syntax, claimed)
    with Tree(root) as tree:
        refusal, findings = _decide(root, tree, release, scenario, specification)
        hints = hints_on(tree.head.root, syntax, today=today) if syntax is not None else ()
    return Verdict(
        release=release.name,
        syntax=syntax,
        specification=specification,
        scenario=scenario.name if scenario is not None else None,
        refusal=refusal,
        findings=(*findings, *hints),
        embedded=embedded,
    )


def _decide(
    root: etree._Element, tree: Tree, release: Release, scenario: Scenario | None, specification: str | None
) -> tuple[Refusal | None, tuple[Finding, ...]]:
    if scenario is None:
        return Refusal.SCENARIO, (_no_scenario(root, specification),)
    if flaws := structure_of(scenario.syntax).check(root, tree.head):
        return Refusal.STRUCTURE, tuple(
            Finding("XSD", Severity.ERROR, flaw.message, location=flaw.path, line=flaw.line) for flaw in flaws
        )
    outcomes = apply(rule_sets_for(release, scenario.syntax, scenario.rule_sets), tree)
    findings = tuple(finding for outcome in outcomes for finding in _findings(outcome, release, scenario))
    if any(outcome.undefined for outcome in outcomes):
        return Refusal.UNDEFINED, findings
    return (Refusal.RULES if any(finding.severity.refuses for finding in findings) else None), findings


def _findings(outcome: Outcome, release: Release, scenario: Scenario) -> Iterator[Finding]:
    if outcome.undefined is not None:
        node = outcome.undefined.node
        remedy = "Jede Angabe nur einmal und ohne Kommentare oder Verarbeitungsanweisungen im Wert übermitteln."
        yield Finding(
            "UNDEFINED", Severity.ERROR, _UNDEFINED, remedy, location=path_of(node), line=line_of(node.element)
        )
    published = release.published(scenario.syntax)
    # Rules are asked in no particular order; a verdict says the same each time.
    for rule, places in sorted(outcome.broken.items(), key=lambda item: item[0]):
        if rule not in published:
            continue
        severity = scenario.levels.get(rule, published[rule])
        text = rule_text(rule, scenario.syntax)
        # What the scenario itself lets pass needs no remedy.
        remedy = "" if scenario.levels.get(rule) is Severity.INFORMATION else text.remedy
        more = outcome.counts[rule] - len(places)
        for number, node in enumerate(places, 1):
            message = text.meaning
            if more and number == len(places):
                message = f"{message} (Ebenso an {more} weiteren Stellen.)"
            line = line_of(node.element)
            yield Finding(rule, severity, message, remedy, text.terms, path_of(node), line)


def _no_scenario(root: etree._Element, specification: str | None) -> Finding:
    name = etree.QName(root).localname
    said = f"„{specification}“" if specification else "keine (oder mehr als eine)"
    message = (
        "Für dieses Dokument gibt es kein Prüfszenario der XRechnung: "
        f"Wurzelelement „{name}“, Spezifikationskennung (BT-24) {said}."
    )
    return Finding("SCENARIO", Severity.ERROR, message, _WRITE_XRECHNUNG, ("BT-24",), f"/{name}", line_of(root))


def _unreadable(
    release: Release, refusal: Refusal, reason: str, line: int | None = None, embedded: str | None = None
) -> Verdict:
    remedy = "Die Datei neu erzeugen und unverändert als XML (oder als PDF mit eingebettetem XML) übermitteln."
    found = Finding("XML" if refusal is Refusal.XML else "PDF", Severity.ERROR, reason, remedy, line=line)
    return Verdict(release.name, refusal=refusal, findings=(found,), embedded=embedded)
