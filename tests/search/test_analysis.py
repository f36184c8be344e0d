"""How German words become terms."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from eakte.search import compounds
from eakte.search.analysis import (
    FORM,
    FORM_GOES_ON,
    beginning,
    found_by,
    found_together,
    normalise,
    read,
    reading,
    spans_of,
    stem,
    stems_of,
    words_of,
)
from eakte.search.folding import code_key, fold


def stems(text: str) -> list[str]:
    return [word.stem for word in words_of(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Mueller"),
        ("Müller", "Muller"),
        ("Straße", "STRASSE"),
        ("bäuerlich", "baeuerlich"),
        ("Gebäude", "Gebaeude"),
        ("für", "fuer"),
        ("Tür", "Tuer"),
        ("Ärger", "Aerger"),
        ("Café", "Cafe"),
        ("Yılmaz", "Yilmaz"),
        ("Ørsted", "Orsted"),
        ("Çelik", "celik"),
        ("Ofﬁzier", "Offizier"),
    ],
)
def test_spellings_of_one_word_meet(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("word", "folded"),
    [("Steuer", "steuer"), ("neue", "neue"), ("Quelle", "quelle"), ("Mauer", "mauer"), ("bauen", "bauen")],
)
def test_a_ue_that_is_no_umlaut_stays(word: str, folded: str) -> None:
    assert fold(word) == folded


@pytest.mark.parametrize(
    "forms",
    [
        "Antrag Anträge Antrags Antrages Anträgen",
        "Genehmigung Genehmigungen",
        "Haus Häuser Häusern Hauses",
        "Steuer Steuern",
        "Bürger Bürgern Bürgers",
        "Bauer Bauern",
        "Bescheid Bescheide Bescheides Bescheiden",
        "Akte Akten",
        "Gebühr Gebühren",
        "Grundstück Grundstücke Grundstücken",
        "Schule Schulen",
    ],
)
def test_inflected_forms_share_a_stem(forms: str) -> None:
    assert len(set(stems(forms))) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("Bürger", "Burg"), ("Bauer", "Bau"), ("Steuer", "Steu"), ("Lehrer", "Lehre")]
)
def test_nouns_in_er_are_not_cut_down_to_other_words(one: str, other: str) -> None:
    assert stem(fold(one)) != stem(fold(other))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Baugenehmigungsverfahren", "bau genehmigung verfahren baugenehmigung genehmigungsverfahren"),
        ("Grundsteuerbescheides", "grund steuer bescheid grundsteuer steuerbescheid"),
        ("Stadtrat", "stadt rat"),
        ("Rathaus", "rat haus"),
        ("Schulamt", "schul amt"),
        ("Wohngebäude", "wohn gebaude"),
        ("Kindergarten", "kind garten"),
        ("Ortsbeirat", "ort beirat"),
        ("Bürgersteig", "burger steig"),
        ("Oberbürgermeister", "burgermeister"),
        ("Denkmalschutzbehörde", "denkmal schutz behorde denkmalschutz schutzbehorde"),
        ("genehmigungspflichtig", "genehmigung pflichtig"),
        ("Grunddienstbarkeit", "grund dienstbarkeit"),
        ("Ahrenbrückenstraße", "brucke strasse"),
        ("Schmittstraße", "strasse"),
        ("Bnugenehmigung", "genehmigung"),
        ("Personalabteilung", "personal abteilung"),
        ("Ratsniederschrift", "rat niederschrift"),
        ("Mahngebühr", "gebuhr"),
        ("Kommunalwahl", "wahl"),
        ("Einfamilienhaus", "haus"),
        ("Gleichstellungsbeauftragte", "gleichstellung beauftragt"),
    ],
)
def test_compounds_are_found_by_their_parts(word: str, parts: str) -> None:
    assert set(parts.split()) <= set(compounds.parts(fold(word)))


@pytest.mark.parametrize(
    ("word", "not_a_part"),
    [
        ("Vorrat", "rat"),
        ("Beirat", "rat"),
        ("Heirat", "rat"),
        ("Apparat", "rat"),
        ("Gewerbe", "erbe"),
        ("Scherbe", "erbe"),
        ("Behörde", "ehe"),
        ("Unterlage", "lage"),
        ("Landschaft", "land"),
        ("Gesellschaft", "schaft"),
        ("Haushaltsplan", "haus"),
        ("Friedhofsgebühr", "hof"),
        ("Steuerbescheid", "eid"),
        ("Bürgersteig", "teig"),
        ("Unterrichtung", "richtung"),
        ("Monat", "naht"),
        ("Abteilung", "eilung"),
    ],
)
def test_letters_that_only_look_like_a_word_are_no_part(word: str, not_a_part: str) -> None:
    assert not_a_part not in compounds.parts(fold(word))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Verwaltungs-\nakte", "verwaltungsakt"),
        ("Verwaltungs-  \n  akte", "verwaltungsakt"),
        ("Verwaltungs¬\nakte", "verwaltungsakt"),
        ("Verwaltungs\u00ad\nakte", "verwaltungsakt"),
        ("Verwaltungs\u00adakte", "verwaltungsakt"),
        ("Bau-\nGenehmigung", "baugenehm"),
        ("Bau\u2010Genehmigung", "baugenehm"),
        ("Bau-\nund Planungsamt", "bau und planungsamt"),
        ("Bau- und Planungsamt", "bau und planungsamt"),
        ("und/oder", "und oder"),
        ("max.muster@stadt.de", "max muster stadt de"),
        ("§ 34 BauGB", "34 baugb"),
        ("12,50 €", "12,50"),
        ("ja,nein", "ja nein"),
        ("  \n ", ""),
        ("_unter_strichen_", "unter strich"),
    ],
)
def test_one_written_word_is_one_position(text: str, expected: str) -> None:
    assert stems(text) == expected.split()


def test_a_reference_is_found_whole_and_by_every_run_of_its_pieces() -> None:
    (word,) = words_of("63.2-BA-2023/118")
    assert word.stem == "63.2-ba-2023/118"
    assert {"63", "63.2", "ba", "2023/118", "63.2-ba-2023", "118"} <= set(word.terms)


def test_a_hyphenated_word_is_found_by_its_parts_and_their_parts() -> None:
    (word,) = words_of("Bau-Genehmigungsverfahren")
    assert {"bau", "genehm", "verfahr"} <= set(word.parts)
    assert "baugenehmigungsverfahren" in word.forms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Genehm", "genehm"),
        ("Straß", "strass"),
        ("Muel", "mul"),
        ("Bau-Gen", "baugen"),
        ("63.2-BA", "63.2-ba"),
        ("63.2-", "63.2-"),
        ("", ""),
        ("...", ""),
        ("zwei Wörter", ""),
    ],
)
def test_the_beginning_of_a_word_is_folded_like_its_forms(text: str, expected: str) -> None:
    assert beginning(text) == expected


@pytest.mark.parametrize(
    ("code", "key"), [(" Amt für Bauordnung ", "amt fur bauordnung"), ("63.2", "63.2"), ("x" * 999, "x" * 200)]
)
def test_codes_are_compared_folded(code: str, key: str) -> None:
    assert code_key(code) == key


@given(some.text(max_size=300))
def test_any_text_is_read_the_same_in_all_ways(text: str) -> None:
    text = normalise(text)
    tokens = [text[start:end] for start, end in spans_of(text)]
    words = [word for token in tokens for word in read(token)]
    assert words == list(words_of(text))
    found = reading(text)
    assert (
        found.stems.split() == [word.stem for word in words] == [stem for token in tokens for stem in stems_of(token)]
    )
    together = found_together([found])
    assert set(together.stems.split()) == {word.stem for word in words}
    assert set(together.parts.split()) == {part for word in words for part in word.parts}
    assert set(together.forms.split()) == {FORM + form for word in words for form in word.forms}
    for token in tokens:
        assert found_by(token) == [
            *(word.stem for word in read(token)),
            *(part for word in read(token) for part in word.parts),
            *(FORM + form for word in read(token) for form in word.forms),
        ]
    for word in words:
        assert all(re.fullmatch(r"\S+", term) for term in word.terms + word.forms)


@given(some.text(alphabet="aäÖ1²7-./_,:\u2010\u00ad", min_size=2, max_size=30), some.integers(2, 30))
def test_what_begins_like_a_long_reference_is_found_by_a_short_form_too(text: str, length: int) -> None:
    start = FORM + beginning(text[:length])
    found = found_together([reading(text)]).all()
    going_on = {form.removeprefix(start) for form in found if form.startswith(start) and start != FORM}
    assert not going_on or any(re.fullmatch(FORM_GOES_ON, rest) for rest in going_on)


@given(some.text(min_size=1, max_size=60))
def test_a_token_lies_where_it_says(text: str) -> None:
    text = normalise(text)
    end = 0
    for first, last in spans_of(text):
        assert end <= first < last <= len(text)
        assert next(spans_of(text, first)) == (first, last)
        end = last


@given(some.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüß", min_size=1, max_size=70))
def test_parts_are_never_the_word_itself(word: str) -> None:
    assert fold(word) not in compounds.parts(fold(word))


@given(some.text(max_size=50))
def test_composed_and_decomposed_texts_are_one(text: str) -> None:
    assert stems(normalise(text)) == stems(normalise(unicodedata.normalize("NFD", text)))
