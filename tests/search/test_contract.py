"""What every search engine promises, told in the trade's examples."""

import random
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from eakte.search.errors import IndexBusy, InvalidCursor, InvalidQuery, RebuildSuperseded
from eakte.search.folding import fold
from eakte.search.index import Filters, Hit, IndexedDocument, Scope, SearchIndex, SearchPage, Visibility

BAUAMT, ORDNUNGSAMT = UUID(int=1), UUID(int=2)
BAUWESEN, BAUORDNUNG, GEWERBE = UUID(int=11), UUID(int=12), UUID(int=13)
ALLOWED, STRANGER = UUID(int=21), UUID(int=22)
OPEN, CONFIDENTIAL = "open", "confidential"

EVERYTHING = Visibility((Scope(None, None, frozenset({OPEN, CONFIDENTIAL})),), ALLOWED)


def letter(number: int, *pages: str, title: str = "Schreiben", **facts: object) -> IndexedDocument:
    """A document (Dokument) of the building authority; `facts` replaces what matters to the test."""
    plain = IndexedDocument(
        id=UUID(int=1_000 + number),
        dossier_id=UUID(int=31),
        case_id=UUID(int=41),
        reference=f"63.2-BA-2023/{number:03}",
        aliases=(),
        title=title,
        dossier_title="Am Anger 5",
        case_title="Posteingang",
        parties=(),
        kind="incoming",
        entry="63.2",
        entry_path=(BAUWESEN, BAUORDNUNG),
        unit_id=BAUAMT,
        unit="Bauamt",
        confidentiality=OPEN,
        readers=None,
        date=date(2023, 5, 17),
        pages=pages,
    )
    return replace(plain, **facts)  # type: ignore[arg-type]


def numbers(page: SearchPage) -> list[int]:
    return [hit.document_id.int - 1_000 for hit in page.hits]


def found(index: SearchIndex, query: str, **how: object) -> set[int]:
    """Numbers of all letters the query finds; total and hits must agree."""
    page = index.search(query, EVERYTHING, limit=200, **how)  # type: ignore[arg-type]
    assert page.total == len(page.hits)
    return set(numbers(page))


def marked(hit: Hit) -> list[str]:
    return [snippet.text[start:end] for snippet in hit.snippets for start, end in snippet.marks]


def by_number(page: SearchPage) -> dict[int, Hit]:
    return dict(zip(numbers(page), page.hits, strict=True))


def facet(page: SearchPage, name: str) -> dict[str, int]:
    return {value.value: value.count for value in page.facets[name]}


class TestWords:
    @pytest.mark.parametrize(
        ("query", "text"),
        [
            ("Genehmigung", "Das Baugenehmigungsverfahren ist eingeleitet."),
            ("Verfahren", "Das Baugenehmigungsverfahren ist eingeleitet."),
            ("Baugenehmigung", "Das Baugenehmigungsverfahren ist eingeleitet."),
            ("Genehmigungsverfahren", "Das Baugenehmigungsverfahren ist eingeleitet."),
            ("Planung", "Einwände gegen die Bauplanungsunterlagen"),
            ("Straße", "Anwohner der Ahrenbrückenstraße"),
            ("Rat", "Der Stadtrat hat beschlossen."),
            ("Steuer", "Der Grundsteuerbescheid vom Mai"),
        ],
    )
    def test_a_word_finds_the_compounds_it_is_part_of(self, index: SearchIndex, query: str, text: str) -> None:
        index.index([letter(1, text), letter(2, "Ganz etwas anderes")])
        assert found(index, query) == {1}

    @pytest.mark.parametrize(
        ("query", "text"),
        [("Rat", "Der Vorrat reicht."), ("Erbe", "Das Gewerbe ist angemeldet."), ("Ehe", "Die Behörde antwortet.")],
    )
    def test_a_word_does_not_find_words_that_only_look_alike(self, index: SearchIndex, query: str, text: str) -> None:
        index.index([letter(1, text)])
        assert found(index, query) == set()

    @pytest.mark.parametrize("query", ["Müller", "Mueller", "Muller", "MÜLLER", "mueller"])
    def test_umlauts_meet_however_they_are_written(self, index: SearchIndex, query: str) -> None:
        index.index(
            [letter(1, "Frau Müller"), letter(2, "Herr Mueller"), letter(3, "Familie Muller"), letter(4, "Möller")]
        )
        assert found(index, query) == {1, 2, 3}

    @pytest.mark.parametrize("query", ["Straße", "Strasse", "STRASSE"])
    def test_sharp_s_meets_double_s(self, index: SearchIndex, query: str) -> None:
        index.index([letter(1, "Die Straße"), letter(2, "Die Strasse"), letter(3, "Der Weg")])
        assert found(index, query) == {1, 2}

    def test_inflected_forms_are_one_word(self, index: SearchIndex) -> None:
        index.index([letter(1, "die Anträge"), letter(2, "des Antrages"), letter(3, "dem Antrag")])
        assert found(index, "Antrag") == {1, 2, 3}

    def test_all_words_must_occur_and_may_stand_in_different_fields(self, index: SearchIndex) -> None:
        index.index(
            [letter(1, "Garage", title="Nachtrag"), letter(2, "Garage"), letter(3, "Carport", title="Nachtrag")]
        )
        assert found(index, "Garage Nachtrag") == {1}

    def test_a_word_divided_at_the_end_of_a_line_is_found_whole(self, index: SearchIndex) -> None:
        index.index([letter(1, "Einsicht in die Verwaltungs-\nakte wird gewährt")])
        assert found(index, "Verwaltungsakte") == {1}
        assert marked(index.search("Verwaltungsakte", EVERYTHING).hits[0]) == ["Verwaltungs- akte"]

    @pytest.mark.parametrize("query", ["Bau-Genehmigung", "Baugenehmigung", "Genehmigung"])
    def test_a_hyphenated_word_is_found_by_its_parts_and_joined(self, index: SearchIndex, query: str) -> None:
        index.index([letter(1, "Ihre Bau-Genehmigung liegt bei")])
        assert found(index, query) == {1}

    @pytest.mark.parametrize("query", ["63.2-BA-2023/118", "63.2-ba-2023/118", "2023/118", "63.2-BA", "118"])
    def test_a_reference_is_found_whole_and_by_its_pieces(self, index: SearchIndex, query: str) -> None:
        index.index(
            [letter(1, "Unser Zeichen: 63.2-BA-2023/118."), letter(2, "Unser Zeichen: 50-SO-2022/7", entry="50")]
        )
        index.index([letter(2, "Unser Zeichen: 50-SO-2022/7", reference="50-SO-2022/7")])
        assert found(index, query) == {1}

    def test_among_very_many_hits_those_with_the_word_in_the_title_come_first(self, index: SearchIndex) -> None:
        titled = {7, 500, 1_090}
        index.index(
            letter(number, "Der Zaun steht.", title="Zaun" if number in titled else "Schreiben")
            for number in range(1_100)
        )
        first = index.search("Zaun", EVERYTHING, limit=100)
        assert first.total == 1_100
        assert set(numbers(first)[:3]) == titled
        shown, cursor = numbers(first), first.next_cursor
        while cursor:
            page = index.search("Zaun", EVERYTHING, limit=100, cursor=cursor)
            shown, cursor = shown + numbers(page), page.next_cursor
        assert sorted(shown) == list(range(1_100))

    def test_a_word_in_the_title_ranks_before_a_word_in_the_text(self, index: SearchIndex) -> None:
        index.index([letter(1, "Die Abwassersatzung gilt."), letter(2, "Anlage", title="Abwassersatzung")])
        assert numbers(index.search("Abwassersatzung", EVERYTHING)) == [2, 1]

    def test_what_nobody_may_see_does_not_rank_what_they_see(self, index: SearchIndex) -> None:
        """Or else who files a letter with a name in it learns from its score that other letters have that name."""
        often = "Das Abwasser, viel Abwasser, nur Abwasser fließt zum Spielplatz."
        rarely = "Der Spielplatz, unser alter Spielplatz, liegt hier am Abwasser."
        index.index([letter(1, often), letter(2, rarely)])
        seen = Visibility((Scope(None, None, frozenset({OPEN})),), STRANGER)
        before = index.search("Abwasser Spielplatz", seen)
        assert numbers(before) == [1, 2]
        for name in ("Abwasser", "Spielplatz"):
            text = f"Ein {name}, dessen {name}, jenem {name} folgt nur {name} nach."
            index.index(letter(number, text, confidentiality=CONFIDENTIAL) for number in range(10, 40))
            now = index.search("Abwasser Spielplatz", seen)
            assert numbers(now) == numbers(before)
            assert [hit.score for hit in now.hits] == pytest.approx([hit.score for hit in before.hits], rel=0.05)
        assert index.search("Spielplatz", EVERYTHING).total == 32

    def test_keywords_and_former_references_are_searched(self, index: SearchIndex) -> None:
        index.index([letter(1, "Text", keywords=("Denkmalschutz",), aliases=("BA 77/1999",))])
        assert found(index, "Denkmalschutz") == found(index, "77/1999") == {1}


class TestQueryLanguage:
    def test_a_phrase_wants_its_words_in_order(self, index: SearchIndex) -> None:
        index.index([letter(1, "Antrag auf Befreiung vom Bebauungsplan"), letter(2, "Befreiung auf Antrag")])
        assert found(index, '"Antrag auf Befreiung"') == {1}
        assert found(index, "„Antrag auf Befreiung“") == {1}

    def test_a_phrase_takes_inflected_words_but_not_parts_of_compounds(self, index: SearchIndex) -> None:
        index.index([letter(1, "die neuen Anträge"), letter(2, "die neuen Bauanträge")])
        assert found(index, '"neue Antrag"') == {1}

    def test_a_phrase_does_not_run_across_pages(self, index: SearchIndex) -> None:
        index.index([letter(1, "Ende der Seite", "Anfang der nächsten")])
        assert found(index, '"Seite Anfang"') == set()

    def test_minus_excludes(self, index: SearchIndex) -> None:
        index.index([letter(1, "Bescheid Entwurf"), letter(2, "Bescheid"), letter(3, "Vermerk")])
        assert found(index, "Bescheid -Entwurf") == {2}
        assert found(index, "-Entwurf") == {2, 3}
        assert found(index, '-"Bescheid Entwurf"') == {2, 3}

    def test_a_star_completes_the_beginning_of_a_word(self, index: SearchIndex) -> None:
        index.index([letter(1, "Überflutung"), letter(2, "Ueberfluss"), letter(3, "Flut")])
        assert found(index, "überflu*") == found(index, "Ueberflu*") == {1, 2}
        assert found(index, "-überflu*") == {3}
        assert found(index, "63.2-BA-2023/00*") == {1, 2, 3}

    def test_fields_limit_where_words_are_looked_for(self, index: SearchIndex) -> None:
        index.index(
            [
                letter(1, "Hecht", title="Angeln", parties=("Barsch, Anna",), reference="77-Karpfen"),
                letter(2, "Angeln Barsch Karpfen", title="Hecht"),
            ]
        )
        assert found(index, "titel:Angeln") == found(index, "title:Angeln") == {1}
        assert found(index, "von:Barsch") == found(index, "party:Barsch") == {1}
        assert found(index, "aktenzeichen:Karpfen") == found(index, "reference:Karpfen") == {1}
        assert found(index, "text:Hecht") == {1}
        assert found(index, "text:Hech*") == {1}
        assert found(index, 'titel:"Angeln"') == {1}
        assert found(index, "-titel:Hecht") == {1}

    def test_codes_are_compared_as_a_whole(self, index: SearchIndex) -> None:
        index.index(
            [
                letter(1, kind="outgoing", entry="63.2", unit="Bauamt"),
                letter(2, kind="incoming", entry="63.21", unit="Amt für Bauordnung"),
            ]
        )
        assert found(index, "kind:outgoing") == found(index, "art:Ausgang") == {1}
        assert found(index, "entry:63.2") == {1}
        assert found(index, "entry:63.2*") == {1, 2}
        assert found(index, 'unit:"Amt für Bauordnung"') == {2}
        assert found(index, "-unit:bauamt") == {2}

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("year:2023", {2, 3}),
            ("jahr:2022..2023", {1, 2, 3}),
            ("date:2023-03-31", {2}),
            ("date:2023-03", {2}),
            ("datum:31.03.2023..01.10.2023", {2, 3}),
            ("date:2023-04-01..", {3, 4}),
            ("date:..2022", {1}),
            ("-jahr:2023", {1, 4}),
        ],
    )
    def test_dates_and_their_ranges(self, index: SearchIndex, query: str, expected: set[int]) -> None:
        days = [date(2022, 12, 31), date(2023, 3, 31), date(2023, 10, 1), date(2024, 1, 1)]
        index.index(letter(number, date=day) for number, day in enumerate(days, 1))
        assert found(index, query) == expected

    def test_an_empty_query_lists_the_newest_first(self, index: SearchIndex) -> None:
        days = {1: date(2020, 1, 1), 2: date(2024, 1, 1), 3: date(2022, 1, 1), 4: date(2022, 1, 1)}
        index.index(letter(number, "Text", date=day) for number, day in days.items())
        assert numbers(index.search("", EVERYTHING)) == [2, 3, 4, 1]
        assert numbers(index.search("  ", EVERYTHING)) == [2, 3, 4, 1]

    @pytest.mark.parametrize("query", ["gibt:esnicht", "\x00", "x" * 10_000, "*amt", "titel:", "date:gestern", "§§ &"])
    def test_what_cannot_be_meant_is_refused_with_a_reason(self, index: SearchIndex, query: str) -> None:
        with pytest.raises(InvalidQuery) as refusal:
            index.search(query, EVERYTHING)
        assert refusal.value.facts["problem"]

    def test_a_forgotten_quote_is_closed_at_the_end(self, index: SearchIndex) -> None:
        index.index([letter(1, "Antrag auf Befreiung"), letter(2, "Befreiung auf Antrag")])
        assert found(index, '"Antrag auf') == {1}

    @pytest.mark.parametrize(
        "query",
        [
            "^1 && ~foo",
            "a.*b",
            "\\",
            "(Bau)",
            "Bau'; drop table",
            "%_",
            "Bau & | !",
            "<b>:*",
            "tür\N{COMBINING DIAERESIS}",
        ],
    )
    def test_no_sign_in_a_query_means_anything_to_the_engine(self, index: SearchIndex, query: str) -> None:
        index.index([letter(1, "Bau")])
        try:
            index.search(query, EVERYTHING)
        except InvalidQuery as refusal:
            assert refusal.facts["problem"]


class TestFiltersAndFacets:
    @pytest.fixture
    def filled(self, index: SearchIndex) -> SearchIndex:
        index.index(
            [
                letter(1, "Bau", kind="incoming", date=date(2022, 1, 1)),
                letter(2, "Bau", kind="outgoing", date=date(2023, 1, 1), unit_id=ORDNUNGSAMT, unit="Ordnungsamt"),
                letter(3, "Bau", kind="outgoing", date=date(2023, 6, 1), entry="32.1", case_id=UUID(int=42)),
                letter(4, "Tiefe", kind="internal", date=date(2024, 1, 1), dossier_id=UUID(int=32)),
            ]
        )
        return index

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            (Filters(kind=frozenset({"outgoing"})), {2, 3}),
            (Filters(kind=frozenset({"outgoing", "internal"})), {2, 3, 4}),
            (Filters(entry=frozenset({"32.1"})), {3}),
            (Filters(unit=frozenset({"Ordnungsamt"})), {2}),
            (Filters(year=frozenset({2022, 2024})), {1, 4}),
            (Filters(date_from=date(2023, 1, 1), date_until=date(2023, 6, 1)), {2, 3}),
            (Filters(dossier_id=UUID(int=32)), {4}),
            (Filters(case_id=UUID(int=42)), {3}),
            (Filters(kind=frozenset({"outgoing"}), year=frozenset({2022})), set()),
        ],
    )
    def test_filters_narrow_the_hits(self, filled: SearchIndex, filters: Filters, expected: set[int]) -> None:
        assert found(filled, "", filters=filters) == expected

    def test_facets_count_all_hits_not_only_the_page(self, filled: SearchIndex) -> None:
        page = filled.search("Bau", EVERYTHING, limit=1)
        assert facet(page, "kind") == {"outgoing": 2, "incoming": 1}
        assert facet(page, "entry") == {"63.2": 2, "32.1": 1}
        assert facet(page, "unit") == {"Bauamt": 2, "Ordnungsamt": 1}
        assert facet(page, "year") == {"2023": 2, "2022": 1}
        assert [value.value for value in page.facets["kind"]] == ["outgoing", "incoming"]

    def test_only_the_wanted_facets_are_counted(self, filled: SearchIndex) -> None:
        assert set(filled.search("Bau", EVERYTHING, facets=("kind",)).facets) == {"kind"}
        assert filled.search("Bau", EVERYTHING, facets=()).facets == {}
        assert filled.search("Bau", EVERYTHING, facets=()).total == 3


class TestSnippets:
    def test_a_hit_tells_its_page_and_marks_the_words(self, index: SearchIndex) -> None:
        index.index([letter(1, "Anschreiben", "Die Baugenehmigung wird erteilt.", "Anlage")])
        (hit,) = index.search("Genehmigung", EVERYTHING).hits
        (snippet,) = hit.snippets
        assert snippet.page == 2
        assert snippet.text == "Die Baugenehmigung wird erteilt."
        assert marked(hit) == ["Baugenehmigung"]

    def test_the_page_with_the_most_words_comes_first(self, index: SearchIndex) -> None:
        index.index([letter(1, "Garage", "Nachbar", "Garage und Nachbar")])
        (hit,) = index.search("Garage Nachbar", EVERYTHING, snippets=2).hits
        assert [snippet.page for snippet in hit.snippets] == [3, 1]

    def test_a_long_page_is_cut_around_the_words(self, index: SearchIndex) -> None:
        index.index([letter(1, "lorem ipsum " * 100 + "der Schallschutz am Bahndamm " + "dolor sit " * 100)])
        (hit,) = index.search("Schallschutz", EVERYTHING).hits
        text = hit.snippets[0].text
        assert 100 < len(text) <= 260
        assert set(text.split()) <= {"lorem", "ipsum", "der", "Schallschutz", "am", "Bahndamm", "dolor", "sit"}
        assert marked(hit) == ["Schallschutz"]

    def test_pages_of_long_documents_are_found_too(self, index: SearchIndex) -> None:
        pages = [f"Seite {number} handelt von nichts." for number in range(1, 60)]
        index.index([letter(1, *pages[:40], "Hier steht die Grunddienstbarkeit.", *pages[40:])])
        for query in ("Grunddienstbarkeit", "Dienstbarkeit", "grunddienst*", '"die Grunddienstbarkeit"'):
            (hit,) = index.search(query, EVERYTHING).hits
            assert [snippet.page for snippet in hit.snippets] == [41]

    def test_a_phrase_is_marked_only_where_it_stands_in_order(self, index: SearchIndex) -> None:
        index.index([letter(1, "Befreiung, später: Antrag auf Befreiung")])
        (hit,) = index.search('"Antrag auf Befreiung"', EVERYTHING).hits
        assert marked(hit) == ["Antrag", "auf", "Befreiung"]

    def test_a_hit_in_the_metadata_has_no_page(self, index: SearchIndex) -> None:
        index.index([letter(1, "Text", title="Einspruch gegen den Steuerbescheid")])
        (hit,) = index.search("Steuer", EVERYTHING).hits
        assert [(snippet.page, snippet.text) for snippet in hit.snippets] == [
            (None, "Einspruch gegen den Steuerbescheid")
        ]
        assert marked(hit) == ["Steuerbescheid"]

    @pytest.mark.parametrize("query", ["Konečný", "Konečn*", '"Herr Konečný"'])
    def test_each_hit_is_shown_where_it_was_found_in_its_text_or_elsewhere(
        self, index: SearchIndex, query: str
    ) -> None:
        index.index(
            [
                letter(1, "Nichts dazu", title="Eingabe, Herr Konečný"),
                letter(2, "Es schreibt Herr Ko-\nnečný.", title="Eingabe"),
                letter(3, "Nachbar", "Es schreibt Herr KONEČNÝ.", title="Eingabe, Herr Konečný"),
            ]
        )
        pages = {number: hit.snippets[0].page for number, hit in by_number(index.search(query, EVERYTHING)).items()}
        assert pages == {1: None, 2: 1, 3: 2}

    def test_snippets_can_be_left_out(self, index: SearchIndex) -> None:
        index.index([letter(1, "Text")])
        assert index.search("Text", EVERYTHING, snippets=0).hits[0].snippets == ()

    def test_a_document_without_pages_is_found_by_its_metadata(self, index: SearchIndex) -> None:
        index.index([letter(1, title="Leerblatt")])
        assert found(index, "Leerblatt") == {1}


class TestPaging:
    def walk(self, index: SearchIndex, query: str, limit: int) -> list[int]:
        seen: list[int] = []
        cursor = None
        while True:
            page = index.search(query, EVERYTHING, limit=limit, cursor=cursor)
            seen += numbers(page)
            cursor = page.next_cursor
            if cursor is None:
                return seen

    @pytest.mark.parametrize("query", ["", "Bescheid", "kind:incoming", "besch*"])
    def test_pages_lose_nothing_and_repeat_nothing(self, index: SearchIndex, query: str) -> None:
        chance = random.Random(7)
        index.index(
            letter(number, "Bescheid " * chance.randint(1, 3), date=date(2023, 1, chance.randint(1, 9)))
            for number in range(300)
        )
        seen = self.walk(index, query, limit=17)
        assert len(seen) == 300
        assert set(seen) == set(range(300))
        assert seen == self.walk(index, query, limit=100)

    def test_the_last_page_has_no_mark(self, index: SearchIndex) -> None:
        index.index(letter(number, "Bescheid") for number in range(4))
        page = index.search("Bescheid", EVERYTHING, limit=2)
        page = index.search("Bescheid", EVERYTHING, limit=2, cursor=page.next_cursor)
        assert len(page.hits) == 2
        assert page.next_cursor is None

    def test_what_is_indexed_meanwhile_makes_nothing_come_twice(self, index: SearchIndex) -> None:
        index.index(letter(number, "Bescheid", date=date(2023, 1, 1)) for number in range(10))
        page = index.search("", EVERYTHING, limit=5)
        index.index([letter(50, "Bescheid", date=date(2024, 1, 1))])
        rest = index.search("", EVERYTHING, limit=20, cursor=page.next_cursor)
        assert numbers(page) + numbers(rest) == list(range(10))

    def test_a_mark_is_good_for_its_own_question_only(self, index: SearchIndex) -> None:
        index.index(letter(number, "Bescheid Vermerk") for number in range(4))
        cursor = index.search("Bescheid", EVERYTHING, limit=2).next_cursor
        assert cursor is not None
        with pytest.raises(InvalidCursor):
            index.search("Vermerk", EVERYTHING, cursor=cursor)
        with pytest.raises(InvalidCursor):
            index.search("Bescheid", EVERYTHING, filters=Filters(kind=frozenset({"incoming"})), cursor=cursor)

    @pytest.mark.parametrize(
        "damage", [lambda c: c[:-2], lambda c: "A" + c, lambda c: "", lambda c: "ä€", lambda c: "e30="]
    )
    def test_a_damaged_mark_is_refused(self, index: SearchIndex, damage: object) -> None:
        index.index(letter(number, "Bescheid") for number in range(4))
        cursor = index.search("Bescheid", EVERYTHING, limit=2).next_cursor
        with pytest.raises(InvalidCursor):
            index.search("Bescheid", EVERYTHING, cursor=damage(cursor))  # type: ignore[operator]


def may_see(visibility: Visibility, document: IndexedDocument) -> bool:
    """The rights, said a second time and as plainly as possible."""
    in_scope = any(
        (scope.units is None or document.unit_id in scope.units)
        and (scope.entry_id is None or scope.entry_id in document.entry_path)
        and document.confidentiality in scope.levels
        for scope in visibility.scopes
    )
    return in_scope and (document.readers is None or visibility.reader in document.readers)


def random_documents(chance: random.Random, count: int) -> Iterator[IndexedDocument]:
    units = {BAUAMT: "Bauamt", ORDNUNGSAMT: "Ordnungsamt", UUID(int=3): "Kämmerei"}
    paths = {"63.1": (BAUWESEN,), "63.2": (BAUWESEN, BAUORDNUNG), "32.1": (GEWERBE,)}
    words = ("Bescheid", "Vermerk", "Bauantrag", "Baulast", "Gewerbe", "Gebühr")
    for number in range(count):
        unit_id, unit = chance.choice(list(units.items()))
        entry, entry_path = chance.choice(list(paths.items()))
        yield letter(
            number,
            " ".join(chance.choices(words, k=3)),
            title=chance.choice(words),
            kind=chance.choice(("incoming", "outgoing")),
            unit_id=unit_id,
            unit=unit,
            entry=entry,
            entry_path=entry_path,
            confidentiality=chance.choice((OPEN, OPEN, CONFIDENTIAL)),
            readers=chance.choice((None, None, (ALLOWED,), (ALLOWED, STRANGER), ())),
            date=date(2021, 1, 1) + timedelta(days=chance.randrange(1_000)),
        )


def random_visibility(chance: random.Random) -> Visibility:
    scopes = tuple(
        Scope(
            units=chance.choice((None, frozenset({BAUAMT}), frozenset({BAUAMT, ORDNUNGSAMT}), frozenset())),
            entry_id=chance.choice((None, BAUWESEN, BAUORDNUNG, GEWERBE)),
            levels=chance.choice((frozenset({OPEN}), frozenset({OPEN, CONFIDENTIAL}), frozenset())),
        )
        for _ in range(chance.randint(0, 3))
    )
    return Visibility(scopes, chance.choice((ALLOWED, STRANGER, UUID(int=99))))


def counted(values: Iterable[object]) -> dict[str, int]:
    return dict(Counter(map(str, values)))


class TestRights:
    @pytest.mark.parametrize("seed", range(4))
    def test_what_is_invisible_changes_nothing_at_all(self, index: SearchIndex, seed: int) -> None:
        chance = random.Random(seed)
        documents = list(random_documents(chance, 80))
        index.index(documents)
        for _ in range(25):
            visibility = random_visibility(chance)
            seen = [document for document in documents if may_see(visibility, document)]
            for query, word in (("", ""), ("Vermerk", "Vermerk"), ("Gebühr*", "Gebühr"), ("bau*", "Bau")):
                expected = [one for one in seen if word in f"{one.pages[0]} {one.title} {one.unit * (word == '')}"]
                page = index.search(query, visibility, limit=100)
                assert {hit.document_id for hit in page.hits} == {one.id for one in expected}
                assert page.total == len(expected)
                assert facet(page, "kind") == counted(one.kind for one in expected)
                assert facet(page, "entry") == counted(one.entry for one in expected)
                assert facet(page, "unit") == counted(one.unit for one in expected)
                assert facet(page, "year") == counted(one.date.year for one in expected)
            titles = {one.title for one in seen if fold(one.title).startswith("bau")}
            assert set(index.suggest("bau", visibility)) == titles
            references = {one.reference for one in seen}
            assert set(index.suggest("63.2-BA-2023/01", visibility, limit=100)) == {
                reference for reference in references if reference.startswith("63.2-BA-2023/01")
            }

    def test_without_a_grant_nothing_is_visible(self, index: SearchIndex) -> None:
        index.index([letter(1, "Bescheid")])
        page = index.search("Bescheid", Visibility((), ALLOWED))
        assert (page.hits, page.total, page.next_cursor) == ((), 0, None)
        assert all(values == () for values in page.facets.values())
        assert index.suggest("Sch", Visibility((), ALLOWED)) == ()

    def test_a_protected_dossier_is_for_its_readers_within_their_grants(self, index: SearchIndex) -> None:
        index.index([letter(1, "Bescheid", readers=(ALLOWED,))])
        everywhere = EVERYTHING.scopes
        elsewhere = (Scope(frozenset({ORDNUNGSAMT}), None, frozenset({OPEN})),)
        assert index.search("Bescheid", Visibility(everywhere, ALLOWED)).total == 1
        assert index.search("Bescheid", Visibility(everywhere, STRANGER)).total == 0
        assert index.search("Bescheid", Visibility(elsewhere, ALLOWED)).total == 0


class TestSuggestions:
    def test_words_of_titles_and_parties_are_completed_the_common_ones_first(self, index: SearchIndex) -> None:
        index.index(
            [
                letter(1, title="Grundsteuer", parties=("Grünberg, Ida",)),
                letter(2, title="Grundsteuer"),
                letter(3, "Grundwasser steht nur im Text"),
            ]
        )
        assert index.suggest("gru", EVERYTHING) == ("Grundsteuer", "Grünberg")
        assert index.suggest("grue", EVERYTHING) == ("Grundsteuer", "Grünberg")
        assert index.suggest("gru", EVERYTHING, limit=1) == ("Grundsteuer",)

    def test_references_are_completed(self, index: SearchIndex) -> None:
        index.index([letter(7, aliases=("63.2-ALT-9",)), letter(8)])
        assert set(index.suggest("63.2-", EVERYTHING)) == {"63.2-BA-2023/007", "63.2-BA-2023/008", "63.2-ALT-9"}

    @pytest.mark.parametrize("prefix", ["", " ", "\x00", "%", "*", "x" * 5_000])
    def test_odd_beginnings_complete_to_nothing(self, index: SearchIndex, prefix: str) -> None:
        index.index([letter(1, title="Grundsteuer")])
        assert index.suggest(prefix, EVERYTHING) == ()


class TestWriting:
    def test_the_number_of_documents_is_told(self, index: SearchIndex) -> None:
        assert index.index(letter(number) for number in range(3)) == 3
        assert index.index([]) == 0

    def test_indexing_again_replaces(self, index: SearchIndex) -> None:
        index.index([letter(1, "Entwurf")])
        index.index([letter(1, "Reinschrift")])
        assert found(index, "Entwurf") == set()
        assert found(index, "Reinschrift") == {1}
        assert found(index, "") == {1}

    def test_the_last_of_two_in_one_batch_counts(self, index: SearchIndex) -> None:
        index.index([letter(1, "Entwurf"), letter(1, "Reinschrift")])
        assert found(index, "") == found(index, "Reinschrift") == {1}

    def test_removed_documents_are_forgotten_and_unknown_ones_no_error(self, index: SearchIndex) -> None:
        index.index([letter(1, "Bescheid"), letter(2, "Bescheid")])
        index.remove([letter(1).id, UUID(int=5)])
        index.remove([])
        assert found(index, "Bescheid") == {2}

    def test_strange_texts_are_no_error(self, index: SearchIndex) -> None:
        odd = "NUL \x00 halbes Zeichen \ud800 Emoji 😀 " + "x" * 70_000 + " Ende"
        index.index([letter(1, odd, title="T\x00itel", parties=("\ud800",), keywords=("\x00",))])
        assert found(index, "Ende") == {1}
        assert found(index, "Emoji") == {1}

    def test_a_very_long_document_is_found_by_its_last_page(self, index: SearchIndex) -> None:
        pages = [" ".join(f"wort{page}x{number}" for number in range(400)) for page in range(100)]
        index.index([letter(1, *pages, "Schlussvermerk")])
        assert found(index, "wort0x1") == {1}
        (hit,) = index.search("wort99x399", EVERYTHING).hits
        assert [snippet.page for snippet in hit.snippets] == [100]

    def test_a_batch_that_fails_leaves_the_index_as_it_was(self, index: SearchIndex) -> None:
        def broken() -> Iterator[IndexedDocument]:
            yield letter(1, "Bescheid")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            index.index(broken())
        assert found(index, "") == set()
        index.index([letter(2, "Bescheid")])
        assert found(index, "") == {2}


class TestManyHands:
    def test_another_process_sees_and_makes_changes(self, place: Any, index: SearchIndex) -> None:
        index.index([letter(1, "Bescheid"), letter(2, "Bescheid")])
        told = place.elsewhere(
            "from uuid import UUID\n"
            "from eakte.search.index import Scope, Visibility\n"
            "everything = Visibility((Scope(None, None, frozenset({'open'})),), UUID(int=1))\n"
            "print(index.search('Bescheid', everything).total)\n"
            "index.remove([UUID(int=1001)])"
        )
        assert told.strip() == "2"
        assert found(index, "Bescheid") == {2}

    def test_a_reader_opened_before_sees_later_commits(self, place: Any, index: SearchIndex) -> None:
        reader = place.open()
        assert found(reader, "") == set()
        index.index([letter(1, "Bescheid")])
        assert found(reader, "Bescheid") == {1}
        reader.close()

    def test_searching_never_fails_while_the_index_is_rebuilt(self, place: Any, index: SearchIndex) -> None:
        index.index(letter(number, "Bescheid") for number in range(20))
        reader = place.open()
        troubles: list[object] = []
        stop = threading.Event()

        def keep_searching() -> None:
            while not stop.is_set():
                try:
                    total = reader.search("Bescheid", EVERYTHING).total
                    if total not in (20, 30):
                        troubles.append(total)
                except Exception as error:  # noqa: BLE001  whatever it is, it must not happen
                    troubles.append(error)

        thread = threading.Thread(target=keep_searching)
        thread.start()
        for size in (30, 20, 30):
            fresh = index.start_rebuild()
            fresh.index(letter(number, "Bescheid") for number in range(size))
            index.finish_rebuild(fresh)
            assert index.search("Bescheid", EVERYTHING).total == size
        stop.set()
        thread.join()
        assert troubles == []
        assert found(reader, "") == set(range(30))
        reader.close()

    def test_what_changes_during_a_rebuild_is_not_lost(self, index: SearchIndex) -> None:
        index.index([letter(1, "Entwurf"), letter(2, "Bescheid"), letter(3, "Bescheid", "Anlage", keywords=("Eil",))])
        fresh = index.start_rebuild()
        fresh.index([letter(1, "Entwurf"), letter(2, "Bescheid")])
        index.index([letter(1, "Reinschrift"), letter(4, "Vermerk", "Anlage", parties=("Ida Grün",))])
        index.remove([letter(2).id])
        index.finish_rebuild(fresh)
        assert found(index, "") == {1, 4}
        assert found(index, "Reinschrift") == {1}
        assert found(index, "Vermerk Anlage Grün") == {4}

    def test_the_fresh_index_is_empty_and_nobody_sees_it_before_it_is_finished(self, index: SearchIndex) -> None:
        index.index([letter(1, "Bescheid")])
        fresh = index.start_rebuild()
        assert found(fresh, "") == set()
        fresh.index([letter(2, "Bescheid")])
        assert found(index, "") == {1}
        assert found(fresh, "") == {2}

    def test_a_rebuild_that_died_leaves_the_old_index_and_room_for_the_next(self, index: SearchIndex) -> None:
        index.index([letter(1, "Bescheid")])
        abandoned = index.start_rebuild()
        abandoned.index([letter(2, "Bescheid")])
        fresh = index.start_rebuild()
        fresh.index([letter(3, "Bescheid")])
        with pytest.raises(RebuildSuperseded):
            index.finish_rebuild(abandoned)
        assert found(index, "") == {1}
        index.finish_rebuild(fresh)
        assert found(index, "") == {3}

    def test_a_second_writer_waits_and_then_says_that_the_index_is_busy(self, place: Any, index: SearchIndex) -> None:
        hasty = place.open(lock_timeout_s=0.1)

        def written_slowly() -> Iterator[IndexedDocument]:
            with pytest.raises(IndexBusy):
                hasty.index([letter(2, "Bescheid")])
            yield letter(1, "Bescheid")

        index.index(written_slowly())
        assert found(index, "") == {1}
        hasty.index([letter(2, "Bescheid")])
        assert found(index, "") == {1, 2}
