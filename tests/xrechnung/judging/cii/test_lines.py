"""Lines in CII: prices, base quantities, allowances, periods, and names that stand twice."""

import pytest

from tests.support.invoices import a_cii_invoice
from tests.support.rules import broken_in_cii, is_undefined_in_cii, rewritten

PRICE = "<ram:NetPriceProductTradePrice><ram:ChargeAmount>100.00</ram:ChargeAmount></ram:NetPriceProductTradePrice>"
QUANTITY = '<ram:BilledQuantity unitCode="H87">1</ram:BilledQuantity>'
NAME = "<ram:Name>Pflege der Grünanlage am Rathaus</ram:Name>"
TAX_END = "</ram:ApplicableTradeTax>\n        <ram:SpecifiedTradeSettlementLine"


def priced(amount: str, base: str, quantity: str) -> bytes:
    """The invoice over a line of 100.00 with this price per base quantity."""
    said = f"<ram:ChargeAmount>{amount}</ram:ChargeAmount><ram:BasisQuantity>{base}</ram:BasisQuantity>"
    return rewritten(
        a_cii_invoice(),
        (PRICE, f"<ram:NetPriceProductTradePrice>{said}</ram:NetPriceProductTradePrice>"),
        (QUANTITY, QUANTITY.replace(">1<", f">{quantity}<")),
    )


@pytest.mark.parametrize(
    ("amount", "base", "quantity", "is_right"),
    [
        ("1000", "10", "1", True),
        ("300", "3", "1", True),
        ("100.02", "1", "1", True),
        ("100.021", "1", "1", False),
        ("100.02", "3", "3", True),
        ("99.98", "3", "3", True),
        ("99.98", "7", "7", False),
        ("100", "0", "1", False),
    ],
)
def test_the_net_amount_is_near_quantity_times_price(amount: str, base: str, quantity: str, is_right: bool) -> None:
    """A quotient is cut after some places, so seven sevenths of the least amount allowed are too little."""
    broken = broken_in_cii(priced(amount, base, quantity)) - {"PEPPOL-EN16931-R121"}
    assert broken == (set() if is_right or base == "0" else {"PEPPOL-EN16931-R120"})


@pytest.mark.parametrize("base", ["0", "-1"])
def test_a_base_quantity_is_above_zero(base: str) -> None:
    assert "PEPPOL-EN16931-R121" in broken_in_cii(priced("100.00", base, "1"))


def test_base_quantities_of_gross_and_net_price_are_the_same_text() -> None:
    both = PRICE.replace("</ram:ChargeAmount>", "</ram:ChargeAmount><ram:BasisQuantity>{}</ram:BasisQuantity>")
    alike = both.replace("Net", "Gross").format("1") + both.format("1")
    assert broken_in_cii(rewritten(a_cii_invoice(), (PRICE, alike))) == set()
    unlike = both.replace("Net", "Gross").format("1.0") + both.format("1")
    assert broken_in_cii(rewritten(a_cii_invoice(), (PRICE, unlike))) == {"BR-TMP-3"}


def test_a_discount_makes_the_gross_price_the_net_price() -> None:
    discount = (
        "<ram:AppliedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>{}</udt:Indicator></ram:ChargeIndicator>"
        "<ram:ActualAmount>20</ram:ActualAmount></ram:AppliedTradeAllowanceCharge>"
    )
    gross = (
        "<ram:GrossPriceProductTradePrice><ram:ChargeAmount>{}</ram:ChargeAmount>{}</ram:GrossPriceProductTradePrice>"
    )
    right = rewritten(a_cii_invoice(), (PRICE, gross.format("120", discount.format("false")) + PRICE))
    assert broken_in_cii(right) == set()
    wrong = rewritten(a_cii_invoice(), (PRICE, gross.format("119", discount.format("0")) + PRICE))
    assert broken_in_cii(wrong) == {f"PEPPOL-EN16931-R0{number}" for number in ("43-2", "44", "46")}
    several = rewritten(a_cii_invoice(), (PRICE, gross.format("140", discount.format("false") * 2) + PRICE))
    assert is_undefined_in_cii(several)


def test_an_item_has_one_name() -> None:
    assert is_undefined_in_cii(rewritten(a_cii_invoice(), (NAME, NAME * 2)))


def test_an_allowance_has_base_and_percentage_or_neither() -> None:
    entry = (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>false</udt:Indicator></ram:ChargeIndicator>"
        "{}<ram:ActualAmount>0</ram:ActualAmount><ram:ReasonCode>95</ram:ReasonCode></ram:SpecifiedTradeAllowanceCharge>"
    )
    start = "<ram:SpecifiedTradeSettlementLineMonetarySummation>"
    percent, base = "<ram:CalculationPercent>1</ram:CalculationPercent>", "<ram:BasisAmount>2.01</ram:BasisAmount>"

    def broken(said: str) -> set[str]:
        return broken_in_cii(rewritten(a_cii_invoice(), (start, entry.format(said) + start)))

    assert broken(percent) == {"PEPPOL-EN16931-R041"}
    assert broken(base) == {"PEPPOL-EN16931-R042"}
    assert broken(percent + base) == {"PEPPOL-EN16931-R040"}
    assert broken(percent + base.replace("2.01", "2")) == set()


def test_a_line_outside_the_period_of_the_invoice() -> None:
    period = (
        '<ram:BillingSpecifiedPeriod><ram:StartDateTime><udt:DateTimeString format="102">{}</udt:DateTimeString>'
        "</ram:StartDateTime></ram:BillingSpecifiedPeriod>"
    )
    line = f"</ram:ApplicableTradeTax>{period.format('20260801')}<ram:SpecifiedTradeSettlementLine"
    head = f"{period.format('20260901')}<ram:SpecifiedTradePaymentTerms>"
    content = rewritten(a_cii_invoice(), (TAX_END, line), ("<ram:SpecifiedTradePaymentTerms>", head))
    assert broken_in_cii(content) == {"PEPPOL-EN16931-R110"}


def test_an_invoice_without_lines() -> None:
    text = a_cii_invoice().decode()
    start, end = text.index("    <ram:IncludedSupply"), text.index("    <ram:ApplicableHeaderTradeAgreement>")
    assert {"BR-16", "BR-CO-10"} <= broken_in_cii((text[:start] + text[end:]).encode())
