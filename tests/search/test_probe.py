"""A probe tells where a word may stand: it may point at too much, but not past what folds to the letters."""

import pytest

from eakte.search.analysis import read
from eakte.search.probe import Probe, lowered
from eakte.search.query import parse
from eakte.search.snippets import Marker
from eakte.search.stored import Stored

TEXT = "Der Ausbau der Überführung am Rathaus; der AUSBAUPLAN, Ueberführungen, Straße (Strasse, STRAẞE) nach RÄTIEN."


def pointed_at(word: str, text: str = TEXT) -> list[str]:
    ((found,),) = [read(word)]
    return [text[start:end] for start, end in Probe(found.stem).tokens(text, lowered(text))]


@pytest.mark.parametrize(
    ("word", "tokens"),
    [
        ("Ausbau", ["Ausbau", "AUSBAUPLAN"]),
        ("Überführung", ["Überführung", "Ueberführungen"]),
        ("Straße", ["Straße", "Strasse", "STRAẞE"]),
        ("Rat", ["Rathaus", "RÄTIEN"]),
        ("au", ["Ausbau", "Rathaus", "AUSBAUPLAN"]),
        ("Hund", []),
    ],
)
def test_it_points_at_every_spelling_once(word: str, tokens: list[str]) -> None:
    assert pointed_at(word) == tokens


def test_a_sign_that_folds_to_nothing_is_found_nowhere() -> None:
    assert pointed_at("\uff9e", "vor \uff9e nach") == []
    stored = Stored(b"{}", ["vor \uff9e nach".encode()], [])
    assert Marker(parse("\uff9e")).at_a_glance(stored, 2) == ()


def test_a_snippet_shows_where_most_of_the_words_stand_together() -> None:
    apart = "Die Garage steht hinten. " + "Sonst geschah hier lange nichts von Belang. " * 10
    together = "Der Nachbar nannte in seinem Widerspruch auch die Garage. "
    stored = Stored(b"{}", [(apart + together + apart).encode()], [])
    (snippet,) = Marker(parse("Garage Nachbar Widerspruch")).at_a_glance(stored, 1)
    assert [snippet.text[start:end] for start, end in snippet.marks][:3] == ["Nachbar", "Widerspruch", "Garage"]
