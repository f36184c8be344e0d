"""XML from outside is read or refused with a reason, whatever it holds, and never reaches beyond itself."""

import io
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from tests.support.invoices import CORPUS, XRECHNUNG, a_cii_invoice, a_ubl_invoice, instances, needs_corpus
from xrechnung.adapters import xml
from xrechnung.adapters.xml import XmlRefused, detect, parse_xml
from xrechnung.judging.tree import line_of
from xrechnung.judging.verdict import Syntax

HOSTILE = CORPUS.parent / "hostile" / "dev"


def refusal_of(data: bytes) -> XmlRefused:
    with pytest.raises(XmlRefused) as refused:
        parse_xml(data)
    assert refused.value.reason.endswith(".")
    return refused.value


def test_an_invoice_is_read_from_bytes_a_file_and_a_stream(tmp_path: Path) -> None:
    data = a_ubl_invoice()
    file = tmp_path / "invoice.xml"
    file.write_bytes(data)
    read = [etree.tostring(parse_xml(source)) for source in (data, file, io.BytesIO(data))]
    assert read[0] == read[1] == read[2]


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE a>",
        b'<!DOCTYPE a [<!ENTITY x "y">]>',
        b'<!DOCTYPE a SYSTEM "http://localhost:9/evil.dtd">',
        b"<!-- harmless --><?and this?>\n<!DOCTYPE a>",
        b"<!--><!DOCTYPE a>-->",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_doctype_is_refused_in_whatever_encoding_it_hides(doctype: bytes, encoding: str) -> None:
    declaration = b'<?xml version="1.0" encoding="utf-16"?>' if "16" in encoding else b'<?xml version="1.0"?>'
    assert refusal_of((declaration + doctype + b"<a>&x;</a>").decode().encode(encoding)).code == "doctype"


def test_a_doctype_that_is_only_spoken_of_is_none() -> None:
    assert parse_xml(b"<!-- <!DOCTYPE a> --><a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n ", "not-well-formed"),
        (b"Sehr geehrte Damen und Herren", "not-well-formed"),
        (b'\n<?xml version="1.0"?><a/>', "not-well-formed"),
        (b"<a><b></a></b>", "not-well-formed"),
        (a_ubl_invoice()[:2000], "not-well-formed"),
        (b"<a>\x00</a>", "not-well-formed"),
        (b"<a/>\x00\x00", "not-well-formed"),
        (b"<a/><b/>", "not-well-formed"),
        (b"<a>&uuml;</a>", "not-well-formed"),
        (b'<a b="&uuml;"/>', "not-well-formed"),
        (b"<a>Meier & Sohn</a>", "not-well-formed"),
        (b"<cbc:a/>", "not-well-formed"),
        (b"<a>&#1;</a>", "not-well-formed"),
        (b'<?xml version="2.0"?><a/>', "not-well-formed"),
        (b"<a>" * 257 + b"</a>" * 257, "too-deep"),
        (b"PK\x03\x04 and so on", "not-xml"),
        (b"\x1f\x8b\x08 and so on", "not-xml"),
        (b"%PDF-1.7", "not-xml"),
    ],
)
def test_what_is_no_xml_is_refused_with_a_reason(data: bytes, code: str) -> None:
    assert refusal_of(data).code == code


def test_a_refusal_names_the_line() -> None:
    assert refusal_of(b"<a>\n<b>\n</c>\n</a>").line == 3


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-be"),
        ("UTF-16LE", "utf-16-le"),
        ("ISO-8859-1", "iso8859-1"),
        ("latin1", "iso8859-1"),
        ("ISO-8859-15", "iso8859-15"),
        ("windows-1252", "cp1252"),
        ("IBM850", "cp850"),
        ("ISO-8859-1", "utf-8-sig"),
    ],
)
def test_the_encodings_that_occur_are_read(declared: str, codec: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><a b="ß">Grünau</a>'
    root = parse_xml(text.encode(codec))
    assert (root.text, root.get("b")) == ("Grünau", "ß")


def test_utf_16_needs_no_declaration_if_it_has_a_byte_order_mark() -> None:
    assert parse_xml("<a>Grünau</a>".encode("utf-16")).text == "Grünau"


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("utf-16", "utf-8"),
        ("UTF-16", "utf-8-sig"),
        ("UTF-8", "utf-16"),
        ("UTF-8", "iso8859-1"),
        ("US-ASCII", "utf-8"),
        ("UTF-7", "utf-8"),
        ("utf8", "utf-8"),
        ("cp1252", "cp1252"),
        ("klingon", "utf-8"),
        ("IBM037", "cp037"),
    ],
)
def test_an_unknown_or_untrue_encoding_is_refused_as_the_official_parser_does(declared: str, codec: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><a>Grünau</a>'
    assert refusal_of(text.encode(codec)).code == "encoding"


def test_text_of_another_encoding_is_named_with_its_line() -> None:
    refused = refusal_of(b"<a>\nGr\xfcnau</a>")
    assert (refused.code, refused.line) == ("encoding", 2)


def test_comments_and_instructions_stay_and_cdata_is_text() -> None:
    root = parse_xml(b"<a><!-- kept --><?kept too?>a<![CDATA[<b>]]>c</a>")
    assert [type(child).__name__ for child in root] == ["_Comment", "_ProcessingInstruction"]
    assert root[1].tail == "a<b>c"


def test_what_only_our_parser_minds_is_no_reason_to_refuse() -> None:
    odd = parse_xml(b'<a xmlns:x="http://not a uri" xml:id="1 2">text</a>')
    assert odd.text == "text"
    assert refusal_of(b'<a xmlns:x="http://not a uri"><b></a>').code == "not-well-formed"


def test_one_document_is_read_as_if_no_other_had_been_before() -> None:
    """Each thread keeps its parser; what it minded in one document is not held against the next."""
    odd = b'<a xmlns:x="http://not a uri">text</a>'
    for broken in (b"<a><b></a>", b"<a>\x00</a>", b'<a b="1" b="2"/>'):
        assert refusal_of(broken).code == "not-well-formed"
        assert parse_xml(odd).text == "text"
    assert refusal_of(b"<a>\n<b></a>").line == 2


def test_nothing_is_fetched_from_anywhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    included = b'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="%s" parse="text"/></a>'
    assert b"<i:include" in etree.tostring(parse_xml(included % secret.as_uri().encode()))


def test_an_attachment_beyond_ten_megabytes_is_read() -> None:
    content = b"QUJD" * 3_000_000
    assert len(parse_xml(b"<a>" + content + b"</a>").text or "") == len(content)


def test_a_big_file_is_refused_at_the_same_errors_as_a_small_one() -> None:
    filler = b"<f>" + b"x" * 9_000_000 + b"</f>"
    for wrong in (b"<b></c>", b"&uuml;", b"\xff", b"<b>" * 300 + b"</b>" * 300, b"<b c='" + b"x" * 70_000 + b"'/>"):
        assert refusal_of(b"<a>" + filler + wrong + b"</a>").code != "empty"
    assert refusal_of(b"<a>" + filler + b"</a><b/>").code == "not-well-formed"
    assert refusal_of(b"<a>" + filler).code == "not-well-formed"


def test_a_file_beyond_the_limit_is_not_even_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        asked = 0

        def read(self, size: int = -1) -> bytes:
            self.asked += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(XmlRefused) as refused:
        parse_xml(endless)  # type: ignore[arg-type]
    assert refused.value.code == "too-large"
    assert endless.asked <= xml.MOST_BYTES + 1


MEGABYTES_100 = 100 * 1024 * 1024
MONSTERS = {
    "text": (b"<a>", b"x", MEGABYTES_100, b"</a>"),
    "attribute": (b'<a b="', b"x", MEGABYTES_100, b'"/>'),
    "elements": (b"<Invoice>", b"<a/>", MEGABYTES_100 // 4, b"</Invoice>"),
    "notes": (b"<Invoice>", b"<cbc:Note>x</cbc:Note>", 2_900_000, b"</Invoice>"),
    "ampersands": (b"<Invoice>", b"&", MEGABYTES_100, b"</Invoice>"),
    "instructions": (b"", b"<?a b?>", 290_000, b"<a/>"),
    "attributes": (b"<Invoice ", b" a='1'", 1_000_000, b"/>"),
    "levels": (b"", b"<a>", 1_000_000, b""),
    "zeros": (b"", b"\x00", MEGABYTES_100, b""),
}
READ_IT = r"""
import re, sys
from pathlib import Path
from xrechnung.adapters.xml import XmlRefused, parse_xml
start, each, times, end = eval(sys.argv[1])
data = start + each * times + end
try:
    parse_xml(data)
except XmlRefused as refused:
    assert refused.reason
# Not ru_maxrss: that would count what the process was forked from.
print(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.parametrize("name", MONSTERS)
def test_a_monster_ends_within_half_a_gigabyte(name: str) -> None:
    limit = 4 * 1024**3
    child = subprocess.run(
        [sys.executable, "-c", READ_IT, repr(MONSTERS[name])],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert int(child.stdout) < 512 * 1024


@pytest.mark.skipif(not HOSTILE.is_dir(), reason=f"no test data at {HOSTILE}; EAKTE_TEST_DATA names its folder")
def test_the_hostile_invoices_are_refused_for_their_doctype() -> None:
    files = sorted(HOSTILE.glob("*.xml"))
    assert files
    assert {refusal_of(file.read_bytes()).code for file in files} == {"doctype"}


def test_syntax_and_specification_are_detected() -> None:
    assert detect(parse_xml(a_ubl_invoice())) == (Syntax.UBL_INVOICE, XRECHNUNG)
    assert detect(parse_xml(a_cii_invoice())) == (Syntax.CII, XRECHNUNG)
    assert detect(parse_xml(b"<Invoice/>")).label == "other"


def test_the_specification_counts_as_it_is_written() -> None:
    blank = detect(parse_xml(a_ubl_invoice(specification=f" {XRECHNUNG} ")))
    assert blank.specification == f" {XRECHNUNG} "
    commented = detect(parse_xml(a_ubl_invoice(specification=XRECHNUNG[:9] + "<!-- c -->" + XRECHNUNG[9:])))
    assert commented.specification == XRECHNUNG


def test_two_specifications_are_none() -> None:
    root = parse_xml(a_cii_invoice())
    guideline = next(root.iter("{*}GuidelineSpecifiedDocumentContextParameter"))
    other = parse_xml(etree.tostring(guideline))
    other[0].text = "urn:cen.eu:en16931:2017"
    guideline.addnext(other)
    assert detect(root).specification is None
    other[0].text = guideline[0].text
    assert detect(root).specification == XRECHNUNG


def test_lines_are_right_beyond_the_sixteen_bits_of_the_parser() -> None:
    body = "<l>\n  <m>\n\n<n>1</n></m>\n  <e/>\n  <t>drei\nZeilen für\nText</t>\n</l>\n"
    root = parse_xml(("<r>\n" + body * 20_000 + "</r>").encode())
    for at in (0, 8_000, 19_999):
        line, first = root[at], 2 + at * body.count("\n")
        found = [line_of(each) for each in line.iter()]
        assert found == [first, first + 1, first + 3, first + 4, first + 5]


@needs_corpus
def test_every_instance_is_readable_or_not_and_of_the_syntax_that_is_expected() -> None:
    different = []
    for one in instances():
        if one.name.endswith(".pdf"):
            continue
        try:
            kind = detect(parse_xml(one.content))
        except XmlRefused:
            readable, found = False, (None, None)
        else:
            readable, found = True, (kind.label, kind.specification)
        expected = one.expected
        wanted = (expected.get("syntax"), expected["customization_id"])
        if readable != expected["wellformed"] or (found != wanted and wanted[0] != "other"):
            different.append((one.name, found, wanted))
    assert different == []
