"""How the query language (Suchsprache) is read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from eakte.search.errors import InvalidQuery
from eakte.search.query import MOST_CLAUSES, Clause, Code, Field, Period, Phrase, Prefix, Query, Term, parse


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Antrag", [Term("antrag")]),
        ("Antrag Anträge", [Term("antrag")]),
        ("Antrag Garage", [Term("antrag"), Term("garag")]),
        ('"Antrag auf Befreiung"', [Phrase(("antrag", "auf", "befreiung"))]),
        ("„Antrag auf“", [Phrase(("antrag", "auf"))]),
        ("»Antrag auf«", [Phrase(("antrag", "auf"))]),
        ('"Amt"', [Phrase(("amt",))]),
        ('"Antrag auf', [Phrase(("antrag", "auf"))]),
        ('Antrag"', [Term("antrag")]),
        ("und/oder", [Phrase(("und", "oder"))]),
        ("Bau-Amt", [Term("bauamt")]),
        ("63.2-BA-2023/118", [Term("63.2-ba-2023/118")]),
        ("Genehm*", [Prefix("genehm")]),
        ("63.2-*", [Prefix("63.2-")]),
        ("titel:Bau", [Term("bau", Field.TITLE)]),
        ("TITEL:Bau", [Term("bau", Field.TITLE)]),
        ("titel: Bau", [Term("bau", Field.TITLE)]),
        ('titel:"neuer Bau"', [Phrase(("neu", "bau"), Field.TITLE)]),
        ("betreff:Bau*", [Prefix("bau", Field.TITLE)]),
        ("az:63.2", [Term("63.2", Field.REFERENCE)]),
        ("Empfänger:Müller", [Term("muller", Field.PARTY)]),
        ("empfaenger:Müller", [Term("muller", Field.PARTY)]),
        ("art:Eingang", [Code(Field.KIND, "incoming")]),
        ("kind:incoming", [Code(Field.KIND, "incoming")]),
        ("aktenplan:63*", [Code(Field.ENTRY, "63", begins=True)]),
        ('einheit:"Amt für Bau"', [Code(Field.UNIT, "amt fur bau")]),
        ("https://stadt.de", [Phrase(("https", "stadt", "de"))]),
        ("10:30", [Term("10:30")]),
        ("Bau & Planung", [Term("bau"), Term("planung")]),
        ("Bau - Planung", [Term("bau"), Term("planung")]),
        ("Bau -", [Term("bau")]),
        ("+Bau", [Term("bau")]),
        ("(Bau)", [Term("bau")]),
    ],
)
def test_what_is_wanted(text: str, wanted: list[Clause]) -> None:
    assert parse(text) == Query(tuple(wanted))


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("-Entwurf", [Term("entwurf")]),
        ('-"im Entwurf"', [Phrase(("im", "entwurf"))]),
        ("-Entw*", [Prefix("entw")]),
        ("-art:intern", [Code(Field.KIND, "internal")]),
        ("-jahr:2023", [Period(date(2023, 1, 1), date(2023, 12, 31))]),
    ],
)
def test_what_is_not_wanted(text: str, unwanted: list[Clause]) -> None:
    assert parse(text) == Query((), tuple(unwanted))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("date:2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("datum:29.2.2024", date(2024, 2, 29), date(2024, 2, 29)),
        ("date:2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("datum:02.2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("year:2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("date:2024-01-01..2024-12-31", date(2024, 1, 1), date(2024, 12, 31)),
        ("jahr:2020..2024", date(2020, 1, 1), date(2024, 12, 31)),
        ("datum:1.3.2024..", date(2024, 3, 1), None),
        ("date:..2024-03", None, date(2024, 3, 31)),
        ('datum:"1.3.2024 .. 2.3.2024"', date(2024, 3, 1), date(2024, 3, 2)),
    ],
)
def test_days_months_years_and_ranges(text: str, first: date | None, last: date | None) -> None:
    assert parse(text) == Query((Period(first, last),))


@pytest.mark.parametrize("text", ["", "   ", "*", "\n\t"])
def test_nothing_asks_for_everything(text: str) -> None:
    assert parse(text) == Query()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x" * 1_001, "zu lang"),
        ("Bau\x00amt", "Steuerzeichen"),
        ("Bau\ud800amt", "Steuerzeichen"),
        (" ".join(f"wort{number}" for number in range(MOST_CLAUSES + 1)), "zu viele"),
        ("frist:morgen", "„frist“ gibt es nicht"),
        ("titel:", "fehlt"),
        ("titel: -Bau", "fehlt"),
        ('titel:""', "fehlt"),
        ("B*", "mindestens 2"),
        ("*amt", "nicht am Ende"),
        ("Bau*amt", "nicht am Ende"),
        ("datum:gestern", "kein Datum"),
        ("datum:31.2.2024", "kein Datum"),
        ("jahr:0000", "kein Datum"),
        ("datum:2024..2020", "endet, bevor er beginnt"),
        ("§§", "kein Wort"),
        ("-", "kein Wort"),
        ('""', "kein Wort"),
    ],
)
def test_mistakes_are_explained_in_german(text: str, says: str) -> None:
    with pytest.raises(InvalidQuery) as refusal:
        parse(text)
    assert says in refusal.value.detail


@pytest.mark.parametrize(
    ("text", "ranks"), [("Bau", True), ('"Bau"', True), ("art:intern", False), ("-Bau", False), ("", False)]
)
def test_only_words_rank_hits(text: str, ranks: bool) -> None:
    assert parse(text).ranks is ranks


@given(some.text(max_size=200) | some.text(alphabet='ab:"*-. 1titelDatum„“', max_size=60))
def test_no_text_is_worse_than_invalid(text: str) -> None:
    try:
        parse(text)
    except InvalidQuery as refusal:
        assert refusal.detail
