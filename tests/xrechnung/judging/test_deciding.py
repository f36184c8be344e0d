"""The official decision step by step."""

import gc
from datetime import date

import pytest

from tests.support.invoices import XRECHNUNG, a_cii_invoice, a_ubl_invoice
from xrechnung.judging.deciding import judge_invoice
from xrechnung.judging.verdict import Refusal, Severity

DAY = date(2026, 9, 1)
_GUIDELINE = "ram:GuidelineSpecifiedDocumentContextParameter"


@pytest.mark.parametrize("invoice", [a_ubl_invoice(), a_cii_invoice()])
def test_a_sound_invoice_is_accepted(invoice: bytes) -> None:
    verdict = judge_invoice(invoice, today=DAY)
    assert (verdict.accepted, verdict.release) == (True, "2026-08-31")
    assert [finding for finding in verdict.findings if finding.official] == []


@pytest.mark.parametrize("written", [f" {XRECHNUNG}", f"{XRECHNUNG} ", XRECHNUNG.upper(), f"{XRECHNUNG}#more"])
def test_an_identifier_almost_right_has_no_scenario(written: str) -> None:
    verdict = judge_invoice(a_ubl_invoice(specification=written), today=DAY)
    assert verdict.refusal is Refusal.SCENARIO


def with_second_guideline(identifier: str) -> bytes:
    second = f"<{_GUIDELINE}><ram:ID>{identifier}</ram:ID></{_GUIDELINE}></rsm:ExchangedDocumentContext>"
    return a_cii_invoice().replace(b"</rsm:ExchangedDocumentContext>", second.encode())


def test_two_identifiers_of_two_scenarios_are_none() -> None:
    verdict = judge_invoice(with_second_guideline("urn:cen.eu:en16931:2017"), today=DAY)
    assert verdict.refusal is Refusal.SCENARIO


def test_an_unknown_identifier_beside_a_known_one_has_a_scenario_whose_rules_stop_at_it() -> None:
    verdict = judge_invoice(with_second_guideline("urn:example:other"), today=DAY)
    assert (verdict.scenario, verdict.refusal) == ("EN16931 XRechnung (CII)", Refusal.UNDEFINED)


def test_rules_are_not_asked_where_the_schema_refuses() -> None:
    broken = a_ubl_invoice(gross="120.00").replace(b"<cbc:ID>RE-2026-0815</cbc:ID>", b"")
    verdict = judge_invoice(broken, today=DAY)
    assert verdict.refusal is Refusal.STRUCTURE
    assert {finding.rule for finding in verdict.findings if finding.official} == {"XSD"}
    assert all(finding.line for finding in verdict.findings)


def test_a_value_cut_in_two_by_a_comment_is_refused_as_the_official_tool_stops_there() -> None:
    cut = a_ubl_invoice(issued="2026-<!-- -->09-01")
    verdict = judge_invoice(cut, today=DAY)
    assert verdict.refusal is Refusal.UNDEFINED
    assert any(finding.rule == "UNDEFINED" and finding.severity is Severity.ERROR for finding in verdict.findings)


def test_hints_never_decide() -> None:
    verdict = judge_invoice(a_ubl_invoice(leitweg="04011000-12345-34", due="2026-08-01"), today=DAY)
    hints = {finding.rule for finding in verdict.findings if not finding.official}
    assert verdict.accepted
    assert {"EAKTE-LEITWEG-3"} <= hints
    assert any(hint.startswith("EAKTE-DATUM") for hint in hints)


@pytest.mark.parametrize("data", [b"", b"Rechnung", b"<a", b"%PDF-1.7 nothing in it"])
def test_what_is_no_invoice_has_a_verdict_too(data: bytes) -> None:
    verdict = judge_invoice(data, today=DAY)
    assert not verdict.is_readable
    assert verdict.findings[0].message.endswith(".")


@pytest.mark.parametrize(
    "invoice",
    [
        a_ubl_invoice(),
        a_cii_invoice(),
        a_ubl_invoice(gross="120.00"),
        a_cii_invoice().replace(b"<ram:DuePayableAmount>", b"<ram:DuePayableAmount>1"),
        a_ubl_invoice().replace(b"<cbc:ID>RE-2026-0815</cbc:ID>", b""),
        a_ubl_invoice(issued="2026-<!-- -->09-01"),
    ],
    ids=["accepted-ubl", "accepted-cii", "rules-ubl", "rules-cii", "structure", "undefined"],
)
def test_a_judged_invoice_leaves_no_circles_of_references_behind(invoice: bytes) -> None:
    """Whoever judges many lets Python look for circles rarely, and each would keep a whole invoice in memory."""
    judge_invoice(invoice, today=DAY)
    gc.collect()
    gc.disable()
    try:
        judge_invoice(invoice, today=DAY)
        assert gc.collect() == 0
    finally:
        gc.enable()
