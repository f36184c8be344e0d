"""VAT in CII: tolerances per category, rules kept from being asked, categories that exclude each other."""

import pytest

from tests.support.invoices import a_cii_invoice
from tests.support.rules import broken_in_cii, is_undefined_in_cii, rewritten

STANDARD = "<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent>"
BASE, BREAKDOWN_END = "<ram:BasisAmount>100.00</ram:BasisAmount>", f"\n        {STANDARD}"
WITHOUT_INDICATOR = (
    "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:IndicatorString>no</udt:IndicatorString>"
    "</ram:ChargeIndicator><ram:ActualAmount>0</ram:ActualAmount><ram:CategoryTradeTax><ram:TypeCode>VAT</ram:TypeCode>"
    "<ram:CategoryCode>{code}</ram:CategoryCode></ram:CategoryTradeTax></ram:SpecifiedTradeAllowanceCharge>"
    "<ram:SpecifiedTradePaymentTerms>"
)


def free_of_tax(code: str, rate: str = "0", reason: str = "Steuerfrei", **changed: str) -> bytes:
    """The invoice in a category without tax."""
    said = f"<ram:CategoryCode>{code}</ram:CategoryCode><ram:RateApplicablePercent>{rate}</ram:RateApplicablePercent>"
    content = rewritten(a_cii_invoice(tax="0.00", gross="100.00", **changed), (STANDARD, said))
    if not reason:
        return content
    return rewritten(content, (BASE, f"<ram:ExemptionReason>{reason}</ram:ExemptionReason>{BASE}"))


def test_the_base_of_the_standard_rate_is_exact() -> None:
    content = rewritten(a_cii_invoice(), (BASE, BASE.replace("100.00", "100.01")))
    assert broken_in_cii(content) == {"BR-S-08"}


@pytest.mark.parametrize("code", ["E", "Z"])
@pytest.mark.parametrize(("base", "is_near"), [("100.99", True), ("99.01", True), ("101.00", False), ("99.00", False)])
def test_the_base_of_a_category_without_tax_may_be_off_by_less_than_one(code: str, base: str, is_near: bool) -> None:
    content = rewritten(
        free_of_tax(code, reason="" if code == "Z" else "Steuerfrei"), (BASE, BASE.replace("100.00", base))
    )
    assert broken_in_cii(content) == (set() if is_near else {f"BR-{code}-08"})


@pytest.mark.parametrize("code", ["E", "AE", "G", "K"])
def test_an_exemption_wants_a_reason(code: str) -> None:
    rules = {"K": "IC"}.get(code, code)
    assert f"BR-{rules}-10" in broken_in_cii(free_of_tax(code, reason=""))
    assert f"BR-{rules}-10" not in broken_in_cii(free_of_tax(code))


def test_a_zero_rate_wants_no_reason() -> None:
    assert broken_in_cii(free_of_tax("Z", reason="")) == set()
    assert broken_in_cii(free_of_tax("Z")) == {"BR-Z-10"}


def test_reverse_charge_wants_the_buyer_identified() -> None:
    assert broken_in_cii(free_of_tax("AE")) == {"BR-AE-02"}


def test_a_supply_within_the_community_says_where_it_went() -> None:
    assert broken_in_cii(free_of_tax("K")) == {"BR-IC-02", "BR-IC-12"}


def test_outside_the_scope_of_tax_there_are_no_rates_on_lines_and_no_vat_ids() -> None:
    assert broken_in_cii(free_of_tax("O")) == {"BR-O-02", "BR-O-05"}


def test_minus_zero_is_no_rate_of_zero() -> None:
    assert broken_in_cii(free_of_tax("E", rate="-0.00")) == {"BR-E-05"}
    assert broken_in_cii(free_of_tax("E", rate="-0")) == set()


@pytest.mark.parametrize("code", ["L", "M"])
def test_the_canary_islands_and_ceuta_are_not_asked_whether_base_and_tax_fit(code: str) -> None:
    """Their rules take the place of the general ones, and look for rates where there are none."""
    said = STANDARD.replace(">S<", f">{code}<")
    content = rewritten(a_cii_invoice(), (STANDARD, said), (BASE, BASE.replace("100.00", "12345.678")))
    assert broken_in_cii(content) == set()


def test_two_lines_are_taken_for_a_line_and_its_breakdown() -> None:
    content = a_cii_invoice().decode()
    line = content[content.index("    <ram:Included") : content.index("    <ram:ApplicableHeaderTradeAgreement>")]
    twice = content.replace(line, line * 2).replace(BREAKDOWN_END, BREAKDOWN_END.replace(">S<", ">Z<")).encode()
    broken = broken_in_cii(twice)
    assert "BR-Z-01" in broken
    assert "BR-S-01" not in broken


@pytest.mark.parametrize(
    ("rate", "tax", "is_right"), [("0.4", "0.49", True), ("0.4", "0.5", False), ("0.5", "1.50", True)]
)
def test_a_rate_that_rounds_to_zero_wants_a_tax_that_does(rate: str, tax: str, is_right: bool) -> None:
    said = STANDARD.replace(">19<", f">{rate}<")
    content = rewritten(a_cii_invoice(tax=tax, gross=f"{100 + float(tax):.2f}"), (STANDARD, said))
    assert ("BR-CO-17" not in broken_in_cii(content)) is is_right


@pytest.mark.parametrize("code", ["O", "Z"])
def test_where_the_indicator_is_cast_it_must_be_there(code: str) -> None:
    entry = WITHOUT_INDICATOR.format(code=code)
    assert is_undefined_in_cii(rewritten(free_of_tax(code), ("<ram:SpecifiedTradePaymentTerms>", entry)))


def test_where_the_indicator_is_compared_it_may_be_missing() -> None:
    entry = WITHOUT_INDICATOR.format(code="E")
    broken = broken_in_cii(rewritten(free_of_tax("E"), ("<ram:SpecifiedTradePaymentTerms>", entry)))
    assert broken == {"PEPPOL-EN16931-R043-1"}


def test_split_payment_is_for_italy() -> None:
    content = rewritten(a_cii_invoice(), (">S<", ">B<"))
    assert "BR-B-01" in broken_in_cii(content)
    assert "BR-B-01" not in broken_in_cii(rewritten(content, (">DE<", ">IT<")))
