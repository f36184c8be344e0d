"""Every instance of the corpus is judged as the official validator judged it: acceptance, rules, severities."""

from datetime import date

import pytest

from tests.support.invoices import CORPUS, Instance, instances, needs_corpus
from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.verdict import Verdict

DAY = date(2026, 9, 1)
SETS = (
    *("testsuite-standard", "testsuite-extension", "testsuite-technical", "kosit-schematron", "kosit-config"),
    *("cen-unit", "cen-testfiles", "cen-examples", "zugferd-xml", "zugferd-pdf"),
)


@needs_corpus
@pytest.mark.parametrize("name", SETS)
def test_the_verdict_is_the_official_one(name: str) -> None:
    judged = [(one, judge_invoice(one.content, today=DAY)) for one in instances(name)]
    assert judged
    assert [difference for one, verdict in judged for difference in differences(one, verdict)] == []


@needs_corpus
def test_an_invoice_inside_a_pdf_is_judged_as_the_one_beside_it() -> None:
    hybrids = [one for one in instances("zugferd-pdf") if one.expected.get("pdf")]
    judged = [(one, (CORPUS / one.expected["pdf"]).read_bytes()) for one in hybrids]
    found = [difference for one, pdf in judged for difference in differences(one, judge_invoice(pdf, today=DAY))]
    assert judged
    assert found == []


def differences(one: Instance, verdict: Verdict) -> list[str]:
    expected = one.expected
    found = []
    if verdict.accepted != expected["accept"]:
        found.append(f"{one.name}: accepted {verdict.accepted}, refused at {verdict.refusal}")
    if not verdict.accepted and verdict.refusal != expected.get("reject"):
        found.append(f"{one.name}: refused at {verdict.refusal} instead of {expected.get('reject')}")
    if verdict.scenario != expected.get("scenario"):
        found.append(f"{one.name}: scenario {verdict.scenario} instead of {expected.get('scenario')}")
    wanted = official_rules(one) if expected.get("xsd_valid") and expected.get("scenario") else {}
    fired = {each.rule: str(each.severity) for each in verdict.findings if each.official and each.rule not in OUR_IDS}
    if fired != wanted:
        found.append(f"{one.name}: {sorted(set(fired.items()) ^ set(wanted.items()))}")
    return found


OUR_IDS = {"XML", "PDF", "SCENARIO", "XSD", "UNDEFINED"}


def official_rules(one: Instance) -> dict[str, str]:
    """Rules with the severity the scenario gives them."""
    levels = one.expected.get("custom") or {}
    return {rule: levels.get(rule, flag) for rule, flag in one.expected["fired"].items()}
