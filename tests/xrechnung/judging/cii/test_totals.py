"""Totals in CII: sums, half cents, minus zero, and totals that stand twice."""

import pytest

from tests.support.invoices import a_cii_invoice
from tests.support.rules import broken_in_cii, is_undefined_in_cii, rewritten

LINE_TOTAL = "<ram:LineTotalAmount>100.00</ram:LineTotalAmount><ram:TaxBasis"
ALLOWANCE = (
    "<ram:SpecifiedTradeAllowanceCharge>"
    "<ram:ChargeIndicator><udt:Indicator>false</udt:Indicator></ram:ChargeIndicator>"
    "<ram:ActualAmount>{amount}</ram:ActualAmount><ram:ReasonCode>95</ram:ReasonCode>"
    "<ram:CategoryTradeTax><ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode>"
    "<ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:CategoryTradeTax>"
    "</ram:SpecifiedTradeAllowanceCharge><ram:SpecifiedTradePaymentTerms>"
)
TERMS = "<ram:SpecifiedTradePaymentTerms>"
TAX_BASIS = "<ram:TaxBasisTotalAmount>"


def test_an_invoice_that_adds_up_breaks_nothing() -> None:
    assert broken_in_cii(a_cii_invoice()) == set()


def test_a_cent_too_much_breaks_the_sum_of_lines_and_what_follows_from_it() -> None:
    content = rewritten(a_cii_invoice(), (LINE_TOTAL, LINE_TOTAL.replace("100.00", "100.01")))
    assert broken_in_cii(content) == {"BR-CO-10", "BR-CO-13"}


def test_half_a_cent_falls_as_doubles_fall() -> None:
    """1.005 as a double is a little less, so lines sum up to 1.00; as a decimal, for the VAT base, to 1.01."""
    content = rewritten(
        a_cii_invoice(net="1.00", tax="0.19", gross="1.19"),
        (
            "<ram:LineTotalAmount>1.00</ram:LineTotalAmount></ram",
            "<ram:LineTotalAmount>1.005</ram:LineTotalAmount></ram",
        ),
    )
    assert broken_in_cii(content) == {"BR-DEC-23", "BR-S-08"}


@pytest.mark.parametrize("text", ["100.000", "100.00 ", "100.00\n"])
def test_zeros_and_blanks_count_as_decimals(text: str) -> None:
    content = rewritten(a_cii_invoice(), (LINE_TOTAL, LINE_TOTAL.replace("100.00", text)))
    assert broken_in_cii(content) == {"BR-DEC-09"}


@pytest.mark.parametrize(("stated", "broken"), [("0", set()), ("-0", set()), ("0.00", set()), ("-0.00", {"BR-CO-11"})])
def test_no_allowances_may_be_summed_up_as_zero_but_not_as_minus_zero(stated: str, broken: set[str]) -> None:
    total = f"<ram:AllowanceTotalAmount>{stated}</ram:AllowanceTotalAmount>{TAX_BASIS}"
    assert broken_in_cii(rewritten(a_cii_invoice(), (TAX_BASIS, total))) == broken


def test_allowances_are_summed_up_by_their_first_amount() -> None:
    content = rewritten(
        a_cii_invoice(),
        (TERMS, ALLOWANCE.format(amount="10.00</ram:ActualAmount><ram:ActualAmount>99")),
        (TAX_BASIS, f"<ram:AllowanceTotalAmount>10.00</ram:AllowanceTotalAmount>{TAX_BASIS}"),
    )
    assert broken_in_cii(content) == {"BR-CO-13", "BR-S-08", "CII-SR-473"}


@pytest.mark.parametrize("name", ["TaxBasisTotalAmount", "GrandTotalAmount", "DuePayableAmount"])
def test_a_total_that_stands_twice_leaves_no_result(name: str) -> None:
    start = f"<ram:{name}>"
    assert is_undefined_in_cii(rewritten(a_cii_invoice(), (start, f"{start}1.00</ram:{name}>{start}")))


def test_two_vat_totals_in_the_invoice_currency_make_no_gross_total() -> None:
    total = '<ram:TaxTotalAmount currencyID="EUR">19.00</ram:TaxTotalAmount>'
    broken = broken_in_cii(rewritten(a_cii_invoice(), (total, total * 2)))
    assert broken == {"BR-CO-15", "PEPPOL-EN16931-R053"}
