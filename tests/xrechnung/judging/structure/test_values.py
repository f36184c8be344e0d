"""Values read as the official validator reads them, also where libxml2 does not."""

import base64
import random

import pytest

from xrechnung.judging.structure.facts import Reading
from xrechnung.judging.structure.values import is_base64, reads_as

SOUND = {
    Reading.DECIMAL: ["1", "1.", ".5", "+.5", "-0", "00", " 1", "1\t", "9" * 60, "0." + "0" * 30 + "1"],
    Reading.DATE: [
        *("2016-04-04", " 2016-04-04 ", "\n2016-04-04", "2016-02-29", "2000-02-29", "10000-01-01", "-0001-01-01"),
        *("2016-04-04Z", "2016-04-04+14:00", "2016-04-04-14:00", "2016-04-04+00:59"),
    ],
    Reading.TIME: ["12:00:00", "12:00:00 ", "24:00:00", "24:00:00.0", "23:59:59.999", "12:00:00Z", "12:00:00-14:00"],
    Reading.DATE_TIME: [" 2016-04-04T12:00:00", "2016-04-04T24:00:00", "2016-04-04T12:00:00.5Z"],
    Reading.BOOLEAN: ["true", "false", "1", "0", " true "],
    Reading.BINARY: ["", " ", "QQ==", "QUI=", "QUJD", "QUJD\nQUJD", "Q U J D", "QQ = =", "QQ=\n=", "QUJDQQ=="],
    Reading.LANGUAGE: ["de", "de-DE", " de ", "zh-Hant-TW", "i-klingon"],
    Reading.URI: [
        *("", "http://x.de", "http://x.de/a b", "http://x.de/ä", "c:\\x", "urn:x", "?", "#", "a{b}", "a:b:c"),
        *("http://x:port/", "http://x@y@z/", "http://[::1]:80/a", "//a:b:c", "a:[b]", "http:///"),
    ],
    Reading.UNIT: ["C", "C62", " C62 "],
    Reading.TEXT: ["", "alles"],
}
UNSOUND = {
    Reading.DECIMAL: ["", " ", "1,5", "1e3", "1 000", "INF", "--1", "1.2.3", ".", "-.", "1\u00a0", "٣"],
    Reading.DATE: [
        *("", "04.04.2016", "20160404", "2016-4-4", "2016-04-04T00:00:00", "2016-04-04 Z", "2016-04-04z"),
        *("2016-02-30", "2015-02-29", "1900-02-29", "2016-13-01", "2016-00-01", "0000-01-01", "012016-01-01"),
        *(
            "2147483648-01-01",
            "+2016-04-04",
            "2016-04-04+1:00",
            "2016-04-04+14:01",
            "2016-04-04+15:00",
            "２０１６-04-04",
        ),
    ],
    Reading.TIME: ["", "12:00", "1:00:00", "25:00:00", "24:00:01", "23:59:60", "12:00:00."],
    Reading.DATE_TIME: ["", "2016-04-04", "2016-04-04 12:00:00", "2016-04-04T12:00", "2016-02-30T12:00:00"],
    Reading.BOOLEAN: ["", "TRUE", "ja", "2", "01"],
    Reading.BINARY: ["Q", "QQ", "QQ=", "=", "====", "QR==", "QUJ=", "QQ==QQ==", "QUJD-", "ä", "QUJD\u00a0QUJD", "QQ=A"],
    Reading.LANGUAGE: ["", "de_DE", "3", "de-", "deutschlandx", "de DE", "ä"],
    Reading.URI: [
        "%",
        "%zz",
        ":",
        ":a",
        "a:",
        "1a:b",
        "a b:c",
        "http://",
        "//",
        "mailto:",
        "a[b]",
        "http://[x]/",
        "a#b#c",
    ],
    Reading.UNIT: ["", " ", "ABCD"],
}


@pytest.mark.parametrize(("reading", "text"), [(each, text) for each, texts in SOUND.items() for text in texts])
def test_what_the_official_validator_reads_we_read(reading: Reading, text: str) -> None:
    assert reads_as(reading, text)


@pytest.mark.parametrize(("reading", "text"), [(each, text) for each, texts in UNSOUND.items() for text in texts])
def test_what_the_official_validator_refuses_we_refuse(reading: Reading, text: str) -> None:
    assert not reads_as(reading, text)


def test_every_attachment_is_base64_however_its_lines_are_broken() -> None:
    chance = random.Random(1)
    for length in range(200):
        encoded = base64.encodebytes(chance.randbytes(length)).decode()
        assert is_base64(encoded)
        assert is_base64(encoded.replace("\n", "\r\n\t "))


def test_an_attachment_that_lost_a_letter_is_no_base64() -> None:
    encoded = base64.b64encode(bytes(range(100))).decode()
    assert not is_base64(encoded[:7] + encoded[8:])
