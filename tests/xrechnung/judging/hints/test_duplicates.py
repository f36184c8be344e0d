from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xrechnung.judging.hints.duplicates import (
    InvoiceFacts,
    compare,
    duplicate_hints,
    folded_name,
    number_keys,
)

INVOICE = InvoiceFacts(
    number="RE-2026-0042",
    seller_name="Müller Bau GmbH & Co. KG",
    vat_id="DE136695976",
    tax_number="181/815/08155",
    issue_date=date(2026, 3, 1),
    gross=Decimal("1190.00"),
)


def test_the_same_invoice_again_is_identical() -> None:
    likeness = compare(INVOICE, replace(INVOICE, gross=Decimal("1190")))
    assert likeness.is_identical
    (hint,) = duplicate_hints(likeness, date(2026, 3, 3))
    assert hint.code == "EAKTE-DUBLETTE-1"
    assert "03.03.2026" in hint.message


def test_the_same_number_with_other_date_and_amount_is_a_duplicate_with_differences() -> None:
    changed = replace(INVOICE, number="re 2026 42", issue_date=date(2026, 3, 5), gross=Decimal("2380.5"))
    likeness = compare(changed, INVOICE)
    assert likeness.is_duplicate
    assert likeness.differences == (
        "Schreibweise der Nummer re 2026 42 statt RE-2026-0042",
        "Rechnungsdatum 05.03.2026 statt 01.03.2026",
        "Bruttobetrag 2.380,50 EUR statt 1.190,00 EUR",
    )
    (hint,) = duplicate_hints(likeness, date(2026, 3, 3))
    assert hint.code == "EAKTE-DUBLETTE-2"


def test_another_number_or_another_seller_is_no_duplicate() -> None:
    assert not compare(INVOICE, replace(INVOICE, number="RE-2026-0043")).is_duplicate
    other = replace(INVOICE, vat_id="DE129273398")
    assert compare(INVOICE, other).differences == ()
    assert duplicate_hints(compare(INVOICE, other), date(2026, 3, 3)) == ()


def test_an_invoice_without_date_or_amount_is_compared_too() -> None:
    likeness = compare(replace(INVOICE, issue_date=None, gross=None), INVOICE)
    assert likeness.differences == (
        "Rechnungsdatum ohne Angabe statt 01.03.2026",
        "Bruttobetrag ohne Angabe statt 1.190,00 EUR",
    )


@pytest.mark.parametrize(
    "alike",
    [
        {"vat_id": None},
        {"vat_id": "de 136 695 976", "seller_name": "anders"},
        {"vat_id": None, "seller_name": "anders"},
        {"vat_id": None, "tax_number": None, "seller_name": "MUELLER BAU GMBH UND CO KG"},
        {"vat_id": None, "tax_number": "2181081508155"},
    ],
)
def test_a_seller_is_known_by_vat_id_or_tax_number_or_name(alike: dict[str, str | None]) -> None:
    assert compare(INVOICE, replace(INVOICE, **alike)).same_seller  # type: ignore[arg-type]


def test_two_vat_ids_are_two_sellers_even_with_one_name() -> None:
    assert not compare(INVOICE, replace(INVOICE, vat_id="ATU13585627")).same_seller


def test_sellers_without_any_name_or_number_are_never_the_same() -> None:
    nobody = InvoiceFacts("1", "")
    assert not compare(nobody, nobody).same_seller


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-001", "2026001"),
        ("2026-001", "2026-1"),
        ("RE 12", "re12"),
        ("RE/0012", "RE-12"),
        (" 4711 ", "004711"),
        ("Ä-1", "ä 1"),
        ("---", "---"),
    ],
)
def test_numbers_written_in_different_ways_are_alike(one: str, other: str) -> None:
    assert number_keys(one) & number_keys(other)


@pytest.mark.parametrize(
    ("one", "other"), [("2026001", "2026-1"), ("12", "120"), ("A1", "B1"), ("0", "00A"), ("1-2", "1-3")]
)
def test_different_numbers_are_not_alike(one: str, other: str) -> None:
    assert not number_keys(one) & number_keys(other)


@given(st.text(min_size=1, max_size=30))
def test_every_number_is_like_itself_in_other_case_and_with_blanks_around(number: str) -> None:
    assert number_keys(number) & number_keys(f" {number.upper()} ") or number.casefold() != number.upper().casefold()


def test_company_names_are_compared_without_case_umlauts_and_legal_forms_in_full() -> None:
    assert folded_name("Müller Gesellschaft mit beschränkter Haftung") == folded_name("MUELLER GmbH")
    assert folded_name("Groß & Söhne oHG") == folded_name("Gross und Soehne OHG")
    assert folded_name("Müller GmbH") != folded_name("Möller GmbH")
