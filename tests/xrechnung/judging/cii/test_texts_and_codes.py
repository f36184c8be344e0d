"""Texts and codes in CII: blanks, comments, prefixes, and which list a code is looked up in."""

import pytest

from tests.support.invoices import a_cii_invoice
from tests.support.rules import broken_in_cii, is_undefined_in_cii, rewritten

REFERENCE = "<ram:BuyerReference>04011000-1234512345-06</ram:BuyerReference>"
CURRENCY = "<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>"
COUNTRY = "<ram:CountryID>DE</ram:CountryID>"
DELIVERY = "ram:ApplicableHeaderTradeDelivery"
NAME = "<ram:Name>Pflege der Grünanlage am Rathaus</ram:Name>"


def test_white_space_is_empty_but_a_no_break_space_is_not() -> None:
    empty = REFERENCE.replace("04011000-1234512345-06", " \n ")
    assert broken_in_cii(rewritten(a_cii_invoice(), (REFERENCE, empty))) == {"BR-DE-15", "PEPPOL-EN16931-R008"}
    filled = REFERENCE.replace("04011000-1234512345-06", "\u00a0")
    assert broken_in_cii(rewritten(a_cii_invoice(), (REFERENCE, filled))) == set()


def test_an_empty_delivery_is_allowed_under_its_usual_prefix_only() -> None:
    text = a_cii_invoice().decode()
    start, end = text.index(f"<{DELIVERY}>"), text.index(f"</{DELIVERY}>") + len(f"</{DELIVERY}>")
    without = text[:start] + f"<{DELIVERY}/>" + text[end:]
    assert broken_in_cii(without.encode()) == {"BR-DE-TMP-32"}
    other = without.replace("ram:", "a:").replace("xmlns:ram=", "xmlns:a=")
    assert broken_in_cii(other.encode()) == {"BR-DE-TMP-32", "PEPPOL-EN16931-R008"}


def test_a_comment_in_a_value_goes_unnoticed_where_the_whole_text_is_read() -> None:
    assert broken_in_cii(rewritten(a_cii_invoice(), (COUNTRY, COUNTRY.replace("DE", "D<!-- -->E")))) == set()


def test_a_comment_in_a_value_leaves_no_result_where_its_text_node_is_read() -> None:
    cut = CURRENCY.replace("EUR", "E<!-- -->UR")
    assert broken_in_cii(rewritten(a_cii_invoice(), (CURRENCY, cut))) == set()
    foreign = f"<ram:TaxCurrencyCode>GBP</ram:TaxCurrencyCode>{cut}"
    assert is_undefined_in_cii(rewritten(a_cii_invoice(), (CURRENCY, foreign)))


@pytest.mark.parametrize("code", [" DE ", "XI", "1A", "AN"])
def test_a_country_that_is_listed(code: str) -> None:
    assert "BR-CL-14" not in broken_in_cii(rewritten(a_cii_invoice(), (COUNTRY, COUNTRY.replace("DE", code))))


@pytest.mark.parametrize("code", ["de", "XK", "EL", "SS", "D E"])
def test_a_country_that_is_not_listed(code: str) -> None:
    assert broken_in_cii(rewritten(a_cii_invoice(), (COUNTRY, COUNTRY.replace("DE", code)))) == {"BR-CL-14"}


@pytest.mark.parametrize(("vat_id", "is_right"), [("EL123", True), ("AN1", True), ("SS1", False), (" DE1", False)])
def test_a_vat_id_begins_with_its_country(vat_id: str, is_right: bool) -> None:
    assert broken_in_cii(a_cii_invoice(vat_id=vat_id)) == (set() if is_right else {"BR-CO-09"})


def test_a_country_of_origin_with_a_scheme_is_asked_for_the_scheme_only() -> None:
    origin = "<ram:OriginTradeCountry><ram:ID{}>XX</ram:ID></ram:OriginTradeCountry>"
    plain = rewritten(a_cii_invoice(), (NAME, NAME + origin.format("")))
    assert broken_in_cii(plain) == {"BR-CL-15"}
    with_scheme = rewritten(a_cii_invoice(), (NAME, NAME + origin.format(' schemeID="0088"')))
    assert broken_in_cii(with_scheme) == set()


def test_the_type_of_invoice_may_carry_list_attributes() -> None:
    """The rules against them come after one for every type code, and are never reached."""
    content = rewritten(a_cii_invoice(), ("<ram:TypeCode>380<", '<ram:TypeCode listID="1001" listAgencyID="6">380<'))
    assert broken_in_cii(content) == set()
    named = rewritten(a_cii_invoice(), ("<ram:TypeCode>380<", '<ram:TypeCode name="Rechnung">380<'))
    assert broken_in_cii(named) == {"CII-DT-008"}


def test_one_unit_on_a_quantity_excuses_all_others() -> None:
    unit = ' unitCode="H87"'
    assert broken_in_cii(rewritten(a_cii_invoice(), (unit, ""))) == {"BR-23"}
    priced = (
        "</ram:ChargeAmount></ram:Net",
        f"</ram:ChargeAmount><ram:BasisQuantity{unit}>1</ram:BasisQuantity></ram:Net",
    )
    assert broken_in_cii(rewritten(a_cii_invoice(), priced)) == set()
    only_there = rewritten(a_cii_invoice(), (unit, ""), priced)
    assert broken_in_cii(only_there) == {"BR-23", "CII-DT-033", "PEPPOL-EN16931-R130"}


def test_days_are_eight_digits_of_any_script() -> None:
    day = '"102">20260901<'
    assert broken_in_cii(rewritten(a_cii_invoice(), (day, '"102">20261301<'))) == {"CII-DT-097"}
    assert broken_in_cii(rewritten(a_cii_invoice(), (day, '"102">2026-09-01<'))) == {"CII-DT-097", "BR-TMP-7"}
    assert broken_in_cii(rewritten(a_cii_invoice(), (day, '"102">\u0662\u0660260901<'))) == set()


def test_attachments_side_by_side_have_different_names() -> None:
    document = (
        "<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>1</ram:IssuerAssignedID><ram:TypeCode>916</ram:TypeCode>"
        '<ram:AttachmentBinaryObject mimeCode="application/pdf" filename="{}">AAAA</ram:AttachmentBinaryObject>'
        "</ram:AdditionalReferencedDocument>"
    )
    end = "</ram:ApplicableHeaderTradeAgreement>"
    alike = rewritten(a_cii_invoice(), (end, document.format("a.pdf") * 2 + end))
    assert broken_in_cii(alike) == {"BR-DE-22", "CII-SR-476"}
    other = rewritten(a_cii_invoice(), (end, document.format("a.pdf") + document.format("A.PDF") + end))
    assert broken_in_cii(other) == {"CII-SR-476"}


@pytest.mark.parametrize(
    ("documents", "broken"),
    [
        ([("916", 1, 1)], set()),
        ([("916", 2, 0)], {"BR-TMP-4", "CII-SR-475"}),
        ([("916", 0, 2)], {"BR-TMP-5", "CII-SR-476"}),
        ([("916", 1, 1), ("916", 1, 1)], {"CII-SR-475", "CII-SR-476"}),
        ([("130", 2, 2)], {"CII-DT-021", "CII-DT-022"}),
    ],
    ids=["one of each", "two descriptions", "two files", "two documents", "no supporting document"],
)
def test_a_supporting_document_has_one_description_and_one_file(
    documents: list[tuple[str, int, int]], broken: set[str]
) -> None:
    """BR-TMP-4 and -5 ask it of each document; the two rules they stand in for take all documents together."""
    end = "</ram:ApplicableHeaderTradeAgreement>"
    file = '<ram:AttachmentBinaryObject mimeCode="application/pdf" filename="{}.pdf">AAAA</ram:AttachmentBinaryObject>'
    written = "".join(
        f"<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>{number}</ram:IssuerAssignedID>"
        f"<ram:TypeCode>{code}</ram:TypeCode>{'<ram:Name>Aufmaß</ram:Name>' * names}"
        f"{''.join(file.format(f'{number}-{one}') for one in range(files))}</ram:AdditionalReferencedDocument>"
        for number, (code, names, files) in enumerate(documents)
    )
    assert broken_in_cii(rewritten(a_cii_invoice(), (end, written + end))) == broken
