"""Payment, lines and sub lines of UBL documents, where the official rules are not what one would expect."""

import pytest

from tests.support.rules import broken_in_ubl, is_undefined_in_ubl
from tests.xrechnung.judging.ubl.editing import CVD, EXTENSION, before, edited

SKONTO = "#SKONTO#TAGE=14#PROZENT=2.25#"


@pytest.mark.parametrize(
    ("terms", "accepted"),
    [
        (f"{SKONTO}\n", True),
        (SKONTO, False),
        (f"{SKONTO} \n", True),
        (f"Zahlbar sofort.\n{SKONTO}\n{SKONTO}\n", True),
        (f"Text vor {SKONTO}\n", True),
        (f"{SKONTO}{SKONTO}\n", False),
        (f"{SKONTO}\nNr. #5#", False),
        (f"{SKONTO}\nNr. #5", True),
        ("#SKONTO#TAGE=14#PROZENT=2.25#BASISBETRAG=-357.93#\n", True),
        ("#SKONTO#TAGE=14#PROZENT=2,25#\n", False),
        ("#VERZUG#TAGE=14#PROZENT=2.25#\n", False),
        ("#", False),
    ],
)
def test_skonto_follows_its_grammar(terms: str, *, accepted: bool) -> None:
    assert ("BR-DE-18" not in broken_in_ubl(edited(terms=terms))) is accepted


def test_skonto_in_one_of_two_payment_terms_is_undefined_but_wrong_skonto_is_wrong() -> None:
    terms = "<cac:PaymentTerms><cbc:Note>30 Tage netto</cbc:Note></cac:PaymentTerms>"
    assert is_undefined_in_ubl(edited(before("cac:TaxTotal", terms), terms=f"{SKONTO}\n"))
    assert "BR-DE-18" in broken_in_ubl(edited(before("cac:TaxTotal", terms), terms="#SKONTO#\n"))


@pytest.mark.parametrize(
    ("iban", "accepted"),
    [
        ("DE02 1203 0000 0000 2020 51", True),
        ("DE02120300000000202052", False),
        ("GB29NWBK60161331926819", True),
        ("GB29nwbk60161331926819", False),
        ("DE02\u00a01203\u00a00000\u00a00000\u00a02020\u00a051", False),
    ],
)
def test_an_iban_of_a_sepa_transfer_is_checked(iban: str, *, accepted: bool) -> None:
    assert ("BR-DE-19" not in broken_in_ubl(edited(iban=iban))) is accepted
    other = edited(("Code>58<", "Code>30<"), iban=iban)
    assert broken_in_ubl(other) == set()


def test_an_allowance_with_a_percentage_but_no_base_is_not_asked_what_it_is() -> None:
    without_base = (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>1</cbc:ChargeIndicator>"
        "<cbc:MultiplierFactorNumeric>10</cbc:MultiplierFactorNumeric>"
        '<cbc:Amount currencyID="EUR">1.00</cbc:Amount></cac:AllowanceCharge>'
    )
    broken = broken_in_ubl(edited(before("cac:Item", without_base)))
    assert "PEPPOL-EN16931-R041" in broken
    assert "PEPPOL-EN16931-R043" not in broken


@pytest.mark.parametrize(("net", "accepted"), [("1.01", True), ("1.02", False)])
def test_a_third_three_times_is_a_little_less_than_one(net: str, *, accepted: bool) -> None:
    price = '<cbc:PriceAmount currencyID="EUR">1</cbc:PriceAmount><cbc:BaseQuantity>3</cbc:BaseQuantity>'
    old = f'<cbc:PriceAmount currencyID="EUR">{net}</cbc:PriceAmount>'
    quantity = '<cbc:InvoicedQuantity unitCode="H87">'
    broken = broken_in_ubl(edited((old, price), (f"{quantity}1", f"{quantity}3"), net=net))
    assert ("PEPPOL-EN16931-R120" not in broken) is accepted


def test_days_of_a_line_lie_in_the_period_of_the_invoice_time_zones_counted() -> None:
    period = "<cac:InvoicePeriod><cbc:StartDate>{}</cbc:StartDate></cac:InvoicePeriod>"
    head = before("cac:AccountingSupplierParty", period.format("2026-08-01"))
    early, late = (
        edited(head, before("cac:Item", period.format(day))) for day in ("2026-08-01+01:00", "2026-08-01-01:00")
    )
    assert "PEPPOL-EN16931-R110" in broken_in_ubl(early)
    assert "PEPPOL-EN16931-R110" not in broken_in_ubl(late)


def a_sub_line(net: str, more: str = "") -> str:
    return (
        '<cac:SubInvoiceLine><cbc:ID>1.1</cbc:ID><cbc:InvoicedQuantity unitCode="H87">1</cbc:InvoicedQuantity>'
        f'<cbc:LineExtensionAmount currencyID="EUR">{net}</cbc:LineExtensionAmount>'
        f"<cac:Item><cbc:Name>Teil</cbc:Name></cac:Item>{more}</cac:SubInvoiceLine>"
    )


def test_sub_lines_are_asked_about_with_the_extension_only() -> None:
    ending = "</cac:InvoiceLine>"
    changed = (ending, f"{a_sub_line('60.00')}{a_sub_line('41.00')}{ending}")
    assert {"UBL-CR-646", "BR-DEX-02", "BR-DEX-03"} <= broken_in_ubl(edited(changed, specification=EXTENSION))
    assert {"BR-DEX-02", "BR-DEX-03"}.isdisjoint(broken_in_ubl(edited(changed)))


def test_sub_lines_add_up_at_every_depth() -> None:
    ending = "</cac:InvoiceLine>"
    right = (ending, f"{a_sub_line('100.00', a_sub_line('100.00'))}{ending}")
    wrong = (ending, f"{a_sub_line('100.00', a_sub_line('99.00'))}{ending}")
    assert "BR-DEX-02" not in broken_in_ubl(edited(right, specification=EXTENSION))
    assert "BR-DEX-02" in broken_in_ubl(edited(wrong, specification=EXTENSION))


def test_a_third_party_payment_counts_for_the_amount_due() -> None:
    payment = (
        "<cac:PrepaidPayment><cbc:ID>Fremdforderung</cbc:ID>"
        '<cbc:PaidAmount currencyID="EUR">10.00</cbc:PaidAmount>'
        "<cbc:InstructionID>Müllgebühr</cbc:InstructionID></cac:PrepaidPayment>"
    )
    due = ('<cbc:PayableAmount currencyID="EUR">119.00', '<cbc:PayableAmount currencyID="EUR">129.00')
    changed = edited(before("cac:TaxTotal", payment), due, specification=EXTENSION)
    assert broken_in_ubl(changed) == {"BR-CO-16", "UBL-CR-470"}


def test_a_vehicle_is_told_by_category_and_drive_in_one_line() -> None:
    vehicle = (
        '<cac:CommodityClassification><cbc:ItemClassificationCode listID="CVD">M1</cbc:ItemClassificationCode>'
        "</cac:CommodityClassification>"
    )
    drive = "<cac:AdditionalItemProperty><cbc:Name>cva</cbc:Name><cbc:Value>{}</cbc:Value></cac:AdditionalItemProperty>"
    ending = "</cac:Item>"
    clean = edited(
        before("cac:ClassifiedTaxCategory", vehicle), (ending, f"{drive.format('clean')}{ending}"), specification=CVD
    )
    dirty = edited(
        before("cac:ClassifiedTaxCategory", vehicle), (ending, f"{drive.format('Diesel')}{ending}"), specification=CVD
    )
    assert {"BR-DE-CVD-01", "BR-DE-CVD-02", "BR-CL-13"} == broken_in_ubl(clean)
    assert "BR-DE-CVD-05" in broken_in_ubl(dirty)


@pytest.mark.parametrize(
    ("rule", "place", "added"),
    [
        (
            "UBL-SR-24",
            "cac:PaymentMeans",
            "<cac:Delivery><cbc:ActualDeliveryDate>2026-09-01</cbc:ActualDeliveryDate></cac:Delivery>",
        ),
        ("UBL-SR-05", "cac:TaxTotal", "<cac:PaymentTerms><cbc:Note>Danke</cbc:Note></cac:PaymentTerms>"),
        ("UBL-SR-45", "cac:PayeeFinancialAccount", 2 * "<cbc:PaymentDueDate>2026-10-01</cbc:PaymentDueDate>"),
        ("UBL-SR-40", "cac:PostalAddress", 2 * "<cac:PartyName><cbc:Name>Amt</cbc:Name></cac:PartyName>"),
        ("UBL-SR-50", "cbc:Name", 2 * "<cbc:Description>lang</cbc:Description>"),
    ],
)
def test_what_ubl_lets_repeat_stands_once(rule: str, place: str, added: str) -> None:
    assert rule in broken_in_ubl(edited(before(place, added)))


def test_one_means_of_payment_for_all_lines_included() -> None:
    second = (
        "<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>"
        "<cac:PayeeFinancialAccount><cbc:ID>DE02120300000000202051</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>"
    )
    assert "UBL-SR-47" in broken_in_ubl(edited(before("cac:PaymentTerms", second)))
