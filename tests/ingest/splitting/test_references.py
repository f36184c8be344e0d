"""Aktenzeichen in recognised text."""

import pytest

from ingest.splitting.references import Label, loose_key, references_in


@pytest.mark.parametrize(
    ("text", "expected", "label"),
    [
        ("Unser Zeichen: 63.2-BA-2023/118", "63.2-BA-2023/118", Label.OURS),
        ("Mein Zeichen: 63 / 2023 - 118 vom 4.5.2023", "63 / 2023 - 118", Label.OURS),
        ("Ihr Zeichen II/3-512.01/2021-0047", "II/3-512.01/2021-0047", Label.YOURS),
        ("Az.: 53-GA-2015/2208          Datum: 10. November 2015", "53-GA-2015/2208", Label.FILE),
        ("Az.: 53-GA-2015/2208 10. November 2015", "53-GA-2015/2208", Label.FILE),
        ("Az. 50.4/4711/19 Kö", "50.4/4711/19 Kö", Label.FILE),
        ("Az.: A1 01 01 01 01/00010/0001", "A1 01 01 01 01/00010/0001", Label.FILE),
        ("Az: 3 K 1234/21.WI", "3 K 1234/21.WI", Label.FILE),
        ("mit Bescheid vom 12.03.2024 (Az. 63.2-BA-2023/118) wurde", "63.2-BA-2023/118", Label.FILE),
        ("Geschäftszeichen: 0010 A20 011-4", "0010 A20 011-4", Label.BUSINESS),
        ("Gz.: 14-1.7/2024-III", "14-1.7/2024-III", Label.BUSINESS),
        ("Aktenzeichen (bitte stets angeben): 10.2/024-11#0003", "10.2/024-11#0003", Label.FILE),
        ("Aktenzeichen\n63.2-BA-2023/118", "63.2-BA-2023/118", Label.FILE),
        ("Geschäftszeichen\n\n32 51-04/17\nDatum", "32 51-04/17", Label.BUSINESS),
        ("Aklenzeichen: 63.2-BA-2023/118", "63.2-BA-2023/118", Label.FILE),
        ("Geschäflszeichen; 10.2/024", "10.2/024", Label.BUSINESS),
        ("Betreff: AW: Verwendungsnachweis 80-FM/2023-0210 –", "80-FM/2023-0210", Label.NONE),
    ],
)
def test_a_reference_is_found_as_it_is_written(text: str, expected: str, label: Label) -> None:
    best = references_in(text)[0]
    assert (best.text, best.label) == (expected, label)


def test_the_reference_line_of_a_letter_stands_above_its_values() -> None:
    text = (
        "Ihr Zeichen, Ihre Nachricht vom  Unser Zeichen  Telefon  Datum\n10.2/024-11  50.4/4711/19  88-2634  12.03.2024"
    )
    assert {"10.2/024-11", "50.4/4711/19"} <= {one.text for one in references_in(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Telefon: 03699/88-2634",
        "IBAN DE93 8205 5999 0310 0047 11",
        "Unser Zeichen: Frau Müller",
        "Ihr Zeichen:",
        "Ihr Schreiben vom: 1.2.2024",
        "Verkehrszeichen 283 und 286",
        "am 28.09.2022 um 13:47 Uhr, 1.284,00 €, Seite 2 von 3",
    ],
)
def test_what_only_resembles_a_reference_is_none(text: str) -> None:
    assert references_in(text) == []


def test_the_aktenzeichen_comes_before_the_kassenzeichen() -> None:
    text = "Kassenzeichen: 3206.912.18-4\nAktenzeichen: 21.1-Q/004418\nKassenzeichen: 3206.912.18-4"
    assert [one.text for one in references_in(text)] == ["21.1-Q/004418", "3206.912.18-4"]


def test_initials_behind_a_reference_may_belong_to_it_or_not() -> None:
    assert [one.text for one in references_in("Az. 50.4/4711/19 Kö")] == ["50.4/4711/19 Kö", "50.4/4711/19"]


def test_misread_letters_do_not_change_the_key() -> None:
    assert loose_key("5O.4/47l1/19 Kö") == loose_key("50.4/4711/19 KÖ")
    assert loose_key("50.4/4711/19") != loose_key("50.4/4712/19")
