"""Sums and VAT of UBL documents, where the official rules are not what one would expect."""

import pytest

from tests.support.rules import broken_in_ubl, is_undefined_in_ubl
from tests.xrechnung.judging.ubl.editing import VAT, allowance, before, category, edited

BASE = '<cbc:TaxableAmount currencyID="EUR">'
TAX = '<cbc:TaxAmount currencyID="EUR">19.00</cbc:TaxAmount>'


def test_an_invoice_in_order_breaks_no_rule() -> None:
    assert broken_in_ubl(edited()) == set()


@pytest.mark.parametrize(("base", "accepted"), [("100.99", True), ("99.01", True), ("101.00", False), ("99.00", False)])
def test_the_base_of_a_rate_may_be_less_than_one_euro_off(base: str, *, accepted: bool) -> None:
    broken = broken_in_ubl(edited((f"{BASE}100.00", f"{BASE}{base}")))
    assert ("BR-S-08" not in broken) is accepted


def test_one_euro_off_is_reckoned_in_binary_fractions() -> None:
    lines = "99.10"
    broken = broken_in_ubl(edited((f"{BASE}99.10", f"{BASE}100.10"), net=lines, tax="18.83", gross="117.93"))
    assert "BR-S-08" not in broken


def test_the_base_of_an_exempt_category_is_exact() -> None:
    zero = category("E", reason=True)
    assert broken_in_ubl(edited(*zero, tax="0.00", gross="100.00")) == set()
    off = edited(*zero, (f"{BASE}100.00", f"{BASE}100.01"), tax="0.00", gross="100.00")
    assert broken_in_ubl(off) == {"BR-E-08"}


def test_an_allowance_at_the_standard_rate_makes_a_base_without_the_lines_right_too() -> None:
    charged = edited(before("cac:TaxTotal", allowance("5.00", charge=True)), (f"{BASE}100.00", f"{BASE}5.00"))
    assert "BR-S-08" not in broken_in_ubl(charged)


@pytest.mark.parametrize(
    ("rate", "tax", "accepted"), [("0.4", "0.40", True), ("0.4", "0.50", False), ("0.5", "0.50", True)]
)
def test_a_rate_below_one_half_counts_as_none(rate: str, tax: str, *, accepted: bool) -> None:
    changed = edited(
        (f"{TAX}\n      <cac:TaxCategory>", f"{TAX}<cac:TaxCategory>"),
        ("<cbc:Percent>19", f"<cbc:Percent>{rate}"),
        (TAX, TAX.replace("19.00", tax)),
    )
    assert ("BR-CO-17" not in broken_in_ubl(changed)) is accepted


def test_igic_written_with_blanks_has_no_breakdown() -> None:
    bare, blank = (edited(*category(code, "7")) for code in ("L", " L "))
    assert "BR-AF-01" not in broken_in_ubl(bare)
    assert "BR-AF-01" in broken_in_ubl(blank)


def test_vat_is_vat_in_any_letters_but_not_with_a_no_break_space() -> None:
    small, spaced = (
        edited(("<cbc:ID>VAT</cbc:ID>", f"<cbc:ID>{scheme}</cbc:ID>")) for scheme in (" vat ", "VAT\u00a0")
    )
    assert "BR-CO-04" not in broken_in_ubl(small)
    assert {"BR-CO-04", "BR-47"} <= broken_in_ubl(spaced)


def test_not_subject_to_vat_stands_alone() -> None:
    other = (
        f"<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>{VAT}</cac:ClassifiedTaxCategory>"
    )
    beside = edited(*category("O", None, reason=True), before("cac:ClassifiedTaxCategory", other))
    assert {"BR-O-12", "UBL-SR-48"} <= broken_in_ubl(beside)


def test_two_deliveries_leave_intra_community_supply_undefined_unless_there_is_a_period() -> None:
    delivery = "<cac:Delivery><cbc:ActualDeliveryDate>2026-08-30</cbc:ActualDeliveryDate></cac:Delivery>"
    period = "<cac:InvoicePeriod><cbc:StartDate>2026-08-01</cbc:StartDate></cac:InvoicePeriod>"
    twice = (*category("K", reason=True), before("cac:PaymentMeans", delivery))
    assert is_undefined_in_ubl(edited(*twice))
    assert "BR-IC-11" not in broken_in_ubl(edited(*twice, before("cac:AccountingSupplierParty", period)))
    assert not is_undefined_in_ubl(edited(before("cac:PaymentMeans", delivery)))


def test_two_registered_names_leave_the_seller_undefined() -> None:
    legal = "<cac:PartyLegalEntity><cbc:RegistrationName>Zweite GmbH</cbc:RegistrationName></cac:PartyLegalEntity>"
    assert is_undefined_in_ubl(edited(before("cac:Contact", legal)))


@pytest.mark.parametrize(("stated", "accepted"), [("-0.12", True), ("-0.13", False)])
def test_half_a_cent_goes_up_below_zero_too(stated: str, *, accepted: bool) -> None:
    halves = "".join(allowance(amount) for amount in ("-0.120", "-0.005"))
    total = f'<cbc:AllowanceTotalAmount currencyID="EUR">{stated}</cbc:AllowanceTotalAmount><cbc:PayableAmount'
    broken = broken_in_ubl(edited(before("cac:TaxTotal", halves), ("<cbc:PayableAmount", total)))
    assert ("BR-CO-11" not in broken) is accepted


def test_a_second_tax_total_in_the_invoice_currency_is_one_too_many() -> None:
    second = '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">19.00</cbc:TaxAmount></cac:TaxTotal>'
    assert {"BR-CO-15", "PEPPOL-EN16931-R054"} <= broken_in_ubl(edited(before("cac:LegalMonetaryTotal", second)))


def test_the_tax_in_the_tax_currency_may_stand_in_a_line() -> None:
    currency = "<cbc:TaxCurrencyCode>CHF</cbc:TaxCurrencyCode>"
    in_line = '<cac:TaxTotal><cbc:TaxAmount currencyID="CHF">18.00</cbc:TaxAmount></cac:TaxTotal>'
    assert "BR-53" in broken_in_ubl(edited(before("cbc:BuyerReference", currency)))
    assert "BR-53" not in broken_in_ubl(edited(before("cbc:BuyerReference", currency), before("cac:Item", in_line)))


@pytest.mark.parametrize(("net", "accepted"), [("100.000", False), ("100.00 ", False), ("100.0", True)])
def test_every_decimal_that_is_written_counts(net: str, *, accepted: bool) -> None:
    assert ({"UBL-DT-01", "BR-DEC-23"}.isdisjoint(broken_in_ubl(edited(net=net)))) is accepted


def test_prices_have_as_many_decimals_as_they_like() -> None:
    old = '<cbc:PriceAmount currencyID="EUR">100.00'
    assert broken_in_ubl(edited((old, f"{old}0000"))) == set()
