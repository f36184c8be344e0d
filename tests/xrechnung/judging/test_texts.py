"""The words in which an invoice is explained: complete, German, and different for different rules."""

import re
from collections import defaultdict

import pytest

from xrechnung.judging.releases import Release, releases
from xrechnung.judging.texts import (
    element_name,
    path_in_words,
    rule_text,
    rules_with_text,
    term_name,
    term_names,
)
from xrechnung.judging.verdict import Syntax

TERM = re.compile(r"B[TG]-(?:DEX-)?\d+")
ENGLISH = re.compile(r"\b(the|and|of|shall|must|should|invoice|with|not|each|be|to|amount)\b", re.IGNORECASE)
ONLY_ABSENCE = re.compile(r"UBL-CR|UBL-DT|CII-SR|CII-DT")


def published(release: Release) -> list[tuple[str, Syntax]]:
    """All rules of a release, each with a syntax it exists for."""
    return [(rule, syntax) for syntax in Syntax for rule in release.published(syntax)]


@pytest.mark.parametrize("release", releases(), ids=lambda release: release.name)
def test_every_rule_of_every_release_is_explained(release: Release) -> None:
    assert {rule for rule, _ in published(release)} <= rules_with_text()


@pytest.mark.parametrize("release", releases(), ids=lambda release: release.name)
def test_each_text_is_whole_german_sentences_about_terms_that_exist(release: Release) -> None:
    for rule, syntax in published(release):
        text = rule_text(rule, syntax)
        assert text.rule == rule
        for sentence in (text.meaning, text.remedy):
            assert sentence[0].isupper(), sentence
            assert sentence.endswith("."), sentence
            assert not ENGLISH.search(re.sub(r"urn:\S+|https?:\S+|\b[a-z]{2,3}:\w+", "", sentence)), sentence
            assert all(term in term_names() for term in TERM.findall(sentence)), sentence
        assert all(term in term_names() for term in text.terms), rule
        assert text.meaning != text.remedy


@pytest.mark.parametrize("release", releases(), ids=lambda release: release.name)
def test_no_two_rules_about_the_trade_share_a_sentence(release: Release) -> None:
    told: dict[str, set[str]] = defaultdict(set)
    for rule, syntax in published(release):
        if not ONLY_ABSENCE.match(rule):
            told[rule_text(rule, syntax).meaning].add(rule)
    assert not [rules for rules in told.values() if len(rules) > 1]


def test_a_rule_says_what_to_compute_anew() -> None:
    text = rule_text("BR-CO-10", Syntax.CII)
    assert text.terms == ("BT-106", "BT-131")
    assert "stimmt nicht mit den Positionen (BT-131) überein" in text.meaning
    assert text.remedy.startswith("Summe der Positionen (BT-106) neu berechnen")


def test_codes_that_differ_by_syntax_are_told_for_the_right_one() -> None:
    assert "432" in rule_text("BR-CL-06", Syntax.UBL_INVOICE).remedy
    assert "432" in rule_text("BR-CL-06", Syntax.UBL_CREDIT_NOTE).remedy
    assert "72" in rule_text("BR-CL-06", Syntax.CII).remedy
    assert rule_text("BR-CL-06", None).meaning


def test_a_superfluous_element_is_named_by_its_place_in_the_invoice() -> None:
    text = rule_text("UBL-CR-190", Syntax.UBL_INVOICE)
    assert "„Verkäufer › Ansprechpartner › Faxnummer“ (cbc:Telefax)" in text.meaning
    assert text.terms == ("BG-6",)


def test_a_superfluous_attribute_is_named_with_the_term_it_stands_at() -> None:
    text = rule_text("UBL-CR-650", Syntax.UBL_INVOICE)
    assert "Attribut schemeID" in text.meaning
    assert "„Rechnungsnummer“" in text.meaning


def test_what_is_superfluous_in_a_line_belongs_into_the_note_of_the_line() -> None:
    assert "BT-127" in rule_text("UBL-CR-548", Syntax.UBL_INVOICE).remedy
    assert "BT-22" in rule_text("UBL-CR-190", Syntax.UBL_INVOICE).remedy


def test_every_step_of_every_forbidden_path_has_a_german_name() -> None:
    for release in releases():
        for table in ("absent_ubl.tsv", "absent_cii.tsv"):
            steps = {step for _, path in release.table(table) for step in path.removeprefix("//").split("/")}
            assert not [step for step in steps if element_name(step) is None]


def test_wrappers_are_left_out_of_a_path_in_words() -> None:
    path = "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cbc:Floor"
    assert path_in_words(path) == "Käufer › Postanschrift › Stockwerk"
    assert path_in_words("//cac:Country/cbc:Unbekannt") == "Land"


def test_a_rule_we_do_not_know_is_still_named() -> None:
    text = rule_text("BR-XY-99", Syntax.CII)
    assert "BR-XY-99" in text.meaning
    assert text.terms == ()


def test_terms_have_the_names_of_the_trade() -> None:
    assert term_name("BT-1") == "Rechnungsnummer"
    assert term_name("BG-DEX-01") == "Unterposition"
    assert term_name("BT-999") == "BT-999"
    assert len(set(term_names().values())) == len(term_names())
