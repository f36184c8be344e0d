"""Codes and identifiers in UBL documents, where the official rules are not what one would expect."""

import pytest

from tests.support.invoices import XRECHNUNG
from tests.support.rules import broken_in_ubl, is_undefined_in_ubl
from tests.xrechnung.judging.ubl.editing import CVD, EXTENSION, before, edited

LEGAL = "<cac:PartyLegalEntity><cbc:RegistrationName>Stadt"


def with_legal_id(scheme: str, specification: str) -> bytes:
    identified = f'</cbc:RegistrationName><cbc:CompanyID schemeID="{scheme}">1</cbc:CompanyID>'
    return edited(("</cbc:RegistrationName>", identified), specification=specification)


@pytest.mark.parametrize(
    ("scheme", "specification", "expected"),
    [
        ("0088", XRECHNUNG, set()),
        (" 0088 ", XRECHNUNG, set()),
        ("", XRECHNUNG, {"BR-CL-11"}),
        ("XR01", XRECHNUNG, {"BR-CL-11"}),
        ("XR01", EXTENSION, {"BR-CL-11"}),
        ("XR01 0088", EXTENSION, {"BR-CL-11", "BR-DEX-05"}),
        ("", EXTENSION, {"BR-CL-11"}),
    ],
)
def test_the_extension_knows_more_schemes_and_takes_none_at_all(
    scheme: str, specification: str, expected: set[str]
) -> None:
    assert broken_in_ubl(with_legal_id(scheme, specification)) == expected


def test_clean_vehicles_may_leave_the_list_of_a_classification_out() -> None:
    group = "cac:CommodityClassification"
    code = f"<{group}><cbc:ItemClassificationCode>1</cbc:ItemClassificationCode></{group}>"
    broken = broken_in_ubl(edited(before("cac:ClassifiedTaxCategory", code), specification=CVD))
    assert "BR-65" in broken
    assert "BR-TMP-CVD-01" not in broken


def test_a_specification_cut_in_two_by_a_comment_chooses_no_extension() -> None:
    payment = "<cac:PrepaidPayment><cbc:ID>x</cbc:ID></cac:PrepaidPayment>"
    whole = edited(before("cac:TaxTotal", payment), specification=EXTENSION)
    cut = edited(before("cac:TaxTotal", payment), specification=EXTENSION.replace("#conformant", "<!-- -->#conformant"))
    assert "BR-DEX-11" in broken_in_ubl(whole)
    assert "BR-DEX-11" not in broken_in_ubl(cut)


@pytest.mark.parametrize(
    ("identifier", "accepted"),
    [("DE123", True), ("EL123", True), ("XK123", False), ("D", True), ("", True), ("E 1", True)],
)
def test_the_prefix_of_a_vat_id_is_looked_for_anywhere_in_the_list(identifier: str, *, accepted: bool) -> None:
    assert ("BR-CO-09" not in broken_in_ubl(edited(vat_id=identifier))) is accepted


@pytest.mark.parametrize(
    ("note", "accepted"),
    [("#AAI#Text", True), ("#QQQ#Text", False), ("#QQQQ#Text", True), ("#AA #Text", True), ("#1 2#Text", False)],
)
def test_three_letters_between_hashes_are_a_subject(note: str, *, accepted: bool) -> None:
    broken = broken_in_ubl(edited(before("cbc:DocumentCurrencyCode", f"<cbc:Note>{note}</cbc:Note>")))
    assert ("BR-CL-08" not in broken) is accepted


def test_an_exemption_code_may_be_written_small_but_others_may_not() -> None:
    code = "</cbc:Percent><cbc:TaxExemptionReasonCode>vatex-eu-g</cbc:TaxExemptionReasonCode>"
    assert "BR-CL-22" not in broken_in_ubl(edited(("</cbc:Percent>", code)))
    assert "BR-CL-04" in broken_in_ubl(edited(("Code>EUR<", "Code>eur<")))


@pytest.mark.parametrize("address", ["a\u00a0b@c.de", "ä@ö.de"])
def test_a_no_break_space_is_a_letter_in_a_mail_address(address: str) -> None:
    assert (
        broken_in_ubl(edited(("<cbc:ElectronicMail>rechnung@", f"<cbc:ElectronicMail>{address.partition('@')[0]}@")))
        == set()
    )


def test_a_date_with_a_time_zone_earns_a_warning_and_a_comment_in_it_no_result() -> None:
    assert broken_in_ubl(edited(due="2026-10-01+02:00")) == {"BR-TMP-6"}
    assert is_undefined_in_ubl(edited(due="2026-<!-- geprüft -->10-01"))


def test_an_order_reference_may_be_empty_other_elements_may_not() -> None:
    reference = "<cac:OrderReference><cbc:ID> </cbc:ID></cac:OrderReference>"
    assert broken_in_ubl(edited(before("cac:AccountingSupplierParty", reference))) == set()
    assert "PEPPOL-EN16931-R008" in broken_in_ubl(edited(before("cbc:DocumentCurrencyCode", "<cbc:Note/>")))


def test_what_an_extension_of_ubl_carries_is_judged_too() -> None:
    line = "<cac:InvoiceLine><cbc:ID>x</cbc:ID></cac:InvoiceLine>"
    ext = 'xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"'
    carried = (
        f"<ext:UBLExtensions {ext}><ext:UBLExtension><ext:ExtensionContent>{line}"
        "</ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>"
    )
    broken = broken_in_ubl(edited(before("cbc:CustomizationID", carried)))
    assert {"UBL-CR-001", "BR-22", "BR-24"} <= broken
    assert "BR-CO-10" not in broken
