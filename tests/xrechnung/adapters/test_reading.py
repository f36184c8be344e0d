"""What an invoice says arrives in the model, from whichever syntax."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.invoices import a_cii_invoice, a_ubl_invoice, instances, needs_corpus
from tests.support.reading import read
from xrechnung.adapters.bindings import rows
from xrechnung.adapters.nesting import DEEPEST_SUB_LINES
from xrechnung.adapters.places import group_places, term_places
from xrechnung.adapters.semantic import read_invoice
from xrechnung.adapters.xml import parse_xml
from xrechnung.judging.tree import Tree
from xrechnung.model import Identifier, InvoiceLine, Note, terms, to_json

ROOT = Path(__file__).parents[3]
BOTH = pytest.mark.parametrize("an_invoice", [a_ubl_invoice, a_cii_invoice])


def with_part(invoice: bytes, before: str, part: str) -> bytes:
    """The invoice with one more part, before the first of this tag."""
    start, tag, end = invoice.decode().partition(f"<{before}>")
    assert tag
    return f"{start}{part}{tag}{end}".encode()


@BOTH
def test_the_same_invoice_says_the_same_in_both_syntaxes(an_invoice: Callable[[], bytes]) -> None:
    invoice = read(an_invoice())
    assert (invoice.number, invoice.issue_date, invoice.due_date) == (
        "RE-2026-0815",
        date(2026, 9, 1),
        date(2026, 10, 1),
    )
    assert invoice.seller is not None
    assert invoice.seller.name == "Gartenbau Grünau GmbH"
    assert invoice.seller.electronic_address == Identifier("rechnung@gruenau.example", "EM")
    assert invoice.totals is not None
    assert invoice.totals.gross == Decimal("119.00")
    assert invoice.payment is not None
    assert [each.account for each in invoice.payment.credit_transfers] == ["DE02120300000000202051"]
    assert [line.item.name for line in invoice.lines if line.item] == ["Pflege der Grünanlage am Rathaus"]
    assert (invoice.unread, invoice.other) == ((), ())


@BOTH
def test_a_value_that_is_no_amount_or_day_is_told_with_its_line(an_invoice: Callable[..., bytes]) -> None:
    invoice = read(an_invoice(gross="1.190,00", issued="2026-02-30"))
    assert invoice.issue_date is None
    assert invoice.totals is not None
    assert invoice.totals.gross is None
    assert {(each.term, each.text) for each in invoice.unread} >= {("BT-112", "1.190,00")}
    assert {each.term for each in invoice.unread} >= {"BT-2", "BT-112"}
    assert all(each.line is not None and each.line > 1 for each in invoice.unread)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-09-01", date(2026, 9, 1)),
        (" 2026-09-01\n", date(2026, 9, 1)),
        ("2026-09-01Z", date(2026, 9, 1)),
        ("2026-09-01+02:00", date(2026, 9, 1)),
        ("01.09.2026", None),
        ("0000-01-01", None),
        ("12026-09-01", None),
    ],
)
def test_days_are_read_as_xml_writes_them(written: str, day: date | None) -> None:
    assert read(a_ubl_invoice(issued=written)).issue_date == day


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("100", "100"),
        ("+100.5", "100.5"),
        (" -.5 ", "-0.5"),
        ("100.", "100"),
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("1e3", None),
        ("NaN", None),
        ("٣", None),
        ("1,00", None),
        ("9" * 1000, None),
    ],
)
def test_amounts_are_read_exactly_or_not_at_all(written: str, amount: str | None) -> None:
    invoice = read(a_ubl_invoice(net=written))
    found = invoice.totals.net if invoice.totals else None
    assert found == (None if amount is None else Decimal(amount))


def test_a_note_in_ubl_carries_its_subject_before_the_text() -> None:
    notes = "".join(f"<cbc:Note>{text}</cbc:Note>" for text in ("#AAI#Hallo\nWelt", "#bitte# lesen", "#ADU#", "Text"))
    invoice = read(with_part(a_ubl_invoice(), "cbc:DocumentCurrencyCode", notes))
    assert invoice.notes == (Note("AAI", "Hallo\nWelt"), Note(None, "#bitte# lesen"), Note("ADU"), Note(None, "Text"))


def test_terms_of_payment_keep_their_line_breaks() -> None:
    terms_of_payment = "#SKONTO#TAGE=14#PROZENT=2.00#\n"
    assert read(a_ubl_invoice(terms=terms_of_payment)).payment_terms == terms_of_payment
    assert read(a_cii_invoice(terms=terms_of_payment)).payment_terms == terms_of_payment


def test_when_vat_falls_due_has_one_code_whatever_the_syntax() -> None:
    in_ubl = "<cac:InvoicePeriod><cbc:DescriptionCode>432</cbc:DescriptionCode></cac:InvoicePeriod>"
    ubl = read(with_part(a_ubl_invoice(), "cac:AccountingSupplierParty", in_ubl))
    start, tag, end = a_cii_invoice().decode().rpartition("<ram:RateApplicablePercent>")
    cii = read(f"{start}<ram:DueDateTypeCode>72</ram:DueDateTypeCode>{tag}{end}".encode())
    assert ubl.tax_point_code == cii.tax_point_code == "432"


def test_a_party_in_cii_has_all_its_identifiers() -> None:
    ids = '<ram:ID>4711</ram:ID><ram:GlobalID schemeID="0088">4012345000009</ram:GlobalID>'
    invoice = read(
        with_part(a_cii_invoice(), "ram:Name", "").replace(
            b"<ram:SellerTradeParty>", f"<ram:SellerTradeParty>{ids}".encode()
        )
    )
    assert invoice.seller is not None
    assert invoice.seller.identifiers[:2] == (Identifier("4711"), Identifier("4012345000009", "0088"))


def test_the_creditor_of_a_direct_debit_is_no_identifier_of_the_seller() -> None:
    ids = "".join(
        f"<cac:PartyIdentification><cbc:ID{scheme}>{value}</cbc:ID></cac:PartyIdentification>"
        for scheme, value in ((' schemeID="SEPA"', "DE98ZZZ"), (' schemeID="0088"', "4012345000009"), ("", "4711"))
    )
    invoice = read(a_ubl_invoice().replace(b"<cac:PostalAddress>", f"{ids}<cac:PostalAddress>".encode(), 1))
    assert invoice.seller is not None
    assert invoice.seller.identifiers == (Identifier("4012345000009", "0088"), Identifier("4711"))
    assert invoice.payment is not None
    assert invoice.payment.direct_debit is not None
    assert invoice.payment.direct_debit.creditor == "DE98ZZZ"


def test_several_accounts_are_several_credit_transfers() -> None:
    one = "<cbc:PaymentMeansCode>58</cbc:PaymentMeansCode><cac:PayeeFinancialAccount><cbc:ID>{}</cbc:ID>"
    more = "".join(
        f"<cac:PaymentMeans>{one.format(iban)}</cac:PayeeFinancialAccount></cac:PaymentMeans>"
        for iban in ("DE1", "DE2")
    )
    invoice = read(with_part(a_ubl_invoice(), "cac:PaymentMeans", more))
    assert invoice.payment is not None
    assert invoice.payment.means_code == "58"
    assert [each.account for each in invoice.payment.credit_transfers] == ["DE1", "DE2", "DE02120300000000202051"]


def test_an_attachment_is_read_without_being_decoded() -> None:
    document = (
        "<cac:AdditionalDocumentReference><cbc:ID>A1</cbc:ID><cac:Attachment>"
        '<cbc:EmbeddedDocumentBinaryObject mimeCode="text/csv" filename="a.csv">\nUUFCQw==\n'
        "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    invoice = read(with_part(a_ubl_invoice(), "cac:AccountingSupplierParty", document))
    attachment = invoice.supporting_documents[0].attachment
    assert attachment is not None
    assert (attachment.filename, attachment.media_type, attachment.open().read()) == ("a.csv", "text/csv", b"QABC")


def test_an_amount_in_another_currency_than_the_invoice_does_not_pass_for_one_in_it() -> None:
    payable = b'<cbc:PayableAmount currencyID="EUR">'
    invoice = read(a_ubl_invoice().replace(payable, payable.replace(b"EUR", b"USD")))
    assert [(each.path, each.text) for each in invoice.other] == [
        ("/ubl:Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount/@currencyID", "USD")
    ]


def test_what_no_term_covers_is_kept_with_its_place() -> None:
    data = with_part(a_ubl_invoice(), "cbc:ID", '<cbc:UBLVersionID schemeID="x">2.1</cbc:UBLVersionID>')
    data = with_part(
        data, "cac:PaymentMeans", "stray<!-- no text --> text<x:y xmlns:x='urn:x'><x:z>1</x:z><x:z/><x:z>3</x:z></x:y>"
    )
    assert [(each.path, each.text) for each in read(data).other] == [
        ("/ubl:Invoice", "stray"),
        ("/ubl:Invoice", "text"),
        ("/ubl:Invoice/cbc:UBLVersionID/@schemeID", "x"),
        ("/ubl:Invoice/cbc:UBLVersionID", "2.1"),
        ("/ubl:Invoice/{urn:x}y/{urn:x}z[1]", "1"),
        ("/ubl:Invoice/{urn:x}y/{urn:x}z[3]", "3"),
    ]


def test_a_term_given_twice_is_not_overwritten() -> None:
    twice = read(with_part(a_ubl_invoice(number="first"), "cbc:IssueDate", "<cbc:ID>second</cbc:ID>"))
    assert twice.number == "first"
    assert [each.text for each in twice.other] == ["second"]
    again = read(with_part(a_ubl_invoice(number="first"), "cbc:IssueDate", "<cbc:ID>first</cbc:ID>"))
    assert again.other == ()
    prose = read(
        with_part(
            a_ubl_invoice(terms="first"),
            "cac:TaxTotal",
            "<cac:PaymentTerms><cbc:Note>second</cbc:Note></cac:PaymentTerms>",
        )
    )
    assert prose.payment_terms == "first\nsecond"


def a_line(number: str, inside: str = "") -> str:
    return f"<cac:SubInvoiceLine><cbc:ID>{number}</cbc:ID>{inside}</cac:SubInvoiceLine>"


def test_sub_lines_of_ubl_lie_in_their_line() -> None:
    data = a_ubl_invoice().decode()
    head, end, tail = data.rpartition("</cac:InvoiceLine>")
    invoice = read(f"{head}{a_line('1.1', a_line('1.1.1'))}{a_line('1.2')}{end}{tail}".encode())
    line = invoice.lines[0]
    assert [sub.identifier for sub in line.sub_lines] == ["1.1", "1.2"]
    assert [sub.identifier for sub in line.sub_lines[0].sub_lines] == ["1.1.1"]
    assert line.net == Decimal("100.00")


def test_absurdly_nested_sub_lines_are_kept_as_texts() -> None:
    nested = ""
    for number in range(150, 0, -1):
        nested = a_line(f"level {number}", nested)
    head, end, tail = a_ubl_invoice().decode().rpartition("</cac:InvoiceLine>")
    invoice = read(f"{head}{nested}{end}{tail}".encode())
    assert len([each for each in terms(invoice) if each.term == "BT-126"]) == DEEPEST_SUB_LINES + 1
    assert len(invoice.other) == 150 - DEEPEST_SUB_LINES
    assert to_json(invoice)


def cii_lines(*lines: tuple[str, str]) -> bytes:
    """The CII invoice with other lines: own number and that of the line it names as its parent."""
    start, tag, rest = a_cii_invoice().decode().partition("<ram:IncludedSupplyChainTradeLineItem>")
    end = rest.partition("</ram:IncludedSupplyChainTradeLineItem>")[2]
    written = "".join(
        f"{tag}<ram:AssociatedDocumentLineDocument><ram:LineID>{number}</ram:LineID>"
        + (f"<ram:ParentLineID>{parent}</ram:ParentLineID>" if parent else "")
        + "</ram:AssociatedDocumentLineDocument></ram:IncludedSupplyChainTradeLineItem>"
        for number, parent in lines
    )
    return f"{start}{written}{end}".encode()


def numbers(lines: tuple[InvoiceLine, ...]) -> list[Any]:
    return [(line.identifier, numbers(line.sub_lines)) if line.sub_lines else line.identifier for line in lines]


def test_sub_lines_of_cii_are_put_below_the_line_they_name() -> None:
    invoice = read(cii_lines(("1", ""), ("1.1", "1"), ("1.1.1", "1.1"), ("2", ""), ("1.2", "1")))
    assert numbers(invoice.lines) == [("1", [("1.1", ["1.1.1"]), "1.2"]), "2"]
    assert invoice.other == ()


def test_a_line_of_cii_that_names_no_line_before_it_stays_where_it_is() -> None:
    invoice = read(cii_lines(("1", "2"), ("2", "2"), ("3", "nowhere"), ("4", "3")))
    assert numbers(invoice.lines) == ["1", "2", ("3", ["4"])]
    assert [each.text for each in invoice.other] == ["2", "2", "nowhere"]


def test_xml_that_is_no_invoice_has_no_model() -> None:
    with Tree(parse_xml(b"<Order/>")) as tree:
        assert read_invoice(tree) is None


@pytest.mark.parametrize(("table", "root"), [("ubl", "ubl:Invoice"), ("ubl", "cn:CreditNote"), ("cii", "")])
def test_every_row_of_a_binding_is_about_a_term_that_exists_and_each_term_has_one(table: str, root: str) -> None:
    bound = {row.term for row in rows(table, root)}
    known = set(term_places()) | set(group_places())
    assert bound - known == {"-"}
    missing = {term for term in term_places() if term not in bound}
    third_party = {"BT-DEX-001", "BT-DEX-002", "BT-DEX-003"}
    assert missing == {("ubl", "ubl:Invoice"): {"BT-21"}, ("ubl", "cn:CreditNote"): {"BT-21"} | third_party}.get(
        (table, root), third_party
    )


@needs_corpus
def test_zugferd_of_the_first_generation_is_read_too() -> None:
    old = [one for one in instances("zugferd-pdf", "zugferd-xml") if b":CrossIndustryDocument " in one.content]
    assert len(old) > 10
    for one in old:
        invoice = read(one.content)
        assert invoice.number
        assert invoice.issue_date or {each.term for each in invoice.unread} == {"BT-2", "BT-152"}
        assert invoice.seller is not None
        assert invoice.seller.name
        assert invoice.totals is not None
        assert invoice.totals.gross is not None
        assert all(line.item and line.item.name for line in invoice.lines if line.net is not None)


READ_MANY_LINES = """
import resource
from tests.support.invoices import a_ubl_invoice
from tests.support.reading import read
start, tag, rest = a_ubl_invoice().partition(b"<cac:InvoiceLine>")
line, tag, end = (tag + rest).rpartition(b"</cac:InvoiceLine>")
data = start + (line + tag + b"\\n") * 100_000 + end
invoice = read(data)
assert len(invoice.lines) == 100_000
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.soak
def test_a_hundred_thousand_lines_fit_into_a_gigabyte() -> None:
    child = subprocess.run(
        [sys.executable, "-c", READ_MANY_LINES], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert int(child.stdout) < 1024 * 1024
