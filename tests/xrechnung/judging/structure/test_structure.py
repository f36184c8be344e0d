"""The structure of invoices: what is refused, what is said about it, and where."""

from collections.abc import Callable

import pytest
from lxml import etree

from tests.support.invoices import a_cii_invoice, a_ubl_invoice, instances, needs_corpus
from xrechnung.judging.structure import SchemaFinding, structure_of
from xrechnung.judging.structure.checking import LARGE, MOST_FINDINGS
from xrechnung.judging.verdict import Syntax

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '


def ubl(old: str = "", new: str = "") -> tuple[SchemaFinding, ...]:
    """What is found in our UBL invoice after one replacement."""
    return _checked(Syntax.UBL_INVOICE, a_ubl_invoice().decode(), old, new)


def cii(old: str = "", new: str = "") -> tuple[SchemaFinding, ...]:
    return _checked(Syntax.CII, a_cii_invoice().decode(), old, new)


def _checked(syntax: Syntax, text: str, old: str, new: str) -> tuple[SchemaFinding, ...]:
    assert old in text
    return structure_of(syntax).check(etree.fromstring(text.replace(old, new, 1).encode()))


@needs_corpus
def test_every_instance_of_the_corpus_is_as_sound_as_the_official_validator_says() -> None:
    judged = [each for each in instances() if each.expected.get("xsd_valid") is not None]
    found = [
        (each, structure_of(Syntax(each.expected["syntax"])).check(etree.fromstring(each.content))) for each in judged
    ]
    assert judged
    assert [each.name for each, flaws in found if bool(flaws) == each.expected["xsd_valid"]] == []


def test_a_sound_invoice_has_no_findings() -> None:
    assert ubl() == ()
    assert cii() == ()


DATE = "<cbc:IssueDate>"
AMOUNT = ' currencyID="EUR"'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (f"{DATE}2026-09-01</cbc:IssueDate>", "", "In ubl:Invoice fehlt das Element cbc:IssueDate (vor cbc:DueDate)."),
        (f"{DATE}2026-09-01", f"{DATE}01.09.2026", "steht „01.09.2026“, richtig ist ein Datum (JJJJ-MM-TT)."),
        (f"{DATE}2026-09-01", DATE, "cbc:IssueDate ist leer, richtig ist ein Datum"),
        (DATE, f"<cbc:Issued>x</cbc:Issued>{DATE}", "cbc:Issued ist in ubl:Invoice nicht vorgesehen."),
        (DATE, f'<IssueDate xmlns=""/>{DATE}', "nicht vorgesehen, gemeint ist wohl cbc:IssueDate."),
        (DATE, f"{DATE}2026-09-01</cbc:IssueDate>{DATE}", "cbc:IssueDate darf in ubl:Invoice nur einmal stehen."),
        (DATE, f"<cac:Delivery/>{DATE}", "cbc:IssueDate steht in ubl:Invoice an falscher Stelle"),
        (DATE, f"verirrt{DATE}", "In ubl:Invoice steht Text („verirrt“), vorgesehen sind nur Elemente."),
        (f"{DATE}2026", f"{DATE}<cbc:ID/>2026", "In cbc:IssueDate steht das Element cbc:ID, vorgesehen ist nur"),
        (AMOUNT, "", "fehlt das Attribut currencyID."),
        (AMOUNT, f'{AMOUNT} currency="EUR"', "Das Attribut currency ist am Element"),
        (DATE, f'<cbc:IssueDate {XSI}xsi:nil="false">', "Das Attribut xsi:nil ist"),
        (DATE, f'<cbc:IssueDate {XSI}xsi:type="cbc:IDType">', "Das Attribut xsi:type am Element"),
    ],
)
def test_a_clerk_can_say_on_the_phone_what_is_wrong(old: str, new: str, message: str) -> None:
    assert message in ubl(old, new)[0].message


def test_a_finding_says_where() -> None:
    finding = ubl("<cbc:IssueDate>2026-09-01", "<cbc:IssueDate>heute")[0]
    text = a_ubl_invoice().decode().partition("<cbc:IssueDate>")[0]
    assert (finding.path, finding.line) == ("/ubl:Invoice/cbc:IssueDate", text.count("\n") + 1)
    assert finding.code == "cvc-datatype-valid.1.2.1"


def test_one_element_in_the_wrong_place_is_one_finding() -> None:
    date = "<cbc:IssueDate>2026-09-01</cbc:IssueDate>"
    text = a_ubl_invoice().decode().replace(date, "").replace("</ubl:Invoice>", date + "</ubl:Invoice>")
    text = text if date in text else text.replace("</Invoice>", date + "</Invoice>")
    found = structure_of(Syntax.UBL_INVOICE).check(etree.fromstring(text.encode()))
    assert [each.path for each in found] == ["/ubl:Invoice/cbc:IssueDate"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<cbc:IssueDate>2026-09-01", "<cbc:IssueDate>\n  2026-09-01 "),
        ("<cbc:IssueDate>2026-09-01", "<cbc:IssueDate>2026<!-- Jahr -->-09-01"),
        ("<cbc:IssueDate>2026-09-01", "<cbc:IssueDate><![CDATA[2026-09-01]]>"),
        ("<cbc:IssueDate>", f'<cbc:IssueDate {XSI}xsi:type="cbc:IssueDateType">'),
        ("<cbc:IssueDate>", f'<cbc:IssueDate {XSI}xsi:schemaLocation="urn:a b.xsd">'),
    ],
)
def test_what_software_writes_a_little_differently_is_sound(old: str, new: str) -> None:
    assert ubl(old, new) == ()


EXTENSION = (
    '<ext:UBLExtensions xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2">'
    "<ext:UBLExtension><ext:ExtensionContent>{}</ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>"
)


@pytest.mark.parametrize(
    ("content", "sound"),
    [
        ('<x:y xmlns:x="urn:x" a="b"><z/>Text</x:y>', True),
        ("<cbc:ID>1</cbc:ID>", True),
        ('<x:y xmlns:x="urn:x"><cbc:IssueDate>heute</cbc:IssueDate></x:y>', False),
        ('<cbc:ID currencyID="EUR">1</cbc:ID>', False),
        ('<y xmlns=""/>', False),
        ("", False),
        ("<cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID>", False),
        ("<ext:UBLExtensions/>", False),
    ],
)
def test_an_extension_may_hold_anything_but_what_is_ours_must_be_sound(content: str, sound: bool) -> None:
    begin = a_ubl_invoice().decode().index("<cbc:CustomizationID")
    text = a_ubl_invoice().decode()
    changed = text[:begin] + EXTENSION.format(content) + text[begin:]
    assert (structure_of(Syntax.UBL_INVOICE).check(etree.fromstring(changed.encode())) == ()) is sound


def test_a_date_in_cii_is_written_in_one_way_or_the_other() -> None:
    both = "</udt:DateTimeString><udt:DateTime>2026-09-01T00:00:00</udt:DateTime>"
    assert "steht schon udt:DateTimeString" in cii("</udt:DateTimeString>", both)[0].message


def an_invoice_of(lines: int, change: Callable[[str], str] = str) -> etree._Element:
    head, begin, rest = a_ubl_invoice().decode().partition("<cac:InvoiceLine>")
    line, end, tail = rest.partition("</cac:InvoiceLine>")
    text = head + (begin + change(line) + end) * lines + tail
    return etree.fromstring(text.encode(), etree.XMLParser(huge_tree=True))


@pytest.mark.timeout(60)
def test_a_large_invoice_with_a_fault_in_every_line_comes_to_an_end() -> None:
    """libxml2 alone would look for the path of each fault from the beginning, for minutes."""
    invoice = an_invoice_of(LARGE // 5, lambda line: line.replace("<cbc:ID>", "<cbc:Nummer/><cbc:ID>"))
    assert len(structure_of(Syntax.UBL_INVOICE).check(invoice)) == MOST_FINDINGS


def test_a_large_invoice_is_sound_as_a_small_one_is() -> None:
    assert structure_of(Syntax.UBL_INVOICE).check(an_invoice_of(LARGE // 5)) == ()
    padded = an_invoice_of(LARGE // 5, lambda line: line.replace("</cbc:Percent>", " </cbc:Percent>"))
    assert structure_of(Syntax.UBL_INVOICE).check(padded) == ()


def test_no_more_is_said_than_anyone_reads() -> None:
    invoice = an_invoice_of(200, lambda line: line.replace("<cbc:ID>", "<cbc:Nummer/><cbc:ID>"))
    assert len(structure_of(Syntax.UBL_INVOICE).check(invoice)) == MOST_FINDINGS
