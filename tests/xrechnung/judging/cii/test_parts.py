"""The extension and CVD in CII: what they add, and when they apply."""

from tests.support.invoices import a_cii_invoice
from tests.support.rules import broken_in_cii, rewritten
from xrechnung.judging.cii.requirements import CVD, EXTENSION

SCHEME = 'schemeID="EM">rechnung'
NAME = "<ram:Name>Pflege der Grünanlage am Rathaus</ram:Name>"
VEHICLE = (
    '<ram:DesignatedProductClassification><ram:ClassCode listID="CVD">{}</ram:ClassCode>'
    "</ram:DesignatedProductClassification>"
)
CLEANNESS = (
    "<ram:ApplicableProductCharacteristic><ram:Description>cva</ram:Description>"
    "<ram:Value>{}</ram:Value></ram:ApplicableProductCharacteristic>"
)
REFERENCES = (
    "<ram:ContractReferencedDocument><ram:IssuerAssignedID>V-1</ram:IssuerAssignedID></ram:ContractReferencedDocument>"
    "<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>L-1</ram:IssuerAssignedID><ram:TypeCode>50</ram:TypeCode>"
    "</ram:AdditionalReferencedDocument></ram:ApplicableHeaderTradeAgreement>"
)
AGREEMENT_END = "</ram:ApplicableHeaderTradeAgreement>"


def test_the_extension_knows_codes_of_digital_health_applications() -> None:
    coded = (SCHEME, SCHEME.replace("EM", "XR01"))
    assert broken_in_cii(rewritten(a_cii_invoice(), coded)) == {"BR-CL-25"}
    assert broken_in_cii(rewritten(a_cii_invoice(specification=EXTENSION), coded)) == {"BR-CL-25"}
    unknown = (SCHEME, SCHEME.replace("EM", "XR04"))
    assert broken_in_cii(rewritten(a_cii_invoice(specification=EXTENSION), unknown)) == {"BR-CL-25", "BR-DEX-07"}


def test_an_empty_scheme_is_found_between_the_two_lists_of_the_extension() -> None:
    empty = (SCHEME, SCHEME.replace("EM", ""))
    assert broken_in_cii(rewritten(a_cii_invoice(specification=EXTENSION), empty)) == {"BR-CL-25", "BR-62"}


def test_a_parent_line_is_no_sub_line_in_cii() -> None:
    line = "<ram:LineID>1</ram:LineID>"
    parent = (line, f"{line}<ram:ParentLineID>1</ram:ParentLineID>")
    assert broken_in_cii(rewritten(a_cii_invoice(specification=EXTENSION), parent)) == {"BR-DEX-15"}
    assert broken_in_cii(rewritten(a_cii_invoice(), parent)) == set()


def test_an_identifier_in_pieces_calls_for_no_further_rules() -> None:
    pieces = f"{EXTENSION[:20]}<!-- -->{EXTENSION[20:]}"
    content = rewritten(a_cii_invoice(specification=pieces), (SCHEME, SCHEME.replace("EM", "XR04")))
    assert broken_in_cii(content) == {"BR-CL-25"}


def test_an_invoice_for_clean_vehicles_names_contract_tender_and_vehicle() -> None:
    bare = a_cii_invoice(specification=CVD)
    assert broken_in_cii(bare) == {"BR-DE-CVD-01", "BR-DE-CVD-02", "BR-DE-CVD-03"}
    whole = rewritten(
        bare,
        (AGREEMENT_END, REFERENCES),
        (NAME, NAME + CLEANNESS.format("clean") + VEHICLE.format("M1")),
    )
    assert broken_in_cii(whole) == {"BR-CL-13"}


def test_vehicle_and_cleanness_go_together_and_come_from_lists() -> None:
    content = rewritten(a_cii_invoice(specification=CVD), (AGREEMENT_END, REFERENCES))
    unclean = rewritten(content, (NAME, NAME + VEHICLE.format("M4")))
    assert broken_in_cii(unclean) == {"BR-CL-13", "BR-DE-CVD-03", "BR-DE-CVD-04", "BR-DE-CVD-06-a"}
    unknown = rewritten(content, (NAME, NAME + CLEANNESS.format("sauber")))
    assert broken_in_cii(unknown) == {"BR-DE-CVD-03", "BR-DE-CVD-05", "BR-DE-CVD-06-b"}
