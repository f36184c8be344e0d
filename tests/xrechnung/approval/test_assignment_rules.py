"""Which unit an invoice belongs to, decided from what it says alone."""

from uuid import UUID

import pytest

from xrechnung.approval.rules.assignment import (
    NO_RULE,
    Assigned,
    Criterion,
    Rule,
    Said,
    Unassigned,
    decide,
    kept_pattern,
)
from xrechnung.approval.rules.workflow import InvoiceClass

PARKS, SCHOOLS, TOWN_HALL = UUID(int=1), UUID(int=2), UUID(int=3)
INVOICE = Said(
    leitweg_id="04011000-1234512345-06",
    order_number="B-2026/0815",
    contract="Rahmen 12",
    suppliers=("vat:DE123456788", "name:gartenbaugruenaugmbh"),
    texts=("Pflege der Grünflächen im Mai", "Straßen-\nreinigung Nord"),
)


def rule(criterion: Criterion, pattern: str, unit: UUID = PARKS, position: int = 100) -> Rule:
    return Rule(position, criterion, pattern, unit)


@pytest.mark.parametrize(
    ("criterion", "pattern", "applies"),
    [
        (Criterion.LEITWEG_ID, "04011000-1234512345-06", True),
        (Criterion.LEITWEG_ID, "04011000-1234512345", True),
        (Criterion.LEITWEG_ID, "04011000", True),
        (Criterion.LEITWEG_ID, "0401", False),
        (Criterion.LEITWEG_ID, "04011000-12345", False),
        (Criterion.ORDER_NUMBER, "B-2026/0815", True),
        (Criterion.ORDER_NUMBER, "b-2026/*", True),
        (Criterion.ORDER_NUMBER, "*0815", True),
        (Criterion.ORDER_NUMBER, "B*6/*5", True),
        (Criterion.ORDER_NUMBER, "B-2026/0815*0815", False),
        (Criterion.ORDER_NUMBER, "B-2026", False),
        (Criterion.CONTRACT, "rahmen 12", True),
        (Criterion.CONTRACT, "Rahmen 1", False),
        (Criterion.SUPPLIER, "vat:DE123456788", True),
        (Criterion.SUPPLIER, "tax:DE123456788", False),
        (Criterion.TEXT, "grünflächen", True),
        (Criterion.TEXT, "der  Grünflächen im", True),
        (Criterion.TEXT, "Grünfläche", False),
        (Criterion.TEXT, "Mai Straßen", False),
    ],
)
def test_a_rule_applies_to_what_it_names_and_to_nothing_else(criterion: Criterion, pattern: str, applies: bool) -> None:
    assert isinstance(decide([rule(criterion, pattern)], INVOICE), Assigned if applies else Unassigned)


def test_the_longer_part_of_a_leitweg_id_decides() -> None:
    rules = [
        rule(Criterion.LEITWEG_ID, "04011000", TOWN_HALL),
        rule(Criterion.LEITWEG_ID, "04011000-1234512345", SCHOOLS),
    ]
    assert decide(rules, INVOICE) == Assigned(SCHOOLS, "Leitweg-ID 04011000-1234512345-06 (04011000-1234512345-…)")


def test_a_lower_position_goes_before_precision() -> None:
    rules = [
        rule(Criterion.LEITWEG_ID, "04011000-1234512345-06", SCHOOLS, 20),
        rule(Criterion.TEXT, "Grünflächen", PARKS, 10),
    ]
    assert decide(rules, INVOICE) == Assigned(PARKS, "Text „Grünflächen“")


def test_equally_strong_rules_that_name_two_units_leave_it_to_a_person() -> None:
    rules = [rule(Criterion.ORDER_NUMBER, "B-2026/*", PARKS), rule(Criterion.SUPPLIER, "vat:DE123456788", SCHOOLS)]
    decision = decide(rules, INVOICE)
    assert isinstance(decision, Unassigned)
    assert "Bestellnummer B-2026/0815" in decision.because
    assert "Lieferant DE123456788" in decision.because


def test_equally_strong_rules_that_name_one_unit_agree() -> None:
    rules = [rule(Criterion.ORDER_NUMBER, "B-2026/*", PARKS), rule(Criterion.SUPPLIER, "vat:DE123456788", PARKS)]
    assert isinstance(decide(rules, INVOICE), Assigned)


def test_a_rule_may_know_the_class_of_its_invoices() -> None:
    utility = Rule(100, Criterion.SUPPLIER, "vat:DE123456788", PARKS, InvoiceClass.UTILITY_BILL)
    decision = decide([utility], INVOICE)
    assert isinstance(decision, Assigned)
    assert decision.kind is InvoiceClass.UTILITY_BILL


def test_an_invoice_that_says_nothing_belongs_to_nobody() -> None:
    everything = [rule(criterion, "0815") for criterion in Criterion]
    assert decide(everything, Said()) == Unassigned(NO_RULE)


@pytest.mark.parametrize(
    ("criterion", "written", "kept"),
    [
        (Criterion.LEITWEG_ID, " 04011000-1234512345 ", "04011000-1234512345"),
        (Criterion.LEITWEG_ID, "04011000-", "04011000"),
        (Criterion.SUPPLIER, "de 123 456 788", "vat:DE123456788"),
        (Criterion.SUPPLIER, "143/123/12345", "tax:14312312345"),
        (Criterion.SUPPLIER, "name:gartenbau", "name:gartenbau"),
        (Criterion.SUPPLIER, "vat:", None),
        (Criterion.ORDER_NUMBER, "B**1", "B*1"),
        (Criterion.ORDER_NUMBER, "*", None),
        (Criterion.TEXT, "  ", None),
        (Criterion.TEXT, "x" * 201, None),
    ],
)
def test_a_pattern_is_kept_in_one_spelling(criterion: Criterion, written: str, kept: str | None) -> None:
    assert kept_pattern(criterion, written) == kept
