"""Names are known however they are written, and others of a similar name are not."""

from datetime import date

import pytest

from eakte.privacy.errors import NameTooVague
from eakte.privacy.matching import Name, Probe, read_name
from eakte.privacy.rules import Match, Person
from tests.support.privacy import ERIKA


@pytest.mark.parametrize(
    "text",
    [
        "Frau Erika Müller beantragt",
        "Frau Erika Mueller beantragt",
        "ERIKA MÜLLER",
        "Müller, Erika",
        "Müller, Dr. Erika",
        "Müller Erika",
        "Erika M. Müller",
        "Erika\nMüller",
        "der Antrag Erika Müllers",
        "Erika Mül-\nler",
        "Erika Mu\u0308ller",
        "An Erika von Müller",
    ],
)
def test_a_name_is_found_however_it_is_written(text: str) -> None:
    hit = Probe(ERIKA).in_text(text)
    assert hit is not None and hit.match is Match.NAME


@pytest.mark.parametrize(
    "text",
    [
        "Erika Müllerin",
        "Erikas Vater heißt Müller",
        "Frau Müller",
        "Max Müller und Erika Schmidt",
        "erika.mueller@example.organic",
        "nicht-erika.mueller@example.org",
        "Erika" + " " * 20_000 + "Müllerin",
        "",
    ],
)
def test_others_are_not_taken_for_the_person(text: str) -> None:
    assert Probe(ERIKA).in_text(text) is None


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("Anfrage von Erika.Mueller@example.org.", Match.EMAIL),
        ("zu EWO-471199 gespeichert", Match.EXTERNAL_ID),
        ("Erika Müller, geb. 1.3.1980", Match.NAME_AND_BIRTH),
        ("Erika Müller, geboren am 01. März 1980", Match.NAME_AND_BIRTH),
        ("Müller, Erika; 1980-03-01", Match.NAME_AND_BIRTH),
        ("Erika Müller, Grillenstr. 14", Match.NAME_AND_ADDRESS),
        ("Erika Müller, Grillenstraße 145", Match.NAME),
        ("Erika Müller, geb. 11.3.1980", Match.NAME),
    ],
)
def test_a_name_counts_for_more_beside_birth_date_or_address(text: str, match: Match) -> None:
    hit = Probe(ERIKA).in_text(text)
    assert hit is not None and hit.match is match


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Erika Muster", Name(("Erika",), ("Muster",))),
        ("Muster, Erika Maria", Name(("Erika", "Maria"), ("Muster",))),
        ("Dr. Otto von der Heide", Name(("Otto",), ("von", "der", "Heide"))),
        ("Heide, Otto von der", Name(("Otto",), ("von", "der", "Heide"))),
        ("Hans-Peter Müller-Lüdenscheidt", Name(("Hans", "Peter"), ("Müller", "Lüdenscheidt"))),
        ("Sinéad O'Connor", Name(("Sinéad",), ("O'Connor",))),
    ],
)
def test_names_are_read_as_people_write_them(written: str, name: Name) -> None:
    assert read_name(written) == name


@pytest.mark.parametrize("written", ["Müller", "", "E M", ", Erika", "123 456"])
def test_half_a_name_is_no_name_to_search_for(written: str) -> None:
    with pytest.raises(NameTooVague):
        read_name(written)


def test_names_of_other_scripts_are_found() -> None:
    for name, text in (("Χρήστος Παππάς", "κύριος Χρήστος Παππάς"), ("민수 김철", "김철, 민수")):
        assert Probe(Person(names=(name,))).in_text(text) is not None, name


def test_double_and_former_names_are_found() -> None:
    probe = Probe(Person(names=("Hans-Peter Müller-Lüdenscheidt", "Hans-Peter Groß")))
    for text in ("Herr Hans Peter Müller - Lüdenscheidt", "Gross, Hans", "Hans-Peter Mueller-Luedenscheidt"):
        assert probe.in_text(text) is not None, text
    assert probe.in_text("Hans-Peter Großmann") is None


def test_an_excerpt_is_cut_at_words_around_the_name() -> None:
    text = "Vorwort " * 30 + "Erika Müller" + " Nachwort" * 30
    hit = Probe(Person(names=("Erika Müller",), born_on=date(1980, 3, 1))).in_text(text)
    assert hit is not None
    assert hit.excerpt.startswith("… Vorwort") and hit.excerpt.endswith("Nachwort …") and len(hit.excerpt) < 200
