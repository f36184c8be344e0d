"""Characters a message cannot bear: replaced and told, and never a broken message."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from retention.adapters.xdomea import read_container
from retention.adapters.xdomea.text import cleaning
from retention.rules.exchange import OfferMessage, XdomeaVersion
from tests.retention.adapters.records import AT, Process, a_case
from tests.retention.adapters.shared import XDOMEA, needs_xdomea

V3, V4 = XdomeaVersion.V3_0_0, XdomeaVersion.V4_0_0
DATA_TYPE_C = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:din="{uri}">
<xs:import namespace="{uri}" schemaLocation="{file}"/><xs:element name="text" type="din:datatypeC"/></xs:schema>"""
DIN = "urn:xoev-de:kosit:xoev:datentyp:din-91379_2022-08"


@pytest.mark.parametrize(
    ("text", "before_4_0_0", "from_4_0_0"),
    [
        ("Größe, Öffnung, Łódź, Ştefan", "Größe, Öffnung, Łódź, Ştefan", "Größe, Öffnung, Łódź, Ştefan"),
        ("A\u0308rger", "Ärger", "Ärger"),
        ("„Nord“ – ‚Süd‘ …", "„Nord“ – ‚Süd‘ …", "\"Nord\" - 'Süd' ..."),
        ("a\x00b\x1bc", "a\ufffdb\ufffdc", "a?b?c"),
        ("Seite\x0ceins\x0bzwei", "Seite eins zwei", "Seite eins zwei"),
        ("\ud800", "\ufffd", "?"),
        ("Привет 漢 😀", "Привет 漢 😀", "?????? ? ?"),
        ("ﬁ ① ™ №", "ﬁ ① ™ №", "fi 1 TM No"),
        ("weich\u00adtrennen\u200b", "weich\u00adtrennen\u200b", "weichtrennen"),
        ("K\u035fhan c\u0328\u0306 S\u0331", "K\u035fhan c\u0328\u0306 S\u0331", "K\u035fhan c\u0328\u0306 S\u0331"),
        ("e\u0324", "e\u0324", "e"),
        ("", "", ""),
    ],
)
def test_every_character_has_its_place(text: str, before_4_0_0: str, from_4_0_0: str) -> None:
    assert cleaning(V3)(text) == before_4_0_0
    assert cleaning(V4)(text) == from_4_0_0


@given(st.text(st.characters(exclude_categories=[]), max_size=40))
def test_any_text_becomes_one_that_xml_bears(text: str) -> None:
    for version in (V3, V4):
        cleaned = cleaning(version)(text)
        element = etree.Element("text")
        element.text = cleaned
        assert unicodedata.is_normalized("NFC", cleaned)
        assert cleaning(version)(cleaned) == cleaned


@needs_xdomea
def test_from_4_0_0_on_any_text_becomes_one_of_data_type_c() -> None:
    file = XDOMEA / "schemas" / "4.0.0" / "din-norm-91379-datatypes.xsd"
    schema = etree.XMLSchema(etree.fromstring(DATA_TYPE_C.format(uri=DIN, file=file.as_uri())))

    @given(st.text(max_size=40))
    def check(text: str) -> None:
        element = etree.Element("text")
        element.text = cleaning(V4)(text)
        assert schema.validate(element)

    check()


def test_what_had_to_be_replaced_is_told_with_its_record(tmp_path: Path) -> None:
    case = a_case("Brief\x07", reference="632.20-1")
    written = Process(V3, tmp_path).offer(case)
    assert written.replaced == 1
    assert [(one.code, one.pointer) for one in written.findings] == [("characters-replaced", "632.20-1")]


def test_of_many_replacements_a_thousand_are_told_and_all_are_counted(tmp_path: Path) -> None:
    written = Process(V3, tmp_path).offer(*(a_case("Brief\x07") for _ in range(1100)))
    assert (written.replaced, len(written.findings)) == (1100, 1000)


def test_long_titles_are_kept_whole(tmp_path: Path) -> None:
    title = "Bauvorhaben " * 2000
    written = Process(V4, tmp_path).offer(a_case(title))
    message = read_container(written.path, received_at=AT).message
    assert isinstance(message, OfferMessage)
    (record,) = message.records
    assert record.title == title.strip()
